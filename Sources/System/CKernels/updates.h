// Updates of parameters, as text; see lanes.h. Every product and sum is rounded by itself, so results are
// the same bits at every level.
#pragma once

#include "EKGradients.h"
#include "lanes.h"

// Kingma and Ba, arXiv 1412.6980; Loshchilov and Hutter, arXiv 1711.05101; in the order of operations of
// PyTorch's Adam and AdamW.
EK_INLINE void ek_adam_lanes(const struct ek_adam *job, size_t start, size_t count) {
#pragma clang fp contract(off)
  const ek_lanes p = ek_load(job->parameters + start, count);
  const ek_lanes old = p - p * job->decay;
  const ek_lanes gradient = ek_load(job->gradients + start, count) * job->gradient_scale
                            + old * job->coupled_decay;
  ek_lanes m = ek_load(job->first + start, count);
  ek_lanes v = ek_load(job->second + start, count);
  m = m + (gradient - m) * (1.0f - job->beta1);
  v = v * job->beta2 + gradient * gradient * (1.0f - job->beta2);
  const ek_lanes root = __builtin_elementwise_sqrt(v) * job->second_correction + job->epsilon;
  ek_store(job->first + start, m, count);
  ek_store(job->second + start, v, count);
  ek_store(job->parameters + start, old - job->rate * m / root, count);
}

EK_TARGET static void ek_adam_step(const struct ek_adam *job) {
  const size_t whole = job->count / EK_LANES * EK_LANES;
  for (size_t start = 0; start < whole; start += EK_LANES) ek_adam_lanes(job, start, EK_LANES);
  if (whole < job->count) ek_adam_lanes(job, whole, job->count - whole);
}

EK_TARGET static void ek_momentum_step(const struct ek_momentum *job) {
#pragma clang fp contract(off)
  float *restrict p = job->parameters;
  float *restrict b = job->velocity;
  const float *restrict g = job->gradients;
  const struct ek_momentum j = *job;
  EK_INDEPENDENT
  for (size_t i = 0; i < j.count; i++) {
    const float gradient = g[i] * j.gradient_scale + p[i] * j.decay;
    const float velocity = j.is_first ? gradient : b[i] * j.momentum + gradient;
    b[i] = velocity;
    p[i] -= j.rate * (j.is_nesterov ? gradient + j.momentum * velocity : velocity);
  }
}

#define EK_SQUARE_PARTS 16

EK_TARGET static double ek_squared_sum(const float *values, size_t count) {
#pragma clang fp contract(off)
  double parts[EK_SQUARE_PARTS] = {0};
  const size_t whole = count / EK_SQUARE_PARTS * EK_SQUARE_PARTS;
  for (size_t i = 0; i < whole; i += EK_SQUARE_PARTS) {
    for (size_t l = 0; l < EK_SQUARE_PARTS; l++) {
      parts[l] += (double)values[i + l] * (double)values[i + l];
    }
  }
  for (size_t i = whole; i < count; i++) {
    parts[i - whole] += (double)values[i] * (double)values[i];
  }
  double sum = 0;
  for (size_t l = 0; l < EK_SQUARE_PARTS; l++) sum += parts[l];
  return sum;
}
