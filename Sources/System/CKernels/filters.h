// All filters as text: each level's file includes it under its own target attribute.
#pragma once

#include "filter_bytes.h"
#include "filter_floats.h"
#include "filter_similarity.h"

#define FILTERS(level)                                                                       \
  {level,     lines_u8,   across_u8,  lines_f64, across_f64, lines_f32, across_f32, similarity, \
   differences}
