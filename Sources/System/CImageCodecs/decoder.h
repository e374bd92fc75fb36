// Shared by the two decoders; not visible to Swift.
#pragma once

#include "CImageCodecs.h"

/// What both decoders begin with.
struct image_decoder {
  image_codec_status status;
  image_header header;
  char message[200];
  image_codec_status (*read)(image_decoder *, uint8_t *samples, size_t stride);
  void (*close)(image_decoder *);
};
