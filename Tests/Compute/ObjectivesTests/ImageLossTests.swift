import Gradients
import Graphs
import Kernels
import Objectives
import Tensors
import TestSupport
import Testing

/// The way of generated images to the networks that judge them, against the official code in float64.
@Suite struct ImageLossTests {
  private static let shape = [3, 256, 256]
  private let golden: ImageLossGolden
  private let source: Tensor
  private let edited: Tensor

  init() throws {
    golden = try ImageLossGolden()
    var source = SeededParameters.input(shape: Self.shape, seed: golden.seed)
    source.values = source.values.map { $0 * 0.25 + 0.5 }
    self.source = source
    edited = SeededParameters.input(shape: Self.shape, seed: golden.seed + 1)
  }

  /// The steps by themselves.
  private struct Steps: SingleInputNetwork {
    let name = "steps"
    let inputShape: [Int]
    let adapter: ImageAdapter
    func describe(_ scope: Scope, _ input: Value) -> Value { adapter.describe(input) }
  }

  @Test(arguments: [
    ("clip", ImageAdapter.clip(side: 224), [3, 224, 224]),
    ("face", ImageAdapter.faceCrop, [3, 112, 112]),
  ])
  func adaptsAsTheOfficialCode(name: String, adapter: ImageAdapter, shape: [Int]) throws {
    let graph = try Graph(tracing: Steps(inputShape: Self.shape, adapter: adapter))
    #expect(graph.shape(of: Graph.mainOutput) == shape)
    let executable = try Executable(graph, parameters: [:], outputs: [Graph.mainOutput])
    let found = try #require(
      executable.run(edited, in: executable.makeWorkspace())[Graph.mainOutput])
    let expected = try #require(golden.adapted[name])
    // Eight taps around 1, each rounded to 2⁻²⁴, then times 3.7 and rounded around 3.
    #expect(expected.distance(to: found) < 4e-6, "\(expected.distance(to: found))")
    let sum = found.values.reduce(0) { $0 + Double($1) }
    // The factors up to 3.8 and offsets up to 1.8 are rounded once, which moves all values alike.
    #expect(abs(sum - expected.sum) < 4e-7 * Double(found.count), "\(sum)")
  }

  private func judge(_ name: String, capacity: Int, workers: Int) throws -> DifferentiableFeatures {
    let isFace = name == "face"
    let eye = Eye(inputShape: isFace ? [3, 112, 112] : [3, 224, 224], isNormalized: isFace)
    let network = AdaptedNetwork(
      eye, behind: isFace ? .faceCrop : .clip(side: 224), imageShape: Self.shape)
    return try DifferentiableFeatures(
      try Graph(tracing: network),
      parameters: try eye.parameters(seed: golden.seed + (isFace ? 1 : 0)).tensors,
      capacity: capacity, workers: Workers(count: workers))
  }

  private func loss(_ name: String) throws -> any FeatureLoss {
    name == "face"
      ? IdentityLoss()
      : try DirectionalLoss(along: golden.values("direction", 6).map(Double.init))
  }

  @Test(arguments: ["clip", "face"])
  func lossesAndGradientsByTheImageAreTheOfficialOnes(name: String) throws {
    let judge = try judge(name, capacity: 1, workers: 2)
    let loss = try loss(name)
    let before = try judge.features(of: [source])[0]
    let found = try judge.measure([edited]) { _, features in
      try loss.measure(edited: features, source: before)
    }[0]
    let expected = try #require(golden.losses[name])
    // Features are means of 12,000 values or more in Float32, and what counts is their difference.
    #expect(abs(found.loss - expected) < 2e-5 * max(expected, 1), "\(found.loss), \(expected)")
    let gradient = try #require(golden.gradients[name])
    let scale = gradient.scale(edited.count)
    let distance = gradient.distance(to: found.gradient)
    #expect(distance < 2e-4 * scale, "\(distance / scale) of the gradient's scale")
    let squares = found.gradient.values.reduce(0) { $0 + Double($1) * Double($1) }
    #expect(abs(squares / gradient.squares - 1) < 2e-4, "\(squares / gradient.squares)")
  }

  /// Two at once on two threads, or one after the other.
  @Test func noBitDependsOnGroupsAndWorkers() throws {
    let loss = try loss("clip")
    let images = [edited, source, edited]
    func run(_ capacity: Int, _ workers: Int) throws -> [(loss: Double, gradient: Tensor)] {
      let judge = try judge("clip", capacity: capacity, workers: workers)
      let before = try judge.features(of: [source, edited, source])
      return try judge.measure(images) { image, features in
        try loss.measure(edited: features, source: before[image])
      }
    }
    let (one, two) = (try run(1, 1), try run(2, 2))
    #expect(one.map(\.loss) == two.map(\.loss))
    #expect(one.map(\.gradient) == two.map(\.gradient))
    #expect(one[0].gradient == one[2].gradient && one[0].gradient != one[1].gradient)
  }

  @Test func compactWaysFitTheirNetworks() throws {
    for (adapter, side) in [(ImageAdapter.compactFace, 96), (.bicubic(side: 96), 96)] {
      let graph = try Graph(tracing: Steps(inputShape: [3, 64, 64], adapter: adapter))
      #expect(graph.shape(of: Graph.mainOutput) == [3, side, side])
    }
    let names = [ImageAdapter.clip(side: 224), .faceCrop, .compactFace, .bicubic(side: 96)].map(
      \.fingerprint)
    #expect(Set(names).count == 4)
  }

  @Test func refusesImagesOfAnotherSizeAndFeaturesThatAreNotFinite() throws {
    let judge = try judge("face", capacity: 1, workers: 1)
    #expect(throws: GraphError.self) {
      try judge.features(of: [Tensor(shape: [3, 64, 64])])
    }
    var broken = edited
    broken.values[200 * 256 + 100] = .nan
    #expect(throws: GraphError.self) { try judge.features(of: [broken]) }
  }
}
