// What looks at all channels of a pixel, as text; see lanes.h.
#pragma once

#include "lanes.h"

/// Integers in the order of floats: equal zeros are equal, NaN is the largest.
EK_INLINE ek_integers ek_ordered(ek_lanes x) {
  // −0 + 0 = +0.
  const ek_lanes value = x + 0.0f;
  ek_integers bits;
  memcpy(&bits, &value, sizeof bits);
  const ek_integers ordered = bits ^ ((bits >> 31) & INT32_MAX);
  return x != x ? (ek_integers)(INT32_MAX) : ordered;
}

/// Index of the largest of at least one vector of channels.
EK_INLINE int32_t ek_largest_of(const float *x, size_t channels, ek_integers lane_numbers) {
  ek_integers best = ek_ordered(ek_load(x, EK_LANES));
  ek_integers indices = lane_numbers;
  for (size_t channel = EK_LANES; channel < channels; channel += EK_LANES) {
    const size_t start = ek_start(channel, channels);
    const ek_integers found = ek_ordered(ek_load(x + start, EK_LANES));
    indices = found > best ? lane_numbers + (int32_t)start : indices;
    best = found > best ? found : best;
  }
  const int32_t largest = __builtin_reduce_max(best);
  return __builtin_reduce_min(best == largest ? indices : (ek_integers)(INT32_MAX));
}

EK_TARGET static void ek_largest_channel(
    const float *input, size_t step, size_t pixel_count, size_t channel_count, uint8_t *output) {
  ek_integers lane_numbers;
  for (int32_t lane = 0; lane < EK_LANES; lane++) lane_numbers[lane] = lane;
  for (size_t pixel = 0; pixel < pixel_count; pixel++) {
    const float *x = input + pixel * step;
    if (channel_count >= EK_LANES) {
      output[pixel] = (uint8_t)ek_largest_of(x, channel_count, lane_numbers);
      continue;
    }
    size_t best = 0;
    for (size_t c = 1; c < channel_count; c++) {
      // Not at most: larger, or one of the two is NaN; and nothing follows a NaN.
      if (!(x[c] <= x[best]) && x[best] == x[best]) best = c;
    }
    output[pixel] = (uint8_t)best;
  }
}

#define EK_PARTS 16
#define EK_PART_VECTORS (EK_PARTS / EK_LANES)

/// Sixteen interleaved sums as one: the second eight onto the first, then in order.
EK_INLINE float ek_joined(const ek_lanes *parts) {
  float values[EK_PARTS];
  memcpy(values, parts, sizeof values);
  float sum = values[0] + values[8];
  for (size_t i = 1; i < 8; i++) sum += values[i] + values[i + 8];
  return sum;
}

EK_INLINE float ek_normalizer(const float *x, size_t channels) {
#pragma clang fp contract(off)
  ek_lanes parts[EK_PART_VECTORS];
  for (size_t k = 0; k < EK_PART_VECTORS; k++) parts[k] = (ek_lanes)(0.0f);
  size_t c = 0;
  for (; c + EK_PARTS <= channels; c += EK_PARTS) {
#pragma clang loop unroll(full)
    for (size_t k = 0; k < EK_PART_VECTORS; k++) {
      const ek_lanes value = ek_load(x + c + k * EK_LANES, EK_LANES);
      parts[k] += value * value;
    }
  }
  float sum = ek_joined(parts);
  for (; c < channels; c++) sum += x[c] * x[c];
  return 1 / (__builtin_sqrtf(sum) + 1e-10f);
}

EK_TARGET static double ek_normalized_distance(
    const float *a, const float *b, size_t step, size_t pixel_count, size_t channel_count,
    const float *weights) {
#pragma clang fp contract(off)
  double total = 0;
  for (size_t pixel = 0; pixel < pixel_count; pixel++, a += step, b += step) {
    const float a_scale = ek_normalizer(a, channel_count);
    const float b_scale = ek_normalizer(b, channel_count);
    ek_lanes parts[EK_PART_VECTORS];
    for (size_t k = 0; k < EK_PART_VECTORS; k++) parts[k] = (ek_lanes)(0.0f);
    size_t c = 0;
    for (; c + EK_PARTS <= channel_count; c += EK_PARTS) {
#pragma clang loop unroll(full)
      for (size_t k = 0; k < EK_PART_VECTORS; k++) {
        const size_t at = c + k * EK_LANES;
        const ek_lanes difference =
            ek_load(a + at, EK_LANES) * a_scale - ek_load(b + at, EK_LANES) * b_scale;
        parts[k] += ek_load(weights + at, EK_LANES) * (difference * difference);
      }
    }
    float sum = ek_joined(parts);
    for (; c < channel_count; c++) {
      const float difference = a[c] * a_scale - b[c] * b_scale;
      sum += weights[c] * (difference * difference);
    }
    total += sum;
  }
  return total;
}
