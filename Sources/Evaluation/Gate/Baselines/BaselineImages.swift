import Foundation
import Provenance

/// The companion of a baseline: one line for each image of each row, tab-separated, sorted.
struct BaselineImages {
  /// Metrics with values of images, sorted.
  var metrics: [String]
  var lines: [Line]

  /// An image that was scored.
  struct Line {
    var method: String
    var image: String
    /// By metric; absent where the image has no number.
    var values: [String: Double]
  }

  /// The file's text; numbers as the shortest decimals that read back as the same bits.
  var text: String {
    let header = (["method", "image"] + metrics).joined(separator: "\t")
    let rows = lines.map { line in
      ([line.method, line.image] + metrics.map { line.values[$0].map { "\($0)" } ?? "" })
        .joined(separator: "\t")
    }
    return ([header] + rows).joined(separator: "\n") + "\n"
  }

  init(metrics: [String], lines: [Line]) {
    self.metrics = metrics
    self.lines = lines
  }

  /// Reads a companion.
  ///
  /// - Throws: ``HarnessError`` of kind `notComparable`, naming the line.
  init(parsing text: String, file: String) throws {
    func wrong(_ line: Int, _ reason: String) -> HarnessError {
      HarnessError(.notComparable, "\(file):\(line) \(reason); set the baseline anew")
    }
    let rows = text.split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    guard let header = rows.first, header.prefix(2) == ["method", "image"] else {
      throw wrong(1, "does not begin with 'method' and 'image'")
    }
    metrics = Array(header.dropFirst(2))
    lines = try rows.dropFirst().enumerated().map { number, fields in
      guard fields.count == header.count else {
        throw wrong(number + 2, "has \(fields.count) fields, the header \(header.count)")
      }
      var values: [String: Double] = [:]
      for (metric, field) in zip(header.dropFirst(2), fields.dropFirst(2)) where !field.isEmpty {
        guard let value = Double(field), !value.isNaN else {
          throw wrong(number + 2, "has '\(field)' for \(metric), which is not a number")
        }
        values[metric] = value
      }
      return Line(method: fields[0], image: fields[1], values: values)
    }
  }
}
