#if defined(__x86_64__)
#include <immintrin.h>

#include "levels.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx2")))
#define STEP TARGET static inline __attribute__((always_inline))
#define ROWS 12
#define COLUMNS 32
#define TOKENS ek_token_kernels_avx512
#define LANES 16

typedef __m512 lanes;

STEP __mmask16 first_lanes(size_t count) {
  return count >= LANES ? 0xFFFF : (__mmask16)((1u << count) - 1);
}

STEP lanes splat(float x) { return _mm512_set1_ps(x); }
STEP lanes load(const float *x) { return _mm512_loadu_ps(x); }
STEP void store(float *out, lanes x) { _mm512_storeu_ps(out, x); }
STEP lanes fma(lanes a, lanes b, lanes c) { return _mm512_fmadd_ps(a, b, c); }

STEP lanes load_part(const float *x, size_t count) {
  return _mm512_maskz_loadu_ps(first_lanes(count), x);
}

STEP void store_part(float *out, lanes x, size_t count) {
  _mm512_mask_storeu_ps(out, first_lanes(count), x);
}

STEP lanes finish(lanes x, enum ek_activation activation, const float *slopes) {
  const lanes zero = splat(0);
  // max(a, b) yields b when either is NaN: this order lets NaN through, as PyTorch does.
  if (activation == EK_ACTIVATION_RELU) return _mm512_max_ps(zero, x);
  if (activation == EK_ACTIVATION_PRELU) {
    const __mmask16 negative = _mm512_cmp_ps_mask(x, zero, _CMP_LT_OQ);
    return _mm512_mask_mul_ps(x, negative, x, load(slopes));
  }
  return x;
}

#include "tile.h"
#include "winograd.h"

const struct ek_kernels ek_kernels_avx512 = {
    EK_LEVEL_AVX512, ROWS, COLUMNS, tile, product, WINOGRAD_FORMS};
#endif
