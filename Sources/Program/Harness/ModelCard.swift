import Essentials
import Foundation
import Graphs
import Images
import Kernels
import Recipes
import Reports
import Tensors

/// What a reader must know about a trained network: its purpose, how it was trained, how good it is.
struct ModelCard {
  private let recipe: any Recipe
  private let metrics: [HeldOutMetric]
  private let curves: [LossCurve]
  private let pictures: [CardPicture]
  private let seconds: Double
  private let files: [File]
  private let jobs: Int

  private struct File {
    let name: String
    let bytes: Int
    let sha256: String
  }

  /// Gathers what the card says.
  ///
  /// - Throws: `FileError` if a written file cannot be read; what making the pictures throws.
  init(
    _ recipe: any Recipe, metrics: [HeldOutMetric], curves: [LossCurve], seconds: Double,
    environment: TrainingEnvironment
  ) throws {
    self.recipe = recipe
    self.metrics = metrics
    self.curves = curves
    pictures = try recipe.pictures(in: environment)
    self.seconds = seconds
    jobs = environment.workers.count
    files = try recipe.fileNames.map { name in
      let bytes = try RegularFile(environment.path(name)).contents()
      return File(name: name, bytes: bytes.count, sha256: FileDigest.sha256(of: bytes))
    }
  }

  /// Metrics below what is asked, as clauses.
  var missed: [String] {
    metrics.filter { !$0.isMet }.map {
      "\(recipe.name): \($0.name) is \(text($0.value)), \(text($0.minimum ?? 0)) is asked"
    }
  }

  /// One line a metric.
  var summary: String {
    metrics.map {
      "\(recipe.name): \($0.name) \(text($0.value))"
        + ($0.minimum.map { " (at least \(text($0)) is asked)" } ?? "")
    }.joined(separator: "\n")
  }

  private func text(_ value: Double) -> String {
    FixedDecimals.text(value, digits: 4) ?? "\(value)"
  }

  /// Writes card, pictures and loss curves beside the weights.
  ///
  /// - Throws: `FileError`.
  func write(to folder: String) throws {
    for picture in pictures {
      try AtomicFile.write(
        ImageEncoder.png(picture.raster), to: "\(folder)/\(fileName(picture))")
    }
    try AtomicFile.write(Array(try markdown.utf8), to: "\(folder)/\(recipe.name).md")
    for (curve, name) in zip(curves, chartNames) {
      let chart = LineChart(
        title: "Loss of \(curve.name)", x: LineChart.Axis("step"),
        y: LineChart.Axis("loss", isLogarithmic: true),
        series: [
          LineChart.Series(
            curve.name, curve.points.map { LineChart.Point(Double($0.step), $0.loss) })
        ])
      try AtomicFile.write(Array(chart.svg().utf8), to: "\(folder)/\(name)")
    }
  }

  private func fileName(_ picture: CardPicture) -> String { "\(recipe.name)-\(picture.name).png" }

  /// One chart a curve.
  private var chartNames: [String] {
    curves.map { "\($0.name).svg" }
  }

  private var markdown: String {
    get throws {
      let networks = try recipe.networks.map { network in
        let cost = try Graph(tracing: network).cost(computing: [Graph.mainOutput])
        return "| `\(network.name)` | \(cost.parameters) | \(cost.multiplyAdds) |"
      }
      let weights = files.map { "| `\($0.name)` | \($0.bytes) | `\($0.sha256)` |" }
      let results = metrics.map { metric in
        "| \(metric.name) | \(text(metric.value)) | \(metric.minimum.map(text) ?? "–") | "
          + "\(metric.data) |"
      }
      let shown = pictures.map { "![\($0.caption)](\(fileName($0)))\n\n\($0.caption)\n" }
      return """
        # \(recipe.name)

        \(recipe.summary)

        Compact suite, synthetic faces: its numbers compare only with themselves.

        | network | trained values | multiply-adds an image |
        |:--|--:|--:|
        \(networks.joined(separator: "\n"))

        ## Held-out figures

        | figure | value | at least | measured on |
        |:--|--:|--:|:--|
        \(results.joined(separator: "\n"))

        \(shown.joined(separator: "\n"))## Training

        Trained on \(recipe.data). \(recipe.hyperparameters). It took \(Int(seconds)) s on \
        \(jobs) threads; the same command gives the same bytes for any number of threads on \
        processors whose arithmetic rounds alike:

            evalkit train \(recipe.name)

        \(chartNames.map { "![Loss curve](\($0))" }.joined(separator: "\n"))

        | file | bytes | SHA-256 |
        |:--|--:|:--|
        \(weights.joined(separator: "\n"))

        """
    }
  }
}
