extension WeightCatalogue {
  /// U-Nets of diffusion models in pixels, what steers them, and copies that were trained further.
  static let diffusion: [PublishedWeights] = adm + ddpm + fineTuned + guides

  /// Averaged weights, as OpenAI publishes them; lengths are published roughly and digests not at all.
  private static let adm: [PublishedWeights] =
    [
      PublishedWeights(
        networks: ["adm-ffhq"], role: .unet, fileName: "ffhq_10m.pt", otherNames: ["ffhq.pt"],
        bytes: nil, digest: .unknown, tensorCount: 362, parameterCount: 93_563_910, papers: [sdg],
        license: "none stated (jychoi118/ilvr_adm); trained on FFHQ, non-commercial",
        source: "https://drive.google.com/uc?id=117Y6Z6-Hg6TMZVIXMmgYbpZy7QvTXign")
    ]
    + ["bedroom", "cat", "horse", "horse_nodropout"].map { scene in
      PublishedWeights(
        networks: ["adm-lsun"], role: .unet, fileName: "lsun_\(scene).pt", otherNames: [],
        bytes: nil, digest: .unknown, tensorCount: 566, parameterCount: 552_814_086, papers: [sdg],
        license: "MIT (openai/guided-diffusion); trained on LSUN",
        source: "https://openaipublic.blob.core.windows.net/diffusion/jul-2021/lsun_\(scene).pt")
    }

  private static let ddpm = [
    ho(
      "celeba_hq.ckpt", .unknown,
      license: "MIT (ermongroup/SDEdit); trained on CelebA-HQ, non-commercial research",
      // The authors' own address answers 403 since April 2023; this is DiffusionCLIP's copy.
      source: "https://huggingface.co/gwang-kim/DiffusionCLIP-CelebA_HQ/resolve/main/celeba_hq.ckpt"
    ),
    ho(
      "ema_diffusion_lsun_church_model/model-4432000.ckpt",
      also: ["model-4432000.ckpt", "ema_lsun_church.ckpt"],
      .md5("fdc68a23938c2397caba4a260bc2445f"),
      source: "https://heibox.uni-heidelberg.de/f/44ccb50ef3c6436db52e/?dl=1"),
    ho(
      "ema_diffusion_lsun_bedroom_model/model-2388000.ckpt",
      also: ["model-2388000.ckpt", "ema_lsun_bedroom.ckpt"],
      .md5("1921fa46b66a3665e450e42f36c2720f"),
      source: "https://heibox.uni-heidelberg.de/f/b95206528f384185889b/?dl=1"),
  ]

  /// One of the models that `pesser/pytorch_diffusion` converted from Ho's, or that have its form.
  private static func ho(
    _ fileName: String, also otherNames: [String] = [], _ digest: PublishedWeights.Digest,
    license: String = "MIT (ermongroup/ddim names it); trained on LSUN", source: String
  ) -> PublishedWeights {
    PublishedWeights(
      networks: ["ddpm-celebahq"], role: .unet, fileName: fileName, otherNames: otherNames,
      bytes: nil,
      digest: digest, tensorCount: 450, parameterCount: 113_673_219, papers: [diffusionCLIP],
      license: license, source: source)
  }

  /// Those that the repository's own commands name; the shared folder holds more.
  private static let fineTuned = ["neanderthal", "curly_hair", "makeup"].map { edit in
    PublishedWeights(
      networks: ["ddpm-celebahq"], role: .fineTuned, fileName: "checkpoint/\(edit).pth",
      otherNames: ["\(edit).pth"], bytes: nil, digest: .unknown, tensorCount: 450,
      parameterCount: 113_673_219, papers: [diffusionCLIP],
      license:
        "none stated (gwang-kim/DiffusionCLIP); trained on CelebA-HQ, non-commercial research",
      source:
        "https://drive.google.com/drive/folders/1Uwvm_gckanyRzQkVTLB6GLQbkSBoZDZF, \(edit).pth"
    )
  }

  /// CLIP's RN50x16 for noisy images, in a shared folder behind a page; `clipbedroom.pt` lacks the others' `_`.
  private static let guides = [
    ("ffhq", "clip_ffhq.pt", ["CLIP_ffhq.pt"]),
    ("bedroom", "clip_bedroom.pt", ["clipbedroom.pt", "CLIP_bedroom.pt"]),
    ("cat", "clip_cat.pt", ["CLIP_cat.pt"]), ("horse", "clip_horse.pt", ["CLIP_horse.pt"]),
  ].map { images, fileName, otherNames in
    PublishedWeights(
      networks: ["sdg-guide"], role: .guide, fileName: fileName, otherNames: otherNames, bytes: nil,
      digest: .unknown, tensorCount: nil, parameterCount: nil, papers: [sdg],
      license: "none stated (xh-liu/SDG_code)",
      source: "https://github.com/xh-liu/SDG_code, README (semantic guidance of \(images))")
  }
}
