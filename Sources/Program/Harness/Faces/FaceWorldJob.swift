import Essentials
import Faces
import Foundation
import Images
import Provenance
import Tensors

/// The options of `evalkit faces`.
package struct FaceWorldOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Which population.
  package var world = World.test
  /// How many faces are counted.
  package var count = 1000
  /// Pixels on each side of a face.
  package var size = 256
  /// Real label maps to compare with: a folder, or a table of their statistics.
  package var real: String?
  /// Where the comparison goes, as Markdown.
  package var report: String?
  /// Where a contact sheet goes, as PNG, or JPEG if the name says so.
  package var sheet: String?
  /// Where the statistics of ``real`` go, as a table.
  package var table: String?

  /// The defaults.
  package init() {}

  /// Chooses the population by name.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid name.
  package mutating func setWorld(_ name: String) throws {
    world = try choose(
      name, as: "world", from: World.allCases.map(\.rawValue), World.init(rawValue:))
  }
}

/// Shows the synthetic face world: its statistics beside real ones, and faces to look at.
package struct FaceWorldJob {
  private let options: FaceWorldOptions
  private let workers: Workers

  /// - Throws: ``HarnessError`` of kind `usage` for a size or count that cannot be.
  package init(_ options: FaceWorldOptions) throws {
    _ = try NumberRange.faceSide.checked(options.size, for: "--size")
    _ = try NumberRange.faces.checked(options.count, for: "--count")
    self.options = options
    workers = options.workers
  }

  /// Draws, counts and writes the requested files.
  ///
  /// - Returns: the statistics as Markdown.
  /// - Throws: errors of files, each one sentence.
  package func run() throws -> String {
    let place = OutputPlace(isReplacing: options.isReplacing, inputs: [options.real])
    for (path, format) in [
      (options.report, OutputFormat.faceReport), (options.sheet, .picture),
      (options.table, .labelMapTable),
    ] {
      if let path { try place.prepare(path, as: format) }
    }
    let real = try options.real.map { try statistics(at: $0) }
    if let path = options.table {
      guard let real else {
        throw HarnessError(.usage, "--save-table needs --real, whose statistics it writes")
      }
      try AtomicFile.write(Array(real.table.utf8), to: path)
    }
    if let path = options.sheet {
      let sheet = FaceSheet(world: options.world, seed: options.seed).draw(workers)
      let isJPEG = path.hasSuffix(".jpg") || path.hasSuffix(".jpeg")
      try AtomicFile.write(
        isJPEG ? ImageEncoder.jpeg(sheet, quality: 88) : ImageEncoder.png(sheet), to: path)
    }
    let drawn = FacePopulation.drawn(
      options.world, seed: options.seed, count: options.count, size: options.size, workers: workers)
    let text = FaceWorldReport(
      drawn: drawn, real: real, options: options,
      sheet: options.sheet.flatMap { $0.split(separator: "/").last.map(String.init) }
    ).markdown
    if let path = options.report { try AtomicFile.write(Array(text.utf8), to: path) }
    return text
  }

  private func statistics(at path: String) throws -> MaskStatistics {
    if PathKind(at: path) == .folder {
      return try FacePopulation.stored(in: path, workers: workers)
    }
    let text = String(decoding: try RegularFile(path).contents(), as: UTF8.self)
    do {
      return try MaskStatistics(table: text)
    } catch {
      throw HarnessError(.runtime, "\(path) holds no table of label-map statistics: \(error)")
    }
  }
}
