#if defined(__x86_64__)
#include <immintrin.h>

#include "levels.h"

#define TARGET __attribute__((target("avx2,fma")))
#define STEP TARGET static inline __attribute__((always_inline))
#define ROWS 6
#define COLUMNS 16
#define TOKENS ek_token_kernels_avx2
#define LANES 8

typedef __m256 lanes;

STEP __m256i first_lanes(size_t count) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count < LANES ? (int)count : LANES), lane);
}

STEP lanes splat(float x) { return _mm256_set1_ps(x); }
STEP lanes load(const float *x) { return _mm256_loadu_ps(x); }
STEP void store(float *out, lanes x) { _mm256_storeu_ps(out, x); }
STEP lanes fma(lanes a, lanes b, lanes c) { return _mm256_fmadd_ps(a, b, c); }

STEP lanes load_part(const float *x, size_t count) {
  return _mm256_maskload_ps(x, first_lanes(count));
}

STEP void store_part(float *out, lanes x, size_t count) {
  _mm256_maskstore_ps(out, first_lanes(count), x);
}

STEP lanes finish(lanes x, enum ek_activation activation, const float *slopes) {
  const lanes zero = splat(0);
  // max(a, b) yields b when either is NaN: this order lets NaN through, as PyTorch does.
  if (activation == EK_ACTIVATION_RELU) return _mm256_max_ps(zero, x);
  if (activation == EK_ACTIVATION_PRELU) {
    const lanes negative = _mm256_cmp_ps(x, zero, _CMP_LT_OQ);
    return _mm256_blendv_ps(x, _mm256_mul_ps(x, load(slopes)), negative);
  }
  return x;
}

#include "tile.h"
#include "winograd.h"

const struct ek_kernels ek_kernels_avx2 = {
    EK_LEVEL_AVX2, ROWS, COLUMNS, tile, product, WINOGRAD_FORMS};
#endif
