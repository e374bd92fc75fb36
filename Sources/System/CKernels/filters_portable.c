// Plain vectors for processors without the instruction sets of the other files: SSE or NEON.
#include "filter_levels.h"
#include "filters.h"

const struct ek_filters ek_filters_portable = FILTERS(EK_LEVEL_PORTABLE);
