#include "CMemory.h"

#include <stdlib.h>

#if defined(__GLIBC__)
#include <malloc.h>

void keep_freed_memory(void) {
  // The largest threshold that glibc takes; larger blocks are mapped in any case.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

void give_back_freed_memory(void) { malloc_trim(0); }
#else
void keep_freed_memory(void) {}
void give_back_freed_memory(void) {}
#endif
