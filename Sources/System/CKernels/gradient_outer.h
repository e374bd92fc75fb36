// Sums of outer products as text; see lanes.h. A filter's gradient is one: inputs times output gradients,
// summed over pixels.
#pragma once

#include "EKGradients.h"
#include "lanes.h"

#define EK_OUTER_COLUMNS (2 * EK_LANES)
#define EK_UNROLL _Pragma("clang loop unroll(full)")

// `rows` and `vectors` are constants at every call: the loops unroll and all sums live in registers.
EK_INLINE void ek_outer_of(const struct ek_outer *job, const size_t rows, const size_t vectors) {
#pragma clang fp contract(on)
  ek_lanes sums[EK_OUTER_ROWS][2];
  EK_UNROLL
  for (size_t m = 0; m < rows; m++) {
    EK_UNROLL
    for (size_t v = 0; v < vectors; v++) {
      sums[m][v] = ek_load(job->sums + m * job->sum_stride + v * EK_LANES, EK_LANES);
    }
  }
  const float *columns = job->columns;
  const size_t offset = job->row_offset;
  for (size_t k = 0; k < job->depth; k++, columns += EK_OUTER_COLUMNS) {
    const float *row = job->rows[k] + offset;
    ek_lanes w[2];
    EK_UNROLL
    for (size_t v = 0; v < vectors; v++) w[v] = ek_load(columns + v * EK_LANES, EK_LANES);
    EK_UNROLL
    for (size_t m = 0; m < rows; m++) {
      const ek_lanes x = (ek_lanes)(row[m]);
      EK_UNROLL
      for (size_t v = 0; v < vectors; v++) sums[m][v] = x * w[v] + sums[m][v];
    }
  }
  EK_UNROLL
  for (size_t m = 0; m < rows; m++) {
    EK_UNROLL
    for (size_t v = 0; v < vectors; v++) {
      ek_store(job->sums + m * job->sum_stride + v * EK_LANES, sums[m][v], EK_LANES);
    }
  }
}

#define EK_OUTER_CASE(count) \
  case count: ek_outer_of(job, count, vectors); break;
#if EK_OUTER_ROWS > 6
#define EK_OUTER_CASES                                                                     \
  EK_OUTER_CASE(1) EK_OUTER_CASE(2) EK_OUTER_CASE(3) EK_OUTER_CASE(4) EK_OUTER_CASE(5)     \
  EK_OUTER_CASE(6) EK_OUTER_CASE(7) EK_OUTER_CASE(8) EK_OUTER_CASE(9) EK_OUTER_CASE(10)    \
  EK_OUTER_CASE(11) default: ek_outer_of(job, 12, vectors);
#elif EK_OUTER_ROWS > 4
#define EK_OUTER_CASES                                                                     \
  EK_OUTER_CASE(1) EK_OUTER_CASE(2) EK_OUTER_CASE(3) EK_OUTER_CASE(4) EK_OUTER_CASE(5)     \
  default: ek_outer_of(job, 6, vectors);
#else
#define EK_OUTER_CASES \
  EK_OUTER_CASE(1) EK_OUTER_CASE(2) EK_OUTER_CASE(3) default: ek_outer_of(job, 4, vectors);
#endif

EK_INLINE void ek_outer_with(const struct ek_outer *job, const size_t vectors) {
  switch (job->row_count) { EK_OUTER_CASES }
}

EK_TARGET static void ek_outer_product(const struct ek_outer *job) {
  if (job->column_count <= EK_LANES) {
    ek_outer_with(job, 1);
  } else {
    ek_outer_with(job, 2);
  }
}
