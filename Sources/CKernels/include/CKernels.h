// Micro-kernels that need run-time CPU dispatch. They know pointers and counts, no tensors.
#pragma once

#include <stddef.h>

#if defined(__cplusplus)
extern "C" {
#endif

/// Instruction sets a micro-kernel is compiled for, weakest first.
enum ek_level {
  EK_LEVEL_PORTABLE = 0,
  EK_LEVEL_AVX2 = 1,    // AVX2 + FMA
  EK_LEVEL_AVX512 = 2,  // AVX-512 F, BW, DQ, VL
};

/// Strongest level this processor can run.
enum ek_level ek_best_level(void);

/// What happens to a finished sum before it is stored.
enum ek_activation {
  EK_ACTIVATION_NONE = 0,
  EK_ACTIVATION_RELU = 1,
  EK_ACTIVATION_PRELU = 2,  // x < 0 ? x * slope[column] : x
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

/// Depthwise convolution of one output pixel: every channel has its own filter.
struct ek_depthwise {
  size_t tap_count;
  size_t channel_count;
  const float *const *rows;  // [tap_count]: start of each input pixel
  const float *weights;      // [tap_count][channel_count]
  const float *bias;         // [channel_count]
  const float *slopes;       // [channel_count], for PReLU
  const float *residual;     // [channel_count], or null
  float *output;             // [channel_count]
  enum ek_activation activation;
};

/// The kernels of one level with the tile that their packed weights must have.
struct ek_kernels {
  enum ek_level level;
  size_t tile_rows;
  size_t tile_columns;
  void (*tile)(const struct ek_tile *);
  void (*depthwise)(const struct ek_depthwise *);
};

/// Largest tile_rows of any level.
#define EK_MAXIMUM_TILE_ROWS 12

/// The kernels of a level.
///
/// A level this processor cannot run must not be asked for; see ek_best_level.
const struct ek_kernels *ek_kernels_for(enum ek_level level);

#if defined(__cplusplus)
}
#endif
