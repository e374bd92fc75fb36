// Micro-kernels that need run-time CPU dispatch. They know pointers and counts, no tensors.
#pragma once

#include <stddef.h>

#include "EKFilters.h"
#include "EKGradients.h"
#include "EKLevel.h"

#if defined(__cplusplus)
extern "C" {
#endif

/// Strongest level this processor can run.
enum ek_level ek_best_level(void);

/// What happens to a finished sum before it is stored.
enum ek_activation {
  EK_ACTIVATION_NONE = 0,
  EK_ACTIVATION_RELU = 1,
  EK_ACTIVATION_PRELU = 2,  // x < 0 ? x * slope[column] : x
  EK_ACTIVATION_QUICK_GELU = 3,  // x * sigmoid(1.702 x); tiles only
  EK_ACTIVATION_GELU = 4,        // x * Phi(x) with the normal distribution's Phi; tiles only
  EK_ACTIVATION_SILU = 5,        // x * sigmoid(x); tiles and pointwise
};

/// One output tile of an indirect matrix product:
///
///     out[m][n] = activation(bias[n] + Σ_tap Σ_channel rows[tap][m][channel] · weights[tap][channel][n]
///                            + residual[m][n])
///
/// Sums run over taps, then channels, in that order, each step one fused multiply-add where the level
/// has it. The value of an output therefore does not depend on which tile it falls into.
struct ek_tile {
  size_t row_count;                // 1 … tile_rows of the kernel
  size_t column_count;             // 1 … tile_columns of the kernel
  size_t tap_count;
  size_t channel_count;            // input channels of one tap
  const float *const *rows;        // [tap_count][tile_rows]: start of each input row
  const float *weights;            // [tap_count][channel_count][tile_columns], zero-padded
  const float *bias;               // [tile_columns]
  const float *slopes;             // [tile_columns], for PReLU
  const float *const *residuals;   // [row_count] starts, or null
  float *const *outputs;           // [row_count] starts
  size_t column_offset;            // added to every output and residual start
  enum ek_activation activation;
};

/// One Winograd tile: a rectangle of outputs and the rectangle of inputs that it reads.
struct ek_winograd_tile {
  const float *input;     // first input of the tile; may lie in the padding, outside of the map
  int first_row, last_row;        // rows of the tile's inputs inside the map: first_row ..< last_row
  int first_column, last_column;  // columns likewise
  float *output;          // first output of the tile
  const float *residual;  // first residual of the tile, or null
  int row_count, column_count;    // outputs inside the map
};

/// Winograd's input transform `V = Bᵀ d B` of a block of tiles.
///
/// Writes `frequencies[f · frequency_stride + tile · tile_stride + channel]`, channels padded with
/// zeros to a whole vector.
struct ek_winograd_input {
  size_t tile_count;
  const struct ek_winograd_tile *tiles;
  size_t row_stride, pixel_stride;  // floats between input rows and pixels
  size_t channel_count;
  const float *zeros;  // [channel_count]
  float *frequencies;
  size_t frequency_stride, tile_stride;
};

/// Winograd's filter transform `U = G g Gᵀ` of some channels of one panel of outputs.
///
/// Reads `taps[t · tap_stride + channel · tile_columns + column]` and writes
/// `frequencies[f · frequency_stride + channel · tile_columns + column]`.
struct ek_winograd_filter {
  size_t channel_count;
  const float *taps;
  size_t tap_stride;
  float *frequencies;
  size_t frequency_stride;
};

/// A plain matrix product `sums[row][column] = Σ_k rows[row][k] · weights[k][column]`.
struct ek_product {
  size_t row_count;
  size_t depth;
  const float *rows;
  size_t row_stride;
  const float *weights;  // [depth][tile_columns], zero-padded
  float *sums;           // [row_count][tile_columns]
  size_t column_count;   // columns wanted; others may be left unwritten
  int continues;         // whether the sums go on from what stands there
};

/// Winograd's output transform `Y = Aᵀ M A` of a block of tiles and one panel of channels, with what
/// follows a sum: `output = activation(Y + bias + residual)`.
///
/// Reads `sums[f · frequency_stride + tile · tile_columns + column]`.
struct ek_winograd_output {
  size_t tile_count;
  const struct ek_winograd_tile *tiles;
  size_t row_stride, pixel_stride;  // floats between output rows and pixels
  size_t residual_row_stride, residual_pixel_stride;
  size_t column_offset;  // added to every output and residual start
  size_t column_count;
  const float *sums;
  size_t frequency_stride;
  const float *bias;    // [tile_columns]
  const float *slopes;  // [tile_columns], for PReLU
  enum ek_activation activation;
};

/// The transforms of one Winograd form, outputs_filter: m + r − 1 points along an axis of m outputs
/// and r taps.
struct ek_winograd {
  void (*filter)(const struct ek_winograd_filter *);
  void (*input)(const struct ek_winograd_input *);
  void (*output)(const struct ek_winograd_output *);
  /// `A dY Aᵀ` of a block of tiles' output gradients, to which the tiles' inputs point.
  void (*gradient)(const struct ek_winograd_input *);
};

/// The kernels of one level with the tile that their packed weights must have.
struct ek_kernels {
  enum ek_level level;
  size_t tile_rows;
  size_t tile_columns;
  void (*tile)(const struct ek_tile *);
  void (*product)(const struct ek_product *);
  struct ek_winograd winograd_4x4_3x3;
  struct ek_winograd winograd_2x2_5x5;
  struct ek_winograd winograd_2x2_3x3;
  struct ek_winograd winograd_1x4_1x3;
  struct ek_winograd winograd_4x1_3x1;
  struct ek_winograd winograd_1x4_1x7;
  struct ek_winograd winograd_4x1_7x1;
};

/// Largest tile_rows of any level.
#define EK_MAXIMUM_TILE_ROWS 12

/// The kernels of a level.
///
/// A level this processor cannot run must not be asked for; see ek_best_level.
const struct ek_kernels *ek_kernels_for(enum ek_level level);

/// Parameters of a layer norm: y = (x - mean) / sqrt(variance + epsilon) * weight + bias.
struct ek_layer_norm {
  size_t count;
  const float *weight;  // [count]
  const float *bias;    // [count]
  double epsilon;
};

/// Row operations of transformers.
struct ek_token_kernels {
  /// Replaces values by their GELU of either kind.
  void (*activate)(float *values, size_t count, enum ek_activation);
  /// Normalizes a row, statistics in Float64; the output may be the input.
  void (*normalize)(const struct ek_layer_norm *, const float *input, float *output);
  /// Replaces x by exp(scale x) / sum exp(scale x); count is a multiple of 16, and -inf yields 0.
  void (*softmax)(float *x, size_t count, float scale);
};

/// The row operations of a level; the same caution as for ek_kernels_for.
const struct ek_token_kernels *ek_token_kernels_for(enum ek_level level);

#include "maps.h"

#if defined(__cplusplus)
}
#endif
