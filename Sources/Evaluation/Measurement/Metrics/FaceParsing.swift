import Checkpoints
import Datasets
import Essentials
import Graphs
import Images
import Metrics
import Models
import Networks
import Provenance
import Store
import Tables
import Tensors
import Terms

extension Metric {
  /// Pixel accuracy of label maps.
  package static let accuracy = Metric(
    "accuracy", "ACC", .higher, of: .counts, unit: .percent, digits: 2)
  /// Mean intersection over union of label maps.
  package static let miou = Metric(
    "miou", "mIoU", .higher, of: .counts, unit: .percent, digits: 2)
  /// How far the labels of an edited image stay those of its source.
  package static let segmentationConsistency = Metric(
    "segmentation-consistency", "SC", .higher, of: .counts, unit: .percent, digits: 2)
}

extension Intermediate {
  /// Counts of an image's labels beside its label map.
  package static let confusion = Intermediate("confusion")
  /// Counts of an image's labels beside those of the real image.
  package static let consistency = Intermediate("consistency")
}

/// The metrics that rest on a face parser's labels.
package struct FaceParsing: MetricFamily {
  /// Catalogue name of the parser.
  package var network = "celebamask-unet"
  /// From RGB to the parser.
  package var preprocessing = Preprocessing.celebAMaskUNet512()
  /// Side of the label maps that are compared; nil takes each map's own.
  package var labelSize: Int?
  /// How intersections over unions are averaged.
  package var averaging = MeanIntersectionOverUnion.agg19
  /// How the labels of an edited image are compared with the source's.
  package var consistency = SegmentationConsistency.pixelAccuracy

  package init() {}

  package static let metrics: [Metric] = [.accuracy, .miou, .segmentationConsistency]
  package static let switches = ["parser", "parser_resize", "seg_size", "miou_mode", "sc_mode"]
  package static let reductions: [any SetReduction.Type] = [
    AccuracyReduction.self, IntersectionReduction.self, ConsistencyReduction.self,
  ]
  package static func siblings(of metric: Metric) -> [Metric] {
    metric == .segmentationConsistency ? [metric] : [.accuracy, .miou]
  }

  private static let networks = ["celebamask-unet", "bisenet"]

  package static let options = [
    MetricOption(
      "miou-mode", storedAs: "miou", valueName: "variant",
      "Averaging of miou", of: MeanIntersectionOverUnion.self,
      default: .agg19),
    MetricOption(
      "parser", storedAs: "parser", valueName: "network",
      "Face parser", among: networks, default: "the weights' own, else celebamask-unet"),
    MetricOption(
      "sc-mode", storedAs: "consistency", valueName: "mode",
      "Measure of segmentation-consistency",
      of: SegmentationConsistency.self, default: .pixelAccuracy),
  ]

  package mutating func read(_ options: MetricOptionValues) throws {
    averaging = try options.choice("miou-mode", as: "mIoU variant") ?? averaging
    if let parser = options["parser"] {
      network = try choose(parser, as: "face parser", from: Self.networks) {
        Self.networks.contains($0) ? $0 : nil
      }
      if network == "bisenet" { preprocessing = .biSeNet512 }
    }
    consistency = try options.choice("sc-mode", as: "segmentation consistency") ?? consistency
  }

  package mutating func read(_ switches: ProtocolSwitches) throws {
    labelSize = try switches.side("seg_size")
    averaging =
      try switches.value("miou_mode", MeanIntersectionOverUnion.init(rawValue:)) ?? averaging
    let filter = try switches.value("parser_resize", PillowFilter.init(switchValue:)) ?? .bilinear
    switch switches.table.applicableValue(of: "parser") {
    case nil, "unet-cmask": preprocessing = .celebAMaskUNet512(filter: filter)
    case "bisenet":
      network = "bisenet"
      preprocessing = .biSeNet512
    case "unetsmall":
      network = "unetsmall"
      preprocessing = .unetSmall256
    case let other?: throw switches.unsupported("parser", other)
    }
    consistency =
      try switches.value("sc_mode", SegmentationConsistency.init(rawValue:)) ?? consistency
  }

  package func require(_ metric: Metric, from loader: ModelLoader) throws {
    try loader.require(.parser, .parser, network)
  }

  package func evaluator(
    of metric: Metric, from loader: ModelLoader
  ) throws -> any MetricEvaluator {
    let parser = try loader.parser(network: network, preprocessing: preprocessing)
    return metric == .segmentationConsistency
      ? LabelConsistency(parser: parser, family: self)
      : LabelAgreement(parser: parser, size: size(in: loader.suite), family: self)
  }

  /// The size at which label maps are compared: that of the compact parser whatever a protocol says, since it cannot
  /// be blamed for lines that it never saw.
  private func size(in suite: WeightSuite) -> LabelSize {
    suite.isCompactNetwork(for: .parser)
      ? .resized(CompactNetworks.imageSize) : labelSize.map(LabelSize.required) ?? .own
  }

  package func reduction(of metric: Metric) -> any SetReduction {
    switch metric {
    case .miou: IntersectionReduction(averaging: averaging)
    case .segmentationConsistency: ConsistencyReduction(mode: consistency, averaging: averaging)
    default: AccuracyReduction()
    }
  }
}

