#include "CCompactWeights.h"
#include <string.h>

// Every file is written by `evalkit train` and named in SHA256SUMS. Clang knows #embed in every dialect of C.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char alexnet[] = {
#embed "compact-alexnet.safetensors"
};
static const unsigned char alexnet_heads[] = {
#embed "compact-alexnet-heads.safetensors"
};
static const unsigned char bisenet[] = {
#embed "compact-bisenet.safetensors"
};
static const unsigned char clip[] = {
#embed "compact-clip.safetensors"
};
static const unsigned char denoiser[] = {
#embed "compact-denoiser.safetensors"
};
static const unsigned char inception[] = {
#embed "compact-inception.safetensors"
};
static const unsigned char iresnet[] = {
#embed "compact-iresnet.safetensors"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} files[] = {
    {"compact-alexnet.safetensors", alexnet, sizeof alexnet},
    {"compact-alexnet-heads.safetensors", alexnet_heads, sizeof alexnet_heads},
    {"compact-bisenet.safetensors", bisenet, sizeof bisenet},
    {"compact-clip.safetensors", clip, sizeof clip},
    {"compact-denoiser.safetensors", denoiser, sizeof denoiser},
    {"compact-inception.safetensors", inception, sizeof inception},
    {"compact-iresnet.safetensors", iresnet, sizeof iresnet},
};

const unsigned char *compact_weights(const char *name, size_t *count) {
  for (size_t index = 0; index < sizeof files / sizeof *files; index++) {
    if (strcmp(files[index].name, name) == 0) {
      *count = files[index].count;
      return files[index].bytes;
    }
  }
  return NULL;
}
