// 8-bit samples: resampling in fixed point, differences.
#pragma once

#include "filter_vectors.h"

// Wrapping, as unsigned words do, is what Pillow's int does where a weight overshoots.
INLINE words16 widened(const uint8_t *samples) {
  return __builtin_convertvector(*(const bytes16 *)samples, words16);
}

// Rounds from fixed point (the half is in the sum already) and limits to a sample.
INLINE bytes16 limited(words16 sum) {
  integers16 value = (integers16)sum >> 22;
  value = value < 0 ? (integers16)0 : value;
  value = value > 255 ? (integers16)255 : value;
  return __builtin_convertvector(value, bytes16);
}

INLINE uint8_t limited_one(uint32_t sum) {
  const int32_t value = (int32_t)sum >> 22;
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

#define INTERLEAVE_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// Four rounds of interleaving line i with line i + 8 exchange rows and columns of 16 × 16 bytes.
INLINE void transpose16(const uint8_t *const from[16], size_t offset, uint8_t *to, size_t stride) {
  bytes16 a[16], b[16];
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) a[i] = *(const bytes16 *)(from[i] + offset);
#pragma clang loop unroll(full)
  for (int round = 0; round < 4; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
      b[2 * i] = INTERLEAVE_LOW(a[i], a[i + 8]);
      b[2 * i + 1] = INTERLEAVE_HIGH(a[i], a[i + 8]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) a[i] = b[i];
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < 16; i++) *(bytes16 *)(to + i * stride) = a[i];
}

// [LINES] lines of `count` samples become `count` columns of LINES; lines past the last repeat it.
INLINE void gather_lines(const uint8_t *const from[LINES], size_t count, uint8_t *to) {
  size_t at = 0;
  for (; at + 16 <= count; at += 16) transpose16(from, at, to + at * LINES, LINES);
  for (; at < count; at++) {
    for (size_t line = 0; line < LINES; line++) to[at * LINES + line] = from[line][at];
  }
}

INLINE void scatter_lines(
    const uint8_t *columns, size_t count, uint8_t *to, size_t stride, size_t lines) {
  size_t at = 0;
  if (lines == LINES) {
    for (; at + 16 <= count; at += 16) {
      const uint8_t *from[16];
#pragma clang loop unroll(full)
      for (int i = 0; i < 16; i++) from[i] = columns + (at + i) * LINES;
      transpose16(from, 0, to + at, stride);
    }
  }
  for (; at < count; at++) {
    for (size_t line = 0; line < lines; line++) to[line * stride + at] = columns[at * LINES + line];
  }
}

INLINE void filter_columns(const struct ek_line_filter_u8 *f, uint8_t *in, const size_t channels) {
  uint8_t *out = in + LINES * channels * f->width;
  for (size_t new = 0; new < f->taps.count; new++) {
    const int32_t *weights = f->weights + new * f->taps.stride;
    const uint8_t *pixels = in + (size_t)f->taps.starts[new] * channels * LINES;
    const size_t taps = (size_t)f->taps.counts[new];
    for (size_t channel = 0; channel < channels; channel++) {
      words16 sum = (words16)(1u << 21);
      const uint8_t *sample = pixels + channel * LINES;
      for (size_t tap = 0; tap < taps; tap++, sample += channels * LINES) {
        sum += widened(sample) * (uint32_t)weights[tap];
      }
      *(bytes16 *)(out + (new * channels + channel) * LINES) = limited(sum);
    }
  }
}

static void lines_u8(const struct ek_line_filter_u8 *f) {
  const size_t in_line = f->width * f->channels;
  const size_t out_line = f->taps.count * f->channels;
  for (size_t first = 0; first < f->lines; first += LINES) {
    const size_t lines = least(LINES, f->lines - first);
    const uint8_t *from[LINES];
    for (size_t line = 0; line < LINES; line++) {
      from[line] = f->input + (first + least(line, lines - 1)) * in_line;
    }
    gather_lines(from, in_line, f->scratch);
    if (f->channels == 3) {
      filter_columns(f, f->scratch, 3);
    } else {
      filter_columns(f, f->scratch, f->channels);
    }
    scatter_lines(
        f->scratch + LINES * in_line, out_line, f->output + first * out_line, out_line, lines);
  }
}

static void across_u8(const struct ek_cross_filter_u8 *f) {
  for (size_t new = 0; new < f->taps.count; new++) {
    const int32_t *weights = f->weights + new * f->taps.stride;
    const uint8_t *in = f->input + (size_t)f->taps.starts[new] * f->line;
    uint8_t *out = f->output + new * f->line;
    const size_t taps = (size_t)f->taps.counts[new];
    size_t at = 0;
    for (; at + 64 <= f->line; at += 64) {
      words16 sums[4];
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) sums[i] = (words16)(1u << 21);
      for (size_t tap = 0; tap < taps; tap++) {
        const uint8_t *samples = in + tap * f->line + at;
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) sums[i] += widened(samples + 16 * i) * (uint32_t)weights[tap];
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; i++) *(bytes16 *)(out + at + 16 * i) = limited(sums[i]);
    }
    for (; at < f->line; at++) {
      uint32_t sum = 1u << 21;
      for (size_t tap = 0; tap < taps; tap++) sum += in[tap * f->line + at] * (uint32_t)weights[tap];
      out[at] = limited_one(sum);
    }
  }
}

static void differences(struct ek_differences *d) {
  uint64_t absolute = 0, squared = 0;
  // 2^14 squares of a byte stay below 2^31.
  for (size_t first = 0; first < d->count; first += 1 << 14) {
    const size_t end = least(d->count, first + (1 << 14));
    uint32_t part = 0, squares = 0;
    for (size_t i = first; i < end; i++) {
      const int32_t difference = (int32_t)d->first[i] - (int32_t)d->second[i];
      part += (uint32_t)(difference < 0 ? -difference : difference);
      squares += (uint32_t)(difference * difference);
    }
    absolute += part;
    squared += squares;
  }
  d->absolute = absolute;
  d->squared = squared;
}
