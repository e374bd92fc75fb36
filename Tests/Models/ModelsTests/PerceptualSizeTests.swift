import Graphs
import ModelTestSupport
import Models
import Networks
import Tensors
import TestSupport
import Testing

/// LPIPS measures images as small as the package does: what lies behind the last tap does not matter.
@Suite struct PerceptualSizeTests {
  private static let seed: UInt64 = 41

  /// A trunk and heads on seeded weights, the first value of one of them replaced.
  private static func distance(
    _ trunk: any PerceptualTrunk, breaking broken: String? = nil
  ) throws -> PerceptualDistance {
    let network = PerceptualNetwork(trunk: trunk)
    func tensor(_ parameter: ParameterSpecification) -> Tensor {
      var tensor = SeededParameters.tensor(
        named: parameter.name, shape: parameter.shape, seed: seed)
      if parameter.name == broken { tensor.values[0] = .nan }
      return tensor
    }
    let parameters = try Graph(tracing: network).parameters.map { ($0.name, tensor($0)) }
    let file = WeightFile(path: "seeded", sha256: "\(seed)")
    return .lpips(
      network: LoadedNetwork(
        network: network, weights: file, parameters: Dictionary(uniqueKeysWithValues: parameters)),
      taps: trunk.perceptualTaps.map(\.name), heads: network.heads.map { tensor($0).values },
      headWeights: file)
  }

  private static func distance(
    _ distance: PerceptualDistance, width: Int, height: Int
  ) throws -> Double {
    let memory = WorkerMemory()
    let pictures = [1, 2].map { SeededCheckpoint.picture($0, width: width, height: height) }
    _ = try distance.activate(pictures[0], named: "one", in: memory.other)
    let executable = try distance.activate(pictures[1], named: "two", in: memory.main)
    return try distance.distance(executable, memory.other, memory.main)
  }

  private typealias Golden = (width: Int, height: Int, distance: Double)

  /// Values by `Tools/make_lpips_size_goldens.py`, the least size first.
  private static let goldens: [String: [Golden]] = [
    "alexnet": [
      (31, 31, 0.00300005428989), (32, 32, -0.0116003856909), (400, 40, -0.00725991479661),
      (62, 31, -0.0156498205695),
    ],
    "vgg16": [(16, 16, -0.0152202348017), (31, 17, -0.0202712637702)],
    "squeezenet1_1": [(17, 17, 0.0197865402447), (40, 18, 0.0126467718818)],
  ]

  /// The package itself refuses one pixel less.
  @Test(arguments: ["alexnet", "vgg16", "squeezenet1_1"])
  func measuresWhatThePackageMeasures(name: String) throws {
    let trunk = try NetworkCatalogue.perceptualTrunk(named: name)
    let goldens = try #require(Self.goldens[name])
    let distance = try Self.distance(trunk)
    for golden in goldens {
      let found = try Self.distance(distance, width: golden.width, height: golden.height)
      // Float32 against Float64: a few hundred roundings, in terms of both signs of order 0.1.
      #expect(
        abs(found - golden.distance) <= 1e-6, "\(trunk.name) \(golden.width)×\(golden.height)")
    }
    let least = goldens[0]
    #expect(throws: GraphError.self) {
      try Self.distance(distance, width: least.width - 1, height: least.height)
    }
  }

  @Test(arguments: ["features.0.weight", "features.10.bias", "lin2.model.1.weight"])
  func oneWeightThatIsNoNumberIsTold(name: String) throws {
    let distance = try Self.distance(AlexNet(), breaking: name)
    let error = #expect(throws: GraphError.self) {
      try Self.distance(distance, width: 40, height: 40)
    }
    #expect(error?.description.contains("not finite; check the weights") == true)
  }
}
