// For processors without the instruction sets beside this file; compilers turn it into SSE or NEON.
#define EK_TARGET
#define EK_LANES 4
#define EK_OUTER_ROWS 4

#include "gradient_levels.h"
#include "gradients_body.h"

const struct ek_gradient_kernels ek_gradient_kernels_portable = EK_GRADIENT_KERNELS(EK_LEVEL_PORTABLE);
