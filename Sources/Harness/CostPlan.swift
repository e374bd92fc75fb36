import Datasets
import Foundation
import Generators
import Graphs
import Images
import Kernels
import Metrics
import Store
import Tables
import Tensors

/// What a table would cost, found without measuring any pair.
///
/// Each network runs once on an empty input of its size, so that the estimate uses this machine's own
/// speed; decoding and everything without a network is estimated from one pair of the dataset.
package struct CostPlan: Encodable {
  /// Time of one network on this machine.
  package struct Network: Encodable {
    package let name: String
    /// Runs for each pair: once for the real image where needed, once for each row.
    package let runsPerPair: Int
    package let secondsPerRun: Double
  }

  package let table: String
  package let pairs: Int
  package let rows: [String]
  package let metrics: [String]
  package let notRun: [String: String]
  /// Images that are decoded.
  package let images: Int
  /// Bytes of the dataset's files that are read.
  package let bytes: Int
  package let networks: [Network]
  package let jobs: Int
  /// Results of earlier runs in the database, any of which may save work.
  package let remembered: Int
  /// Without any result of an earlier run.
  package let estimatedSeconds: Double

  /// Opens everything that a run would open, and times the networks.
  init(_ table: PaperTable, options: TableOptions) throws {
    let request = try MeterRequest(table, options: options)
    let workers = Workers(count: options.jobs)
    let shop = try InstrumentShop(options)
    let plan = try MeterPlan(request, shop: shop)
    let chosen = try TablePairs(
      table, size: shop.suite.drawnSize(for: request), options: options, workers: workers)
    self.table = table.id
    pairs = chosen.pairs.count
    rows = options.rows(of: table).map(\.name)
    metrics = plan.measured.map(\.rawValue)
    notRun = Dictionary(uniqueKeysWithValues: plan.notRun.map { ($0.key.rawValue, $0.value) })
    jobs = workers.count
    images = pairs * (rows.count + 1) + chosen.references.count
    bytes = try chosen.all().reduce(0) { sum, pair in
      sum + [pair.imagePath, pair.maskPath].compactMap(\.self).reduce(0) { $0 + Self.size($1) }
    }
    let path = options.results + "/evalkit.sqlite"
    remembered =
      FileManager.default.fileExists(atPath: path)
      ? try Store(path: path, access: .readOnly).artifactTotals().count : 0
    let candidates = rows.count
    networks = try plan.meters.compactMap { try Self.timed($0, candidates: candidates, plan) }
    let network = networks.reduce(0) { $0 + Double($1.runsPerPair) * $1.secondsPerRun }
    let decoding = try Self.secondsToDecode(chosen.pairs.first) * Double(rows.count + 1)
    estimatedSeconds = Double(pairs) * (network + decoding) / Double(workers.count)
  }

  private static func size(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  private static func timed(_ meter: Meter, candidates: Int, _ plan: MeterPlan) throws -> Network? {
    let side = plan.working.side ?? 256
    let image = Raster(
      width: side, height: side, channels: 3,
      samples: [UInt8](repeating: 127, count: side * side * 3))
    let memory = WorkerMemory()
    func seconds(_ work: () throws -> Void) rethrows -> Double {
      try work()  // Compiles the network and touches its memory.
      let start = Date()
      try work()
      return Date().timeIntervalSince(start)
    }
    switch meter {
    case .features(let extractor, _), .identity(let extractor):
      let time = try seconds { _ = try extractor.features(of: image, named: "plan", in: memory) }
      return Network(
        name: extractor.network.network.name, runsPerPair: candidates + 1, secondsPerRun: time)
    case .clip(let clip):
      let time = try seconds { _ = try clip.image.features(of: image, named: "plan", in: memory) }
      return Network(
        name: clip.image.network.network.name,
        runsPerPair: candidates + (clip.readsReferences ? 1 : 0), secondsPerRun: time)
    case .perceptual(_, let perceptual):
      let time = try seconds {
        _ = try perceptual.activate(image, named: "plan", in: memory.main)
      }
      return Network(
        name: perceptual.network.network.name, runsPerPair: candidates + 1, secondsPerRun: time)
    case .consistency(let parser, _, _):
      let time = try seconds {
        _ = try parser.labels(of: image, width: side, height: side, named: "plan", in: memory)
      }
      return Network(
        name: parser.network.network.name, runsPerPair: candidates + 1, secondsPerRun: time)
    case .segmentation(let parser, let size, _):
      let time = try seconds {
        _ = try parser.labels(
          of: image, width: size ?? side, height: size ?? side, named: "plan", in: memory)
      }
      return Network(
        name: parser.network.network.name, runsPerPair: candidates, secondsPerRun: time)
    default: return nil
    }
  }

  private static func secondsToDecode(_ pair: Pair?) throws -> Double {
    guard let path = pair?.imagePath else { return 0 }
    let start = Date()
    _ = ContentHash(
      try ImageDecoder.rgb(contentsOf: path).resized(width: 256, height: 256, filter: .bicubic))
    return Date().timeIntervalSince(start)
  }

  /// For people.
  package var text: String {
    var lines = [
      "\(table): \(pairs) pairs, \(rows.count) rows (\(rows.joined(separator: ", ")))",
      "metrics: \(metrics.joined(separator: ", "))",
    ]
    lines += notRun.sorted { $0.key < $1.key }.map { "not measured: \($0.key): \($0.value)" }
    lines.append("images to decode: \(images), \(bytes / 1_000_000) MB of dataset files")
    lines += networks.map {
      String(
        format: "%@: %d runs of %.1f ms", $0.name, $0.runsPerPair * pairs, $0.secondsPerRun * 1000)
    }
    lines.append("results remembered from earlier runs: \(remembered)")
    lines.append(
      String(
        format: "estimated time on %d threads, nothing remembered: %.0f s", jobs, estimatedSeconds))
    return lines.joined(separator: "\n")
  }

  /// The same as JSON.
  package var json: String { JSONText.encode(self, pretty: true) }
}
