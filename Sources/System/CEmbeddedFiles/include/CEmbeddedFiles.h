// Files compiled into the program, so that it measures and proves itself wherever it is copied.
#pragma once
#include <stddef.h>

/// The bytes of a file, for example "weights/compact-bisenet.safetensors"; NULL if there is none of this name.
const unsigned char *embedded_file(const char *name, size_t *count);
