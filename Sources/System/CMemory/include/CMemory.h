// Settings of the C library's allocator, whose header Swift's platform module leaves out.
#pragma once

#include <stddef.h>

/// Keeps memory that was freed for the next use instead of giving it back to the system.
///
/// By default blocks of more than some hundred kilobytes are mapped anew each time, and a fresh page
/// costs more than what is done to an image in it. Peak memory stays as it is. Does nothing where the
/// C library is not glibc.
void keep_freed_memory(void);

/// Gives freed memory back to the system, where freed blocks of bound weights, as many as those in use,
/// would otherwise count as the program's until it ends. Does nothing where the C library is not glibc.
void give_back_freed_memory(void);

/// Lets threads share two pools of memory. By default each gets one of its own, which takes 64 MB of
/// address space. Does nothing where the C library is not glibc.
void share_memory_pools(void);

/// Bytes of address space that the process may have, as `ulimit -v` sets it; 0 without a limit.
size_t address_space_limit(void);
