// Lines of floats as columns of sixteen lines, so that one vector holds a pixel of every line.
#pragma once

#include "filter_vectors.h"

#define PAIR_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define PAIR_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)

// As transpose16, for 8 × 8 floats.
INLINE void transpose8(floats8 a[8]) {
  floats8 b[8];
#pragma clang loop unroll(full)
  for (int round = 0; round < 3; round++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) {
      b[2 * i] = PAIR_LOW(a[i], a[i + 4]);
      b[2 * i + 1] = PAIR_HIGH(a[i], a[i + 4]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) a[i] = b[i];
  }
}

INLINE void store_double(double *to, floats8 values) {
  *(doubles8 *)to = __builtin_convertvector(values, doubles8);
}

INLINE void store_float(float *to, floats8 values) { *(floats8 *)to = values; }

INLINE floats8 load_double(const double *from) {
  return __builtin_convertvector(*(const doubles8 *)from, floats8);
}

INLINE floats8 load_float(const float *from) { return *(const floats8 *)from; }

// What gather_lines and scatter_lines do, for lines of floats and columns of floats or doubles.
#define GATHER(type, store)                                                                        \
  INLINE void gather_##type(                                                                       \
      const float *input, size_t width, size_t lines, type *to) {                                  \
    for (size_t group = 0; group < LINES; group += 8) {                                            \
      const float *from[8];                                                                        \
      for (size_t i = 0; i < 8; i++) from[i] = input + least(group + i, lines - 1) * width;        \
      size_t at = 0;                                                                               \
      for (; at + 8 <= width; at += 8) {                                                           \
        floats8 block[8];                                                                          \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++) {                           \
          block[i] = *(const floats8 *)(from[i] + at);                                             \
        }                                                                                          \
        transpose8(block);                                                                         \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++) {                           \
          store(to + (at + i) * LINES + group, block[i]);                                          \
        }                                                                                          \
      }                                                                                            \
      for (; at < width; at++) {                                                                   \
        for (size_t i = 0; i < 8; i++) to[at * LINES + group + i] = from[i][at];                   \
      }                                                                                            \
    }                                                                                              \
  }

#define SCATTER(type, load)                                                                        \
  INLINE void scatter_##type(const type *columns, size_t count, size_t lines, float *output) {     \
    for (size_t group = 0; group < lines; group += 8) {                                            \
      size_t at = 0;                                                                               \
      for (; group + 8 <= lines && at + 8 <= count; at += 8) {                                     \
        floats8 block[8];                                                                          \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++) {                           \
          block[i] = load(columns + (at + i) * LINES + group);                                     \
        }                                                                                          \
        transpose8(block);                                                                         \
        _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++) {                           \
          *(floats8 *)(output + (group + i) * count + at) = block[i];                              \
        }                                                                                          \
      }                                                                                            \
      for (; at < count; at++) {                                                                   \
        for (size_t line = group; line < least(group + 8, lines); line++) {                        \
          output[line * count + at] = (float)columns[at * LINES + line];                           \
        }                                                                                          \
      }                                                                                            \
    }                                                                                              \
  }

GATHER(double, store_double)
GATHER(float, store_float)
SCATTER(double, load_double)
SCATTER(float, load_float)
