#include "exponential.h"
#include "levels.h"

#define TARGET
#define NAME(name) name##_portable
#include "tokens.h"
#undef TARGET
#undef NAME

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(name) name##_avx2
#include "tokens.h"
#undef TARGET
#undef NAME

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx2")))
#define NAME(name) name##_avx512
#include "tokens.h"
#endif

const struct ek_token_kernels *ek_token_kernels_for(enum ek_level level) {
  switch (level) {
#if defined(__x86_64__)
    case EK_LEVEL_AVX512: return &ek_token_kernels_avx512;
    case EK_LEVEL_AVX2: return &ek_token_kernels_avx2;
#endif
    default: return &ek_token_kernels_portable;
  }
}
