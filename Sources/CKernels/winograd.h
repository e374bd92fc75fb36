// Winograd's transforms as text, one channel vector at a time: included after tile.h, whose vocabulary
// it uses. Every step is one rounded operation, so levels that fuse give the same bits.
#include "CKernels.h"


// Six points 0, ±√½, ±√2, ∞: of all forms with as few operations the one with the least error. The
// squares of the inner points are exact and their product is 1.
#define INNER_POINT 0.70710678118654752f
#define OUTER_POINT 1.41421356237309505f

// One axis of Bᵀ.
STEP void forward_6(lanes d[6]) {
  const lanes p = splat(INNER_POINT), q = splat(OUTER_POINT), half = splat(-0.5f), two = splat(-2), sum = splat(-2.5f);
  const lanes even_p = fma(two, d[2], d[4]), odd_p = fma(two, d[1], d[3]);
  const lanes even_q = fma(half, d[2], d[4]), odd_q = fma(half, d[1], d[3]);
  const lanes first = d[0] + d[4], last = d[1] + d[5];
  d[0] = fma(sum, d[2], first);
  d[5] = fma(sum, d[3], last);
  d[1] = fma(p, odd_p, even_p);
  d[2] = fma(-p, odd_p, even_p);
  d[3] = fma(q, odd_q, even_q);
  d[4] = fma(-q, odd_q, even_q);
}

// Four points 0, ±1, ∞.
STEP void forward_4(lanes d[4]) {
  const lanes first = d[2] - d[0], second = d[1] + d[2], third = d[2] - d[1], last = d[3] - d[1];
  d[0] = first;
  d[1] = second;
  d[2] = third;
  d[3] = last;
}

// One axis of Aᵀ: the first `outputs` of m are replaced.
STEP void inverse_6(lanes m[6], const int outputs) {
  const lanes p = splat(INNER_POINT), q = splat(OUTER_POINT), half = splat(0.5f), two = splat(2);
  const lanes sum_p = m[1] + m[2], difference_p = m[1] - m[2];
  const lanes sum_q = m[3] + m[4], difference_q = m[3] - m[4];
  const lanes last = m[5], inner = sum_p + sum_q, odd_p = p * difference_p;
  m[0] = m[0] + inner;
  if (outputs == 2) {
    const lanes odd = fma(q, difference_q, odd_p);
    m[1] = odd + last;
    return;
  }
  m[1] = fma(q, difference_q, odd_p);
  m[2] = fma(two, sum_q, half * sum_p);
  m[3] = fma(splat(2 * OUTER_POINT), difference_q, fma(half, odd_p, last));
}

STEP void inverse_4(lanes m[4]) {
  const lanes sum = m[1] + m[2], difference = m[1] - m[2];
  m[0] = m[0] + sum;
  m[1] = difference + m[3];
}

STEP void forward(lanes *d, const int points) {
  if (points == 6) forward_6(d); else forward_4(d);
}

STEP void inverse(lanes *m, const int points, const int outputs) {
  if (points == 6) inverse_6(m, outputs); else inverse_4(m);
}

// `whole` and `points` are constants at every call.
STEP void transform_input_vector(
    const struct ek_winograd_input *t, const float *const *pixels, const int points, size_t channel,
    const int whole, size_t count, float *out) {
  lanes v[6][6];
  UNROLL
  for (int j = 0; j < points; j++) {
    lanes d[6];
    UNROLL
    for (int i = 0; i < points; i++) {
      const float *x = pixels[i * points + j] + channel;
      d[i] = whole ? load(x) : load_part(x, count);
    }
    forward(d, points);
    UNROLL
    for (int i = 0; i < points; i++) v[i][j] = d[i];
  }
  UNROLL
  for (int i = 0; i < points; i++) {
    forward(v[i], points);
    UNROLL
    for (int j = 0; j < points; j++) {
      store(out, v[i][j]);
      out += t->frequency_stride;
    }
  }
}

