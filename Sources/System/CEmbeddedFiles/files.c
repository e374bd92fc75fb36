// Made by Tools/embed_files.sh from SHA256SUMS; change neither by hand.

#include "CEmbeddedFiles.h"
#include <string.h>

// Weights are written by `evalkit train`, the canary by `evalkit selftest --record`. The digests make this
// file another one where a file it embeds is. Clang knows #embed in every dialect of C.
#pragma clang diagnostic ignored "-Wc23-extensions"

// SHA-256 d5eb539b0ddf0d8dc65f27496519270bb44143f272ac9c21e3d1d87f2694d7ae
static const unsigned char canary_answers_safetensors[] = {
#embed "canary/answers.safetensors"
};
// SHA-256 d67ff32e34f20861b57b9a324797c98d64b01b8231be813f4de8f28a92651e6b
static const unsigned char canary_captions_txt[] = {
#embed "canary/captions.txt"
};
// SHA-256 1f14e821fad9ffbd94b9057dec8d669054e48ac04b42950cfaff13703a73f496
static const unsigned char canary_faces_jpg[] = {
#embed "canary/faces.jpg"
};
// SHA-256 f0a543c07195f444ddc8bbb46764cf2a39a70cf6fca0d37c18bdfb4373d41741
static const unsigned char canary_labels_png[] = {
#embed "canary/labels.png"
};
// SHA-256 936b2b0c69270a1400a25873f236d8bb63cdc812bf725e8e326f828213ab06c8
static const unsigned char weights_compact_alexnet_heads_safetensors[] = {
#embed "weights/compact-alexnet-heads.safetensors"
};
// SHA-256 2165a34d94463fd129ca44411e97c38da1ad71947f96b82483de6d6c00ba9047
static const unsigned char weights_compact_alexnet_safetensors[] = {
#embed "weights/compact-alexnet.safetensors"
};
// SHA-256 0096964a2bad65999e911d4dc20ddc94fbcabe35b18e639b5d2dee32f6a3edd4
static const unsigned char weights_compact_bisenet_safetensors[] = {
#embed "weights/compact-bisenet.safetensors"
};
// SHA-256 f0fa1b71549fba36376c3ad2f2b921c1e41f5d29968520feab0c368f99e910b2
static const unsigned char weights_compact_clip_judge_safetensors[] = {
#embed "weights/compact-clip-judge.safetensors"
};
// SHA-256 5847aff453d2473f4ad1ac6336c429588ed0c4b840e47d752211ac96c03a3d46
static const unsigned char weights_compact_clip_safetensors[] = {
#embed "weights/compact-clip.safetensors"
};
// SHA-256 cae6068be5ff8303b99e08a435dada72c0ca4d7dccaafb0ba20e89dfb9e355d2
static const unsigned char weights_compact_denoiser_safetensors[] = {
#embed "weights/compact-denoiser.safetensors"
};
// SHA-256 e40cfe8147400f0f86eb3aff1a8674bcca725fe2770be63b3f91a6dbff8f60f0
static const unsigned char weights_compact_guide_safetensors[] = {
#embed "weights/compact-guide.safetensors"
};
// SHA-256 6a261d9ae2bd127a1f47e9d349ba99c43a5ae002b08d4a3b1e6e2cc00c536238
static const unsigned char weights_compact_inception_safetensors[] = {
#embed "weights/compact-inception.safetensors"
};
// SHA-256 7ad4783437702b7d48966063aa7630e7aad0dfd494bbe9075858aeaae9f90ae5
static const unsigned char weights_compact_iresnet_safetensors[] = {
#embed "weights/compact-iresnet.safetensors"
};
// SHA-256 96a99c3cd77d615267b49860dfc034fef156d54876e66a15100af0fb5c3b6239
static const unsigned char weights_compact_unet_safetensors[] = {
#embed "weights/compact-unet.safetensors"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} files[] = {
    {"canary/answers.safetensors", canary_answers_safetensors, sizeof canary_answers_safetensors},
    {"canary/captions.txt", canary_captions_txt, sizeof canary_captions_txt},
    {"canary/faces.jpg", canary_faces_jpg, sizeof canary_faces_jpg},
    {"canary/labels.png", canary_labels_png, sizeof canary_labels_png},
    {"weights/compact-alexnet-heads.safetensors", weights_compact_alexnet_heads_safetensors, sizeof weights_compact_alexnet_heads_safetensors},
    {"weights/compact-alexnet.safetensors", weights_compact_alexnet_safetensors, sizeof weights_compact_alexnet_safetensors},
    {"weights/compact-bisenet.safetensors", weights_compact_bisenet_safetensors, sizeof weights_compact_bisenet_safetensors},
    {"weights/compact-clip-judge.safetensors", weights_compact_clip_judge_safetensors, sizeof weights_compact_clip_judge_safetensors},
    {"weights/compact-clip.safetensors", weights_compact_clip_safetensors, sizeof weights_compact_clip_safetensors},
    {"weights/compact-denoiser.safetensors", weights_compact_denoiser_safetensors, sizeof weights_compact_denoiser_safetensors},
    {"weights/compact-guide.safetensors", weights_compact_guide_safetensors, sizeof weights_compact_guide_safetensors},
    {"weights/compact-inception.safetensors", weights_compact_inception_safetensors, sizeof weights_compact_inception_safetensors},
    {"weights/compact-iresnet.safetensors", weights_compact_iresnet_safetensors, sizeof weights_compact_iresnet_safetensors},
    {"weights/compact-unet.safetensors", weights_compact_unet_safetensors, sizeof weights_compact_unet_safetensors},
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
