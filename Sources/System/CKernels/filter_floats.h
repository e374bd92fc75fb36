// Floats: resampling with sums in double, and with a fixed number of taps.
#pragma once

#include "filter_transpose.h"

static void lines_f64(const struct ek_line_filter_f64 *f) {
  double *in = f->scratch;
  double *out = in + LINES * f->width;
  for (size_t first = 0; first < f->lines; first += LINES) {
    const size_t lines = least(LINES, f->lines - first);
    gather_double(f->input + first * f->width, f->width, lines, in);
    for (size_t new = 0; new < f->taps.count; new++) {
      const double *weights = f->weights + new * f->taps.stride;
      const double *column = in + (size_t)f->taps.starts[new] * LINES;
      const size_t taps = (size_t)f->taps.counts[new];
      doubles8 low = 0, high = 0;
      for (size_t tap = 0; tap < taps; tap++, column += LINES) {
        low += *(const doubles8 *)column * weights[tap];
        high += *(const doubles8 *)(column + 8) * weights[tap];
      }
      *(doubles8 *)(out + new * LINES) = low;
      *(doubles8 *)(out + new * LINES + 8) = high;
    }
    scatter_double(out, f->taps.count, lines, f->output + first * f->taps.count);
  }
}

static void across_f64(const struct ek_cross_filter_f64 *f) {
  for (size_t new = 0; new < f->taps.count; new++) {
    const double *weights = f->weights + new * f->taps.stride;
    const float *in = f->input + (size_t)f->taps.starts[new] * f->line;
    float *out = f->output + new * f->line;
    const size_t taps = (size_t)f->taps.counts[new];
    size_t at = 0;
    for (; at + 32 <= f->line; at += 32) {
      doubles8 sums[4];
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) sums[i] = (doubles8)0;
      for (size_t tap = 0; tap < taps; tap++) {
        const float *values = in + tap * f->line + at;
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) {
          sums[i] +=
              __builtin_convertvector(*(const floats8 *)(values + 8 * i), doubles8) * weights[tap];
        }
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) {
        *(floats8 *)(out + at + 8 * i) = __builtin_convertvector(sums[i], floats8);
      }
    }
    for (; at < f->line; at++) {
      double sum = 0;
      for (size_t tap = 0; tap < taps; tap++) sum += (double)in[tap * f->line + at] * weights[tap];
      out[at] = (float)sum;
    }
  }
}

typedef float floats16 __attribute__((ext_vector_type(16), aligned(4)));

// One vector of a new line; `stride` leads from one old position to the next.
INLINE void fixed_taps(
    const struct ek_fixed_filter *f, size_t new, const float *in, size_t stride, float *out) {
  const int32_t *positions = f->positions + new * f->length;
  const float *weights = f->weights + new * f->length;
  const floats16 first = *(const floats16 *)(in + (size_t)positions[0] * stride);
  if (f->interpolates) {
    const floats16 second = *(const floats16 *)(in + (size_t)positions[1] * stride);
    *(floats16 *)out = first + (second - first) * weights[1];
    return;
  }
  floats16 sum = first * weights[0];
  for (size_t tap = 1; tap < f->length; tap++) {
    sum += *(const floats16 *)(in + (size_t)positions[tap] * stride) * weights[tap];
  }
  *(floats16 *)out = sum;
}

static void lines_f32(const struct ek_fixed_filter *f) {
  float *in = f->scratch;
  float *out = in + LINES * f->width;
  for (size_t first = 0; first < f->lines; first += LINES) {
    const size_t lines = least(LINES, f->lines - first);
    gather_float(f->input + first * f->width, f->width, lines, in);
    for (size_t new = 0; new < f->count; new++) {
      fixed_taps(f, new, in, LINES, out + new * LINES);
    }
    scatter_float(out, f->count, lines, f->output + first * f->count);
  }
}

static void across_f32(const struct ek_fixed_filter *f) {
  for (size_t new = 0; new < f->count; new++) {
    const int32_t *positions = f->positions + new * f->length;
    const float *weights = f->weights + new * f->length;
    float *out = f->output + new * f->width;
    size_t at = 0;
    for (; at + 16 <= f->width; at += 16) fixed_taps(f, new, f->input + at, f->width, out + at);
    for (; at < f->width; at++) {
      const float first = f->input[(size_t)positions[0] * f->width + at];
      if (f->interpolates) {
        const float second = f->input[(size_t)positions[1] * f->width + at];
        out[at] = first + (second - first) * weights[1];
        continue;
      }
      float sum = first * weights[0];
      for (size_t tap = 1; tap < f->length; tap++) {
        sum += f->input[(size_t)positions[tap] * f->width + at] * weights[tap];
      }
      out[at] = sum;
    }
  }
}
