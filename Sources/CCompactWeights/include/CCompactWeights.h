// The weights of the compact suite, compiled into the program so that it measures wherever it is copied.
#pragma once
#include <stddef.h>

/// The bytes of a file, for example "compact-bisenet.safetensors"; NULL if there is none of this name.
const unsigned char *compact_weights(const char *name, size_t *count);
