#include "CTextData.h"

// All files are made by Tools/make_text_data.py. Clang knows #embed in every dialect of C.
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