STEP void transform_input(const struct ek_winograd_input *t, const int points) {
  const float *pixels[36];
  for (size_t index = 0; index < t->tile_count; index++) {
    const struct ek_winograd_tile *tile = t->tiles + index;
    for (int i = 0; i < points; i++) {
      const int row_inside = i >= tile->first_row && i < tile->last_row;
      UNROLL
      for (int j = 0; j < points; j++) {
        const int inside = row_inside && j >= tile->first_column && j < tile->last_column;
        const float *x = tile->input + i * t->row_stride + j * t->pixel_stride;
        pixels[i * points + j] = inside ? x : t->zeros;
      }
    }
    float *out = t->frequencies + index * t->tile_stride;
    size_t channel = 0;
    for (; channel + LANES <= t->channel_count; channel += LANES) {
      transform_input_vector(t, pixels, points, channel, 1, LANES, out + channel);
    }
    if (channel < t->channel_count) {
      transform_input_vector(
          t, pixels, points, channel, 0, t->channel_count - channel, out + channel);
    }
  }
}

STEP void transform_output_vector(
    const struct ek_winograd_output *t, const struct ek_winograd_tile *tile, const float *sums,
    const int points, const int outputs, size_t first, const int whole, size_t count) {
  lanes y[4][6];
  UNROLL
  for (int j = 0; j < points; j++) {
    lanes m[6];
    UNROLL
    for (int i = 0; i < points; i++) m[i] = load(sums + (i * points + j) * t->frequency_stride);
    inverse(m, points, outputs);
    UNROLL
    for (int i = 0; i < outputs; i++) y[i][j] = m[i];
  }
  const lanes bias = load(t->bias + first);
  const size_t offset = t->column_offset + first;
  UNROLL
  for (int i = 0; i < outputs; i++) {
    if (i >= tile->row_count) break;
    inverse(y[i], points, outputs);
    float *out = tile->output + i * t->row_stride + offset;
    const float *residual = tile->residual + i * t->residual_row_stride + offset;
    UNROLL
    for (int j = 0; j < outputs; j++) {
      if (j >= tile->column_count) break;
      lanes x = y[i][j] + bias;
      if (tile->residual) {
        const float *r = residual + j * t->residual_pixel_stride;
        x = x + (whole ? load(r) : load_part(r, count));
      }
      x = finish(x, t->activation, t->slopes + first);
      if (whole) {
        store(out + j * t->pixel_stride, x);
      } else {
        store_part(out + j * t->pixel_stride, x, count);
      }
    }
  }
}

STEP void transform_output(
    const struct ek_winograd_output *t, const int points, const int outputs) {
  for (size_t index = 0; index < t->tile_count; index++) {
    const struct ek_winograd_tile *tile = t->tiles + index;
    const float *sums = t->sums + index * COLUMNS;
    size_t first = 0;
    for (; first + LANES <= t->column_count; first += LANES) {
      transform_output_vector(t, tile, sums + first, points, outputs, first, 1, LANES);
    }
    if (first < t->column_count) {
      transform_output_vector(
          t, tile, sums + first, points, outputs, first, 0,
          t->column_count - first);
    }
  }
}

#define TRANSFORMS(name, points, outputs)                                        \
  TARGET static void name##_input(const struct ek_winograd_input *t) {           \
    transform_input(t, points);                                                  \
  }                                                                              \
  TARGET static void name##_output(const struct ek_winograd_output *t) {         \
    transform_output(t, points, outputs);                                        \
  }

TRANSFORMS(winograd_4x4_3x3, 6, 4)
TRANSFORMS(winograd_2x2_5x5, 6, 2)
TRANSFORMS(winograd_2x2_3x3, 4, 2)

#define FORM(name) {name##_input, name##_output}
#define WINOGRAD_FORMS FORM(winograd_4x4_3x3), FORM(winograd_2x2_5x5), FORM(winograd_2x2_3x3)
