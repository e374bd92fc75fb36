#pragma once

#include "CKernels.h"

extern const struct ek_kernels ek_kernels_portable;
#if defined(__x86_64__)
extern const struct ek_kernels ek_kernels_avx2;
extern const struct ek_kernels ek_kernels_avx512;
#endif
