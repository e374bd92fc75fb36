// Plain C for processors without the instruction sets below; compilers turn it into SSE or NEON.
#include <string.h>

#include "levels.h"

#define TARGET
#define STEP static inline __attribute__((always_inline))
#define ROWS 4
#define COLUMNS 8
#define TOKENS ek_token_kernels_portable
#define LANES 4

typedef float lanes __attribute__((ext_vector_type(LANES)));

STEP lanes splat(float x) { return (lanes)(x); }

STEP lanes load(const float *x) {
  lanes result;
  memcpy(&result, x, sizeof result);
  return result;
}

STEP void store(float *out, lanes x) { memcpy(out, &x, sizeof x); }
STEP lanes fma(lanes a, lanes b, lanes c) { return a * b + c; }

STEP lanes load_part(const float *x, size_t count) {
  if (count >= LANES) return load(x);
  lanes result = splat(0);
  for (size_t n = 0; n < count; n++) result[n] = x[n];
  return result;
}

STEP void store_part(float *out, lanes x, size_t count) {
  if (count >= LANES) {
    store(out, x);
  } else {
    for (size_t n = 0; n < count; n++) out[n] = x[n];
  }
}

STEP lanes finish(lanes x, enum ek_activation activation, const float *slopes) {
  // Written so that NaN passes, as in PyTorch.
  if (activation == EK_ACTIVATION_RELU) return x < 0 ? splat(0) : x;
  if (activation == EK_ACTIVATION_PRELU) return x < 0 ? x * load(slopes) : x;
  return x;
}

#include "tile.h"
#include "winograd.h"

const struct ek_kernels ek_kernels_portable = {
    EK_LEVEL_PORTABLE, ROWS, COLUMNS, tile, product, WINOGRAD_FORMS};
