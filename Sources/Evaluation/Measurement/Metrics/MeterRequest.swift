import Essentials
import Images
import Metrics
import Models
import Provenance
import Tables

/// Which metrics are wanted and by which choices; the typed form of a protocol's switches.
package struct MeterRequest: Sendable {
  /// What to measure, in order.
  package var metrics: [MetricIdentifier]
  /// FID's input pipeline, and how its features are compared.
  package var distances = FeatureDistances()
  /// FID's result; nil takes the weight suite's, or else 2048.
  package var fidTap: String?
  /// Definition of the metric `ssim`.
  package var ssim = StructuralSimilarity.Variant.skimage
  /// Definition of the metric `ms-ssim`.
  package var msSSIM = StructuralSimilarity.Variant.vainfMSSSIM
  /// Catalogue name of the identity network.
  package var identityNetwork = "ir-se50"
  /// From RGB to the identity network.
  package var identityPreprocessing = Preprocessing.irSE50Crop
  /// Whether faces are found and aligned before that.
  package var alignsIdentity = false
  /// Catalogue name of the face parser.
  package var parserNetwork = "celebamask-unet"
  /// From RGB to the parser.
  package var parserPreprocessing = Preprocessing.celebAMaskUNet512()
  /// Side of the label maps that are compared; nil takes each map's own.
  package var labelSize: Int?
  /// How intersections over unions are averaged.
  package var miou = MeanIntersectionOverUnion.agg19
  /// Everything that rests on CLIP.
  package var clip = CLIPChoice()
  /// How the labels of an edited image are compared with the source's.
  package var consistency = SegmentationConsistency.pixelAccuracy
  /// How the diversity of a row's images is measured.
  package var diversity = DiversityChoice()
  /// The size at which images are compared.
  package var working = WorkingSize.native

  /// Wants metrics by the defaults.
  package init(metrics: [MetricIdentifier]) { self.metrics = metrics }

  /// Reads a protocol's switches.
  ///
  /// - Parameters:
  ///   - table: the protocol.
  ///   - further: metrics beside those of its columns that a switch may speak of.
  /// - Throws: ``HarnessError`` for a value that this version does not measure.
  package init(_ table: PaperTable, further: [MetricIdentifier] = []) throws {
    self.init(metrics: table.measuredMetrics)
    let switches = SwitchReader(table: table, metrics: table.measuredMetrics + further)
    try switches.refuseOthers()
    if let mode = try switches.value("fid_impl", FrechetMode.init(rawValue:)) {
      distances.mode = mode
    }
    if let known = try switches.value(
      "ssim_impl", StructuralSimilarity.Variant.init(rawValue:))
    {
      if known == .vainfMSSSIM { msSSIM = known } else { ssim = known }
    }
    let filter = try switches.value("result_resize", PillowFilter.init(switchValue:))
    working = WorkingSize(
      side: try switches.side("result_size"),
      filter: filter ?? .bicubic)
    labelSize = try switches.side("seg_size")
    miou = try switches.value("miou_mode", MeanIntersectionOverUnion.init(rawValue:)) ?? miou
    try readIdentity(switches)
    try readParser(switches)
    try readCLIP(switches)
    if metrics.contains(.lpipsDiversity) {
      let selection = try switches.value("lpips_pairs", PairSelection.init(rawValue:))
      diversity.selection = selection ?? diversity.selection
      let role = try switches.value("lpips_net") { WeightRole(rawValue: "lpips-\($0)") }
      diversity.role = role ?? diversity.role
    }
    let mode = try switches.value("sc_mode", SegmentationConsistency.init(rawValue:))
    consistency = mode ?? consistency
  }

  private mutating func readCLIP(_ switches: SwitchReader) throws {
    let asked = clip.networks.keys.filter(metrics.contains)
    guard !asked.isEmpty else { return }
    if let tower = try switches.value("clip_model", { CLIPChoice.towers[$0] }) {
      for metric in asked { clip.networks[metric] = tower }
    }
    if let steps = try switches.value("clip_resize", CLIPPreprocessing.init(rawValue:)) {
      clip.preprocessing = steps
      clip.directionalPreprocessing = steps
    }
    let guidance = try switches.value("guidance", CLIPMeter.Guidance.init(rawValue:))
    clip.guidance = guidance ?? clip.guidance
  }

  private mutating func readIdentity(_ switches: SwitchReader) throws {
    switch switches.table.applicableValue(of: "id_impl") {
    case nil, "irse50-crop": break
    case "mobilefacenet-aligned":
      identityNetwork = "mobilefacenet"
      identityPreprocessing = .mobileFaceNet112x96
    case "curricular-mtcnn":
      identityNetwork = "ir-101"
      identityPreprocessing = .aligned112
      alignsIdentity = true
    case let other?: throw switches.unsupported("id_impl", other)
    }
  }

  private mutating func readParser(_ switches: SwitchReader) throws {
    let filter = try switches.value("parser_resize", PillowFilter.init(switchValue:)) ?? .bilinear
    switch switches.table.applicableValue(of: "parser") {
    case nil, "unet-cmask": parserPreprocessing = .celebAMaskUNet512(filter: filter)
    case "bisenet":
      parserNetwork = "bisenet"
      parserPreprocessing = .biSeNet512
    case "unetsmall":
      parserNetwork = "unetsmall"
      parserPreprocessing = .unetSmall256
    case let other?: throw switches.unsupported("parser", other)
    }
  }
}

