#ifndef CFUZZING_H
#define CFUZZING_H

#include <stddef.h>
#include <stdint.h>

/// Starts to count what the calling thread allocates.
void fuzz_count_allocations(void);

/// Stops counting and gives the most bytes that the thread held at one time since it started.
size_t fuzz_most_allocated(void);

/// Whether allocations can be counted, which takes glibc.
int fuzz_can_count(void);

/// Room for a line that is printed should the calling thread crash or stand still.
typedef struct {
  char text[192];
  /// Odd while a case runs.
  volatile uint64_t turn;
} fuzz_witness;

/// A witness for the calling thread; NULL where too many are in use.
fuzz_witness *fuzz_open_witness(void);

/// Gives it back.
void fuzz_close_witness(fuzz_witness *witness);

#endif
