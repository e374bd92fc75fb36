// All gradient kernels of one level as text. A file defines EK_TARGET, EK_LANES and EK_OUTER_ROWS and
// includes this once.
#pragma once

#include "gradient_channels.h"
#include "gradient_exponential.h"
#include "gradient_outer.h"
#include "gradient_pointwise.h"
#include "gradient_tokens.h"
#include "updates.h"

#define EK_GRADIENT_KERNELS(level)                                                            \
  {                                                                                           \
    level, EK_OUTER_ROWS, EK_OUTER_COLUMNS, ek_outer_product, ek_derivative_run,              \
        ek_sum_channels, ek_normalize_channels, ek_normalize_channels_gradient,               \
        ek_maximum_row_gradient, ek_add_scaled, ek_layer_norm_row_gradient,                   \
        ek_softmax_row_gradient, ek_exponentials, ek_adam_step, ek_momentum_step,              \
        ek_squared_sum                                                                        \
  }