extension FaceParser {
  /// What the parser was used for a switch; nil for other switches.
  fileprivate func use(
    ofSwitch name: String, in run: SwitchUse, asked family: FaceParsing
  ) -> String? {
    let isUsual =
      network.network.name == family.network && preprocessing.name == family.preprocessing.name
    return switch name {
    case "parser": SwitchUse.own(name, in: run, if: isUsual, else: network, preprocessing)
    case "parser_resize": isUsual ? run.table.value(of: name) : preprocessing.name
    default: nil
    }
  }

  fileprivate func standIns(
    asked family: FaceParsing, in suite: WeightSuite, by evaluator: some MetricEvaluator
  ) -> [String] {
    suite.isCompact
      ? []
      : evaluator.standIn(
        "The face parser", "\(network.network.name) (\(preprocessing.name))",
        for: "\(family.network) (\(family.preprocessing.name))", network.weights)
  }

  fileprivate func step(
    side: Int, on units: EvaluationStep.Units
  ) -> EvaluationStep {
    let parser = self
    return .network(
      network, outputs: [Graph.mainOutput], on: units, countsImages: units.arePairs,
      key: { ContentHash.key(parser.fingerprint, $0[0], $0[1]) },
      run: { _ = try parser.labels(of: $0, width: side, height: side, named: "plan", in: $1) })
  }
}

/// Labels of images against ground-truth maps.
package struct LabelAgreement: MetricEvaluator {
  let parser: FaceParser
  /// The size at which label maps are compared.
  package let size: LabelSize
  let family: FaceParsing

  /// Joins a parser and choices.
  package init(parser: FaceParser, size: LabelSize, family: FaceParsing = FaceParsing()) {
    self.parser = parser
    self.size = size
    self.family = family
  }

  package var metrics: [Metric] { [.accuracy, .miou] }
  package var inputs: [EvaluatorInput] { [.labelMap] }
  package var loadedNetworks: [LoadedNetwork] { [parser.network] }
  package func roles(for metric: Metric) -> [WeightRole] { [.parser] }

  package func settings(of metric: Metric) -> MetricSettings {
    let isPerImage = metric == .miou && family.averaging.isPerImage
    return MetricSettings(
      settings: [
        "size": size.description, "miou": metric == .miou ? family.averaging.rawValue : nil,
        "reduction": isPerImage ? "mean" : "dataset",
      ], parts: ["parser": parser.fingerprint])
  }

  package func reduction(of metric: Metric) -> any SetReduction { family.reduction(of: metric) }

  package func measure(_ group: inout MeasurementGroup) throws {
    let confusion = SegmentationBatch(parser: parser, memory: group.memory)
    let averaging = family.averaging
    let masks = try group.loading.labelMaps(of: group.pairs, size: size)
    group.take(labels: { masks[$0.pair.id]?.value?.content })
    let batch = group.requests(of: self) {
      (pair, image, batch: inout Batch<SegmentationBatch.Request>) in
      guard let mask = masks[pair.pair.id]?.value else { return }
      let request = SegmentationBatch.Request(image: image, mask: mask)
      batch.add(request, key: confusion.key(request))
    }
    let counts = try group.cache.values(batch, compute: confusion.counts)
    group.update(by: self) { pair, image, found in
      guard let mask = try masks[pair.pair.id]?.get() else { return }
      let size = image.pixels
      try pair.opened?.pixels.requireProportions(
        width: size.width, height: size.height, of: image.name)
      let request = SegmentationBatch.Request(image: image, mask: mask)
      let matrix = try ConfusionMatrix(
        counts: try counts[confusion.key(request)]?.value ?? confusion.counts([request])[0].get())
      found.counts[.confusion] = matrix
      found.scores[.accuracy] = matrix.accuracy
      found.scores[.miou] = (averaging.isPerImage ? averaging : .imgNaN).score(of: matrix)
    }
  }

  package func standIns(for metric: Metric, in suite: WeightSuite) -> [String] {
    parser.standIns(asked: family, in: suite, by: self)
  }

  package func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    switch name {
    case "seg_size": size.side.map { "\($0)" } ?? "mask"
    case "miou_mode": run.plan.measured.contains(.miou) ? family.averaging.rawValue : nil
    default: parser.use(ofSwitch: name, in: run, asked: family)
    }
  }

  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    [parser.step(side: size.side ?? side, on: .labelMaps)]
  }
}

