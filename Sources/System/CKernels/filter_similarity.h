// Windowed similarity of two planes.
#pragma once

#include "filter_vectors.h"

#define LOAD8(p) (*(const doubles8 *)(p))

// Σ over taps of four rows of sums at one position, eight columns at a time.
INLINE void weigh4(
    const double *const rows[4], size_t at, const double *window, size_t taps, doubles8 sums[4]) {
#pragma clang loop unroll(full)
  for (int map = 0; map < 4; map++) sums[map] = (doubles8)0;
  for (size_t tap = 0; tap < taps; tap++) {
#pragma clang loop unroll(full)
    for (int map = 0; map < 4; map++) sums[map] += LOAD8(rows[map] + at + tap) * window[tap];
  }
}

INLINE void similarity_row(struct ek_similarity *s, const double *const rows[4], size_t columns) {
  const longs8 lanes = {0, 1, 2, 3, 4, 5, 6, 7};
  doubles4 ssim_sum = 0, contrast_sum = 0;
  for (size_t at = 0; at < columns; at += 8) {
    doubles8 sums[4];
    weigh4(rows, at, s->window, s->taps, sums);
    const doubles8 mean_product = sums[0] * sums[1];
    const doubles8 mean_squares = sums[0] * sums[0] + sums[1] * sums[1];
    const doubles8 variances = s->covariance_scale * (sums[2] - mean_squares);
    const doubles8 covariance = s->covariance_scale * (sums[3] - mean_product);
    doubles8 contrast = (2 * covariance + s->c2) / (variances + s->c2);
    if (s->clips_contrast) contrast = contrast < 0 ? (doubles8)0 : contrast;
    doubles8 ssim = (2 * mean_product + s->c1) / (mean_squares + s->c1) * contrast;
    if (columns - at < 8) {
      const longs8 inside = lanes < (int64_t)(columns - at);
      ssim = inside ? ssim : (doubles8)0;
      contrast = inside ? contrast : (doubles8)0;
    }
    // Four lanes, whatever the level has, so that the order of the sum is one.
    ssim_sum += __builtin_shufflevector(ssim, ssim, 0, 1, 2, 3);
    ssim_sum += __builtin_shufflevector(ssim, ssim, 4, 5, 6, 7);
    contrast_sum += __builtin_shufflevector(contrast, contrast, 0, 1, 2, 3);
    contrast_sum += __builtin_shufflevector(contrast, contrast, 4, 5, 6, 7);
  }
  s->ssim += ssim_sum[0] + ssim_sum[1] + ssim_sum[2] + ssim_sum[3];
  s->contrast += contrast_sum[0] + contrast_sum[1] + contrast_sum[2] + contrast_sum[3];
}

static void similarity(struct ek_similarity *s) {
  const size_t stride = s->width + EK_SIMILARITY_PADDING;
  const size_t taps = s->taps;
  double *const sums = s->scratch;
  double *const squares = sums + 4 * stride;
  double *const products = squares + taps * stride;
  const double *const rows[4] = {sums, sums + stride, sums + 2 * stride, sums + 3 * stride};
  s->ssim = 0;
  s->contrast = 0;
  memset(sums, 0, 4 * stride * sizeof(double));
  for (size_t row = 0; row < s->height; row++) {
    // The last `taps` rows of squares and products, each written over the oldest one.
    const double *x = s->first + row * s->width;
    const double *y = s->second + row * s->width;
    double *new_squares = squares + row % taps * stride;
    double *new_products = products + row % taps * stride;
    for (size_t at = 0; at < s->width; at += 8) {
      const doubles8 a = LOAD8(x + at), b = LOAD8(y + at);
      *(doubles8 *)(new_squares + at) = a * a + b * b;
      *(doubles8 *)(new_products + at) = a * b;
    }
    if (row + 1 < taps) continue;
    const size_t top = row + 1 - taps;
    for (size_t at = 0; at < s->width; at += 8) {
      doubles8 sum[4];
#pragma clang loop unroll(full)
      for (int map = 0; map < 4; map++) sum[map] = (doubles8)0;
      size_t ring = top % taps;
      for (size_t tap = 0; tap < taps; tap++) {
        const double weight = s->window[tap];
        const size_t offset = (top + tap) * s->width + at;
        sum[0] += LOAD8(s->first + offset) * weight;
        sum[1] += LOAD8(s->second + offset) * weight;
        sum[2] += LOAD8(squares + ring * stride + at) * weight;
        sum[3] += LOAD8(products + ring * stride + at) * weight;
        ring = ring + 1 == taps ? 0 : ring + 1;
      }
#pragma clang loop unroll(full)
      for (int map = 0; map < 4; map++) *(doubles8 *)(sums + map * stride + at) = sum[map];
    }
    similarity_row(s, rows, s->width - taps + 1);
  }
}
