#include "CTextData.h"

// All files are made by Tools/make_text_data.py and Tools/make_word_piece_data.py. Clang knows #embed in every dialect of C.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char merges[] = {
#embed "merges.bin"
};

static const unsigned char entities[] = {
#embed "entities.txt"
};

static const unsigned char mojibake[] = {
#embed "mojibake.txt"
};

static const unsigned char word_pieces[] = {
#embed "word-pieces.z"
};

static const unsigned char uncased[] = {
#embed "uncased.txt"
};

const unsigned char *text_data_merges(size_t *count) {
  *count = sizeof merges;
  return merges;
}

const unsigned char *text_data_entities(size_t *count) {
  *count = sizeof entities;
  return entities;
}

const unsigned char *text_data_mojibake(size_t *count) {
  *count = sizeof mojibake;
  return mojibake;
}

const unsigned char *text_data_word_pieces(size_t *count) {
  *count = sizeof word_pieces;
  return word_pieces;
}

const unsigned char *text_data_uncased(size_t *count) {
  *count = sizeof uncased;
  return uncased;
}
