#pragma once

#include "CKernels.h"

extern const struct ek_kernels ek_kernels_portable;
extern const struct ek_token_kernels ek_token_kernels_portable;
extern const struct ek_map_kernels ek_map_kernels_portable;
#if defined(__x86_64__)
extern const struct ek_kernels ek_kernels_avx2;
extern const struct ek_kernels ek_kernels_avx512;
extern const struct ek_token_kernels ek_token_kernels_avx2;
extern const struct ek_token_kernels ek_token_kernels_avx512;
extern const struct ek_map_kernels ek_map_kernels_avx2;
extern const struct ek_map_kernels ek_map_kernels_avx512;
#endif

/// Applies the activations that a tile's `finish` leaves out, while the tile is in the nearest cache.
static inline void ek_activate_tile(const struct ek_tile *t, const struct ek_token_kernels *kernels) {
  if (t->activation < EK_ACTIVATION_QUICK_GELU) return;
  for (size_t m = 0; m < t->row_count; m++) {
    kernels->activate(t->outputs[m] + t->column_offset, t->column_count, t->activation);
  }
}
