// The depthwise convolution as text; see lanes.h.
#pragma once

#include "lanes.h"

/// Output pixels whose sums are kept in registers together, so that a tap's weights are loaded once.
#define EK_DEPTHWISE_PIXELS 4

// `pixels` is a constant at every call: the loops unroll and all sums live in registers.
EK_INLINE void ek_depthwise_lanes(
    const struct ek_depthwise_run *run, size_t pixel, const size_t pixels, size_t channel,
    size_t count) {
  ek_lanes sums[EK_DEPTHWISE_PIXELS];
  const ek_lanes bias = ek_load(run->bias + channel, count);
#pragma clang loop unroll(full)
  for (size_t i = 0; i < pixels; i++) sums[i] = bias;
  for (size_t tap = 0; tap < run->tap_count; tap++) {
    const ek_lanes weights = ek_load(run->weights + tap * run->channel_count + channel, count);
    const size_t step = run->steps[tap];
    const float *input = run->inputs[tap] + pixel * step + channel;
#pragma clang loop unroll(full)
    for (size_t i = 0; i < pixels; i++) {
#pragma clang fp contract(on)
      sums[i] = sums[i] + ek_load(input + i * step, count) * weights;
    }
  }
#pragma clang loop unroll(full)
  for (size_t i = 0; i < pixels; i++) {
    if (run->residual) {
      sums[i] += ek_load(run->residual + (pixel + i) * run->residual_step + channel, count);
    }
    const ek_lanes result = ek_activate(sums[i], run->activation, run->slopes + channel, count);
    ek_store(run->output + (pixel + i) * run->output_step + channel, result, count);
  }
}

EK_INLINE void ek_depthwise_pixels(
    const struct ek_depthwise_run *run, size_t pixel, const size_t pixels) {
  const size_t channels = run->channel_count;
  if (channels < EK_LANES) {
    ek_depthwise_lanes(run, pixel, pixels, 0, channels);
    return;
  }
  for (size_t channel = 0; channel < channels; channel += EK_LANES) {
    ek_depthwise_lanes(run, pixel, pixels, ek_start(channel, channels), EK_LANES);
  }
}

EK_TARGET static void ek_depthwise_run(const struct ek_depthwise_run *run) {
  size_t pixel = 0;
  for (; pixel + EK_DEPTHWISE_PIXELS <= run->pixel_count; pixel += EK_DEPTHWISE_PIXELS) {
    ek_depthwise_pixels(run, pixel, EK_DEPTHWISE_PIXELS);
  }
  for (; pixel < run->pixel_count; pixel++) ek_depthwise_pixels(run, pixel, 1);
}
