import Datasets
import Generators
import Measurement
import Metrics
import Provenance
import Runs
import Store
import Tensors
import Terms

/// What the command line says about verifying a run.
package struct VerifyOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// The run's id or the beginning of it; nil takes the latest.
  package var run: String?
  /// How many images are measured again.
  package var sample = 32
  /// The systems that methods may be.
  package var systems = SystemRegistry.standard

  /// The defaults.
  package init() {}
}

/// Measures a random sample of a run's images again, from their files, and every score of a set again from
/// what is stored, and compares the bits.
package struct VerifyJob {
  private let options: VerifyOptions
  private let workers: Workers

  /// Prepares to verify.
  package init(_ options: VerifyOptions) {
    self.options = options
    workers = options.workers
  }

  /// Compares everything.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable` for a run whose files, weights or settings are no
  ///   longer there; errors of the store.
  package func run() throws -> VerifyReport {
    let store = try ResultsDatabase.open(options.results)
    let run = try StoredRun.find(options.run, in: store)
    var report = VerifyReport(run)
    if !run.unknownMetrics.isEmpty {
      report.unchecked.append(
        "\(run.unknownMetrics.joined(separator: ", ")): this version does not know the metric")
    }
    try verifyImages(of: run, in: store, &report)
    try verifySets(of: run, in: store, &report)
    return report
  }

  // MARK: Images

  private func verifyImages(
    of run: StoredRun, in store: Store, _ report: inout VerifyReport
  ) throws {
    let records = try run.methods.flatMap {
      try store.images(ofRun: run.record.id, method: $0.name)
    }
    let sample = self.sample(of: records)
    report.images = records.count
    guard !sample.isEmpty else { return }
    options.progress(JobProgress(activity: "opening what was measured"))
    let again = try Remeasurement(
      run, results: options.results, systems: options.systems, workers: workers)
    let metrics = comparable(again.plan, run, &report)
    let images = Dictionary(grouping: sample, by: \.method).mapValues { Set($0.map(\.imageID)) }
    let (results, memory) = try again.measure(
      images, of: run, workers: workers, memory: options.memory, shouldStop: options.shouldStop,
      progress: options.progress)
    for record in sample {
      let scores = try store.scores(
        ofRun: run.record.id, method: record.method, image: record.imageID)
      report.compare(record, scores, results[record.method]?[record.imageID], metrics)
    }
    let remembered = try store.artifacts(among: Array(memory.keys))
    for key in remembered.payloads.keys.sorted() {
      report.remembered.count(
        remembered.payloads[key] == memory[key], "the remembered result \(key) is another")
    }
    for key in remembered.damaged.sorted() {
      report.remembered.count(false, "the remembered result \(key) is damaged")
    }
  }

  /// Some of the images, the same for the same seed.
  private func sample(of records: [ImageRecord]) -> [ImageRecord] {
    var shuffled = records
    shuffled.shuffle(seed: options.seed)
    return shuffled.prefix(options.sample).sorted {
      ($0.method, $0.imageID) < ($1.method, $1.imageID)
    }
  }

  /// Metrics that are measured now as they were then.
  private func comparable(
    _ plan: MetricPlan, _ run: StoredRun, _ report: inout VerifyReport
  ) -> Set<Metric> {
    let stored = MetricRegistry.metrics.filter {
      run.settings.identity["metric.\($0.name)"] != nil
    }
    return Set(
      stored.filter { metric in
        let then = run.settings.identity["metric.\(metric.name)"] ?? ""
        guard let now = plan.fingerprint(of: metric) else {
          report.unchecked.append("\(metric.name): \(plan.unavailable[metric] ?? "not measured")")
          return false
        }
        if now.hash == then { return true }
        let differences = Fingerprint.differences(run.fingerprints[then] ?? "", now.text)
        report.unchecked.append("\(metric.name): \(differences)")
        return false
      })
  }

  // MARK: Sets

  private func verifySets(
    of run: StoredRun, in store: Store, _ report: inout VerifyReport
  ) throws {
    if run.record.status != .complete {
      report.unchecked.append("scores of sets: the run is \(run.record.status.rawValue)")
      return
    }
    options.progress(JobProgress(activity: "scores of whole sets"))
    let results: StoredResults
    do { results = try StoredResults(run, in: store) } catch let error as HarnessError {
      report.unchecked.append("scores of sets: \(error)")
      return
    }
    for method in run.methods {
      do {
        for score in try results.scores(of: method.name, workers: workers) {
          let record = score.record(method: method.name)
          let stored = run.scores[method.name]?[score.metric.name]
          report.sets.count(
            // Why no image has a metric is said of the images, which are not in the database.
            stored == record || (record.isEmpty && stored?.isEmpty == true),
            "\(score.metric.name) of \(method.name) is "
              + "\(VerifyReport.text(record.value)), stored is "
              + "\(stored.map { VerifyReport.text($0.value) } ?? "nothing")")
        }
      } catch let error as HarnessError where error.kind == .invalid {
        report.sets.count(false, "\(error)")
      } catch let error as HarnessError where error.kind == .notComparable {
        report.unchecked.append("scores of the set \(method.name): \(error)")
      }
    }
  }
}
