// Winograd's transforms of filters, tiles and tiles' gradients as text, one channel vector at a time; included after
// tile.h, whose vocabulary it uses.
#include "CKernels.h"
#include "winograd_axis.h"

// A form: points and outputs of a tile along rows and along columns. Constant at every call.
struct form {
  int row_points, column_points, row_outputs, column_outputs;
};

STEP void transform_filter_vector(
    const struct ek_winograd_filter *t, const float *in, const struct form form, float *out) {
  const int row_taps = form.row_points - form.row_outputs + 1;
  const int column_taps = form.column_points - form.column_outputs + 1;
  lanes u[10][7];
  UNROLL
  for (int j = 0; j < column_taps; j++) {
    lanes g[7], points[10];
    UNROLL
    for (int i = 0; i < row_taps; i++) g[i] = load(in + (i * column_taps + j) * t->tap_stride);
    filter(g, points, row_taps, form.row_points);
    UNROLL
    for (int i = 0; i < form.row_points; i++) u[i][j] = points[i];
  }
  UNROLL
  for (int i = 0; i < form.row_points; i++) {
    lanes points[10];
    filter(u[i], points, column_taps, form.column_points);
    UNROLL
    for (int j = 0; j < form.column_points; j++) {
      store(out, points[j]);
      out += t->frequency_stride;
    }
  }
}

STEP void transform_filter(const struct ek_winograd_filter *t, const struct form form) {
  for (size_t index = 0; index < t->channel_count * COLUMNS; index += LANES) {
    transform_filter_vector(t, t->taps + index, form, t->frequencies + index);
  }
}

// `whole` is a constant at every call.
STEP void transform_input_vector(
    const struct ek_winograd_input *t, const float *const *pixels, const struct form form, size_t channel,
    const int whole, size_t count, float *out) {
  lanes v[10][10];
  UNROLL
  for (int j = 0; j < form.column_points; j++) {
    lanes d[10];
    UNROLL
    for (int i = 0; i < form.row_points; i++) {
      const float *x = pixels[i * form.column_points + j] + channel;
      d[i] = whole ? load(x) : load_part(x, count);
    }
    forward(d, form.row_points);
    UNROLL
    for (int i = 0; i < form.row_points; i++) v[i][j] = d[i];
  }
  UNROLL
  for (int i = 0; i < form.row_points; i++) {
    forward(v[i], form.column_points);
    UNROLL
    for (int j = 0; j < form.column_points; j++) {
      store(out, v[i][j]);
      out += t->frequency_stride;
    }
  }
}

// Starts of a tile's pixels, zeros outside of the map. `rows` and `columns` are constants at every call.
STEP void tile_pixels(
    const struct ek_winograd_input *t, const struct ek_winograd_tile *tile, const int rows, const int columns,
    const float **pixels) {
  for (int i = 0; i < rows; i++) {
    const int row_inside = i >= tile->first_row && i < tile->last_row;
    UNROLL
    for (int j = 0; j < columns; j++) {
      const int inside = row_inside && j >= tile->first_column && j < tile->last_column;
      const float *x = tile->input + i * t->row_stride + j * t->pixel_stride;
      pixels[i * columns + j] = inside ? x : t->zeros;
    }
  }
}

STEP void transform_input(const struct ek_winograd_input *t, const struct form form) {
  const float *pixels[36];
  for (size_t index = 0; index < t->tile_count; index++) {
    tile_pixels(t, t->tiles + index, form.row_points, form.column_points, pixels);
    float *out = t->frequencies + index * t->tile_stride;
    size_t channel = 0;
    for (; channel + LANES <= t->channel_count; channel += LANES) {
      transform_input_vector(t, pixels, form, channel, 1, LANES, out + channel);
    }
    if (channel < t->channel_count) {
      transform_input_vector(
          t, pixels, form, channel, 0, t->channel_count - channel, out + channel);
    }
  }
}

