#if defined(__x86_64__)
#include <immintrin.h>

#include "depthwise.h"
#include "levels.h"

#define TARGET __attribute__((target("avx2,fma")))
#define ROWS 6
#define COLUMNS 16

TARGET static inline __attribute__((always_inline)) __m256i mask_of(size_t count) {
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count), lanes);
}

TARGET static inline __attribute__((always_inline)) __m256 finish(
    __m256 sum, const struct ek_tile *t, size_t m, size_t first, __m256i mask) {
  if (t->residuals) {
    sum = _mm256_add_ps(
        sum, _mm256_maskload_ps(t->residuals[m] + t->column_offset + first, mask));
  }
  const __m256 zero = _mm256_setzero_ps();
  // max(a, b) yields b when either is NaN: this order lets NaN through, as PyTorch does.
  if (t->activation == EK_ACTIVATION_RELU) return _mm256_max_ps(zero, sum);
  if (t->activation == EK_ACTIVATION_PRELU) {
    const __m256 negative = _mm256_cmp_ps(sum, zero, _CMP_LT_OQ);
    return _mm256_blendv_ps(
        sum, _mm256_mul_ps(sum, _mm256_loadu_ps(t->slopes + first)), negative);
  }
  return sum;
}

// `rows` is a constant at every call: the loops unroll and all sums live in registers.
TARGET static inline __attribute__((always_inline)) void tile_of(
    const struct ek_tile *t, const size_t rows) {
  __m256 sums[ROWS][2];
#pragma clang loop unroll(full)
  for (size_t m = 0; m < rows; m++) {
    sums[m][0] = _mm256_loadu_ps(t->bias);
    sums[m][1] = _mm256_loadu_ps(t->bias + 8);
  }
  const float *weights = t->weights;
  for (size_t tap = 0; tap < t->tap_count; tap++) {
    const float *const *starts = t->rows + tap * ROWS;
    const float *in[ROWS];
#pragma clang loop unroll(full)
    for (size_t m = 0; m < rows; m++) in[m] = starts[m];
    for (size_t c = 0; c < t->channel_count; c++, weights += COLUMNS) {
      const __m256 w0 = _mm256_loadu_ps(weights);
      const __m256 w1 = _mm256_loadu_ps(weights + 8);
#pragma clang loop unroll(full)
      for (size_t m = 0; m < rows; m++) {
        const __m256 x = _mm256_broadcast_ss(in[m] + c);
        sums[m][0] = _mm256_fmadd_ps(x, w0, sums[m][0]);
        sums[m][1] = _mm256_fmadd_ps(x, w1, sums[m][1]);
      }
    }
  }
  const size_t columns = t->column_count;
  const __m256i low = mask_of(columns);
  const __m256i high = mask_of(columns > 8 ? columns - 8 : 0);
#pragma clang loop unroll(full)
  for (size_t m = 0; m < rows; m++) {
    float *out = t->outputs[m] + t->column_offset;
    _mm256_maskstore_ps(out, low, finish(sums[m][0], t, m, 0, low));
    _mm256_maskstore_ps(out + 8, high, finish(sums[m][1], t, m, 8, high));
  }
}

TARGET static void tile(const struct ek_tile *t) {
  switch (t->row_count) {
    case 1: tile_of(t, 1); break;
    case 2: tile_of(t, 2); break;
    case 3: tile_of(t, 3); break;
    case 4: tile_of(t, 4); break;
    case 5: tile_of(t, 5); break;
    default: tile_of(t, 6); break;
  }
}

TARGET static void depthwise(const struct ek_depthwise *d) { ek_depthwise_body(d); }

const struct ek_kernels ek_kernels_avx2 = {EK_LEVEL_AVX2, ROWS, COLUMNS, tile, depthwise};
#endif
