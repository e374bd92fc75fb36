#include "CEmbeddedFiles.h"
#include <string.h>

// Weights are written by `evalkit train` and named in weights/SHA256SUMS, the canary by `evalkit selftest
// --record`. Clang knows #embed in every dialect of C.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char alexnet[] = {
#embed "weights/compact-alexnet.safetensors"
};
static const unsigned char alexnet_heads[] = {
#embed "weights/compact-alexnet-heads.safetensors"
};
static const unsigned char bisenet[] = {
#embed "weights/compact-bisenet.safetensors"
};
static const unsigned char clip[] = {
#embed "weights/compact-clip.safetensors"
};
static const unsigned char denoiser[] = {
#embed "weights/compact-denoiser.safetensors"
};
static const unsigned char inception[] = {
#embed "weights/compact-inception.safetensors"
};
static const unsigned char iresnet[] = {
#embed "weights/compact-iresnet.safetensors"
};
static const unsigned char canary_answers[] = {
#embed "canary/answers.safetensors"
};
static const unsigned char canary_captions[] = {
#embed "canary/captions.txt"
};
static const unsigned char canary_faces[] = {
#embed "canary/faces.jpg"
};
static const unsigned char canary_labels[] = {
#embed "canary/labels.png"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} files[] = {
    {"weights/compact-alexnet.safetensors", alexnet, sizeof alexnet},
    {"weights/compact-alexnet-heads.safetensors", alexnet_heads, sizeof alexnet_heads},
    {"weights/compact-bisenet.safetensors", bisenet, sizeof bisenet},
    {"weights/compact-clip.safetensors", clip, sizeof clip},
    {"weights/compact-denoiser.safetensors", denoiser, sizeof denoiser},
    {"weights/compact-inception.safetensors", inception, sizeof inception},
    {"weights/compact-iresnet.safetensors", iresnet, sizeof iresnet},
    {"canary/answers.safetensors", canary_answers, sizeof canary_answers},
    {"canary/captions.txt", canary_captions, sizeof canary_captions},
    {"canary/faces.jpg", canary_faces, sizeof canary_faces},
    {"canary/labels.png", canary_labels, sizeof canary_labels},
};

const unsigned char *embedded_file(const char *name, size_t *count) {
  for (size_t index = 0; index < sizeof files / sizeof *files; index++) {
    if (strcmp(files[index].name, name) == 0) {
      *count = files[index].count;
      return files[index].bytes;
    }
  }
  return NULL;
}