extension PaperTable {
  /// What the columns measure, each once.
  package var measuredMetrics: [MetricIdentifier] {
    let metrics = columns.compactMap { column in
      column.isPublishedOnly
        ? nil : column.metric.flatMap { MetricIdentifier(rawValue: $0.rawValue) }
    }
    return metrics.enumerated().filter { !metrics[..<$0.offset].contains($0.element) }
      .map(\.element)
  }
}

/// Typed access to a protocol's switches.
private struct SwitchReader {
  let table: PaperTable
  /// What the switches may speak of.
  let metrics: [MetricIdentifier]

  func value<Value>(_ name: String, _ parse: (String) -> Value?) throws -> Value? {
    guard let text = table.applicableValue(of: name) else { return nil }
    guard let value = parse(text) else { throw unsupported(name, text) }
    return value
  }

  /// Pixels on a side; nil where a word such as `native` stands in their place.
  func side(_ name: String) throws -> Int? {
    guard let text = table.applicableValue(of: name), !text.contains(where: \.isLetter) else {
      return nil
    }
    guard let side = try? NumberRange.side.value(of: text) else { throw unsupported(name, text) }
    return side
  }

  /// Refuses values that are not measured; a switch that says one thing while another is done would be
  /// worse than none.
  func refuseOthers() throws {
    var measured = [
      "fid_ref": ["gt_same_ids", "test", "all"], "id_pairs": ["gt_pair", "edit_input"],
    ]
    let isDiversity = table.columns.contains { $0.metric == .lpipsDiversity }
    measured["lpips_pairs"] = isDiversity ? nil : ["gt_pair"]
    // Metrics have names, and a switch does not exchange one for another.
    measured["lpips_net"] =
      isDiversity
      ? nil
      : ["alex", "vgg", "squeeze"].filter { net in
        metrics.contains { $0.rawValue == "lpips-\(net)" }
      }
    measured["ssim_impl"] = StructuralSimilarity.Variant.allCases.filter {
      metrics.contains($0 == .vainfMSSSIM ? .msSSIM : .ssim)
    }.map(\.rawValue)
    for (name, values) in measured.sorted(by: { $0.key < $1.key }) {
      if let value = table.applicableValue(of: name), !values.contains(value) {
        throw unsupported(name, value)
      }
    }
    // What methods do themselves, and what has an option of its own, is told and not measured.
    let told = ["sampler", "seed_rule", "quantise", "scribble", "n_images"]
    for choice in table.switches where choice.protocolValue != nil {
      guard told.contains(choice.name) || choice.value == "supplied" else { continue }
      throw unsupported(choice.name, choice.value)
    }
    // Real images and results reach the working size by the same filter.
    if let value = table.applicableValue(of: "ref_resize"),
      value != table.value(of: "result_resize")
    {
      throw unsupported("ref_resize", value)
    }
  }

  func unsupported(_ name: String, _ value: String) -> HarnessError {
    let remedy =
      switch name {
      case "n_images": "; --pairs says how many"
      case "lpips_net": "; name the metric, as in --metrics lpips-\(value)"
      case "ssim_impl": "; the table's column is another metric, which --metrics can name"
      default: ""
      }
    return HarnessError(
      .usage,
      "\(table.id): the value '\(value)' of the switch \(name) is not measured by this version"
        + remedy)
  }
}

extension PillowFilter {
  /// The filter of a switch value such as `pil_bicubic`.
  fileprivate init?(switchValue: String) {
    guard switchValue.hasPrefix("pil_") else { return nil }
    self.init(rawValue: String(switchValue.dropFirst("pil_".count)))
  }
}
