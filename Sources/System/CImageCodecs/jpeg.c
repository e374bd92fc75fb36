#include "decoder.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

typedef struct {
  image_decoder base;
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr source;
  struct jpeg_progress_mgr progress;
  jmp_buf failed;
  /// From here on warnings mean lost samples; before, about markers, they mean nothing to Pillow.
  int samples_begun;
  /// Bytes of the file.
  size_t count;
  /// The latest scan that was seen, and the blocks that all scans so far pass over.
  int scans;
  uint64_t visits;
} jpeg_decoder;

enum {
  /// Encoders write some ten scans; scripts for single coefficients need a few dozen.
  most_scans = 100,
  /// How often scans may pass over the whole image, however short the file is.
  free_passes = 20,
  /// Blocks that scans may pass over beyond that for each byte of the file. Seventy passes then need
  /// half a byte a block, a twentieth of what photographs have.
  visits_in_byte = 128,
};

static image_codec_status status_of(int message_code) {
  switch (message_code) {
  case JERR_INPUT_EOF:
    return image_codec_truncated;
  case JERR_OUT_OF_MEMORY:
    return image_codec_no_memory;
  case JERR_BAD_PRECISION:
  case JERR_SOF_UNSUPPORTED:
  case JERR_CONVERSION_NOTIMPL:
  case JERR_COMPONENT_COUNT:
  case JERR_ARITH_NOTIMPL:
  case JERR_NOT_COMPILED:
  case JERR_FRACT_SAMPLE_NOTIMPL:
  case JERR_CCIR601_NOTIMPL:
    return image_codec_unsupported;
  default:
    return image_codec_corrupt;
  }
}

static void fail(j_common_ptr codec) {
  jpeg_decoder *decoder = codec->client_data;
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  snprintf(decoder->base.message, sizeof decoder->base.message, "%s", text);
  decoder->base.status = status_of(codec->err->msg_code);
  longjmp(decoder->failed, 1);
}

static void take_message(j_common_ptr codec, int level) {
  jpeg_decoder *decoder = codec->client_data;
  if (level < 0 && decoder->samples_begun) fail(codec);
}

static void print_nothing(j_common_ptr codec) {}

static void do_nothing(j_decompress_ptr codec) {}

static uint64_t blocks_of(const jpeg_component_info *component) {
  return (uint64_t)component->width_in_blocks * component->height_in_blocks;
}

// A scan passes over all blocks of its components and may yet take a few bytes, so a file's length does
// not bound the time that it takes. libjpeg calls this for every row of blocks.
static void bound_scans(j_common_ptr common) {
  jpeg_decoder *decoder = common->client_data;
  struct jpeg_decompress_struct *codec = &decoder->codec;
  if (codec->input_scan_number == decoder->scans) return;
  decoder->scans = codec->input_scan_number;
  uint64_t blocks = 0;
  for (int index = 0; index < codec->num_components; index++) {
    blocks += blocks_of(&codec->comp_info[index]);
  }
  for (int index = 0; index < codec->comps_in_scan; index++) {
    decoder->visits += blocks_of(codec->cur_comp_info[index]);
  }
  uint64_t allowed = free_passes * blocks + visits_in_byte * (uint64_t)decoder->count;
  if (decoder->scans <= most_scans && decoder->visits <= allowed) return;
  snprintf(
      decoder->base.message, sizeof decoder->base.message, "%d scans and more in %zu bytes",
      decoder->scans, decoder->count);
  decoder->base.status = image_codec_excessive;
  longjmp(decoder->failed, 1);
}

// All bytes are there from the start, so being asked for more means that the file ends too early.
static boolean find_end(j_decompress_ptr codec) {
  ERREXIT(codec, JERR_INPUT_EOF);
  return FALSE;
}

static void skip(j_decompress_ptr codec, long count) {
  if (count <= 0) return;
  if ((size_t)count > codec->src->bytes_in_buffer) ERREXIT(codec, JERR_INPUT_EOF);
  codec->src->next_input_byte += count;
  codec->src->bytes_in_buffer -= (size_t)count;
}

static void note_header(jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  image_header *header = &decoder->base.header;
  header->width = codec->image_width;
  header->height = codec->image_height;
  header->bit_depth = 8;
  header->bytes_in_sample = 1;
  header->color = codec->num_components == 4 ? image_color_cmyk_inverted : image_color_rgb;
  header->channels = codec->num_components == 4 ? 4 : 3;
  // libjpeg keeps two bytes of every coefficient where an image comes in several scans.
  header->keeps_coefficients = codec->progressive_mode || codec->comps_in_scan < codec->num_components;
}

// Huffman's codes take at least a bit for a block. A component may lack its scan, so the smallest counts;
// arithmetic codes have no such bound.
static void note_least_bytes(jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  if (codec->arith_code) return;
  uint64_t least = UINT64_MAX;
  for (int index = 0; index < codec->num_components; index++) {
    uint64_t blocks = blocks_of(&codec->comp_info[index]);
    if (blocks < least) least = blocks;
  }
  decoder->base.header.least_bytes = least / 8;
}

