// Two-tap interpolation as text; see lanes.h.
#pragma once

#include "lanes.h"

EK_TARGET static void ek_interpolate_row(const struct ek_row_interpolation *job) {
#pragma clang fp contract(off)
  const size_t channels = job->channel_count;
  for (size_t index = 0; index < job->output_count; index++) {
    const float *lower = job->input + job->lower[index];
    const float *upper = job->input + job->upper[index];
    float *output = job->output + index * channels;
    const float fraction = job->fractions[index], rest = 1 - fraction;
    EK_INDEPENDENT
    for (size_t c = 0; c < channels; c++) output[c] = rest * lower[c] + fraction * upper[c];
  }
}

EK_TARGET static void ek_blend(
    const float *top, const float *bottom, float fraction, float *output, size_t count) {
#pragma clang fp contract(off)
  const float rest = 1 - fraction;
  EK_INDEPENDENT
  for (size_t i = 0; i < count; i++) output[i] = rest * top[i] + fraction * bottom[i];
}
