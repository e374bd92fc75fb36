// Vectors of one level's natural width. A file defines EK_TARGET, its target attribute, and EK_LANES, the
// Float32 lanes of its registers, before it includes this or any kernel's text.
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "CKernels.h"

#define EK_INLINE EK_TARGET static inline __attribute__((always_inline))

/// Independent iterations: in place or not, the compiler need not look for overlaps.
#define EK_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")

typedef float ek_lanes __attribute__((ext_vector_type(EK_LANES)));
typedef int32_t ek_integers __attribute__((ext_vector_type(EK_LANES)));

/// Loads `count` floats, at most a vector's, and zeros behind them.
EK_INLINE ek_lanes ek_load(const float *from, size_t count) {
  ek_lanes lanes = (ek_lanes)(0.0f);
  if (count == EK_LANES) {
    memcpy(&lanes, from, sizeof lanes);
  } else {
    memcpy(&lanes, from, count * sizeof(float));
  }
  return lanes;
}

/// Stores the first `count` lanes.
EK_INLINE void ek_store(float *to, ek_lanes lanes, size_t count) {
  if (count == EK_LANES) {
    memcpy(to, &lanes, sizeof lanes);
  } else {
    memcpy(to, &lanes, count * sizeof(float));
  }
}

/// Where the vector that covers `channel` starts: the last one moves back to end with the channels, and
/// computes some of them twice.
EK_INLINE size_t ek_start(size_t channel, size_t channels) {
  return channel + EK_LANES <= channels ? channel : channels - EK_LANES;
}

/// The activation of `count` channels; NaN stays.
EK_INLINE ek_lanes ek_activate(
    ek_lanes x, enum ek_activation activation, const float *slopes, size_t count) {
  if (activation == EK_ACTIVATION_RELU) return x < 0 ? (ek_lanes)(0.0f) : x;
  if (activation == EK_ACTIVATION_PRELU) return x < 0 ? x * ek_load(slopes, count) : x;
  return x;
}
