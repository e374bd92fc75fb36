// The depthwise loop as text: each level's file inlines it under its own target attribute, so that the
// compiler vectorises the same statements for every instruction set.
#pragma once

#include "CKernels.h"

static inline __attribute__((always_inline)) void ek_depthwise_body(const struct ek_depthwise *d) {
  float *restrict out = d->output;
  const size_t channels = d->channel_count;
  for (size_t c = 0; c < channels; c++) out[c] = d->bias[c];
  for (size_t tap = 0; tap < d->tap_count; tap++) {
    const float *restrict row = d->rows[tap];
    const float *restrict weights = d->weights + tap * channels;
    for (size_t c = 0; c < channels; c++) out[c] += row[c] * weights[c];
  }
  if (d->residual) {
    for (size_t c = 0; c < channels; c++) out[c] += d->residual[c];
  }
  if (d->activation == EK_ACTIVATION_RELU) {
    for (size_t c = 0; c < channels; c++) out[c] = out[c] < 0 ? 0 : out[c];
  } else if (d->activation == EK_ACTIVATION_PRELU) {
    for (size_t c = 0; c < channels; c++) out[c] = out[c] < 0 ? out[c] * d->slopes[c] : out[c];
  }
}
