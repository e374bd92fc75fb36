// Kernels of reverse-mode gradients and of parameter updates. They know pointers and counts, no tensors.
//
// Sums over channels or pixels that end in a parameter's gradient are kept in Float64. Nothing but the
// products of `outer`, the layer norm and the exponential fuses multiply-adds.
#pragma once

#include <stddef.h>

#include "EKLevel.h"

#if defined(__cplusplus)
extern "C" {
#endif

/// `sums[m][n] += Σ_k rows[k][row_offset + m] · columns[k][n]`, one chain of multiply-adds in the order
/// of `k` for every sum, fused where the level has it.
struct ek_outer {
  size_t row_count;          // 1 … outer_rows
  size_t column_count;       // columns wanted, 1 … outer_columns; others may be left as they were
  size_t depth;
  const float *const *rows;  // [depth]
  size_t row_offset;
  const float *columns;      // [depth][outer_columns]
  float *sums;               // [row_count][sum_stride], room for outer_columns in every row
  size_t sum_stride;
};

/// Functions of one value whose derivative is known from the argument or from the result.
enum ek_derivative {
  EK_DERIVATIVE_RELU = 0,        // from the result
  EK_DERIVATIVE_SIGMOID = 1,     // from the result
  EK_DERIVATIVE_QUICK_GELU = 2,  // from the argument
  EK_DERIVATIVE_GELU = 3,        // from the argument
  EK_DERIVATIVE_PRELU = 4,       // from the argument, with slopes
  EK_DERIVATIVE_SILU = 5,        // from the argument
  EK_DERIVATIVE_TANH = 6,        // from the result
  EK_DERIVATIVE_SOFTPLUS = 7,    // from the result
};

/// `gradient[p][c] (+)= derivative(reference[p][c]) · output_gradient[p][c]`. Steps are floats between
/// pixels.
struct ek_derivative_job {
  size_t pixel_count, channel_count;
  enum ek_derivative derivative;
  const float *reference;
  size_t reference_step;
  const float *slopes;  // [channel_count], for PReLU
  const float *output_gradient;
  size_t output_step;
  float *gradient;
  size_t step;
  int accumulates;
};

/// Which sum over pixels `ek_channel_sums` takes beside the plain one.
enum ek_channel_product {
  EK_PRODUCT_NONE = 0,
  EK_PRODUCT_ALL = 1,       // Σ a·b
  EK_PRODUCT_NEGATIVE = 2,  // Σ a·min(b, 0)
};

/// `sums[c] += Σ_p a[p][c]` and `products[c] += Σ_p a[p][c] · b[p][c]`, where `a` counts as zero unless
/// `mask > 0`.
struct ek_channel_sums {
  size_t pixel_count, channel_count;
  const float *a;
  size_t a_step;
  const float *b;  // or null
  size_t b_step;
  const float *mask;  // or null
  size_t mask_step;
  enum ek_channel_product product;
  double *sums;      // or null
  double *products;  // or null
};

/// `y[p][c] = activation(x[p][c] · scale[c] + shift[c] + residual[p][c])`.
struct ek_normalized {
  size_t pixel_count, channel_count;
  const float *input;
  size_t input_step;
  const float *scale, *shift;
  const float *residual;  // or null
  size_t residual_step;
  float *output;
  size_t output_step;
  int is_relu;
};

/// `dx[p][c] (+)= scale[c] · dy[p][c] + slope[c] · (x[p][c] − mean[c]) + shift[c]`, where `dy` counts as
/// zero unless `mask > 0`.
struct ek_normalized_gradient {
  size_t pixel_count, channel_count;
  const float *output_gradient;
  size_t output_step;
  const float *mask;  // or null
  size_t mask_step;
  const float *input;
  size_t input_step;
  const float *scale, *slope, *mean, *shift;
  float *gradient;
  size_t step;
  int accumulates;
};

/// One output row of a max pooling: its gradient goes to the first largest input of each window.
struct ek_maximum_gradient {
  const float *input;  // column 0 of the first input row under the window
  float *gradient;     // likewise
  size_t row_count;    // input rows under the window
  size_t row_step, column_step;                    // of the input
  size_t gradient_row_step, gradient_column_step;  // of its gradient
  size_t column_count;
  size_t kernel, stride, padding;
  size_t channel_count;
  const float *output_gradient;
  size_t output_count, output_step;
};

/// Gradient of a row's layer norm.
struct ek_layer_norm_gradient {
  size_t count;
  const float *weight;
  double epsilon;
  double *weight_gradient, *bias_gradient;  // [count], added to, or null
};

/// One step of Adam or AdamW on flat arrays.
struct ek_adam {
  size_t count;
  float *parameters, *first, *second;
  const float *gradients;
  float gradient_scale;     // from clipping
  float beta1, beta2, epsilon;
  float rate;               // learning rate / (1 − β₁ᵗ)
  float second_correction;  // 1 / √(1 − β₂ᵗ)
  float decay;              // subtracted share of the parameter, learning rate · weight decay (AdamW)
  float coupled_decay;      // added to the gradient (Adam)
};

/// One step of stochastic gradient descent with momentum on flat arrays.
struct ek_momentum {
  size_t count;
  float *parameters, *velocity;
  const float *gradients;
  float gradient_scale, rate, momentum, decay;
  int is_first;      // the velocity becomes the gradient
  int is_nesterov;
};

/// The kernels of one level.
struct ek_gradient_kernels {
  enum ek_level level;
  size_t outer_rows, outer_columns;
  void (*outer)(const struct ek_outer *);
  void (*derivative)(const struct ek_derivative_job *);
  void (*channel_sums)(const struct ek_channel_sums *);
  void (*normalized)(const struct ek_normalized *);
  void (*normalized_gradient)(const struct ek_normalized_gradient *);
  void (*maximum_gradient)(const struct ek_maximum_gradient *);
  /// `output += scale · input` over `count` values.
  void (*add_scaled)(const float *input, float scale, float *output, size_t count);
  /// `dx (+)= …` of one row; statistics in Float64.
  void (*layer_norm_gradient)(
      const struct ek_layer_norm_gradient *, const float *input, const float *output_gradient,
      float *gradient, int accumulates);
  /// `gradient = scale · probability · (gradient − Σ probability · gradient)`.
  void (*softmax_gradient)(
      const float *probabilities, float *gradients, size_t count, float scale);
  /// `results = e^(values − less)`, with the same bits at every level.
  void (*exponentials)(const float *values, float less, float *results, size_t count);
  void (*adam)(const struct ek_adam *);
  void (*momentum)(const struct ek_momentum *);
  /// `Σ x²` in sixteen interleaved Float64 parts, joined in order.
  double (*squared_sum)(const float *values, size_t count);
};

/// The kernels of a level.
///
/// A level this processor cannot run must not be asked for; see ek_best_level.
const struct ek_gradient_kernels *ek_gradient_kernels_for(enum ek_level level);

#if defined(__cplusplus)
}
#endif
