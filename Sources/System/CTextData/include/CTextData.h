// Data that texts need, compiled into the program so that it runs wherever it is copied.
#pragma once
#include <stddef.h>

/// The merges of CLIP's byte-pair encoding, two little-endian uint16 tokens each.
const unsigned char *text_data_merges(size_t *count);

/// HTML's named character references, `name code-point…` a line, then ftfy's names in capitals.
const unsigned char *text_data_entities(size_t *count);

/// Code pages and kinds of characters that mojibake is found by, a name and code points a line.
const unsigned char *text_data_mojibake(size_t *count);

/// BERT's uncased vocabulary, a piece a line, packed with a zlib header.
const unsigned char *text_data_word_pieces(size_t *count);

/// How BERT's uncased tokenizer reads characters: kinds with ranges, then what single ones become.
const unsigned char *text_data_uncased(size_t *count);
