import Graphs
import Networks

extension Golden {
  /// Large models by the same code at smaller extents, as `Tools/make_clip_goldens.py` has them.
  static let reduced: [String: any PublishedNetwork] = {
    let towers: [any PublishedNetwork] = [
      CLIPVisionTransformer(
        name: "clip-vit-b16", summary: "reduced", patch: 16, width: 192, layers: 2, embedding: 40),
      CLIPVisionTransformer(
        name: "clip-vit-l14", summary: "reduced", size: 126, patch: 14, width: 256, layers: 3,
        embedding: 48),
      CLIPVisionTransformer(
        name: "clip-vit-l14-336", summary: "reduced", size: 140, patch: 14, width: 192, layers: 2,
        embedding: 56),
      resNet("clip-rn101", size: 64, width: 16, blocks: [1, 1, 4, 1], embedding: 40),
      resNet("clip-rn50x4", size: 96, width: 20, blocks: [2, 1, 1, 1], embedding: 48),
      resNet("clip-rn50x16", size: 128, width: 24, blocks: [1, 2, 1, 1], embedding: 56),
      resNet("clip-rn50x64", size: 64, width: 32, blocks: [1, 1, 2, 1], embedding: 64),
      text("clip-vit-b16-text", width: 64, embedding: 40),
      text("clip-vit-l14-text", width: 192, embedding: 48),
      text("clip-vit-l14-336-text", width: 128, embedding: 56),
      text("clip-rn50-text", width: 128, embedding: 72),
      text("clip-rn101-text", width: 64, embedding: 40),
      text("clip-rn50x4-text", width: 320, embedding: 48),
      text("clip-rn50x16-text", width: 192, embedding: 56),
      text("clip-rn50x64-text", width: 256, embedding: 64),
    ]
    return Dictionary(uniqueKeysWithValues: towers.map { ($0.name, $0) })
  }()

  /// What the committed golden of a name was made with: the published network or its reduced form.
  static func network(named name: String) throws -> any PublishedNetwork {
    try reduced[name] ?? NetworkCatalogue.named(name)
  }

  private static func resNet(_ name: String, size: Int, width: Int, blocks: [Int], embedding: Int)
    -> CLIPResNet
  {
    CLIPResNet(
      name: name, summary: "reduced", size: size, width: width, blocks: blocks,
      embedding: embedding)
  }

  private static func text(_ name: String, width: Int, embedding: Int) -> CLIPTextTransformer {
    CLIPTextTransformer(
      name: name, summary: "reduced", width: width, layers: 3, embedding: embedding,
      vocabulary: 500)
  }
}
