#if defined(__x86_64__)
#include <immintrin.h>

#include "depthwise.h"
#include "levels.h"

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx2")))
#define ROWS 12
#define COLUMNS 32

TARGET static inline __attribute__((always_inline)) __m512 finish(
    __m512 sum, const struct ek_tile *t, size_t m, size_t first, __mmask16 mask) {
  if (t->residuals) {
    sum = _mm512_add_ps(
        sum, _mm512_maskz_loadu_ps(mask, t->residuals[m] + t->column_offset + first));
  }
  const __m512 zero = _mm512_setzero_ps();
  // max(a, b) yields b when either is NaN: this order lets NaN through, as PyTorch does.
  if (t->activation == EK_ACTIVATION_RELU) return _mm512_max_ps(zero, sum);
  if (t->activation == EK_ACTIVATION_PRELU) {
    const __mmask16 negative = _mm512_cmp_ps_mask(sum, zero, _CMP_LT_OQ);
    return _mm512_mask_mul_ps(sum, negative, sum, _mm512_loadu_ps(t->slopes + first));
  }
  return sum;
}

// `rows` is a constant at every call: the loops unroll and all sums live in registers.
TARGET static inline __attribute__((always_inline)) void tile_of(
    const struct ek_tile *t, const size_t rows) {
  __m512 sums[ROWS][2];
#pragma clang loop unroll(full)
  for (size_t m = 0; m < rows; m++) {
    sums[m][0] = _mm512_loadu_ps(t->bias);
    sums[m][1] = _mm512_loadu_ps(t->bias + 16);
  }
  const float *weights = t->weights;
  for (size_t tap = 0; tap < t->tap_count; tap++) {
    const float *const *starts = t->rows + tap * ROWS;
    const float *in[ROWS];
#pragma clang loop unroll(full)
    for (size_t m = 0; m < rows; m++) in[m] = starts[m];
    for (size_t c = 0; c < t->channel_count; c++, weights += COLUMNS) {
      const __m512 w0 = _mm512_loadu_ps(weights);
      const __m512 w1 = _mm512_loadu_ps(weights + 16);
#pragma clang loop unroll(full)
      for (size_t m = 0; m < rows; m++) {
        const __m512 x = _mm512_set1_ps(in[m][c]);
        sums[m][0] = _mm512_fmadd_ps(x, w0, sums[m][0]);
        sums[m][1] = _mm512_fmadd_ps(x, w1, sums[m][1]);
      }
    }
  }
  const unsigned columns = (unsigned)t->column_count;
  const __mmask16 low = columns >= 16 ? 0xFFFF : (__mmask16)((1u << columns) - 1);
  const __mmask16 high = columns >= 32 ? 0xFFFF
                         : columns > 16 ? (__mmask16)((1u << (columns - 16)) - 1) : 0;
#pragma clang loop unroll(full)
  for (size_t m = 0; m < rows; m++) {
    float *out = t->outputs[m] + t->column_offset;
    _mm512_mask_storeu_ps(out, low, finish(sums[m][0], t, m, 0, low));
    _mm512_mask_storeu_ps(out + 16, high, finish(sums[m][1], t, m, 16, high));
  }
}

TARGET static void tile(const struct ek_tile *t) {
  switch (t->row_count) {
    case 1: tile_of(t, 1); break;
    case 2: tile_of(t, 2); break;
    case 3: tile_of(t, 3); break;
    case 4: tile_of(t, 4); break;
    case 5: tile_of(t, 5); break;
    case 6: tile_of(t, 6); break;
    case 7: tile_of(t, 7); break;
    case 8: tile_of(t, 8); break;
    case 9: tile_of(t, 9); break;
    case 10: tile_of(t, 10); break;
    case 11: tile_of(t, 11); break;
    default: tile_of(t, 12); break;
  }
}

TARGET static void depthwise(const struct ek_depthwise *d) { ek_depthwise_body(d); }

const struct ek_kernels ek_kernels_avx512 = {EK_LEVEL_AVX512, ROWS, COLUMNS, tile, depthwise};
#endif