STEP void transform_output_vector(
    const struct ek_winograd_output *t, const struct ek_winograd_tile *tile, const float *sums,
    const struct form form, size_t first, const int whole, size_t count) {
  lanes y[4][10];
  UNROLL
  for (int j = 0; j < form.column_points; j++) {
    lanes m[10];
    UNROLL
    for (int i = 0; i < form.row_points; i++) {
      m[i] = load(sums + (i * form.column_points + j) * t->frequency_stride);
    }
    inverse(m, form.row_points, form.row_outputs);
    UNROLL
    for (int i = 0; i < form.row_outputs; i++) y[i][j] = m[i];
  }
  const lanes bias = load(t->bias + first);
  const size_t offset = t->column_offset + first;
  UNROLL
  for (int i = 0; i < form.row_outputs; i++) {
    if (i >= tile->row_count) break;
    inverse(y[i], form.column_points, form.column_outputs);
    float *out = tile->output + i * t->row_stride + offset;
    const float *residual = tile->residual + i * t->residual_row_stride + offset;
    UNROLL
    for (int j = 0; j < form.column_outputs; j++) {
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

STEP void transform_output(const struct ek_winograd_output *t, const struct form form) {
  for (size_t index = 0; index < t->tile_count; index++) {
    const struct ek_winograd_tile *tile = t->tiles + index;
    const float *sums = t->sums + index * COLUMNS;
    size_t first = 0;
    for (; first + LANES <= t->column_count; first += LANES) {
      transform_output_vector(t, tile, sums + first, form, first, 1, LANES);
    }
    if (first < t->column_count) {
      transform_output_vector(
          t, tile, sums + first, form, first, 0,
          t->column_count - first);
    }
  }
}

// `whole` is a constant at every call.
STEP void transform_gradient_vector(
    const struct ek_winograd_input *t, const float *const *pixels, const struct form form, size_t channel,
    const int whole, size_t count, float *out) {
  lanes m[10][4];
  UNROLL
  for (int j = 0; j < form.column_outputs; j++) {
    lanes y[4], points[10];
    UNROLL
    for (int i = 0; i < form.row_outputs; i++) {
      const float *x = pixels[i * form.column_outputs + j] + channel;
      y[i] = whole ? load(x) : load_part(x, count);
    }
    adjoint(y, points, form.row_outputs, form.row_points);
    UNROLL
    for (int i = 0; i < form.row_points; i++) m[i][j] = points[i];
  }
  UNROLL
  for (int i = 0; i < form.row_points; i++) {
    lanes points[10];
    adjoint(m[i], points, form.column_outputs, form.column_points);
    UNROLL
    for (int j = 0; j < form.column_points; j++) {
      store(out, points[j]);
      out += t->frequency_stride;
    }
  }
}

STEP void transform_gradient(const struct ek_winograd_input *t, const struct form form) {
  const float *pixels[16];
  for (size_t index = 0; index < t->tile_count; index++) {
    tile_pixels(t, t->tiles + index, form.row_outputs, form.column_outputs, pixels);
    float *out = t->frequencies + index * t->tile_stride;
    size_t channel = 0;
    for (; channel + LANES <= t->channel_count; channel += LANES) {
      transform_gradient_vector(t, pixels, form, channel, 1, LANES, out + channel);
    }
    if (channel < t->channel_count) {
      transform_gradient_vector(
          t, pixels, form, channel, 0, t->channel_count - channel, out + channel);
    }
  }
}

#define TRANSFORMS(name, ...)                                             \
  TARGET static void name##_filter(const struct ek_winograd_filter *t) {  \
    transform_filter(t, (struct form){__VA_ARGS__});                      \
  }                                                                       \
  TARGET static void name##_input(const struct ek_winograd_input *t) {    \
    transform_input(t, (struct form){__VA_ARGS__});                       \
  }                                                                       \
  TARGET static void name##_output(const struct ek_winograd_output *t) {  \
    transform_output(t, (struct form){__VA_ARGS__});                      \
  }                                                                       \
  TARGET static void name##_gradient(const struct ek_winograd_input *t) { \
    transform_gradient(t, (struct form){__VA_ARGS__});                    \
  }

TRANSFORMS(winograd_4x4_3x3, 6, 6, 4, 4)
TRANSFORMS(winograd_2x2_5x5, 6, 6, 2, 2)
TRANSFORMS(winograd_2x2_3x3, 4, 4, 2, 2)
TRANSFORMS(winograd_1x4_1x3, 1, 6, 1, 4)
TRANSFORMS(winograd_4x1_3x1, 6, 1, 4, 1)
TRANSFORMS(winograd_1x4_1x7, 1, 10, 1, 4)
TRANSFORMS(winograd_4x1_7x1, 10, 1, 4, 1)

#define FORM(name) {name##_filter, name##_input, name##_output, name##_gradient}
#define WINOGRAD_FORMS                                                                   \
  FORM(winograd_4x4_3x3), FORM(winograd_2x2_5x5), FORM(winograd_2x2_3x3),                \
      FORM(winograd_1x4_1x3), FORM(winograd_4x1_3x1), FORM(winograd_1x4_1x7),            \
      FORM(winograd_4x1_7x1)
