#if defined(__x86_64__)

#define EK_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx2")))
#define EK_LANES 16
#define EK_OUTER_ROWS 12

#include "gradient_levels.h"
#include "gradients_body.h"

const struct ek_gradient_kernels ek_gradient_kernels_avx512 = EK_GRADIENT_KERNELS(EK_LEVEL_AVX512);

#endif
