import Datasets
import Essentials
import Foundation
import Images
import Measurement
import Metrics
import Provenance
import Scores
import Tensors
import Terms

/// A folder for temporary files; it is removed with the value.
final class ScratchFolder {
  private let root: String

  /// Makes an empty folder among the system's temporary ones.
  ///
  /// - Throws: errors of the file system.
  init(_ purpose: String) throws {
    root =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("evalkit-\(purpose)-\(UUID().uuidString)").path
    try Self.make(root)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// The path of a file of this name.
  func path(_ name: String) -> String { "\(root)/\(name)" }

  /// Makes a folder in it.
  ///
  /// - Throws: errors of the file system.
  func makeFolder(_ name: String) throws { try Self.make(path(name)) }

  private static func make(_ path: String) throws {
    try DatasetFiles.makeFolder(path)
  }

  /// Writes a file, and the folder that it lies in.
  ///
  /// - Throws: errors of the file system.
  func write(_ bytes: [UInt8], to name: String) throws {
    let path = path(name)
    try Self.make(PathText.folder(of: path))
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// How pictures are written.
  enum Form {
    case png
    case jpeg(quality: Int)
    case labelMap

    fileprivate var fileExtension: String {
      if case .jpeg = self { "jpg" } else { "png" }
    }

    fileprivate func bytes(_ picture: Raster) -> [UInt8] {
      switch self {
      case .png: ImageEncoder.png(picture)
      case .jpeg(let quality): ImageEncoder.jpeg(picture, quality: quality)
      case .labelMap: ImageEncoder.labelMapPNG(picture)
      }
    }
  }

  /// Writes the canary's pictures, in the order of its ids; nil leaves one out.
  ///
  /// - Throws: errors of the file system.
  func write(_ pictures: [Raster?], as form: Form, to folder: String) throws {
    for (id, picture) in zip(CanaryFaces.ids, pictures) {
      if let picture {
        try write(form.bytes(picture), to: "\(folder)/\(id).\(form.fileExtension)")
      }
    }
  }

  /// Writes captions by the canary's ids.
  ///
  /// - Throws: errors of the file system.
  func writeCaptions(_ captions: [String], to name: String) throws {
    let lines = zip(CanaryFaces.ids, captions).map { id, text in
      JSONText.encode(["id": id, "text": text]) + "\n"
    }
    try write(Array(lines.joined().utf8), to: name)
  }

  /// Where its database and baselines lie.
  var results: String { path("results") }

  /// Scores pictures with its `masks` and `captions.jsonl`.
  ///
  /// - Throws: errors of files and weights.
  func score(
    _ made: String, against real: String, by metrics: [Metric], weights: String,
    workers: Workers
  ) throws -> ScoreResult {
    var options = ScoreOptions()
    options.reference = path(real)
    options.generated = path(made)
    options.masks = path("masks")
    options.captions = path("captions.jsonl")
    options.results = results
    options.configuration = MetricConfiguration(metrics: metrics)
    options.weights = weights
    options.jobs = workers.count
    return try ScoreJob(options).run()
  }
}
