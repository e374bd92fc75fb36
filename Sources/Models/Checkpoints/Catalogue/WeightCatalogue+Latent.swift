extension WeightCatalogue {
  /// Systems that diffuse in latents, and autoencoders alone; lengths and digests are published nowhere.
  static let latent: [PublishedWeights] = [
    // Its loader lists exactly these parts as what a saved file holds, so this file suffices.
    PublishedWeights(
      networks: [
        "ldm-collaborative", "dynamic-diffuser", "bert-text", "mask-encoder",
        "kl-f4",
      ], role: .latentSystem, fileName: "256_codiff_mask_text.ckpt", otherNames: [], bytes: nil,
      digest: .unknown, tensorCount: 3392, parameterCount: 1_075_643_265, papers: [collaborative],
      license: "S-Lab License 1.0, non-commercial (ziqihuangg/Collaborative-Diffusion)",
      source: "https://drive.google.com/drive/folders/13MdDea8eI8P4ygeIyfy8krlTb8Ty0mAP"),
    PublishedWeights(
      networks: ["kl-f4"], role: .firstStage, fileName: "256_vae.ckpt", otherNames: [],
      bytes: nil, digest: .unknown, tensorCount: nil, parameterCount: nil,
      papers: [collaborative],
      license: "S-Lab License 1.0, non-commercial (ziqihuangg/Collaborative-Diffusion)",
      source: "https://drive.google.com/drive/folders/13MdDea8eI8P4ygeIyfy8krlTb8Ty0mAP"),
    PublishedWeights(
      networks: ["kl-f8"], role: .firstStage, fileName: "512_vae.ckpt", otherNames: [],
      bytes: nil, digest: .unknown, tensorCount: nil, parameterCount: nil,
      papers: [collaborative],
      license: "S-Lab License 1.0, non-commercial (ziqihuangg/Collaborative-Diffusion)",
      source: "https://drive.google.com/drive/folders/13MdDea8eI8P4ygeIyfy8krlTb8Ty0mAP"),
    PublishedWeights(
      networks: ["sca-dm-unet", "sca-dm-style", "vq-f4"], role: .latentSystem,
      fileName: "epoch=000235.ckpt", otherNames: ["sca-dm.ckpt"], bytes: nil, digest: .unknown,
      tensorCount: nil, parameterCount: nil, papers: [scaDM],
      license: "as ErgastiAlex/SCA-DM states it; trained on CelebAMask-HQ, non-commercial",
      source: "https://drive.google.com/uc?id=1dZ4XQv8i3T2vtHnCuSsKXelz__pvUhdj"),
    PublishedWeights(
      networks: ["vq-f4"], role: .firstStage, fileName: "vq-f4/model.ckpt", otherNames: [],
      bytes: nil, digest: .unknown, tensorCount: nil, parameterCount: nil, papers: [scaDM],
      license: "MIT (CompVis/latent-diffusion)",
      source: "https://ommer-lab.com/files/latent-diffusion/vq-f4.zip"),
  ]
}
