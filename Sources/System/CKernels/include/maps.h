// Kernels on feature maps that are not matrix products. They are bound by memory, so none of them fuses
// multiply-adds unless it says so: their results are the same bits at every level.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "CKernels.h"

/// `output[p][c] = activation(input[p][c] · factor[p][c] + term[p][c])`, each product and sum rounded.
///
/// Steps are floats from one pixel to the next; a factor or term of step 0 is one pixel for all. The
/// output may be the input, the factor or the term.
struct ek_pointwise {
  size_t pixel_count;
  size_t channel_count;
  float *output;
  size_t output_step;
  const float *input;
  size_t input_step;
  const float *factor;  // or null
  size_t factor_step;
  const float *term;  // or null
  size_t term_step;
  enum ek_activation activation;
  const float *slopes;  // [channel_count], for PReLU
};

/// One output row of a pooling. Steps are floats.
struct ek_pooling_row {
  const float *input;  // column 0 of the first input row under the window
  size_t row_count;    // input rows under the window
  size_t row_step;
  size_t column_count;  // of the input
  size_t column_step;
  size_t kernel;  // along columns
  size_t stride;
  size_t padding;
  size_t channel_count;
  float *output;
  size_t output_count;
  size_t output_step;
  const float *divisors;  // [output_count], for the average
};

/// A run of output pixels of a convolution in which every channel has its own filter:
///
///     output[p][c] = activation(bias[c] + Σ_tap inputs[tap][p · steps[tap] + c] · weights[tap][c]
///                               + residual[p][c])
///
/// Sums run over taps in order, each step one fused multiply-add where the level has it.
struct ek_depthwise_run {
  size_t tap_count;
  size_t channel_count;
  size_t pixel_count;
  const float *const *inputs;  // [tap_count]: input pixel of the first output pixel
  const size_t *steps;         // [tap_count]: floats to the input pixel of the next; 0 repeats it
  const float *weights;        // [tap_count][channel_count]
  const float *bias;           // [channel_count]
  const float *slopes;         // [channel_count], for PReLU
  const float *residual;       // or null
  size_t residual_step;
  float *output;
  size_t output_step;
  enum ek_activation activation;
};

/// Interpolation along one row: `output[p][c] = (1 − f_p) · input[lower_p + c] + f_p · input[upper_p + c]`.
struct ek_row_interpolation {
  const float *input;
  const size_t *lower;     // [output_count], offsets in floats
  const size_t *upper;     // [output_count]
  const float *fractions;  // [output_count]
  size_t channel_count;
  size_t output_count;
  float *output;  // [output_count][channel_count]
};

/// The map kernels of one level.
struct ek_map_kernels {
  enum ek_level level;
  void (*pointwise)(const struct ek_pointwise *);
  /// `1 / (1 + e^−x)` over `count` values, in place or not. With fused multiply-adds the last bits may
  /// differ from those without.
  void (*sigmoid)(const float *input, float *output, size_t count);
  /// `log(1 + e^x)` over `count` values, in place or not; last bits as of the sigmoid.
  void (*softplus)(const float *input, float *output, size_t count);
  /// The largest value under each window; NaN wins.
  void (*maximum)(const struct ek_pooling_row *);
  /// Σ under each window, row by row, divided by its divisor.
  void (*average)(const struct ek_pooling_row *);
  /// `sums[c] += input[p][c]` in the order of the pixels.
  void (*accumulate)(
      const float *input, size_t step, size_t pixel_count, size_t channel_count, double *sums);
  void (*depthwise)(const struct ek_depthwise_run *);
  void (*interpolate_row)(const struct ek_row_interpolation *);
  /// `output = (1 − fraction) · top + fraction · bottom` over `count` values.
  void (*blend)(
      const float *top, const float *bottom, float fraction, float *output, size_t count);
  /// `output[p][c] = planes[c · plane_step + p]`.
  void (*interleave)(
      const float *planes, size_t plane_step, size_t pixel_count, size_t channel_count,
      float *output, size_t output_step);
  /// For every pixel the index of its largest channel: the first of equals, or the first NaN. At most
  /// 256 channels.
  void (*largest_channel)(
      const float *input, size_t step, size_t pixel_count, size_t channel_count, uint8_t *output);
  /// `Σ_p Σ_c weights[c] (a_pc / (‖a_p‖ + ε) − b_pc / (‖b_p‖ + ε))²`, ε = 1e-10. A pixel's sums are
  /// Float32 in sixteen interleaved parts, which are added in order; pixels are added in Float64.
  double (*normalized_distance)(
      const float *a, const float *b, size_t step, size_t pixel_count, size_t channel_count,
      const float *weights);
};

/// The map kernels of a level.
///
/// A level this processor cannot run must not be asked for; see ek_best_level.
const struct ek_map_kernels *ek_map_kernels_for(enum ek_level level);
