#include "CMemory.h"

#include <stdlib.h>
#include <sys/resource.h>

#if defined(__GLIBC__)
#include <malloc.h>

void keep_freed_memory(void) {
  // The largest threshold that glibc takes; larger blocks are mapped in any case.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

void give_back_freed_memory(void) { malloc_trim(0); }

void share_memory_pools(void) { mallopt(M_ARENA_MAX, 2); }
#else
void keep_freed_memory(void) {}
void give_back_freed_memory(void) {}
void share_memory_pools(void) {}
#endif

size_t address_space_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
  return (size_t)limit.rlim_cur;
}
