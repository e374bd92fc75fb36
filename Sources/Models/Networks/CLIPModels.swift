/// OpenAI's nine published models.
package enum CLIPModels {
  /// The image towers, smallest first in each family.
  package static let imageTowers: [any PublishedNetwork] = [
    transformer("B/32", patch: 32, embedding: 512), transformer("B/16", patch: 16, embedding: 512),
    transformer("L/14", patch: 14, width: 1024, layers: 24, embedding: 768),
    transformer("L/14", size: 336, patch: 14, width: 1024, layers: 24, embedding: 768),
    resNet("50", blocks: [3, 4, 6, 3], embedding: 1024),
    resNet("101", blocks: [3, 4, 23, 3], embedding: 512),
    resNet("50x4", size: 288, width: 80, blocks: [4, 6, 10, 6], embedding: 640),
    resNet("50x16", size: 384, width: 96, blocks: [6, 8, 18, 8], embedding: 768),
    resNet("50x64", size: 448, width: 128, blocks: [3, 15, 36, 10], embedding: 1024),
  ]

  /// The text towers in the same order; each is named after its image tower.
  package static let textTowers: [CLIPTextTransformer] = [
    text("vit-b32", width: 512, embedding: 512), text("vit-b16", width: 512, embedding: 512),
    text("vit-l14", width: 768, embedding: 768), text("vit-l14-336", width: 768, embedding: 768),
    text("rn50", width: 512, embedding: 1024), text("rn101", width: 512, embedding: 512),
    text("rn50x4", width: 640, embedding: 640), text("rn50x16", width: 768, embedding: 768),
    text("rn50x64", width: 1024, embedding: 1024),
  ]

  /// Stable Diffusion 1's: the tokens of ViT-L/14's tower.
  ///
  /// Source: `CompVis/stable-diffusion`, `ldm/modules/encoders/modules.py` (`FrozenCLIPEmbedder`).
  package static let stableDiffusionText = CLIPTextTransformer(
    name: "sd15-text", summary: "CLIP's text tower of ViT-L/14, all tokens; Stable Diffusion 1.5",
    width: 768, embedding: nil)

  /// The text tower trained together with an image tower of this name, for example `clip-vit-b32`.
  package static func textTower(beside imageTower: String) -> CLIPTextTransformer? {
    (textTowers + [CompactNetworks.clipText, CompactNetworks.judgeText]).first {
      $0.name == imageTower + textSuffix
    }
  }

  private static let textSuffix = "-text"

  private static func transformer(
    _ model: String, size: Int = 224, patch: Int, width: Int = 768, layers: Int = 12,
    embedding: Int
  ) -> CLIPVisionTransformer {
    let isUsual = size == 224
    return CLIPVisionTransformer(
      name: "clip-vit-" + model.lowercased().filter { $0 != "/" } + (isUsual ? "" : "-\(size)"),
      summary: "CLIP ViT-\(model)\(isUsual ? "" : "@\(size)px"), \(embedding)-d image embedding; "
        + "OpenAI weights",
      size: size, patch: patch, width: width, layers: layers, embedding: embedding)
  }

  private static func resNet(
    _ size: String, size pixels: Int = 224, width: Int = 64, blocks: [Int], embedding: Int
  ) -> CLIPResNet {
    CLIPResNet(
      name: "clip-rn\(size)",
      summary: "CLIP RN\(size), \(embedding)-d image embedding; OpenAI weights", size: pixels,
      width: width, blocks: blocks, embedding: embedding)
  }

  private static func text(_ model: String, width: Int, embedding: Int) -> CLIPTextTransformer {
    CLIPTextTransformer(
      name: "clip-\(model)\(textSuffix)",
      summary: "CLIP \(model) text tower, \(embedding)-d embedding of 77 tokens; OpenAI weights",
      width: width, embedding: embedding)
  }
}
