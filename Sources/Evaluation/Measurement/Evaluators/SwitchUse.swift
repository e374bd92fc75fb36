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
  let plan: MetricPlan
  /// How many pairs were measured.
  let pairCount: Int
  let dataset: DatasetSpecification
  /// Whether images come from a command, which gets its seeds here.
  let runsCommands: Bool

  /// Joins the parts.
  package init(
    table: PaperTable,
    plan: MetricPlan,
    pairCount: Int,
    dataset: DatasetSpecification,
    runsCommands: Bool
  ) {
    self.table = table
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
    switch name {
    case "n_images": return ["\(pairCount)"]
    case "scribble": return dataset == .synthetic ? ["drawn"] : nil
    case "seed_rule": return runsCommands ? ["pair"] : nil
    case _ where !MetricRegistry.families.contains(where: { $0.switches.contains(name) }):
      return nil
    default:
      let found = plan.evaluators.compactMap { $0.use(ofSwitch: name, in: self) }
      return found.enumerated().filter { !found[..<$0.offset].contains($0.element) }.map(\.element)
    }
  }

  /// The switch's word, or the network's name and the way to it.
  static func own(
    _ name: String, in run: SwitchUse, if isUsual: Bool, else network: LoadedNetwork,
    _ steps: Preprocessing
  ) -> String {
    isUsual
      ? run.table.applicableValue(of: name) ?? Self.name(network, steps)
      : Self.name(network, steps)
  }

  /// A network and the way to it, in words.
  static func name(_ network: LoadedNetwork, _ steps: Preprocessing) -> String {
    "\(network.network.name) (\(steps.name))"
  }
}