/// Labels of edited images against those of the real images that they were edited from, at the parser's own size.
package struct LabelConsistency: MetricEvaluator {
  let parser: FaceParser
  let family: FaceParsing

  /// Joins a parser and choices.
  package init(parser: FaceParser, family: FaceParsing = FaceParsing()) {
    self.parser = parser
    self.family = family
  }

  package var metrics: [Metric] { [.segmentationConsistency] }
  package var inputs: [EvaluatorInput] { [.counterpart] }
  package var loadedNetworks: [LoadedNetwork] { [parser.network] }
  package func roles(for metric: Metric) -> [WeightRole] { [.parser] }

  package func settings(of metric: Metric) -> MetricSettings {
    MetricSettings(
      settings: [
        "mode": family.consistency.rawValue, "size": "of the parser",
        "miou": family.consistency == .miou ? family.averaging.rawValue : nil,
      ], parts: ["parser": parser.fingerprint])
  }

  package func reduction(of metric: Metric) -> any SetReduction { family.reduction(of: metric) }

  package func measure(_ group: inout MeasurementGroup) throws {
    let (parser, memory, mode) = (parser, group.memory, family.consistency)
    func key(_ pair: ImagePair) -> String {
      ContentHash.key(parser.fingerprint, pair.real.content, pair.other.content)
    }
    let batch = group.requests(of: self) { (pair, image, batch: inout Batch<ImagePair>) in
      guard let real = try? pair.comparable else { return }
      let comparison = ImagePair(real: real, other: image)
      batch.add(comparison, key: key(comparison))
    }
    let counts = try group.cache.values(batch) { parser.agreement(of: $0, in: memory) }
    group.update(by: self) { pair, image, found in
      let comparison = ImagePair(real: try pair.comparable, other: image)
      let matrix = try ConfusionMatrix(
        counts: try counts[key(comparison)]?.value
          ?? parser.agreement(of: [comparison], in: memory)[0].get())
      found.counts[.consistency] = matrix
      found.scores[.segmentationConsistency] = mode.score(of: matrix)
    }
  }

  package func standIns(for metric: Metric, in suite: WeightSuite) -> [String] {
    parser.standIns(asked: family, in: suite, by: self)
  }

  package func use(ofSwitch name: String, in run: SwitchUse) -> String? {
    switch name {
    case "seg_size": parser.network.network.inputShape.last.map { "\($0)" }
    case "miou_mode": family.consistency == .miou ? family.averaging.rawValue : nil
    case "sc_mode": family.consistency.rawValue
    default: parser.use(ofSwitch: name, in: run, asked: family)
    }
  }

  package func steps(_ fingerprints: [Metric: Fingerprint], side: Int) -> [EvaluationStep] {
    [parser.step(side: side, on: .pairs)]
  }
}

extension FaceParser {
  /// Confusion counts of two images' labels for each pair, each distinct image parsed once.
  fileprivate func agreement(
    of pairs: [ImagePair], in memory: WorkerMemory
  ) -> [Result<[Int64], ImageFailure>] {
    var images = Batch<EvaluationImage>()
    for pair in pairs {
      for image in [pair.real, pair.other] { images.add(image, key: image.content.text) }
    }
    let labels = Dictionary(
      uniqueKeysWithValues: zip(
        images.entries.map(\.key), self.labels(of: images.entries.map(\.request), in: memory)))
    return pairs.map { pair in
      ImageFailure.catching {
        var matrix = ConfusionMatrix()
        if let before = try labels[pair.real.content.text]?.get(),
          let after = try labels[pair.other.content.text]?.get()
        {
          try matrix.add(groundTruth: before, prediction: after)
        }
        return matrix.counts
      }
    }
  }
}
