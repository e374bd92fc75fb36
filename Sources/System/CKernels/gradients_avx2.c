#if defined(__x86_64__)

#define EK_TARGET __attribute__((target("avx2,fma")))
#define EK_LANES 8
#define EK_OUTER_ROWS 6

#include "gradient_levels.h"
#include "gradients_body.h"

const struct ek_gradient_kernels ek_gradient_kernels_avx2 = EK_GRADIENT_KERNELS(EK_LEVEL_AVX2);

#endif
