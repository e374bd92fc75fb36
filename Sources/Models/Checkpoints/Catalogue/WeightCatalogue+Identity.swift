extension WeightCatalogue {
  /// Face embeddings, those of the papers first.
  static let identity: [PublishedWeights] =
    [
      PublishedWeights(
        networks: ["ir-se50"], role: .identity, fileName: "model_ir_se50.pth",
        otherNames: ["recognition_arcface_ir_se50.pth"],
        // Listings disagree about the length, so only the digest (from third parties) decides.
        bytes: nil,
        digest: .exact("a035c768259b98ab1ce0e646312f48b9e1e218197a0f80ac6765e88f8b6ddf28"),
        tensorCount: 397, parameterCount: 43_797_696, papers: [ddgi, diffusionCLIP],
        license: "MIT (TreB1eN/InsightFace_Pytorch); training photographs for research only",
        source: "https://drive.google.com/uc?id=1KW7bjndL3QG3sxBbZxreGHigcCCpsDgn"),
      PublishedWeights(
        networks: ["mobilefacenet"], role: .identity, fileName: "068.ckpt",
        otherNames: ["mobilefacenet_xiaoccer_068.ckpt"], bytes: 4_130_855,
        digest: .exact("e839247cdbdfc023fb7cadeaf53a4549d50c8fc24ad154c02e35920ea8910d99"),
        tensorCount: 333, parameterCount: 999_552, papers: [], license: "none stated",
        source: "https://github.com/Xiaoccer/MobileFaceNet_Pytorch, model/best/068.ckpt"),
      PublishedWeights(
        networks: ["ir-101"], role: .identity, fileName: "CurricularFace_Backbone.pth",
        otherNames: [], bytes: nil, digest: .unknown, tensorCount: 672, parameterCount: 65_128_768,
        papers: [],
        license: "MIT (HuangYG123/CurricularFace); training photographs for research only",
        source: "https://drive.google.com/uc?id=1f4IwVa2-Bn9vWLwB-bUwm53U_MlvinAj"),
      PublishedWeights(
        networks: ["ir-50"], role: .identity, fileName: "backbone_ir50_ms1m_epoch120.pth",
        otherNames: [], bytes: nil, digest: .unknown, tensorCount: 349, parameterCount: 43_574_976,
        papers: [], license: "MIT (ZhaoJ9014/face.evoLVe); training photographs for research only",
        source: "https://github.com/ZhaoJ9014/face.evoLVe, model zoo"),
    ] + arcFace

  /// insightface's model zoo: ArcFace on MS1MV3, CosFace on Glint360K; neither lengths nor digests are
  /// published.
  private static let arcFace: [PublishedWeights] =
    arcFace(18, tensors: 187, parameters: 24_025_600)
    + arcFace(34, tensors: 331, parameters: 34_139_328)
    + arcFace(50, tensors: 475, parameters: 43_590_848)
    + arcFace(100, tensors: 925, parameters: 65_156_160)

  private static func arcFace(
    _ depth: Int, tensors: Int, parameters: Int
  ) -> [PublishedWeights] {
    ["ms1mv3_arcface_r\(depth)_fp16", "glint360k_cosface_r\(depth)_fp16_0.1"].map { folder in
      PublishedWeights(
        networks: ["iresnet\(depth)"], role: .identity, fileName: "\(folder)/backbone.pth",
        otherNames: ["\(folder)_backbone.pth", "\(folder).pth"], bytes: nil, digest: .unknown,
        tensorCount: tensors, parameterCount: parameters, papers: [],
        license: "non-commercial research only (insightface's model zoo)",
        source: "https://1drv.ms/u/s!AswpsDO2toNKq0lWY69vN58GR6mw?e=p9Ov5d")
    }
  }
}
