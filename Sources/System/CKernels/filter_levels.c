#include "filter_levels.h"

const struct ek_filters *ek_filters_for(enum ek_level level) {
  switch (level) {
#if defined(__x86_64__)
    case EK_LEVEL_AVX512: return &ek_filters_avx512;
    case EK_LEVEL_AVX2: return &ek_filters_avx2;
#endif
    default: return &ek_filters_portable;
  }
}
