// For processors without the instruction sets beside this file; compilers turn it into SSE or NEON.
#define EK_TARGET
#define EK_LANES 4
#include "levels.h"
#include "maps_body.h"

const struct ek_map_kernels ek_map_kernels_portable = EK_MAP_KERNELS(EK_LEVEL_PORTABLE);
