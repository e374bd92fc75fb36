import Diffusion
import Faces
import Graphs
import Models
import Networks
import Pipelines
import Systems
import Tensors
import Terms
import TestSupport
import Testing
import Texts

/// What DDGI promises, on seeded networks of the compact sizes.
@Suite struct DDGIPipelineTests {
  private static func model(_ hint: CompactNetworks.Hint) throws -> ControlledModel {
    let network = CompactNetworks.controlled(by: hint)
    return try ControlledModel(
      LatentFixture.network(
        network, factors: ["\(ControlledUNet.locked).out.2.weight": 0.25]),
      describedBy: network,
      texts: TextContext(
        LatentFixture.network(CompactNetworks.clipText),
        vocabulary: CompactVocabulary(tokens: [320, 1125], size: CompactNetworks.vocabularySize),
        count: CompactNetworks.controlTokens),
      kind: .velocity, schedule: .cosine())
  }

  private static func generator() throws -> FaceGenerator {
    FaceGenerator(
      .compact, mapping: try LatentFixture.network(StyleGAN2.compact.mapping),
      synthesis: try LatentFixture.network(StyleGAN2.compact.synthesis),
      mean: SeededParameters.input(shape: [128], seed: 8).values)
  }

  private static func finder(
    isModulated: Bool = true, attention: DiffusionFeatures.Attention = .maps
  ) throws -> CodeFinder {
    CodeFinder(
      mapping: try LatentFixture.network(CompactNetworks.inversion.mapping),
      modulation: isModulated
        ? try LatentFixture.network(CompactNetworks.inversion.modulation) : nil,
      attention: attention, mean: try generator().mean,
      CompactNetworks.inversion.configuration)
  }

  private static func pipeline(
    _ hint: CompactNetworks.Hint = .mask, _ tap: DDGIPipeline.Tap = .last,
    finder: CodeFinder? = nil
  ) throws -> DDGIPipeline {
    try DDGIPipeline(
      model(hint), hint: hint,
      maker: .codes(finder ?? self.finder(), generator(), at: tap), steps: 4)
  }

  private static func heads(yaw: Float = 0, pitch: Float = 0) throws -> DDGIPipeline {
    let networks = CompactNetworks.headInversion
    let generator = HeadGenerator(
      mapping: try LatentFixture.network(CompactNetworks.headPlanes.mapping),
      planes: try LatentFixture.network(CompactNetworks.headPlanes.synthesis),
      // Seeded filters alone leave every color near gray.
      decoder: try LatentFixture.network(
        CompactNetworks.headDecoder,
        factors: ["decoder.net.0.weight": 30, "decoder.net.2.weight": 30]),
      mean: SeededParameters.input(shape: [96], seed: 8).values)
    let finder = HeadFinder(
      codes: CodeFinder(
        mapping: try LatentFixture.network(networks.mapping),
        modulation: try LatentFixture.network(networks.modulation), attention: .maps,
        mean: generator.mean, networks.configuration),
      stance: try LatentFixture.network(CompactNetworks.headStance))
    return try DDGIPipeline(
      model(.mask), hint: .mask,
      maker: .heads(finder, generator, yaw: yaw, pitch: pitch, at: .first), steps: 4)
  }

  private static func request(_ number: Int) -> ImageRequest {
    ImageRequest(
      id: "\(number)", seed: UInt64(40 + number), text: "face \(number)",
      labels: { LatentFixture.labels(number) },
      scribble: {
        let labels = LatentFixture.labels(number)
        return Raster(
          width: 128, height: 128, channels: 1,
          samples: labels.samples.map { $0 % 3 == 0 ? 255 : 0 })
      })
  }

  private func images(
    _ pipeline: DDGIPipeline, _ numbers: [Int], workers: Int = 2
  ) throws -> [Raster] {
    try pipeline.images(
      for: numbers.map(Self.request), workers: Workers(count: workers), shouldStop: { false }
    ).map { try $0.get() }
  }

  @Test(arguments: CompactNetworks.Hint.allCases, DDGIPipeline.Tap.allCases)
  func bitsDependOnTheRequestAlone(
    hint: CompactNetworks.Hint, tap: DDGIPipeline.Tap
  ) throws {
    let pipeline = try Self.pipeline(hint, tap)
    let group = try images(pipeline, [0, 1, 2])
    let others =
      try images(pipeline, [2, 1], workers: 1) + images(pipeline, [0], workers: 3)
    #expect(group[0] == others[2] && group[1] == others[1] && group[2] == others[0])
    #expect(group[0] != group[1] && group[0].width == 64)
  }

  /// Heads, too, and a turned one is another picture.
  @Test func headsDependOnTheRequestAlone() throws {
    let pipeline = try Self.heads()
    let group = try images(pipeline, [0, 1, 2])
    let others = try images(pipeline, [2, 1], workers: 1) + images(pipeline, [0], workers: 3)
    #expect(group[0] == others[2] && group[1] == others[1] && group[2] == others[0])
    #expect(group[0] != group[1] && group[0].width == 64)
    let turned = [try Self.heads(yaw: 25), try Self.heads(yaw: -25), try Self.heads(pitch: 10)]
    #expect(Set((turned + [pipeline]).map(\.fingerprint)).count == 4)
    let made = try turned.map { try images($0, [0])[0] }
    for index in made.indices {
      #expect(made[index] != group[0] && !made[..<index].contains(made[index]))
    }
  }

