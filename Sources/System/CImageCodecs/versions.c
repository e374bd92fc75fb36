#include <stdio.h>

#include <jpeglib.h>
#include <png.h>

#include "CImageCodecs.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *image_png_version(void) { return png_get_libpng_ver(NULL); }

const char *image_jpeg_version(void) {
#ifdef LIBJPEG_TURBO_VERSION
  return TEXT(LIBJPEG_TURBO_VERSION);
#else
  return "of another libjpeg, API " TEXT(JPEG_LIB_VERSION);
#endif
}
