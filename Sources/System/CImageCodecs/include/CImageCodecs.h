// What Swift cannot do with libjpeg and libpng itself: both report errors by longjmp.
//
// Every call returns a status; nothing is printed, nothing exits, and no memory is taken for
// samples: the caller looks at the header, decides, and hands in the memory to decode into.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How a call ended.
typedef enum {
  image_codec_ok = 0,
  /// The data end too early.
  image_codec_truncated,
  /// The data contradict the format.
  image_codec_corrupt,
  /// A valid kind of file that is not decoded.
  image_codec_unsupported,
  /// The library got no memory.
  image_codec_no_memory,
  /// The data ask for far more work than their length allows.
  image_codec_excessive,
} image_codec_status;

/// What samples mean, before any conversion.
typedef enum {
  image_color_gray = 1,
  image_color_gray_alpha,
  image_color_rgb,
  image_color_rgb_alpha,
  image_color_palette,
  /// Four inks as Adobe stores them: 255 is no ink.
  image_color_cmyk_inverted,
} image_color;

/// What a file says of itself before its samples.
typedef struct {
  /// 0 while unknown.
  uint32_t width, height;
  image_color color;
  /// Samples in a pixel as they will be delivered.
  int channels;
  /// Bits of a sample in the file: 1, 2, 4, 8 or 16.
  int bit_depth;
  /// Bytes of a sample as it will be delivered: 1, or 2 for 16-bit gray, high byte first.
  int bytes_in_sample;
  /// R, G, B of every palette entry; entries the file does not define are black.
  uint8_t palette[256 * 3];
  int palette_count;
  /// No file of fewer bytes holds such an image; 0 where nothing is known.
  uint64_t least_bytes;
  /// Whether decoding keeps a JPEG's coefficients, six bytes a pixel or more.
  bool keeps_coefficients;
} image_header;

/// A file being decoded. The bytes must outlive it.
typedef struct image_decoder image_decoder;

/// Reads a PNG's header. On failure the decoder still tells header and message; NULL only when
/// there is no memory for it. Ancillary chunks are skipped unread.
image_decoder *image_decoder_open_png(const uint8_t *bytes, size_t count);

/// Reads a JPEG's header, as `image_decoder_open_png` does.
///
/// Gray and YCbCr files are delivered as RGB; CMYK and YCCK as inverted CMYK.
image_decoder *image_decoder_open_jpeg(const uint8_t *bytes, size_t count);

/// How the last call ended.
image_codec_status image_decoder_status(const image_decoder *decoder);

/// What is known of the image; zeros where nothing is known.
const image_header *image_decoder_header(const image_decoder *decoder);

/// The library's words for what is wrong; empty when nothing is.
const char *image_decoder_message(const image_decoder *decoder);

/// Decodes all rows, top to bottom, into `height * stride` bytes.
///
/// Samples of fewer than 8 bits take a byte each and are not scaled; of 16-bit samples only the
/// high byte is kept, except in gray images. Lost JPEG samples, of which libjpeg only warns, are a
/// failure here. So are a JPEG whose scans pass over its blocks far more often than its length allows,
/// and a PNG whose image data go on behind its last row.
///
/// A decoder can be read once.
image_codec_status image_decoder_read(image_decoder *decoder, uint8_t *samples, size_t stride);

/// Ends the decoder; NULL is allowed.
void image_decoder_close(image_decoder *decoder);

/// A file in memory; `bytes` is NULL when encoding failed. Release it with `free`.
typedef struct {
  uint8_t *bytes;
  size_t count;
} image_file;

/// Writes an 8-bit PNG: gray, RGB, or palette indices when `palette_count` is not 0.
image_file image_encode_png(
    const uint8_t *samples, uint32_t width, uint32_t height, int channels, const uint8_t *palette,
    int palette_count);

/// Writes a baseline JPEG of gray or RGB samples with libjpeg's standard tables; color is 4:2:0.
image_file image_encode_jpeg(
    const uint8_t *samples, uint32_t width, uint32_t height, int channels, int quality);

/// Version of the libpng that is loaded.
const char *image_png_version(void);

/// Version of the libjpeg-turbo that was compiled against; the library does not tell its own.
const char *image_jpeg_version(void);