  /// Six numbers and a view are the same thing, within what a view may be.
  @Test func stancesAreViews() {
    let view = HeadView(yaw: 17, pitch: -4, roll: 2, left: -11, top: -12.5, width: 25)
    let other = HeadView(stance: view.stance)
    for (one, other) in zip(view.stance, other.stance) { #expect(abs(one - other) < 1e-5) }
    let far = HeadView(stance: [Float](repeating: 1000, count: 6))
    #expect(far.yaw == 45 && far.pitch == 30 && far.width == 40)
  }

  /// Each of the paper's ablations that need no other weights is another image, as is each step.
  @Test func everyChoiceMakesAnotherImage() throws {
    let pipelines = [
      try Self.pipeline(), try Self.pipeline(.mask, .first),
      try Self.pipeline(finder: Self.finder(isModulated: false)),
      try Self.pipeline(finder: Self.finder(attention: .none)), try Self.pipeline(.scribble),
      try DDGIPipeline(Self.model(.mask), hint: .mask, maker: .diffusion, steps: 4),
    ]
    #expect(Set(pipelines.map(\.fingerprint)).count == pipelines.count)
    let made = try pipelines.map { try images($0, [0])[0] }
    for index in made.indices { #expect(!made[..<index].contains(made[index]), "\(index)") }
  }

  /// The hint's way down begins with zeros where it joins the diffusion, which then is the plain one's, to the bit.
  @Test func zerosLeaveTheDiffusionAsItIs() throws {
    let network = CompactNetworks.controlled(by: .mask)
    let control = CompactNetworks.Hint.mask.control
    var parameters: [String: Tensor] = [:]
    for parameter in try Graph(tracing: network).parameters {
      let isZero =
        parameter.name.hasPrefix("\(control).zero_convs.")
        || parameter.name.hasPrefix("\(control).middle_block_out.")
      parameters[parameter.name] =
        isZero
        ? Tensor(shape: parameter.shape)
        : SeededParameters.tensor(named: parameter.name, shape: parameter.shape, seed: 5)
    }
    let sample = [
      "latent": SeededParameters.input(shape: [3, 64, 64], seed: 1),
      "timestep": Tensor(shape: [1], values: [400]),
      "context": SeededParameters.input(shape: [128, 40, 1], seed: 2),
    ]
    let hint = SeededParameters.input(shape: [19, 64, 64], seed: 3)
    let controlled = try TinyModels.loaded(network, parameters, identity: "zeros")
      .result(of: sample.merging(["hint": hint]) { $1 })
    let prefix = "\(ControlledUNet.locked)."
    let own = Dictionary(
      uniqueKeysWithValues: parameters.filter { $0.key.hasPrefix(prefix) }.map {
        (String($0.key.dropFirst(prefix.count)), $0.value)
      })
    let plain = try TinyModels.loaded(CompactNetworks.controlledBase, own, identity: "plain")
      .result(of: sample)
    #expect(controlled == plain && plain.shape == [3, 64, 64])
  }

  @Test func whatIsMissingIsNamed() throws {
    let bare = ImageRequest(id: "7", seed: 1, text: "face")
    for (hint, what) in [(CompactNetworks.Hint.mask, "label map"), (.scribble, "scribble")] {
      let made = try Self.pipeline(hint).images(
        for: [bare, Self.request(0)], workers: Workers(count: 1), shouldStop: { false })
      #expect(throws: ImageFailure.self) { try made[0].get() }
      guard case .failure(let failure) = made[0] else { continue }
      #expect("\(failure)".contains("7 has no \(what)"), "\(failure)")
      _ = try made[1].get()
    }
  }

  @Test(
    arguments: [
      (["steps": "27"], "27 steps do not divide the 1000"),
      (["mode": "controlnet", "tap": "first"], "'tap' belongs to mode=2d and mode=3d"),
      (["mode": "controlnet", "parts": "mapping"], "'parts' belongs to mode=2d and mode=3d"),
      (["yaw": "20"], "'yaw' belongs to mode=3d"),
      (["mode": "controlnet", "pitch": "5"], "'pitch' belongs to mode=3d"),
      (["hint": "sketch"], "'hint' is 'sketch', expected mask, scribble"),
    ])
  func optionsThatDoNotGoTogetherAreRefused(chosen: [String: String], reason: String) {
    let system = DDGISystem()
    let error = #expect(throws: SystemError.self) {
      try system.check(SystemOptions(chosen, of: system))
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains(reason))
  }

  @Test func conditionsAreWhatHintsAreReadOf() throws {
    let system = DDGISystem()
    let mask = try SystemOptions([:], of: system)
    let scribble = try SystemOptions(["hint": "scribble", "mode": "controlnet"], of: system)
    #expect(system.conditions(for: mask) == [.text, .labels])
    #expect(system.conditions(for: scribble) == [.text, .scribble])
    #expect(system.roles(for: mask) == [.controlNet, .generator, .inversion])
    #expect(system.roles(for: scribble) == [.controlNet])
    let heads = try SystemOptions(["mode": "3d", "yaw": "-20"], of: system)
    #expect(system.roles(for: heads) == [.controlNet, .headGenerator, .headInversion])
    let named = try SystemOptions(["mode": "3d", "codes": "b.safetensors"], of: system)
    #expect(system.roles(for: named) == [.controlNet, .headGenerator])
  }
}
