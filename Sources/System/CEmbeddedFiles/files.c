// Made by Tools/embed_files.sh from SHA256SUMS; change neither by hand.

#include "CEmbeddedFiles.h"
#include <string.h>

// Weights are written by `evalkit train`, the canary by `evalkit selftest --record`. The digests make this
// file another one where a file it embeds is. Clang knows #embed in every dialect of C.
#pragma clang diagnostic ignored "-Wc23-extensions"

// SHA-256 645ee967e7f940ef63a467a4123bd792771f1cbfa9309408e68eed03bebe57d8
static const unsigned char Protocols_claims_collaborative_yaml[] = {
#embed "../../../Protocols/claims/collaborative.yaml"
};
// SHA-256 8c966ed3f5419e6fd47db3418a480dd51e50532e66451bc4aef10bfa2f63a21a
static const unsigned char Protocols_claims_diffusionclip_yaml[] = {
#embed "../../../Protocols/claims/diffusionclip.yaml"
};
// SHA-256 f5c355b7b079770fc189286ff1f1f627c944af1b93636a71205577680e70e1a7
static const unsigned char Protocols_claims_sca_dm_yaml[] = {
#embed "../../../Protocols/claims/sca-dm.yaml"
};
// SHA-256 3b1c90e9e3f7fddda914f1c04d6555264c3634be1dff71d883e2d74792cd38c7
static const unsigned char Protocols_claims_sdg_yaml[] = {
#embed "../../../Protocols/claims/sdg.yaml"
};
// SHA-256 ff803f09a69f39289db803b82b74540f566c7ea6bf836b26b38d2fd681bce0e4
static const unsigned char Protocols_collaborative_table1_yaml[] = {
#embed "../../../Protocols/collaborative.table1.yaml"
};
// SHA-256 6266f16a5378bfd3fd889231a9f3c2f8aa3c527989b903917692577563841c60
static const unsigned char Protocols_collaborative_table2_yaml[] = {
#embed "../../../Protocols/collaborative.table2.yaml"
};
// SHA-256 ca215c3078e29d05a9b7660dc60faa645a67b7a988854a8d6e7e24ec192fa09e
static const unsigned char Protocols_collaborative_user_study_yaml[] = {
#embed "../../../Protocols/collaborative.user-study.yaml"
};
// SHA-256 361f1778e582f68d74e03f603917c422240597c87f37142435379ba3e26895b1
static const unsigned char Protocols_ddgi_table1_yaml[] = {
#embed "../../../Protocols/ddgi.table1.yaml"
};
// SHA-256 0d8f04fc821c881af610b0f221457b4cf2ea703e6d1bd54356cf81f7841a24cf
static const unsigned char Protocols_ddgi_table2_yaml[] = {
#embed "../../../Protocols/ddgi.table2.yaml"
};
// SHA-256 37fe7810ae5ca936c6e758ca8675055033e0fc1976f3dc035b19f4c25e961d2d
static const unsigned char Protocols_diffusionclip_table1_yaml[] = {
#embed "../../../Protocols/diffusionclip.table1.yaml"
};
// SHA-256 8696f77b1991be5114af5f5a641cf1d2b41c68eab05eb0fafbd4d932b6201848
static const unsigned char Protocols_diffusionclip_table2_yaml[] = {
#embed "../../../Protocols/diffusionclip.table2.yaml"
};
// SHA-256 c1d9229ffe9f074d1c5b1f61ef0b07f8afa6be9ecb55af4836a268c0e2a1e4ce
static const unsigned char Protocols_diffusionclip_table3_yaml[] = {
#embed "../../../Protocols/diffusionclip.table3.yaml"
};
// SHA-256 23c5785c16ecdf4330bc7efb58a162d763840ec45cffe390c3b40a9085b2d783
static const unsigned char Protocols_gates_ddgi_table1_yaml[] = {
#embed "../../../Protocols/gates/ddgi.table1.yaml"
};
// SHA-256 7571cbf5e66eaa4e9d87c9c9eb4865d88c057f7620df7154c4651eb11e471e0f
static const unsigned char Protocols_sca_dm_diversity_yaml[] = {
#embed "../../../Protocols/sca-dm.diversity.yaml"
};
// SHA-256 434fb89cb431e97ae3ad1c6cf364edb00711102b56af64055f4cacae63fb1d59
static const unsigned char Protocols_sca_dm_figure8_yaml[] = {
#embed "../../../Protocols/sca-dm.figure8.yaml"
};
// SHA-256 00410971ae4e5d9a16be653316d2cb7917202a52f91a4bf938b5060cfa9cd6f6
static const unsigned char Protocols_sca_dm_table1_yaml[] = {
#embed "../../../Protocols/sca-dm.table1.yaml"
};
// SHA-256 68065818bb2bb9d9a18b23a2b5f7694d504b6ec29a81cd6cd6fc09754efd4742
static const unsigned char Protocols_sdg_table1_yaml[] = {
#embed "../../../Protocols/sdg.table1.yaml"
};
// SHA-256 f6203eba093b3a0d69f7d385865ab360ad3e784d861776fa768c983e304d3400
static const unsigned char Protocols_sdg_table2_yaml[] = {
#embed "../../../Protocols/sdg.table2.yaml"
};
// SHA-256 e4c70af62ba144c2242cc73be47fc80b1609e0d70eb19fa84dce6e0e4f4c58df
static const unsigned char Protocols_sdg_table3_yaml[] = {
#embed "../../../Protocols/sdg.table3.yaml"
};
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
// SHA-256 e7051b7917f2e67d488e4291815f17b5107546e4a24a6004a2c1ae7b1dcf75a1
static const unsigned char weights_compact_autoencoder_safetensors[] = {
#embed "weights/compact-autoencoder.safetensors"
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
// SHA-256 593e379d516235426e7a16b119367c0c9e30da30cca54c8a52db8113d0df120b
static const unsigned char weights_compact_collaborative_safetensors[] = {
#embed "weights/compact-collaborative.safetensors"
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
// SHA-256 0a0b5af256643d38e626a408b5d71cb1a5d8bcb9dc5cd1a69f2a020f0587e648
static const unsigned char weights_compact_sca_dm_safetensors[] = {
#embed "weights/compact-sca-dm.safetensors"
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
    {"Protocols/claims/collaborative.yaml", Protocols_claims_collaborative_yaml, sizeof Protocols_claims_collaborative_yaml},
    {"Protocols/claims/diffusionclip.yaml", Protocols_claims_diffusionclip_yaml, sizeof Protocols_claims_diffusionclip_yaml},
    {"Protocols/claims/sca-dm.yaml", Protocols_claims_sca_dm_yaml, sizeof Protocols_claims_sca_dm_yaml},
    {"Protocols/claims/sdg.yaml", Protocols_claims_sdg_yaml, sizeof Protocols_claims_sdg_yaml},
    {"Protocols/collaborative.table1.yaml", Protocols_collaborative_table1_yaml, sizeof Protocols_collaborative_table1_yaml},
    {"Protocols/collaborative.table2.yaml", Protocols_collaborative_table2_yaml, sizeof Protocols_collaborative_table2_yaml},
    {"Protocols/collaborative.user-study.yaml", Protocols_collaborative_user_study_yaml, sizeof Protocols_collaborative_user_study_yaml},
    {"Protocols/ddgi.table1.yaml", Protocols_ddgi_table1_yaml, sizeof Protocols_ddgi_table1_yaml},
    {"Protocols/ddgi.table2.yaml", Protocols_ddgi_table2_yaml, sizeof Protocols_ddgi_table2_yaml},
    {"Protocols/diffusionclip.table1.yaml", Protocols_diffusionclip_table1_yaml, sizeof Protocols_diffusionclip_table1_yaml},
    {"Protocols/diffusionclip.table2.yaml", Protocols_diffusionclip_table2_yaml, sizeof Protocols_diffusionclip_table2_yaml},
    {"Protocols/diffusionclip.table3.yaml", Protocols_diffusionclip_table3_yaml, sizeof Protocols_diffusionclip_table3_yaml},
    {"Protocols/gates/ddgi.table1.yaml", Protocols_gates_ddgi_table1_yaml, sizeof Protocols_gates_ddgi_table1_yaml},
    {"Protocols/sca-dm.diversity.yaml", Protocols_sca_dm_diversity_yaml, sizeof Protocols_sca_dm_diversity_yaml},
    {"Protocols/sca-dm.figure8.yaml", Protocols_sca_dm_figure8_yaml, sizeof Protocols_sca_dm_figure8_yaml},
    {"Protocols/sca-dm.table1.yaml", Protocols_sca_dm_table1_yaml, sizeof Protocols_sca_dm_table1_yaml},
    {"Protocols/sdg.table1.yaml", Protocols_sdg_table1_yaml, sizeof Protocols_sdg_table1_yaml},
    {"Protocols/sdg.table2.yaml", Protocols_sdg_table2_yaml, sizeof Protocols_sdg_table2_yaml},
    {"Protocols/sdg.table3.yaml", Protocols_sdg_table3_yaml, sizeof Protocols_sdg_table3_yaml},
    {"canary/answers.safetensors", canary_answers_safetensors, sizeof canary_answers_safetensors},
    {"canary/captions.txt", canary_captions_txt, sizeof canary_captions_txt},
    {"canary/faces.jpg", canary_faces_jpg, sizeof canary_faces_jpg},
    {"canary/labels.png", canary_labels_png, sizeof canary_labels_png},
    {"weights/compact-alexnet-heads.safetensors", weights_compact_alexnet_heads_safetensors, sizeof weights_compact_alexnet_heads_safetensors},
    {"weights/compact-alexnet.safetensors", weights_compact_alexnet_safetensors, sizeof weights_compact_alexnet_safetensors},
    {"weights/compact-autoencoder.safetensors", weights_compact_autoencoder_safetensors, sizeof weights_compact_autoencoder_safetensors},
    {"weights/compact-bisenet.safetensors", weights_compact_bisenet_safetensors, sizeof weights_compact_bisenet_safetensors},
    {"weights/compact-clip-judge.safetensors", weights_compact_clip_judge_safetensors, sizeof weights_compact_clip_judge_safetensors},
    {"weights/compact-clip.safetensors", weights_compact_clip_safetensors, sizeof weights_compact_clip_safetensors},
    {"weights/compact-collaborative.safetensors", weights_compact_collaborative_safetensors, sizeof weights_compact_collaborative_safetensors},
    {"weights/compact-denoiser.safetensors", weights_compact_denoiser_safetensors, sizeof weights_compact_denoiser_safetensors},
    {"weights/compact-guide.safetensors", weights_compact_guide_safetensors, sizeof weights_compact_guide_safetensors},
    {"weights/compact-inception.safetensors", weights_compact_inception_safetensors, sizeof weights_compact_inception_safetensors},
    {"weights/compact-iresnet.safetensors", weights_compact_iresnet_safetensors, sizeof weights_compact_iresnet_safetensors},
    {"weights/compact-sca-dm.safetensors", weights_compact_sca_dm_safetensors, sizeof weights_compact_sca_dm_safetensors},
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

const char *embedded_file_name(size_t index) {
  return index < sizeof files / sizeof *files ? files[index].name : NULL;
}
