#if defined(__x86_64__)
#define EK_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx2")))
#define EK_LANES 16
#include "levels.h"
#include "maps_body.h"

const struct ek_map_kernels ek_map_kernels_avx512 = EK_MAP_KERNELS(EK_LEVEL_AVX512);
#endif
