// All map kernels of one level as text. A file defines EK_TARGET and EK_LANES and includes this once.
#pragma once

#include "channels.h"
#include "depthwise.h"
#include "interpolation.h"
#include "pointwise.h"
#include "pooling.h"

#define EK_MAP_KERNELS(level)                                                                \
  {                                                                                          \
    level, ek_pointwise, ek_sigmoid, ek_softplus, ek_maximum, ek_average, ek_accumulate,     \
        ek_depthwise_run, ek_interpolate_row, ek_blend, ek_interleave, ek_largest_channel,   \
        ek_normalized_distance                                                               \
  }
