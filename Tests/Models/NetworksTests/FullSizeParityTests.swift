import Foundation
import Graphs
import Networks
import Tensors
import Testing

/// What the reduced configurations stand for: CLIP's towers as published, against goldens of
/// `Tools/make_clip_goldens.py --full` in the folder that `EVALKIT_GOLDENS` names.
@Suite(.serialized, .enabled(if: Golden.fullSizeFolder != nil)) struct FullSizeParityTests {
  @Test func goldensWereMade() { #expect(!Golden.fullSizeNames.isEmpty) }

  @Test(arguments: Golden.fullSizeNames)
  func agreesAtFullSize(name: String) throws {
    let network = try NetworkCatalogue.named(name)
    let golden = try Golden(at: try #require(Golden.fullSizePath(of: name)))
    for run in golden.cases {
      let graph = try Graph(tracing: network, inputShape: run.inputShape)
      let executable = try Executable(
        graph, parameters: golden.source(of: graph), outputs: run.taps.map(\.name))
      let found = executable.run(golden.input(run), in: executable.makeWorkspace())
      let firstBad = run.firstBadTap(in: found, seed: golden.seed)
      #expect(firstBad == nil, "\(name), seed \(golden.seed), first bad tap: \(firstBad ?? "")")
      let (tap, error) = run.worstTap(in: found)
      print("\(name): \(run.taps.count) taps, NMSE at most \(error) at \(tap)")
    }
  }
}

extension Golden {
  /// Where goldens of the full sizes are, if they were made.
  static let fullSizeFolder = ProcessInfo.processInfo.environment["EVALKIT_GOLDENS"]

  /// The towers of which there is one.
  static let fullSizeNames = NetworkCatalogue.names.filter { fullSizePath(of: $0) != nil }

  /// The golden of a tower's published size; nil where it was not made.
  static func fullSizePath(of name: String) -> String? {
    guard let folder = fullSizeFolder else { return nil }
    return ["\(folder)/\(name).full.json", "\(folder)/\(name).json"]
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The parameters that PyTorch ran on, one by one.
  func source(of graph: Graph) -> some ParameterSource {
    SeededSource(
      golden: self,
      specifications: Dictionary(
        graph.parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
  }
}

/// Makes a parameter when it is asked for, so that a large network is in memory once.
private struct SeededSource: ParameterSource {
  let golden: Golden
  let specifications: [String: ParameterSpecification]

  func tensor(named name: String) -> Tensor? {
    specifications[name].flatMap { golden.seeded([$0])[name] }
  }
}
