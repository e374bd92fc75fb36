// Gradients of functions of one value, as text; see lanes.h.
#pragma once

#include "EKGradients.h"
#include "exponential.h"
#include "lanes.h"

EK_TARGET static void ek_add_scaled(const float *input, float scale, float *output, size_t count) {
#pragma clang fp contract(off)
  EK_INDEPENDENT
  for (size_t i = 0; i < count; i++) output[i] += scale * input[i];
}

/// σ(x), overflowing nowhere.
EK_INLINE float ek_logistic(float x) { return 1.0f / (1.0f + ek_exponential(-x)); }

/// Φ(x) with an absolute error of at most 7.5e-8.
///
/// Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
EK_INLINE float ek_normal_integral(float x) {
  const float z = (x < 0 ? -x : x) * 0x1.6a09e6p-1f;
  const float t = 1.0f / (1.0f + 0.3275911f * z);
  float p = 1.061405429f;
  p = p * t + -1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t + -0.284496736f;
  p = p * t + 0.254829592f;
  const float tail = 0.5f * p * t * ek_exponential(-z * z);
  return x < 0 ? tail : 1.0f - tail;
}

EK_INLINE float ek_derivative_of(const enum ek_derivative kind, float r, float slope) {
  switch (kind) {
    case EK_DERIVATIVE_RELU: return r > 0 ? 1.0f : 0.0f;
    case EK_DERIVATIVE_SIGMOID: return r * (1.0f - r);
    case EK_DERIVATIVE_QUICK_GELU: {
      const float s = ek_logistic(1.702f * r);
      return s + 1.702f * r * s * (1.0f - s);
    }
    case EK_DERIVATIVE_GELU:
      // Φ(x) + x φ(x).
      return ek_normal_integral(r) + r * 0x1.988454p-2f * ek_exponential(r * r * -0.5f);
    case EK_DERIVATIVE_PRELU: return r < 0 ? slope : 1.0f;
    case EK_DERIVATIVE_SILU: {
      const float s = ek_logistic(r);
      return s + r * s * (1.0f - s);
    }
    case EK_DERIVATIVE_TANH: return 1.0f - r * r;
    case EK_DERIVATIVE_SOFTPLUS: return 1.0f - ek_exponential(-r);
  }
  return 0;
}

EK_INLINE void ek_derivative_with(const struct ek_derivative_job *job, const enum ek_derivative kind) {
#pragma clang fp contract(off)
  for (size_t pixel = 0; pixel < job->pixel_count; pixel++) {
    const float *restrict reference = job->reference + pixel * job->reference_step;
    // The gradient may take the place of that of the output.
    const float *dy = job->output_gradient + pixel * job->output_step;
    const float *slopes = kind == EK_DERIVATIVE_PRELU ? job->slopes : dy;
    float *dx = job->gradient + pixel * job->step;
    if (job->accumulates) {
      EK_INDEPENDENT
      for (size_t c = 0; c < job->channel_count; c++) {
        dx[c] += ek_derivative_of(kind, reference[c], slopes[c]) * dy[c];
      }
    } else {
      EK_INDEPENDENT
      for (size_t c = 0; c < job->channel_count; c++) {
        dx[c] = ek_derivative_of(kind, reference[c], slopes[c]) * dy[c];
      }
    }
  }
}

EK_TARGET static void ek_derivative_run(const struct ek_derivative_job *job) {
  switch (job->derivative) {
    case EK_DERIVATIVE_RELU: ek_derivative_with(job, EK_DERIVATIVE_RELU); break;
    case EK_DERIVATIVE_SIGMOID: ek_derivative_with(job, EK_DERIVATIVE_SIGMOID); break;
    case EK_DERIVATIVE_QUICK_GELU: ek_derivative_with(job, EK_DERIVATIVE_QUICK_GELU); break;
    case EK_DERIVATIVE_GELU: ek_derivative_with(job, EK_DERIVATIVE_GELU); break;
    case EK_DERIVATIVE_PRELU: ek_derivative_with(job, EK_DERIVATIVE_PRELU); break;
    case EK_DERIVATIVE_SILU: ek_derivative_with(job, EK_DERIVATIVE_SILU); break;
    case EK_DERIVATIVE_TANH: ek_derivative_with(job, EK_DERIVATIVE_TANH); break;
    case EK_DERIVATIVE_SOFTPLUS: ek_derivative_with(job, EK_DERIVATIVE_SOFTPLUS); break;
  }
}
