// The exponential of the losses, as text; see lanes.h.
#pragma once

#include "EKGradients.h"
#include "lanes.h"

/// Bits of `2^(i/32)`, from whose exponent field `i/32` is taken away.
static const uint64_t ek_thirty_seconds[32] = {
    0x3ff0000000000000, 0x3fefd9b0d3158574, 0x3fefb5586cf9890f, 0x3fef9301d0125b51,
    0x3fef72b83c7d517b, 0x3fef54873168b9aa, 0x3fef387a6e756238, 0x3fef1e9df51fdee1,
    0x3fef06fe0a31b715, 0x3feef1a7373aa9cb, 0x3feedea64c123422, 0x3feece086061892d,
    0x3feebfdad5362a27, 0x3feeb42b569d4f82, 0x3feeab07dd485429, 0x3feea47eb03a5585,
    0x3feea09e667f3bcd, 0x3fee9f75e8ec5f74, 0x3feea11473eb0187, 0x3feea589994cce13,
    0x3feeace5422aa0db, 0x3feeb737b0cdc5e5, 0x3feec49182a3f090, 0x3feed503b23e255d,
    0x3feee89f995ad3ad, 0x3feeff76f2fb5e47, 0x3fef199bdd85529c, 0x3fef3720dcef9069,
    0x3fef5818dcfba487, 0x3fef7c97337b9b5f, 0x3fefa4afa2a490da, 0x3fefd0765b6e4540,
};

/// `Elementary.exponential` of a Float32, operation by operation: fused products are fused at every level,
/// by the C library's `fma` where the processor has none.
EK_INLINE float ek_elementary_exponential(float x) {
  const double wide = (double)(x < -104.0f ? -104.0f : x > 89.0f ? 89.0f : x);
  const double per_step = 0x1.71547652b82fep5, shift = 0x1.8p52;
  const double shifted = __builtin_fma(wide, per_step, shift);
  uint64_t steps;
  memcpy(&steps, &shifted, sizeof steps);
  const double rest = __builtin_fma(per_step, wide, shift - shifted);
  const double high = __builtin_fma(0x1.c6af84b912394p-20, rest, 0x1.ebfce50fac4f3p-13);
  const double low = __builtin_fma(rest, 0x1.62e42ff0c52d6p-6, 1.0);
  const uint64_t bits = ek_thirty_seconds[steps & 31] + (steps << 47);
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return (float)(__builtin_fma(high, rest * rest, low) * scale);
}

EK_TARGET static void ek_exponentials(const float *values, float less, float *results, size_t count) {
#pragma clang fp contract(off)
  for (size_t i = 0; i < count; i++) results[i] = ek_elementary_exponential(values[i] - less);
}
