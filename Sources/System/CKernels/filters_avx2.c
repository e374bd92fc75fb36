#if defined(__x86_64__)
#include <string.h>

#include "filter_levels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "filters.h"
#pragma clang attribute pop

const struct ek_filters ek_filters_avx2 = FILTERS(EK_LEVEL_AVX2);
#endif