static void start(jpeg_decoder *decoder) {
  struct jpeg_decompress_struct *codec = &decoder->codec;
  if (setjmp(decoder->failed)) {
    note_header(decoder);
    return;
  }
  jpeg_create_decompress(codec);
  codec->client_data = decoder;
  codec->src = &decoder->source;
  codec->progress = &decoder->progress;
  jpeg_read_header(codec, TRUE);
  note_header(decoder);
  if (codec->num_components == 2 || codec->num_components > 4) {
    codec->err->msg_parm.i[0] = codec->num_components;
    codec->err->msg_parm.i[1] = 4;
    codec->err->msg_code = JERR_COMPONENT_COUNT;
    fail((j_common_ptr)codec);
  }
  codec->out_color_space = codec->num_components == 4 ? JCS_CMYK : JCS_RGB;
  note_least_bytes(decoder);
}

static image_codec_status read_rows(image_decoder *base, uint8_t *samples, size_t stride) {
  jpeg_decoder *decoder = (jpeg_decoder *)base;
  struct jpeg_decompress_struct *codec = &decoder->codec;
  if (setjmp(decoder->failed)) return base->status;
  decoder->samples_begun = 1;
  jpeg_start_decompress(codec);
  while (codec->output_scanline < codec->output_height) {
    JSAMPROW row = samples + codec->output_scanline * stride;
    jpeg_read_scanlines(codec, &row, 1);
  }
  jpeg_finish_decompress(codec);
  return image_codec_ok;
}

static void close_jpeg(image_decoder *base) {
  jpeg_decoder *decoder = (jpeg_decoder *)base;
  jpeg_destroy_decompress(&decoder->codec);
  free(decoder);
}

image_decoder *image_decoder_open_jpeg(const uint8_t *bytes, size_t count) {
  jpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->base.read = read_rows;
  decoder->base.close = close_jpeg;
  // jpeg_create_decompress keeps these two, so that even its own failure comes back here.
  decoder->codec.err = jpeg_std_error(&decoder->errors);
  decoder->codec.client_data = decoder;
  decoder->errors.error_exit = fail;
  decoder->errors.emit_message = take_message;
  decoder->errors.output_message = print_nothing;
  decoder->source.init_source = do_nothing;
  decoder->source.fill_input_buffer = find_end;
  decoder->source.skip_input_data = skip;
  decoder->source.resync_to_restart = jpeg_resync_to_restart;
  decoder->source.term_source = do_nothing;
  decoder->source.next_input_byte = bytes;
  decoder->source.bytes_in_buffer = count;
  decoder->progress.progress_monitor = bound_scans;
  decoder->count = count;
  start(decoder);
  return &decoder->base;
}

typedef struct {
  struct jpeg_compress_struct codec;
  struct jpeg_error_mgr errors;
  jmp_buf failed;
  unsigned char *bytes;
  unsigned long count;
} jpeg_encoder;

static void fail_encoding(j_common_ptr codec) {
  jpeg_encoder *encoder = codec->client_data;
  longjmp(encoder->failed, 1);
}

static void ignore_message(j_common_ptr codec, int level) {}

image_file image_encode_jpeg(
    const uint8_t *samples, uint32_t width, uint32_t height, int channels, int quality) {
  image_file file = {NULL, 0};
  jpeg_encoder *encoder = calloc(1, sizeof *encoder);
  if (!encoder) return file;
  struct jpeg_compress_struct *codec = &encoder->codec;
  codec->err = jpeg_std_error(&encoder->errors);
  codec->client_data = encoder;
  encoder->errors.error_exit = fail_encoding;
  encoder->errors.emit_message = ignore_message;
  encoder->errors.output_message = print_nothing;
  if (setjmp(encoder->failed)) {
    // Memory that libjpeg has grown since is no longer at `bytes`, so it is not ours to free.
    jpeg_destroy_compress(codec);
    free(encoder);
    return file;
  }
  jpeg_create_compress(codec);
  jpeg_mem_dest(codec, &encoder->bytes, &encoder->count);
  codec->image_width = width;
  codec->image_height = height;
  codec->input_components = channels;
  codec->in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(codec);
  jpeg_set_quality(codec, quality, TRUE);
  jpeg_start_compress(codec, TRUE);
  while (codec->next_scanline < height) {
    JSAMPROW row = (JSAMPROW)samples + (size_t)codec->next_scanline * width * channels;
    jpeg_write_scanlines(codec, &row, 1);
  }
  jpeg_finish_compress(codec);
  file.bytes = encoder->bytes;
  file.count = encoder->count;
  jpeg_destroy_compress(codec);
  free(encoder);
  return file;
}
