#pragma once

#include "EKGradients.h"

extern const struct ek_gradient_kernels ek_gradient_kernels_portable;
#if defined(__x86_64__)
extern const struct ek_gradient_kernels ek_gradient_kernels_avx2;
extern const struct ek_gradient_kernels ek_gradient_kernels_avx512;
#endif
