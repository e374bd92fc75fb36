#include "CFuzzing.h"

// glibc lets a program put its own functions in place of malloc's; they pass everything on and count what
// a thread that asked for it holds.

#if defined(__GLIBC__)
#include <errno.h>
#include <malloc.h>

extern void *__libc_malloc(size_t count);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t count);
extern void *__libc_memalign(size_t alignment, size_t count);
extern void __libc_free(void *memory);

static __thread int is_counting __attribute__((tls_model("initial-exec")));
static __thread int64_t held __attribute__((tls_model("initial-exec")));
static __thread int64_t most __attribute__((tls_model("initial-exec")));

static void *taken(void *memory) {
  if (is_counting && memory) {
    held += (int64_t)malloc_usable_size(memory);
    if (held > most) most = held;
  }
  return memory;
}

static void given(void *memory) {
  if (is_counting && memory) held -= (int64_t)malloc_usable_size(memory);
}

void *malloc(size_t count) { return taken(__libc_malloc(count)); }

void *calloc(size_t count, size_t size) { return taken(__libc_calloc(count, size)); }

void *realloc(void *memory, size_t count) {
  int64_t before = is_counting && memory ? (int64_t)malloc_usable_size(memory) : 0;
  void *moved = __libc_realloc(memory, count);
  if (moved || count == 0) held -= before;
  return taken(moved);
}

void *memalign(size_t alignment, size_t count) {
  return taken(__libc_memalign(alignment, count));
}

void *aligned_alloc(size_t alignment, size_t count) { return memalign(alignment, count); }

int posix_memalign(void **memory, size_t alignment, size_t count) {
  *memory = memalign(alignment, count);
  return *memory ? 0 : ENOMEM;
}

void free(void *memory) {
  given(memory);
  __libc_free(memory);
}

void fuzz_count_allocations(void) {
  held = 0;
  most = 0;
  is_counting = 1;
}

size_t fuzz_most_allocated(void) {
  is_counting = 0;
  return (size_t)most;
}

int fuzz_can_count(void) { return 1; }
#else
void fuzz_count_allocations(void) {}

size_t fuzz_most_allocated(void) { return 0; }

int fuzz_can_count(void) { return 0; }
#endif
