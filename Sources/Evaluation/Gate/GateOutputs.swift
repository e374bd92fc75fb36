import Datasets
import Essentials
import Foundation
import Images
import Provenance
import Reports
import Runs
import Store
import Tensors
import Verdicts

/// Writes a verdict in the forms that CI systems read.
struct GateOutputs {
  let request: GateRequest
  let materials: GateMaterials
  let verdict: Verdict

  /// GitHub's limit for what all commands of a step write together.
  private static let summaryLimit = 1 << 20

  /// Refuses files that could not be written, before anything is judged.
  ///
  /// - Throws: ``HarnessError``.
  static func check(_ request: GateRequest) throws {
    let place = OutputPlace(
      isReplacing: request.isReplacing,
      inputs: [request.gate, ResultsDatabase.path(request.results)])
    for (path, format) in [
      (request.junit, OutputFormat.junit), (request.summary, .addition), (request.sarif, .sarif),
      (request.openMetrics, .openMetrics), (request.html, .page),
    ] {
      if let path { try place.check(path, as: format) }
    }
  }

  /// Writes every requested format.
  ///
  /// - Throws: errors of files and of the store.
  func write() throws {
    let report = verdict.report(named: materials.run.record.protocolID)
    try write(report.junit, to: request.junit)
    if let summary = request.summary { try append(report, to: summary) }
    guard request.sarif != nil || request.openMetrics != nil || request.html != nil else { return }
    let record = try self.record(report)
    try write(record.openMetrics, to: request.openMetrics)
    if let path = request.sarif {
      let document = SARIFReport(record.findings, tool: Tool.version, link: Paths.links(from: "x"))
      try write(JSONText.encode(document, pretty: true) + "\n", to: path)
    }
    if let path = request.html {
      try write(record.html(link: Paths.links(from: path), picture: Self.picture), to: path)
    }
  }

  private func write(_ text: String, to path: String?) throws {
    if let path { try AtomicFile.write(Array(text.utf8), to: path) }
  }

  /// Adds to what other commands of the step have written, within the limit of the whole.
  private func append(_ report: GateReport, to path: String) throws {
    let exists = FileManager.default.fileExists(atPath: path)
    let before = exists ? try RegularFile(path).contents() : []
    let text = report.stepSummary(
      sentence: verdict.sentence, limit: Self.summaryLimit - before.count)
    try AtomicFile.write(before + Array(text.utf8), to: path)
  }

  /// Pixels of a page's pictures on the longer side: twice as many as they are shown with.
  private static let pictureSide = 192

  /// A small JPEG as an address that holds it; nil for what is no image.
  private static func picture(_ path: String) -> String? {
    guard let image = try? ImageDecoder.rgb(contentsOf: path) else { return nil }
    let jpeg = ImageEncoder.jpeg(image.fitted(to: pictureSide, filter: .lanczos), quality: 80)
    return "data:image/jpeg;base64,\(Data(jpeg).base64EncodedString())"
  }

  // MARK: Content

  private func record(_ report: GateReport) throws -> GateRecord {
    let run = materials.run
    let job = GateJob(run, table: materials.table)
    let measurements = run.methods.flatMap { method in
      (run.scores[method.name] ?? [:]).values.sorted { $0.metric < $1.metric }.compactMap { score in
        score.value.double.map { value in
          GateRecord.Measurement(
            method: method.name, metric: score.metric, value: job.factor(of: score.metric) * value,
            error: score.standardError.map { job.factor(of: score.metric) * $0 })
        }
      }
    }
    let images = run.methods.map { method in
      GateRecord.Images(
        method: method.name, scored: run.counts[method.name]?.scored ?? 0,
        failed: run.counts[method.name]?.failed ?? 0)
    }
    return GateRecord(
      report: report, sentence: verdict.sentence, code: verdict.exitStatus.code,
      run: run.record.id, created: run.record.created.timeIntervalSince1970,
      measurements: measurements, images: images,
      findings: try GateFindings(request: request, materials: materials).all())
  }
}
