import Checkpoints
import Essentials
import Measurement
import Metrics
import Provenance
import Terms

/// Features of images that another program extracted: one row an image, or mean and covariance of all.
///
/// A `.npy` holds the rows `[N, D]`. A `.npz` holds them as `features`, perhaps with their ids as `ids`; or it holds `mu`
/// and `sigma`, as pytorch-fid writes them.
struct FeatureFile {
  /// Where it lies.
  let path: String
  /// Of the file, in hexadecimal.
  let sha256: String
  /// What it holds.
  let contents: Contents

  /// What a file of features may hold.
  enum Contents {
    case rows(Rows)
    case statistics(ReferenceStatistics)
  }

  /// Features of single images.
  struct Rows {
    /// One for each row: those of the file, or else the rows' numbers.
    let ids: [String]
    /// Whether the file names them, so that images of equal ids belong together.
    let hasIDs: Bool
    /// `[D]` each, all finite.
    let features: [[Float]]
  }

  /// Whether a path is spelled like one, and not like a folder of images.
  static func isOne(_ path: String) -> Bool { path.hasSuffix(".npy") || path.hasSuffix(".npz") }

  /// Reads a file.
  ///
  /// - Throws: `CheckpointError`; ``HarnessError`` of kind `runtime` for arrays of other shapes, values that are not
  ///   finite and ids that occur twice.
  init(contentsOf path: String) throws {
    self.path = path
    sha256 = try FileDigest.sha256(ofFile: path)
    let isArchive = path.hasSuffix(".npz")
    let file = isArchive ? try NPZFile.read(path) : nil
    if let file, file["features"] == nil, file["mu"] != nil {
      contents = .statistics(try ReferenceStatistics(contentsOf: path))
      return
    }
    let array = try file?.tensor(named: "features") ?? NPYFile.read(path)
    guard array.shape.count == 2, array.shape[0] > 0, array.shape[1] > 0 else {
      throw HarnessError(
        .runtime,
        "\(path) holds features of shape \(array.shape); a row for each image is needed, [N, D]")
    }
    let (count, width) = (array.shape[0], array.shape[1])
    let values = try array.floats()
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw HarnessError(
        .runtime, "\(path): row \(bad / width), column \(bad % width) is \(values[bad])")
    }
    let ids = isArchive ? try NPZFile.texts(named: "ids", in: path) : nil
    if let ids {
      guard ids.count == count else {
        throw HarnessError(.runtime, "\(path) holds \(count) rows and \(ids.count) ids")
      }
      var seen: Set<String> = []
      if let twice = ids.first(where: { !seen.insert($0).inserted }) {
        throw HarnessError(.runtime, "\(path) holds the id '\(twice)' twice")
      }
    }
    contents = .rows(
      Rows(
        ids: ids ?? (0..<count).map { Self.number($0) }, hasIDs: ids != nil,
        features: (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }))
  }

  /// A row's number, of equal length for all, so that their order by bytes is that of the rows.
  private static func number(_ row: Int) -> String {
    let digits = "\(row)"
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  /// `NAME (SHA-256 …)`, as notes spell it.
  var provenance: String { "\(path) (SHA-256 \(sha256.prefix(12)))" }

  /// `D`.
  var dimensions: Int {
    switch contents {
    case .rows(let rows): rows.features.first?.count ?? 0
    case .statistics(let file): file.statistics.dimensions
    }
  }

  /// The rows; nil for statistics.
  var rows: Rows? {
    if case .rows(let rows) = contents { rows } else { nil }
  }

  /// Mean and covariance; nil for rows.
  var statistics: FeatureStatistics? {
    if case .statistics(let file) = contents { file.statistics } else { nil }
  }
}
