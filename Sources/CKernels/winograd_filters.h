// Winograd's filter transform in Float32, many filters at once, as text; see lanes.h. Training packs anew
// at every step; inference transforms once and in Float64.
#pragma once

#include "EKGradients.h"
#include "lanes.h"

#define EK_FILTER_LANES 32
#define EK_FILTER_TAPS 49
#define EK_FILTER_POINTS 60

EK_TARGET static void ek_transform_filters(const struct ek_winograd_filters *job) {
#pragma clang fp contract(off)
  float taps[EK_FILTER_TAPS][EK_FILTER_LANES];
  float half[EK_FILTER_POINTS][EK_FILTER_LANES];
  const size_t count = job->tap_rows * job->tap_columns;
  for (size_t t = 0; t < count; t++) {
    const size_t source = job->is_flipped ? count - 1 - t : t;
    for (size_t l = 0; l < job->lane_count; l++) {
      taps[t][l] = job->filters[l * job->lane_stride + source];
    }
    for (size_t l = job->lane_count; l < EK_FILTER_LANES; l++) taps[t][l] = 0;
  }
  for (size_t row = 0; row < job->rows; row++) {
    for (size_t column = 0; column < job->tap_columns; column++) {
      float *restrict sum = half[row * job->tap_columns + column];
      for (size_t l = 0; l < EK_FILTER_LANES; l++) sum[l] = 0;
      for (size_t tap = 0; tap < job->tap_rows; tap++) {
        const float factor = job->row_transform[row * job->tap_rows + tap];
        const float *restrict g = taps[tap * job->tap_columns + column];
        for (size_t l = 0; l < EK_FILTER_LANES; l++) sum[l] += factor * g[l];
      }
    }
  }
  for (size_t row = 0; row < job->rows; row++) {
    for (size_t column = 0; column < job->columns; column++) {
      float sum[EK_FILTER_LANES] = {0};
      for (size_t tap = 0; tap < job->tap_columns; tap++) {
        const float factor = job->column_transform[column * job->tap_columns + tap];
        const float *restrict h = half[row * job->tap_columns + tap];
        for (size_t l = 0; l < EK_FILTER_LANES; l++) sum[l] += factor * h[l];
      }
      memcpy(
          job->output + (row * job->columns + column) * job->frequency_stride, sum,
          job->width * sizeof(float));
    }
  }
}
