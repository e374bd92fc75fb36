#include "CBuild.h"

// Package.swift defines it, for this file alone: another commit compiles nothing else anew.
#ifndef EVALKIT_COMMIT
#define EVALKIT_COMMIT ""
#endif

const char *build_commit(void) { return EVALKIT_COMMIT; }
