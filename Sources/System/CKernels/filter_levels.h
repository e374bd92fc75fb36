#pragma once

#include "EKFilters.h"

extern const struct ek_filters ek_filters_portable;
#if defined(__x86_64__)
extern const struct ek_filters ek_filters_avx2;
extern const struct ek_filters ek_filters_avx512;
#endif
