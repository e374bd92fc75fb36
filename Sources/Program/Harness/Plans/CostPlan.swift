import Datasets
import Foundation
import Generators
import Images
import Measurement
import Metrics
import Models
import Provenance
import Scores
import Store
import Tables
import Tensors
import Terms

/// What a table would cost, found without decoding, drawing or making any image.
///
/// Each network and each comparison of pixels runs on an empty image, so that the estimate uses this
/// machine's own speed; files are only hashed, to see which results are cached.
package struct CostPlan: Encodable {
  /// One network or comparison.
  package struct Step: Encodable {
    /// Of the network or the metric.
    package let name: String
    /// How often it would run if nothing were cached; equal images count once.
    package let runs: Int
    /// How many of these are cached.
    package let remembered: Int
    /// Floating-point operations of a run; nil where no network takes part.
    package let operationsPerRun: Int?
    /// Measured on this machine, on an empty image.
    package let secondsPerRun: Double

    fileprivate var seconds: Double { Double(runs - remembered) * secondsPerRun }
    fileprivate var operations: Int { (runs - remembered) * (operationsPerRun ?? 0) }
  }

  /// Images that an external command has still to make.
  package struct Generation: Encodable {
    /// Name of the row.
    package let method: String
    /// How many are missing.
    package let images: Int
    /// From the receipts of existing images; nil without any.
    package let secondsPerImage: Double?
  }

  private let schema = 2
  /// Id of the protocol.
  package let table: String
  /// How many the table would measure.
  package let pairs: Int
  /// Names of the measured rows.
  package let rows: [String]
  /// Names of the metrics that would be measured.
  package let metrics: [String]
  /// Why other metrics would not, by name.
  package let notRun: [String: String]
  /// Images of pairs and rows, and how many of them need not be decoded.
  package let images, imagesRemembered: Int
  /// Bytes of the files that are read.
  package let bytes: Int
  /// Faces that have to be drawn first.
  package let facesToDraw: Int
  /// What external commands have to make.
  package let generations: [Generation]
  /// What evaluators run.
  package let steps: [Step]
  /// Floating-point operations of everything that is not cached.
  package let operations: Int
  /// Threads.
  package let jobs: Int
  /// Of everything that is not cached, without external commands and scores of sets.
  package let estimatedSeconds: Double

  /// Looks at everything that a run would open, and times what it would do.
  ///
  /// - Throws: any error that the run itself would end with.
  init(_ table: PaperTable, options: TableOptions) throws {
    let configuration = try MetricConfiguration(table, options: options)
    let workers = Workers(count: options.jobs)
    let loader = try ModelLoader(options)
    let asked = try MetricPlan(configuration, loader: loader)
    let known = try PlannedImages(
      table, drawnSize: loader.suite.drawnSize(for: configuration), plan: asked, loader: loader,
      options: options, workers: workers)
    let plan = asked.leavingOut { known.dataset?.unavailability(of: $1) }
    let pace = StepTiming(plan.resolution)
    self.table = table.id
    pairs = known.pairCount
    rows = known.rows.map(\.name)
    metrics = plan.measured.map(\.name)
    notRun = Dictionary(uniqueKeysWithValues: plan.unavailable.map { ($0.key.name, $0.value) })
    jobs = workers.count
    var needed: Set<String> = []
    steps = try plan.steps(side: plan.resolution.side ?? StepTiming.usualSide).map { step in
      let timing = try pace.measure(step)
      let work = try known.work(of: step)
      needed.formUnion(work.needed)
      return Step(
        name: step.name, runs: work.runs, remembered: work.remembered,
        operationsPerRun: timing.operations, secondsPerRun: timing.seconds)
    }
    images = known.count
    imagesRemembered = known.identities.subtracting(known.unknown).subtracting(needed).count
    bytes = known.bytes
    facesToDraw = known.facesToDraw
    generations = known.generations
    operations = steps.reduce(0) { $0 + $1.operations }
    let decoding = Double(images - imagesRemembered) * pace.secondsToDecode
    let drawing =
      Double(facesToDraw) * pace.secondsToDraw(size: loader.suite.drawnSize(for: configuration))
    estimatedSeconds =
      (steps.reduce(0) { $0 + $1.seconds } + decoding + drawing) / Double(workers.count)
  }

  /// What a person wants to know before a run begins.
  package var headline: String {
    let minutes = Int((estimatedSeconds / 60).rounded(.up))
    let time = minutes < 2 ? "\(Int(estimatedSeconds.rounded(.up))) s" : "\(minutes) min"
    return "\(table): \(pairs.grouped) pairs, \(rows.count) rows, \(metrics.count) metrics; "
      + "about \(time) on this machine"
  }

  /// For people.
  package var text: String {
    var lines = [
      "\(table): \(pairs) pairs, \(rows.count) rows (\(rows.joined(separator: ", ")))",
      "metrics: \(metrics.joined(separator: ", "))",
    ]
    lines += notRun.sorted { $0.key < $1.key }.map { "not measured: \($0.key): \($0.value)" }
    if facesToDraw > 0 { lines.append("faces to draw first: \(facesToDraw)") }
    lines += generations.map { generation in
      let time = generation.secondsPerImage.map {
        String(format: "%.0f s at %.2f s an image", $0 * Double(generation.images), $0)
      }
      return "\(generation.method): \(generation.images) images to make, "
        + (time ?? "in a time that only the command knows")
    }
    lines.append(
      "images: \(images), of which \(imagesRemembered) are remembered; \(bytes.inBytes) of files")
    lines += steps.map { step in
      let operations = step.operationsPerRun.map {
        String(format: ", %.2f GFLOP", Double($0) / 1e9)
      }
      return String(
        format: "%@: %d runs, %d remembered; %.1f ms%@", step.name, step.runs, step.remembered,
        step.secondsPerRun * 1000, operations ?? "")
    }
    lines.append(
      String(
        format: "estimated: %.3g TFLOP, %.0f s on %d threads, and the scores of sets",
        Double(operations) / 1e12, estimatedSeconds, jobs))
    return lines.joined(separator: "\n")
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }
}
