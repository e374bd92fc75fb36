// Plain C for processors without the instruction sets below; compilers turn it into SSE or NEON.
#include "depthwise.h"
#include "levels.h"

#define ROWS 4
#define COLUMNS 8

static void tile(const struct ek_tile *t) {
  float sums[ROWS][COLUMNS];
  for (size_t m = 0; m < ROWS; m++) {
    for (size_t n = 0; n < COLUMNS; n++) sums[m][n] = t->bias[n];
  }
  const float *weights = t->weights;
  for (size_t tap = 0; tap < t->tap_count; tap++) {
    const float *rows[ROWS];
    for (size_t m = 0; m < ROWS; m++) {
      // Missing rows repeat the first one, so that the inner loops have a fixed count.
      rows[m] = t->rows[tap * ROWS + (m < t->row_count ? m : 0)];
    }
    for (size_t c = 0; c < t->channel_count; c++, weights += COLUMNS) {
      for (size_t m = 0; m < ROWS; m++) {
        for (size_t n = 0; n < COLUMNS; n++) sums[m][n] += rows[m][c] * weights[n];
      }
    }
  }
  for (size_t m = 0; m < t->row_count; m++) {
    float *out = t->outputs[m] + t->column_offset;
    for (size_t n = 0; n < t->column_count; n++) {
      float x = sums[m][n];
      if (t->residuals) x += t->residuals[m][t->column_offset + n];
      if (t->activation == EK_ACTIVATION_RELU) x = x < 0 ? 0 : x;
      if (t->activation == EK_ACTIVATION_PRELU) x = x < 0 ? x * t->slopes[n] : x;
      out[n] = x;
    }
  }
}

static void depthwise(const struct ek_depthwise *d) { ek_depthwise_body(d); }

const struct ek_kernels ek_kernels_portable = {EK_LEVEL_PORTABLE, ROWS, COLUMNS, tile, depthwise};
