import Graphs
import Networks
import Tensors
import Testing

/// What each network asks of a checkpoint.
struct ParameterTests {
  /// Tensors in the state dict and trainable values, as the papers' repositories have them.
  static let totals = [
    "inception-fid": (564, 21_785_568), "alexnet": (10, 2_469_696), "vgg16": (26, 14_714_688),
    "squeezenet1_1": (50, 722_496), "dists": (26, 14_714_688), "ir-se50": (397, 43_797_696),
    "ir-50": (349, 43_574_976), "ir-100": (674, 65_129_792), "ir-101": (672, 65_128_768),
    "mobilefacenet": (333, 999_552),
    "iresnet18": (187, 24_025_600), "iresnet34": (331, 34_139_328),
    "iresnet50": (475, 43_590_848), "iresnet100": (925, 65_156_160),
    "bisenet": (191, 13_300_416), "celebamask-unet": (136, 1_944_355),
    "clip-vit-b32": (152, 87_849_216), "clip-vit-b16": (152, 86_192_640),
    "clip-vit-l14": (296, 303_966_208), "clip-vit-l14-336": (296, 304_293_888),
    "clip-rn50": (339, 38_316_896), "clip-rn101": (645, 56_259_936),
    "clip-rn50x4": (519, 87_137_080),
    "clip-rn50x16": (771, 167_328_912), "clip-rn50x64": (1203, 420_380_352),
    "clip-vit-b32-text": (149, 63_428_096), "clip-vit-b16-text": (149, 63_428_096),
    "clip-vit-l14-text": (149, 123_650_304), "clip-vit-l14-336-text": (149, 123_650_304),
    "clip-rn50-text": (149, 63_690_240),
    "clip-rn101-text": (149, 63_428_096), "clip-rn50x4-text": (149, 91_163_520),
    "clip-rn50x16-text": (149, 123_650_304), "clip-rn50x64-text": (149, 202_877_952),
  ]

  @Test(arguments: NetworkCatalogue.published.map(\.name))
  func namesAndShapesAreTheStateDicts(name: String) throws {
    let graph = try Graph(tracing: NetworkCatalogue.named(name))
    let asked = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
    let published = try Golden.parameters(of: name)
    #expect(Set(asked.keys).symmetricDifference(published.keys).sorted() == [])
    for (parameter, shape) in published {
      #expect(asked[parameter] == shape, "\(parameter)")
    }
  }

  @Test(arguments: NetworkCatalogue.published.map(\.name))
  func totalsAreThePublishedOnes(name: String) throws {
    let graph = try Graph(tracing: NetworkCatalogue.named(name))
    let golden = try Golden(of: name)
    let trainable = graph.parameters.filter { !$0.isStatistic }
    let found = (graph.parameters.count, trainable.reduce(0) { $0 + $1.shape.elementCount })
    let expected = try #require(Self.totals[name])
    #expect(found == expected)
    #expect((golden.tensors, golden.trainable) == expected)
  }

  @Test(arguments: NetworkCatalogue.published.map(\.name))
  func parametersDoNotDependOnTheInputSize(name: String) throws {
    let network = try Golden.network(named: name)
    let parameters = try Graph(tracing: network).parameters
    for run in try Golden(of: name).cases {
      #expect(try Graph(tracing: network, inputShape: run.inputShape).parameters == parameters)
    }
  }

  @Test(arguments: NetworkCatalogue.published.map(\.name))
  func ignoresNothingThatItNeeds(name: String) throws {
    let network = try NetworkCatalogue.named(name)
    for parameter in try Graph(tracing: network).parameters {
      #expect(!network.ignorableCheckpointPrefixes.contains { parameter.name.hasPrefix($0) })
    }
  }
}

extension ParameterSpecification {
  /// Whether training gathers it instead of learning it.
  fileprivate var isStatistic: Bool {
    isCounter || name.hasSuffix(".running_mean") || name.hasSuffix(".running_var")
  }
}
