import Foundation
import Measurement
import Metrics
import Models
import Provenance
import Terms

/// What a run measured with, stored with it, so that a report needs nothing but the database.
package struct RunSettings: Codable, Sendable {
  /// Where the pairs came from.
  package var dataset: String
  /// How many pairs.
  package var pairCount: Int
  /// What was missing or surplus in the dataset.
  package var findings: [String]
  /// The suite of weights as named.
  package var weights: String
  /// Every network used.
  package var networks: [NetworkUse]
  /// Why metrics were not measured, by metric.
  package var notRun: [String: String]
  /// How the weights in use differ from those requested.
  package var deviations: [String]
  /// Seed of everything random.
  package var seed: UInt64
  /// The settings that the run's fingerprint is made of.
  package var identity: [String: String]

  /// How scores of images become those of sets, by metric; nil in runs of an older evalkit.
  package var reductions: [String: StoredReduction]?
  /// What was used instead of a switch's value, by switch; nil in runs of an older evalkit.
  package var departures: [String: String]?
  /// The options that it ran with; nil in runs of an older evalkit.
  package var recipe: RunRecipe?
  /// Which of several processes this was; nil for one that measured everything.
  package var shard: Shard?
  /// What a run was joined from; nil for one that was measured as it is.
  package var parts: [Part]?

  /// One network and its weights.
  package struct NetworkUse: Codable, Hashable, Sendable {
    /// Name in the network catalogue.
    package var network: String
    /// Path of the weights.
    package var file: String
    /// Of the file, in hexadecimal.
    package var sha256: String
    /// Names of the metrics that depend on it.
    package var metrics: [String]
  }

  /// One of the runs that were joined.
  package struct Part: Codable, Hashable, Sendable {
    /// Which part of the pairs it measured.
    package var shard: Shard
    /// Its id.
    package var run: String
    /// The machine that measured it.
    package var machine: String

    /// Joins the parts.
    package init(shard: Shard, run: String, machine: String) {
      self.shard = shard
      self.run = run
      self.machine = machine
    }
  }

  /// Takes what a plan and its command decided.
  ///
  /// - Parameters:
  ///   - plan: the evaluators.
  ///   - dataset: as the command line spells it.
  ///   - pairCount: of the run.
  ///   - findings: what the dataset's files are not.
  ///   - weights: the suite, as the command line spells it.
  ///   - seed: of everything random.
  ///   - identity: what the run's fingerprint is made of.
  package init(
    plan: MetricPlan, dataset: String, pairCount: Int, findings: [String], weights: String,
    seed: UInt64, identity: [String: String]
  ) {
    self.dataset = dataset
    self.pairCount = pairCount
    self.findings = findings
    self.weights = weights
    self.seed = seed
    self.identity = identity
    networks = plan.evaluators.flatMap { evaluator in
      evaluator.networks.map { network in
        NetworkUse(
          network: network.name, file: network.weights.name, sha256: network.weights.sha256,
          metrics: evaluator.metrics.map(\.name))
      }
    }
    notRun = Dictionary(
      uniqueKeysWithValues: plan.unavailable.map { ($0.key.name, $0.value) })
    deviations = plan.deviations
    reductions = Dictionary(
      uniqueKeysWithValues: plan.reductions.map { ($0.metric.name, StoredReduction($0.reduction)) })
  }

  /// Every requested metric.
  ///
  /// In runs of an older evalkit they are those that were measured by what is stored of their scores.
  func requested(scored: some Sequence<String>) -> Set<String> {
    Set(notRun.keys).union(reductions.map { Set($0.keys) } ?? Set(scored))
  }

  /// Reads the settings of a stored run.
  ///
  /// - Throws: ``HarnessError`` if another version wrote what this one cannot read.
  package init(json: String, run: String) throws {
    do { self = try JSONDecoder().decode(RunSettings.self, from: Data(json.utf8)) } catch {
      throw HarnessError(.runtime, "the settings of run \(run) are of another version")
    }
  }
}
