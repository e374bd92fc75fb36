import Datasets
import Graphs
import Images
import Metrics
import Models
import Tables

/// What a run did for each switch of its protocol, as far as measuring decides it.
///
/// Where networks and ways to them are those that the switch stands for, its own word is used; others are
/// named.
package struct SwitchUse {
  let table: PaperTable
  let request: MeterRequest
  let plan: MeterPlan
  /// How many pairs were measured.
  let pairCount: Int
  let dataset: DatasetSpecification
  /// Whether images come from a command, which gets its seeds here.
  let runsCommands: Bool

  /// Joins the parts.
  package init(
    table: PaperTable,
    request: MeterRequest,
    plan: MeterPlan,
    pairCount: Int,
    dataset: DatasetSpecification,
    runsCommands: Bool
  ) {
    self.table = table
    self.request = request
    self.plan = plan
    self.pairCount = pairCount
    self.dataset = dataset
    self.runsCommands = runsCommands
  }

  /// What a switch without any use says.
  package static let unused = "not used"

  /// Whether a switch speaks of the images, and not of how they are measured.
  package static func tellsOfImages(_ name: String) -> Bool {
    ["n_images", "scribble", "seed_rule"].contains(name)
  }

  /// By switch, what was used in place of its value; nothing for those that were used as they are.
  package var departures: [String: String] {
    var departures: [String: String] = [:]
    for choice in table.switches {
      guard let used = uses(of: choice.name) else { continue }
      let isOfNoUse = used.isEmpty && choice.value == Switch.notApplicable
      if used == [choice.value] || isOfNoUse { continue }
      departures[choice.name] = used.isEmpty ? Self.unused : used.joined(separator: ", ")
    }
    return departures
  }

  /// What was used for a switch, each once; nil for one that measuring takes as it is.
  private func uses(of name: String) -> [String]? {
    let used: [String?]
    switch name {
    case "n_images": return ["\(pairCount)"]
    case "scribble": return dataset == .synthetic ? ["drawn"] : nil
    case "seed_rule": return runsCommands ? ["pair"] : nil
    case "fid_ref": used = reading(\.comparesSets, "fid_ref")
    case "id_pairs": used = reading({ $0 == .id }, "id_pairs")
    case "fid_impl", "id_impl", "clip_model", "clip_resize", "guidance":
      used = plan.meters.map { extracting(name, $0) }
    case "lpips_net", "lpips_pairs", "ssim_impl": used = plan.meters.map { comparing(name, $0) }
    case "parser", "parser_resize", "seg_size", "miou_mode", "sc_mode":
      used = plan.meters.map { parsing(name, $0) }
    default: return nil
    }
    let found = used.compactMap(\.self)
    return found.enumerated().filter { !found[..<$0.offset].contains($0.element) }.map(\.element)
  }

  /// A switch's own value where any such metric is measured.
  private func reading(_ isSpokenOf: (MetricIdentifier) -> Bool, _ name: String) -> [String?] {
    plan.measured.contains(where: isSpokenOf) ? [table.value(of: name)] : []
  }

  // MARK: Networks

  private func extracting(_ name: String, _ meter: Meter) -> String? {
    switch (name, meter) {
    case ("fid_impl", .features(let extractor, let distances)):
      let isUsual =
        extractor.network.network.name == "inception-fid" && extractor.tap == "2048"
        && extractor.preprocessing.name == distances.mode.preprocessing.name
      if isUsual { return distances.mode.rawValue }
      return Self.name(extractor.network, extractor.preprocessing) + ", result \(extractor.tap)"
    case ("id_impl", .identity(let extractor)):
      let isUsual =
        extractor.network.network.name == request.identityNetwork
        && extractor.preprocessing.name == request.identityPreprocessing.name
        && (extractor.aligner != nil) == request.alignsIdentity
      return own("id_impl", if: isUsual, else: extractor.network, extractor.preprocessing)
    case ("clip_model", .clip(let clip)):
      let network = clip.image.network.network.name
      return CLIPChoice.towers.first { $0.value == network }?.key ?? network
    case ("clip_resize", .clip(let clip)):
      let size = clip.image.network.network.inputShape.last ?? 224
      let steps = clip.image.preprocessing.name
      return CLIPPreprocessing.allCases.first { $0.steps(size: size).name == steps }?.rawValue
        ?? steps
    case ("guidance", .clip(let clip)):
      if case .retrieval(_, let guidance) = clip.task { return guidance.rawValue }
      return nil
    default: return nil
    }
  }

  private func comparing(_ name: String, _ meter: Meter) -> String? {
    switch (name, meter) {
    case ("lpips_net", .perceptual(_, let meter)), ("lpips_net", .diversity(let meter, _)):
      let trunk = String(meter.network.network.name.trimmingPrefix("lpips-"))
      let role = WeightRole.allCases.first { $0.trunk == trunk }
      return role.map { String($0.rawValue.trimmingPrefix("lpips-")) } ?? trunk
    case ("lpips_pairs", .perceptual): return "gt_pair"
    case ("lpips_pairs", .diversity(_, let choice)): return choice.selection.rawValue
    case ("ssim_impl", .similarity(_, let variant)): return variant.rawValue
    default: return nil
    }
  }

  private func parsing(_ name: String, _ meter: Meter) -> String? {
    switch (name, meter) {
    case ("parser", .segmentation(let parser, _, _)), ("parser", .consistency(let parser, _, _)):
      return own("parser", if: isUsual(parser), else: parser.network, parser.preprocessing)
    case ("parser_resize", .segmentation(let parser, _, _)),
      ("parser_resize", .consistency(let parser, _, _)):
      return isUsual(parser) ? table.value(of: "parser_resize") : parser.preprocessing.name
    case ("seg_size", .segmentation(_, let size, _)): return size.side.map { "\($0)" } ?? "mask"
    case ("seg_size", .consistency(let parser, _, _)):
      return parser.network.network.inputShape.last.map { "\($0)" }
    case ("miou_mode", .segmentation(_, _, let averaging)):
      return plan.measured.contains(.miou) ? averaging.rawValue : nil
    case ("miou_mode", .consistency(_, .miou, let averaging)): return averaging.rawValue
    case ("sc_mode", .consistency(_, let mode, _)): return mode.rawValue
    default: return nil
    }
  }

  private func isUsual(_ parser: FaceParser) -> Bool {
    parser.network.network.name == request.parserNetwork
      && parser.preprocessing.name == request.parserPreprocessing.name
  }

  /// The switch's word, or the network's name and the way to it.
  private func own(
    _ name: String, if isUsual: Bool, else network: LoadedNetwork, _ steps: Preprocessing
  ) -> String {
    isUsual
      ? table.applicableValue(of: name) ?? Self.name(network, steps) : Self.name(network, steps)
  }

  private static func name(_ network: LoadedNetwork, _ steps: Preprocessing) -> String {
    "\(network.network.name) (\(steps.name))"
  }
}
