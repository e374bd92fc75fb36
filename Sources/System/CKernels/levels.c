#include "levels.h"

enum ek_level ek_best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return EK_LEVEL_AVX512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return EK_LEVEL_AVX2;
#endif
  return EK_LEVEL_PORTABLE;
}

const struct ek_kernels *ek_kernels_for(enum ek_level level) {
  switch (level) {
#if defined(__x86_64__)
    case EK_LEVEL_AVX512: return &ek_kernels_avx512;
    case EK_LEVEL_AVX2: return &ek_kernels_avx2;
#endif
    default: return &ek_kernels_portable;
  }
}

const struct ek_map_kernels *ek_map_kernels_for(enum ek_level level) {
  switch (level) {
#if defined(__x86_64__)
    case EK_LEVEL_AVX512: return &ek_map_kernels_avx512;
    case EK_LEVEL_AVX2: return &ek_map_kernels_avx2;
#endif
    default: return &ek_map_kernels_portable;
  }
}
