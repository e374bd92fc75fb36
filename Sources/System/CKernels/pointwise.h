// Elementwise arithmetic and the change of layout as text; see lanes.h.
#pragma once

#include "exponential.h"
#include "lanes.h"

// Constants at every call: what is missing costs nothing.
EK_INLINE void ek_pointwise_of(
    const struct ek_pointwise *job, const int has_factor, const int has_term,
    const enum ek_activation activation) {
#pragma clang fp contract(off)
  const size_t channels = job->channel_count;
  const float *slopes = job->slopes;
  for (size_t pixel = 0; pixel < job->pixel_count; pixel++) {
    float *out = job->output + pixel * job->output_step;
    const float *in = job->input + pixel * job->input_step;
    const float *factor = has_factor ? job->factor + pixel * job->factor_step : 0;
    const float *term = has_term ? job->term + pixel * job->term_step : 0;
    EK_INDEPENDENT
    for (size_t c = 0; c < channels; c++) {
      float x = in[c];
      if (has_factor) x = x * factor[c];
      if (has_term) x = x + term[c];
      if (activation == EK_ACTIVATION_RELU) x = x < 0 ? 0 : x;
      if (activation == EK_ACTIVATION_PRELU) x = x < 0 ? x * slopes[c] : x;
      if (activation == EK_ACTIVATION_SILU) x = x / (1.0f + ek_exponential(-x));
      out[c] = x;
    }
  }
}

EK_INLINE void ek_pointwise_activated(
    const struct ek_pointwise *job, const int has_factor, const int has_term) {
  switch (job->activation) {
    case EK_ACTIVATION_RELU:
      ek_pointwise_of(job, has_factor, has_term, EK_ACTIVATION_RELU);
      break;
    case EK_ACTIVATION_PRELU:
      ek_pointwise_of(job, has_factor, has_term, EK_ACTIVATION_PRELU);
      break;
    case EK_ACTIVATION_SILU:
      ek_pointwise_of(job, has_factor, has_term, EK_ACTIVATION_SILU);
      break;
    default: ek_pointwise_of(job, has_factor, has_term, EK_ACTIVATION_NONE);
  }
}

EK_TARGET static void ek_pointwise(const struct ek_pointwise *job) {
  if (job->factor && job->term) {
    ek_pointwise_activated(job, 1, 1);
  } else if (job->factor) {
    ek_pointwise_activated(job, 1, 0);
  } else if (job->term) {
    ek_pointwise_activated(job, 0, 1);
  } else {
    ek_pointwise_activated(job, 0, 0);
  }
}

EK_TARGET static void ek_sigmoid(const float *input, float *output, size_t count) {
  EK_INDEPENDENT
  for (size_t i = 0; i < count; i++) output[i] = 1.0f / (1.0f + ek_exponential(-input[i]));
}

// max(x, 0) + log(1 + y) of y = e^−|x| in 0…1. The logarithm is 2 artanh s of s = y / (2 + y) ≤ ⅓, whose series is cut
// behind s¹⁵: 2 s¹⁷ / 17 is 1.4e-9 of it at most.
EK_INLINE float ek_softplus_of(float x) {
#pragma clang fp contract(on)
  const float y = ek_exponential(x < 0 ? x : -x);
  const float s = y / (2.0f + y);
  const float q = s * s;
  float p = 2.0f / 15;
  p = p * q + 2.0f / 13;
  p = p * q + 2.0f / 11;
  p = p * q + 2.0f / 9;
  p = p * q + 2.0f / 7;
  p = p * q + 2.0f / 5;
  p = p * q + 2.0f / 3;
  return (x < 0 ? 0.0f : x) + s * (p * q + 2.0f);
}

EK_TARGET static void ek_softplus(const float *input, float *output, size_t count) {
  EK_INDEPENDENT
  for (size_t i = 0; i < count; i++) output[i] = ek_softplus_of(input[i]);
}

EK_TARGET static void ek_interleave(
    const float *planes, size_t plane_step, size_t pixel_count, size_t channel_count,
    float *output, size_t output_step) {
  if (channel_count == 3 && output_step == 3) {
    const float *red = planes, *green = planes + plane_step, *blue = green + plane_step;
    EK_INDEPENDENT
    for (size_t pixel = 0; pixel < pixel_count; pixel++) {
      output[3 * pixel] = red[pixel];
      output[3 * pixel + 1] = green[pixel];
      output[3 * pixel + 2] = blue[pixel];
    }
    return;
  }
  // In blocks, so that the lines written stay in the first cache until their last channel.
  const size_t block = 64;
  for (size_t first = 0; first < pixel_count; first += block) {
    const size_t end = first + block < pixel_count ? first + block : pixel_count;
    for (size_t c = 0; c < channel_count; c++) {
      const float *plane = planes + c * plane_step;
      for (size_t pixel = first; pixel < end; pixel++) {
        output[pixel * output_step + c] = plane[pixel];
      }
    }
  }
}
