import Essentials
import Images
import Metrics
import Networks

extension MetricIdentifier {
  /// Reads a comma list of metric names; one that is named twice counts once.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  package static func list(_ text: String) throws -> [MetricIdentifier] {
    let names = text.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }
    let found = try names.map { name in
      try choose(String(name), as: "metric", from: allCases.map(\.rawValue), Self.init(rawValue:))
    }
    guard !found.isEmpty else { throw HarnessError(.usage, "--metrics names no metric") }
    return found.enumerated().filter { !found[..<$0.offset].contains($0.element) }.map(\.element)
  }
}

extension FrechetMode {
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  package static func named(_ text: String) throws -> FrechetMode {
    try choose(text, as: "FID mode", from: allCases.map(\.rawValue), Self.init(rawValue:))
  }
}

/// Reads a name or says which is meant.
func choose<Value>(
  _ text: String, as kind: String, from names: [String], _ parse: (String) -> Value?
) throws -> Value {
  if let value = parse(text) { return value }
  throw NamedChoice.refusal(of: text, as: kind, from: names)
}

/// Names that people type.
package enum NamedChoice {
  /// Refuses a name that does not exist.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  package static func check(_ text: String, as kind: String, from names: [String]) throws {
    if !names.contains(text) { throw refusal(of: text, as: kind, from: names) }
  }

  static func refusal(of text: String, as kind: String, from names: [String]) -> HarnessError {
    let nearest = nearest(to: text, among: names).map { "'\($0)'" }.joined(separator: " or ")
    return HarnessError(
      .usage,
      "'\(text)' is no \(kind), nearest is \(nearest); there are "
        + names.joined(separator: ", "))
  }

  /// The names with the fewest differences; all of them, for who can tell which was meant.
  private static func nearest(to text: String, among names: [String]) -> [String] {
    let near = Spelling.suggestions(for: text, among: names)
    guard let best = near.first ?? names.min(by: { distance(text, $0) < distance(text, $1) }) else {
      return []
    }
    let edits = Spelling.editDistance(text, best)
    return [best] + near.dropFirst().filter { Spelling.editDistance(text, $0) == edits }
  }

  /// From what was typed to the beginning of a name, for names that are much longer.
  private static func distance(_ text: String, _ name: String) -> Int {
    Spelling.editDistance(text.lowercased(), String(name.prefix(text.count)))
  }
}

extension MeterRequest {
  /// Reads the choices of `evalkit score`; nil takes the default.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for names that do not exist.
  package init(
    metrics: String, fidMode: String?, fidDims: Int?, ssim: String?, miou: String?,
    parser: String?, identity: String?, identityPreprocessing: String?, size: Int?
  ) throws {
    self.init(metrics: try MetricIdentifier.list(metrics))
    if let fidMode { self.fidMode = try FrechetMode.named(fidMode) }
    fidTap = try fidDims.map {
      try choose("\($0)", as: "FID dimension", from: ["64", "192", "768", "2048"]) { text in
        ["64", "192", "768", "2048"].contains(text) ? text : nil
      }
    }
    if let ssim {
      let names = StructuralSimilarity.Variant.allCases.map(\.rawValue)
      self.ssim = try choose(
        ssim, as: "SSIM variant", from: names, StructuralSimilarity.Variant.init(rawValue:))
    }
    if let miou {
      let names = MeanIntersectionOverUnion.allCases.map(\.rawValue)
      self.miou = try choose(
        miou, as: "mIoU variant", from: names, MeanIntersectionOverUnion.init(rawValue:))
    }
    try readNetworks(parser: parser, identity: identity, preprocessing: identityPreprocessing)
    if let size {
      guard size >= 1 else { throw HarnessError(.usage, "--size must be at least 1") }
      working = WorkingSize(side: size, filter: .bicubic)
    }
  }

  private mutating func readNetworks(parser: String?, identity: String?, preprocessing: String?)
    throws
  {
    if let parser {
      parserNetwork = try choose(
        parser, as: "face parser", from: ["celebamask-unet", "bisenet"]
      ) { ["celebamask-unet", "bisenet"].contains($0) ? $0 : nil }
      if parser == "bisenet" { parserPreprocessing = .biSeNet512 }
    }
    if let identity {
      let known = FeaturePreprocessing.identity
      identityPreprocessing = try choose(
        identity, as: "identity network", from: known.keys.sorted()
      ) { known[$0] }
      identityNetwork = identity
    }
    if let preprocessing {
      identityPreprocessing = try choose(
        preprocessing, as: "preprocessing", from: Preprocessing.names, Preprocessing.named)
    }
  }
}
