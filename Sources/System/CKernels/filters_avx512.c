#if defined(__x86_64__)
#include <string.h>

#include "filter_levels.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx2"))), apply_to = function)
#include "filters.h"
#pragma clang attribute pop

const struct ek_filters ek_filters_avx512 = FILTERS(EK_LEVEL_AVX512);
#endif
