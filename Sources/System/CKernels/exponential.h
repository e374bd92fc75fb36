// The exponential as text: each level's file inlines it into its own loops, which the compiler vectorizes.
#pragma once

#include <stdint.h>
#include <string.h>

/// `e^x` in Float32 with an error of at most 1.01 ulp, subnormal results included; `e^NaN = NaN`, `e^−∞ = 0`,
/// overflow is ∞.
///
/// Cody and Waite's reduction `x = n·ln 2 + r`, `|r| ≤ ln 2 / 2`, and a minimax polynomial of degree 6.
/// Branch-free, so a loop over it becomes vectors. Levels with fused multiply-adds give equal bits;
/// portable C rounds products too and may differ from them by 1 ulp.
static inline __attribute__((always_inline)) float ek_exponential(float x) {
#pragma clang fp contract(on)
  // Beyond these the result is 0 or ∞; comparisons are false for NaN and let it through.
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  // Adding 1.5·2^23 rounds to an integer and leaves it in the low bits.
  const float magic = 0x1.8p23f;
  const float shifted = x * 0x1.715476p0f + magic;
  const float n = shifted - magic;
  // ln 2 in two parts, the first of which has trailing zeros: n times it is exact.
  const float r = (x - n * 0x1.62e400p-1f) - n * 0x1.7f7d1cp-20f;
  float p = 0x1.6850e4p-10f;
  p = p * r + 0x1.123bccp-7f;
  p = p * r + 0x1.555b98p-5f;
  p = p * r + 0x1.55548ep-3f;
  p = p * r + 0x1.fffff8p-2f;
  p = p * (r * r) + r;
  p = p + 1.0f;
  // 2^n in two factors, since neither n = 128 nor n = −150 has a Float32 of its own.
  int32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  const int32_t whole = (int32_t)((uint32_t)bits - 0x4B400000u);
  const int32_t half = whole >> 1;
  const uint32_t low = (uint32_t)(half + 127) << 23;
  const uint32_t high = (uint32_t)(whole - half + 127) << 23;
  float first, second;
  memcpy(&first, &low, sizeof first);
  memcpy(&second, &high, sizeof second);
  return p * first * second;
}
