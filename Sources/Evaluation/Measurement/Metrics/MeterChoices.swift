import Essentials
import Graphs
import Images
import Metrics
import Models
import Networks
import Provenance

/// The choices of `evalkit score` as they were typed; nil takes the default.
package struct MeterChoices: Codable, Sendable {
  /// Comma list of metrics.
  package var metrics = ""
  /// FID's input pipeline.
  package var fidMode: String?
  /// FID's tap.
  package var fidDims: Int?
  /// Which subsets KID draws.
  package var kid: String?
  /// How many subsets KID draws.
  package var kidSubsets: Int?
  /// How large they are.
  package var kidSubsetSize: Int?
  /// Definition of the metric `ssim`.
  package var ssim: String?
  /// How intersections over unions are averaged.
  package var miou: String?
  /// Name of the face parser.
  package var parser: String?
  /// Name of the identity network.
  package var identity: String?
  /// From RGB to the identity network.
  package var identityPreprocessing: String?
  /// Name of CLIP's image tower, for all metrics that rest on CLIP.
  package var clipModel: String?
  /// How images reach CLIP.
  package var clipResize: String?
  /// Definition of the metric `clip`.
  package var clipScore: String?
  /// Estimator of the metric `cmmd`.
  package var cmmd: String?
  /// What images were made for, for the metric `retrieval`.
  package var guidance: String?
  /// What equal ranks mean.
  package var ties: String?
  /// How many real images each image is ranked among.
  package var negatives: Int?
  /// Whether texts that are too long for CLIP are cut.
  package var isTruncating = false
  /// How the labels of an edited image are compared.
  package var consistency: String?
  /// Name of the perceptual distance of `lpips-diversity`.
  package var diversityNetwork: String?
  /// Which images of a group are compared.
  package var diversityPairs: String?
  /// What counts once in the mean.
  package var diversityMean: String?
  /// Side at which images are compared.
  package var size: Int?
  /// Start of random draws.
  package var seed: UInt64 = 0

  /// Chooses nothing.
  package init() {}
}

extension MeterRequest {
  /// Reads choices.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for names that do not exist.
  package init(_ choices: MeterChoices) throws {
    self.init(metrics: try MetricIdentifier.list(choices.metrics))
    try readDistances(choices)
    if let ssim = choices.ssim {
      self.ssim = try Self.named(ssim, as: "SSIM variant")
    }
    if let miou = choices.miou {
      self.miou = try Self.named(miou, as: "mIoU variant")
    }
    try readNetworks(choices)
    try readCLIP(choices)
    try readDiversity(choices)
    if let mode = choices.consistency {
      consistency = try Self.named(mode, as: "segmentation consistency")
    }
    if let size = choices.size {
      working = WorkingSize(
        side: try NumberRange.side.checked(size, for: "--size"), filter: .bicubic)
    }
  }

  private mutating func readDistances(_ choices: MeterChoices) throws {
    if let mode = choices.fidMode { distances.mode = try FrechetMode.named(mode) }
    fidTap = try choices.fidDims.map {
      try choose("\($0)", as: "FID dimension", from: ["64", "192", "768", "2048"]) { text in
        ["64", "192", "768", "2048"].contains(text) ? text : nil
      }
    }
    if let kid = choices.kid { distances.kid = try Self.named(kid, as: "KID variant") }
    if let count = choices.kidSubsets {
      distances.draw.count = try NumberRange.kidSubsets.checked(count, for: "--kid-subsets")
    }
    if let size = choices.kidSubsetSize {
      distances.draw.size = try NumberRange.kidSubsetSize.checked(size, for: "--kid-subset-size")
    }
    _ = try NumberRange.kidRows.checked(
      distances.draw.count * distances.draw.size, for: "--kid-subsets times --kid-subset-size")
    distances.draw.seed = choices.seed
  }

  private mutating func readCLIP(_ choices: MeterChoices) throws {
    if let model = choices.clipModel {
      let names = CLIPModels.imageTowers.map(\.name)
      try NamedChoice.check(model, as: "CLIP model", from: names)
      for metric in clip.networks.keys { clip.networks[metric] = model }
    }
    if let resize = choices.clipResize {
      let steps: CLIPPreprocessing = try Self.named(resize, as: "way to CLIP")
      clip.preprocessing = steps
      clip.directionalPreprocessing = steps
    }
    if let score = choices.clipScore { clip.score = try Self.named(score, as: "CLIP score") }
    if let cmmd = choices.cmmd { clip.cmmd = try Self.named(cmmd, as: "CMMD variant") }
    if let guidance = choices.guidance {
      clip.guidance = try Self.named(guidance, as: "guidance")
    }
    if let ties = choices.ties { clip.retrieval.ties = try Self.named(ties, as: "rule for ties") }
    if let negatives = choices.negatives {
      clip.retrieval.negatives = try NumberRange.negatives.checked(
        negatives, for: "--retrieval-negatives")
    }
    clip.retrieval.seed = choices.seed
    clip.isTruncating = choices.isTruncating
  }

  private mutating func readDiversity(_ choices: MeterChoices) throws {
    if let network = choices.diversityNetwork {
      let trunks: [String: WeightRole] = [
        "alex": .lpipsAlex, "vgg": .lpipsVGG, "squeeze": .lpipsSqueeze,
      ]
      diversity.role = try choose(network, as: "LPIPS network", from: trunks.keys.sorted()) {
        trunks[$0]
      }
    }
    if let pairs = choices.diversityPairs {
      diversity.selection = try Self.named(pairs, as: "choice of pairs")
    }
    if let mean = choices.diversityMean {
      diversity.weighting = try Self.named(mean, as: "mean of distances")
    }
  }

  private mutating func readNetworks(_ choices: MeterChoices) throws {
    if let parser = choices.parser {
      parserNetwork = try choose(
        parser, as: "face parser", from: ["celebamask-unet", "bisenet"]
      ) { ["celebamask-unet", "bisenet"].contains($0) ? $0 : nil }
      if parser == "bisenet" { parserPreprocessing = .biSeNet512 }
    }
    if let identity = choices.identity {
      let known = FeaturePreprocessing.identity
      identityPreprocessing = try choose(
        identity, as: "identity network", from: known.keys.sorted()
      ) { known[$0] }
      identityNetwork = identity
    }
    if let preprocessing = choices.identityPreprocessing {
      try readIdentityPreprocessing(preprocessing)
    }
  }

  /// Aligning comes first, and gives what the preprocessing of an aligned face asks for.
  private mutating func readIdentityPreprocessing(_ text: String) throws {
    let prefix = "mtcnn+"
    alignsIdentity = text.hasPrefix(prefix)
    let known =
      alignsIdentity ? [Preprocessing.aligned112, .mobileFaceNet112x96] : Preprocessing.all
    identityPreprocessing = try choose(
      alignsIdentity ? String(text.dropFirst(prefix.count)) : text, as: "preprocessing",
      from: known.map(\.name)
    ) { name in known.first { $0.name == name } }
  }

  private static func named<Choice: RawRepresentable & CaseIterable>(
    _ text: String, as kind: String
  ) throws -> Choice where Choice.RawValue == String {
    try choose(text, as: kind, from: Choice.allCases.map(\.rawValue), Choice.init(rawValue:))
  }
}
