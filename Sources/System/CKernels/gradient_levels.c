#include "gradient_levels.h"

const struct ek_gradient_kernels *ek_gradient_kernels_for(enum ek_level level) {
  switch (level) {
#if defined(__x86_64__)
    case EK_LEVEL_AVX512: return &ek_gradient_kernels_avx512;
    case EK_LEVEL_AVX2: return &ek_gradient_kernels_avx2;
#endif
    default: return &ek_gradient_kernels_portable;
  }
}
