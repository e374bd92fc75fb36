#if defined(__x86_64__)
#define EK_TARGET __attribute__((target("avx2,fma")))
#define EK_LANES 8
#include "levels.h"
#include "maps_body.h"

const struct ek_map_kernels ek_map_kernels_avx2 = EK_MAP_KERNELS(EK_LEVEL_AVX2);
#endif
