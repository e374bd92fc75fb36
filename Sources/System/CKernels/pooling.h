// Pooling as text; see lanes.h.
#pragma once

#include "lanes.h"

/// One output pixel, `count` of its channels from `channel` on.
EK_INLINE void ek_pool_lanes(
    const struct ek_pooling_row *row, size_t index, size_t first, size_t end, size_t channel,
    size_t count, const int is_average) {
  // Neither start changes what is joined to it: −0 + x = x, and nothing is below −∞.
  ek_lanes result = (ek_lanes)(is_average ? -0.0f : -INFINITY);
  for (size_t i = 0; i < row->row_count; i++) {
    const float *pixel = row->input + i * row->row_step + first * row->column_step + channel;
    for (size_t j = first; j < end; j++, pixel += row->column_step) {
      const ek_lanes x = ek_load(pixel, count);
      if (is_average) {
        result += x;
      } else {
        result = ((x > result) | (x != x)) ? x : result;
      }
    }
  }
  if (is_average) result /= row->divisors[index];
  ek_store(row->output + index * row->output_step + channel, result, count);
}

EK_INLINE void ek_pool_row(const struct ek_pooling_row *row, const int is_average) {
  const size_t channels = row->channel_count;
  for (size_t index = 0; index < row->output_count; index++) {
    const size_t start = index * row->stride;
    const size_t stop = start + row->kernel;
    const size_t first = start > row->padding ? start - row->padding : 0;
    size_t end = stop > row->padding ? stop - row->padding : 0;
    if (end > row->column_count) end = row->column_count;
    if (channels < EK_LANES) {
      ek_pool_lanes(row, index, first, end, 0, channels, is_average);
      continue;
    }
    for (size_t channel = 0; channel < channels; channel += EK_LANES) {
      ek_pool_lanes(row, index, first, end, ek_start(channel, channels), EK_LANES, is_average);
    }
  }
}

EK_TARGET static void ek_maximum(const struct ek_pooling_row *row) { ek_pool_row(row, 0); }

EK_TARGET static void ek_average(const struct ek_pooling_row *row) { ek_pool_row(row, 1); }

EK_TARGET static void ek_accumulate(
    const float *input, size_t step, size_t pixel_count, size_t channel_count, double *sums) {
  for (size_t pixel = 0; pixel < pixel_count; pixel++) {
    const float *restrict in = input + pixel * step;
    EK_INDEPENDENT
    for (size_t c = 0; c < channel_count; c++) sums[c] += in[c];
  }
}
