// Matrix tiles as text: sums of ROWS rows by COLUMNS columns that live in registers. Each level's file
// includes this after its vocabulary:
//
//     TARGET, STEP              attributes of a kernel and of a function inlined into it
//     ROWS, COLUMNS, LANES      the tile; floats of a vector
//     lanes                     the vector type
//     TOKENS                    the level's kernels for activations that `finish` leaves out
//     splat, load, store        one value everywhere; a whole vector, unaligned
//     load_part, store_part     its first lanes; the others read as zero and are not written
//     fma(a, b, c)              a · b + c, fused where the level can
//     finish(x, activation, slopes)
#include "CKernels.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define VECTORS (COLUMNS / LANES)

// `rows` and `vectors` are constants at every call: the loops unroll and all sums live in registers.
STEP void tile_of(const struct ek_tile *t, const size_t rows, const size_t vectors) {
  lanes sums[ROWS][VECTORS];
  UNROLL
  for (size_t m = 0; m < rows; m++) {
    UNROLL
    for (size_t v = 0; v < vectors; v++) sums[m][v] = load(t->bias + v * LANES);
  }
  const float *weights = t->weights;
  for (size_t tap = 0; tap < t->tap_count; tap++) {
    const float *const *starts = t->rows + tap * ROWS;
    const float *in[ROWS];
    UNROLL
    for (size_t m = 0; m < rows; m++) in[m] = starts[m];
    for (size_t c = 0; c < t->channel_count; c++, weights += COLUMNS) {
      lanes w[VECTORS];
      UNROLL
      for (size_t v = 0; v < vectors; v++) w[v] = load(weights + v * LANES);
      UNROLL
      for (size_t m = 0; m < rows; m++) {
        const lanes x = splat(in[m][c]);
        UNROLL
        for (size_t v = 0; v < vectors; v++) sums[m][v] = fma(x, w[v], sums[m][v]);
      }
    }
  }
  UNROLL
  for (size_t m = 0; m < rows; m++) {
    UNROLL
    for (size_t v = 0; v < vectors; v++) {
      const size_t first = v * LANES;
      const size_t count = t->column_count - first;
      lanes x = sums[m][v];
      if (t->residuals) x = x + load_part(t->residuals[m] + t->column_offset + first, count);
      x = finish(x, t->activation, t->slopes + first);
      store_part(t->outputs[m] + t->column_offset + first, x, count);
    }
  }
}

// As above for rows at equal distances and without what follows a sum.
STEP void product_of(
    const struct ek_product *t, const float *first_row, float *out, const size_t rows,
    const size_t vectors) {
  lanes sums[ROWS][VECTORS];
  UNROLL
  for (size_t m = 0; m < rows; m++) {
    UNROLL
    for (size_t v = 0; v < vectors; v++) {
      sums[m][v] = t->continues ? load(out + m * COLUMNS + v * LANES) : splat(0);
    }
  }
  const float *weights = t->weights;
  const float *in[ROWS];
  UNROLL
  for (size_t m = 0; m < rows; m++) in[m] = first_row + m * t->row_stride;
  for (size_t k = 0; k < t->depth; k++, weights += COLUMNS) {
    lanes w[VECTORS];
    UNROLL
    for (size_t v = 0; v < vectors; v++) w[v] = load(weights + v * LANES);
    UNROLL
    for (size_t m = 0; m < rows; m++) {
      const lanes x = splat(in[m][k]);
      UNROLL
      for (size_t v = 0; v < vectors; v++) sums[m][v] = fma(x, w[v], sums[m][v]);
    }
  }
  UNROLL
  for (size_t m = 0; m < rows; m++) {
    UNROLL
    for (size_t v = 0; v < vectors; v++) store(out + m * COLUMNS + v * LANES, sums[m][v]);
  }
}

// Calls a function of constant row count for 1 … ROWS rows.
#define ROW_CASE(count, call) case count: call(count); break;
#if ROWS > 6
#define ROW_CASES(call)                                                                 \
  ROW_CASE(1, call) ROW_CASE(2, call) ROW_CASE(3, call) ROW_CASE(4, call)               \
  ROW_CASE(5, call) ROW_CASE(6, call) ROW_CASE(7, call) ROW_CASE(8, call)               \
  ROW_CASE(9, call) ROW_CASE(10, call) ROW_CASE(11, call) default: call(12);
#elif ROWS > 4
#define ROW_CASES(call)                                                                 \
  ROW_CASE(1, call) ROW_CASE(2, call) ROW_CASE(3, call) ROW_CASE(4, call)               \
  ROW_CASE(5, call) default: call(6);
#else
#define ROW_CASES(call) \
  ROW_CASE(1, call) ROW_CASE(2, call) ROW_CASE(3, call) default: call(4);
#endif

// Columns beyond the first vector are left out where none is wanted.
TARGET static void tile(const struct ek_tile *t) {
#define NARROW(rows) tile_of(t, rows, 1)
#define WHOLE(rows) tile_of(t, rows, VECTORS)
  if (t->column_count <= LANES) {
    switch (t->row_count) { ROW_CASES(NARROW) }
  } else {
    switch (t->row_count) { ROW_CASES(WHOLE) }
  }
#undef NARROW
#undef WHOLE
  ek_activate_tile(t, &TOKENS);
}

STEP void product_with(const struct ek_product *t, const size_t vectors) {
  const float *row = t->rows;
  float *out = t->sums;
  size_t left = t->row_count;
  for (; left >= ROWS; left -= ROWS, row += ROWS * t->row_stride, out += ROWS * COLUMNS) {
    product_of(t, row, out, ROWS, vectors);
  }
  if (left == 0) return;
#define PRODUCT(rows) product_of(t, row, out, rows, vectors)
  switch (left) { ROW_CASES(PRODUCT) }
#undef PRODUCT
}

TARGET static void product(const struct ek_product *t) {
  if (t->column_count <= LANES) {
    product_with(t, 1);
  } else {
    product_with(t, VECTORS);
  }
}
