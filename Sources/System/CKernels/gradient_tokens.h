// Gradients of row operations of transformers, as text; see lanes.h.
#pragma once

#include "EKGradients.h"
#include "lanes.h"

#define EK_WIDE 8

/// Eight interleaved parts, folded in halves.
EK_INLINE double ek_folded(const double *parts) {
  return ((parts[0] + parts[4]) + (parts[2] + parts[6]))
         + ((parts[1] + parts[5]) + (parts[3] + parts[7]));
}

EK_TARGET static void ek_layer_norm_row_gradient(
    const struct ek_layer_norm_gradient *job, const float *x, const float *dy, float *dx,
    int accumulates) {
#pragma clang fp contract(on)
  const size_t count = job->count;
  const size_t whole = count / EK_WIDE * EK_WIDE;
  double sums[EK_WIDE] = {0};
  double squares[EK_WIDE] = {0};
  for (size_t i = 0; i < whole; i += EK_WIDE) {
    for (size_t l = 0; l < EK_WIDE; l++) sums[l] += (double)x[i + l];
  }
  for (size_t i = whole; i < count; i++) sums[i - whole] += (double)x[i];
  const double mean = ek_folded(sums) / (double)count;
  for (size_t i = 0; i < whole; i += EK_WIDE) {
    for (size_t l = 0; l < EK_WIDE; l++) {
      const double difference = (double)x[i + l] - mean;
      squares[l] += difference * difference;
    }
  }
  for (size_t i = whole; i < count; i++) {
    const double difference = (double)x[i] - mean;
    squares[i - whole] += difference * difference;
  }
  const double factor =
      1.0 / __builtin_sqrt(ek_folded(squares) / (double)count + job->epsilon);
  // Means of g and g · x̂, g = dy · weight.
  double plain[EK_WIDE] = {0};
  double weighted[EK_WIDE] = {0};
  for (size_t i = 0; i < whole; i += EK_WIDE) {
    for (size_t l = 0; l < EK_WIDE; l++) {
      const double g = (double)dy[i + l] * (double)job->weight[i + l];
      plain[l] += g;
      weighted[l] += g * (((double)x[i + l] - mean) * factor);
    }
  }
  for (size_t i = whole; i < count; i++) {
    const double g = (double)dy[i] * (double)job->weight[i];
    plain[i - whole] += g;
    weighted[i - whole] += g * (((double)x[i] - mean) * factor);
  }
  const double first = ek_folded(plain) / (double)count;
  const double second = ek_folded(weighted) / (double)count;
  if (job->weight_gradient) {
    EK_INDEPENDENT
    for (size_t i = 0; i < count; i++) {
      job->weight_gradient[i] += (double)dy[i] * (((double)x[i] - mean) * factor);
      job->bias_gradient[i] += (double)dy[i];
    }
  }
  if (!dx) return;
  EK_INDEPENDENT
  for (size_t i = 0; i < count; i++) {
    const double normal = ((double)x[i] - mean) * factor;
    const double g = (double)dy[i] * (double)job->weight[i];
    const float sum = (float)(factor * (g - first - normal * second));
    dx[i] = accumulates ? dx[i] + sum : sum;
  }
}

EK_TARGET static void ek_softmax_row_gradient(
    const float *p, float *g, size_t count, float scale) {
#pragma clang fp contract(on)
  double parts[EK_WIDE] = {0};
  const size_t whole = count / EK_WIDE * EK_WIDE;
  for (size_t i = 0; i < whole; i += EK_WIDE) {
    for (size_t l = 0; l < EK_WIDE; l++) parts[l] += (double)p[i + l] * (double)g[i + l];
  }
  for (size_t i = whole; i < count; i++) parts[i - whole] += (double)p[i] * (double)g[i];
  const float dot = (float)ek_folded(parts);
  EK_INDEPENDENT
  for (size_t i = 0; i < count; i++) g[i] = scale * p[i] * (g[i] - dot);
}
