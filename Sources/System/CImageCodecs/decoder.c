#include "decoder.h"

image_codec_status image_decoder_status(const image_decoder *decoder) { return decoder->status; }

const image_header *image_decoder_header(const image_decoder *decoder) { return &decoder->header; }

const char *image_decoder_message(const image_decoder *decoder) { return decoder->message; }

image_codec_status image_decoder_read(image_decoder *decoder, uint8_t *samples, size_t stride) {
  if (decoder->status == image_codec_ok) {
    decoder->status = decoder->read(decoder, samples, stride);
  }
  return decoder->status;
}

void image_decoder_close(image_decoder *decoder) {
  if (decoder) decoder->close(decoder);
}
