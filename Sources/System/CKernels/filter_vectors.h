// What the filters' texts share: vectors, which the compiler cuts into what a level has. Products and sums
// stay apart, so that all levels agree.
#pragma once

#include <string.h>

#include "EKFilters.h"

#pragma clang fp contract(off)
// Vectors wider than the level's registers are handed on by functions that are always inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

typedef uint8_t bytes16 __attribute__((ext_vector_type(16), aligned(1)));
typedef uint32_t words16 __attribute__((ext_vector_type(16)));
typedef int32_t integers16 __attribute__((ext_vector_type(16)));
typedef float floats8 __attribute__((ext_vector_type(8), aligned(4)));
typedef double doubles8 __attribute__((ext_vector_type(8), aligned(8)));
typedef double doubles4 __attribute__((ext_vector_type(4), aligned(8)));
typedef int64_t longs8 __attribute__((ext_vector_type(8)));

#define LINES EK_FILTER_LINES

INLINE size_t least(size_t a, size_t b) { return a < b ? a : b; }
