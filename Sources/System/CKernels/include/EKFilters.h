// Filters over pixels: resampling and windowed similarity. They know pointers and counts, no images.
//
// Every output is computed by the same operations in the same order at every level, none of them fused,
// so that all levels give the same bits.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "EKLevel.h"

#if defined(__cplusplus)
extern "C" {
#endif

/// Which old positions make each new one along one axis.
struct ek_taps {
  size_t count;           // new positions
  const int32_t *starts;  // [count]: first old position
  const int32_t *counts;  // [count]: old positions
  size_t stride;          // weights from one new position to the next
};

/// Lines that are filtered at once along their own direction.
#define EK_FILTER_LINES 16

/// Resamples every line of interleaved 8-bit samples in fixed point of 22 bits.
struct ek_line_filter_u8 {
  const uint8_t *input;    // [lines][width][channels]
  uint8_t *output;         // [lines][taps.count][channels]
  size_t lines, width, channels;
  struct ek_taps taps;
  const int32_t *weights;  // times 2^22
  uint8_t *scratch;        // EK_FILTER_LINES · channels · (width + taps.count), aligned to 64
};

/// Resamples across lines: every new line is a weighted sum of old ones.
struct ek_cross_filter_u8 {
  const uint8_t *input;    // [old lines][line]
  uint8_t *output;         // [taps.count][line]
  size_t line;             // samples in a line
  struct ek_taps taps;
  const int32_t *weights;  // times 2^22
};

/// Resamples every line of floats with sums in double.
struct ek_line_filter_f64 {
  const float *input;     // [lines][width]
  float *output;          // [lines][taps.count]
  size_t lines, width;
  struct ek_taps taps;
  const double *weights;
  double *scratch;        // EK_FILTER_LINES · (width + taps.count), aligned to 64
};

/// Resamples across lines of floats with sums in double.
struct ek_cross_filter_f64 {
  const float *input;     // [old lines][line]
  float *output;          // [taps.count][line]
  size_t line;
  struct ek_taps taps;
  const double *weights;
};

/// Resamples floats with a fixed number of old positions for every new one, along lines or across them.
///
/// A new value is `Σ weight · old`, summed in order, or `a + (b − a) · second weight`.
struct ek_fixed_filter {
  const float *input;        // [lines][width]
  float *output;             // along: [lines][count]; across: [count][width]
  size_t lines, width;
  size_t count;              // new positions
  size_t length;             // old positions of each
  const int32_t *positions;  // [count][length]
  const float *weights;      // [count][length]
  int interpolates;
  float *scratch;            // along: EK_FILTER_LINES · (width + count), aligned to 64
};

/// Windowed similarity of two planes at every position where the window lies inside.
struct ek_similarity {
  const double *first, *second;  // [height][width], EK_SIMILARITY_PADDING readable values behind each
  size_t width, height;
  const double *window;          // [taps]
  size_t taps;
  double covariance_scale;
  double c1, c2;
  int clips_contrast;
  double *scratch;               // (2 · taps + 4) · (width + EK_SIMILARITY_PADDING), aligned to 64
  double ssim, contrast;         // results: sums over all positions
};

/// Values that may be read behind a row.
#define EK_SIMILARITY_PADDING 16

/// Differences of two runs of 8-bit samples.
struct ek_differences {
  const uint8_t *first, *second;
  size_t count;
  uint64_t absolute, squared;  // results: Σ|a − b|, Σ(a − b)²
};

/// The filters of one level.
struct ek_filters {
  enum ek_level level;
  void (*lines_u8)(const struct ek_line_filter_u8 *);
  void (*across_u8)(const struct ek_cross_filter_u8 *);
  void (*lines_f64)(const struct ek_line_filter_f64 *);
  void (*across_f64)(const struct ek_cross_filter_f64 *);
  void (*lines_f32)(const struct ek_fixed_filter *);
  void (*across_f32)(const struct ek_fixed_filter *);
  void (*similarity)(struct ek_similarity *);
  void (*differences)(struct ek_differences *);
};

/// The filters of a level.
///
/// A level this processor cannot run must not be asked for; see ek_best_level.
const struct ek_filters *ek_filters_for(enum ek_level level);

#if defined(__cplusplus)
}
#endif
