// Files compiled into the program, so that it measures, reports and proves itself wherever it is copied.
#pragma once
#include <stddef.h>

/// The bytes of a file, for example "weights/compact-bisenet.safetensors"; NULL if there is none of this name.
const unsigned char *embedded_file(const char *name, size_t *count);

/// The name of a file, of which the first has index 0; NULL past the last.
const char *embedded_file_name(size_t index);
