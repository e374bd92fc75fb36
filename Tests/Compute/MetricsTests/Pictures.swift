import Tensors
import TestSupport

extension Pictures {
  /// The pictures of the golden table, and pieces of them.
  static func named(_ name: String) -> Raster? {
    switch name {
    case "A": a
    case "B": b
    case "S": s
    case "T": t
    case "odd A": a.cropped(x: 5..<208, y: 3..<184)
    case "odd B": b.cropped(x: 5..<208, y: 3..<184)
    case "odd S": s.cropped(x: 5..<206, y: 3..<168)
    case "odd T": t.cropped(x: 5..<206, y: 3..<168)
    case "small A": a.cropped(x: 0..<13, y: 0..<11)
    case "small T": t.cropped(x: 0..<13, y: 0..<11)
    case "inverted S": Raster.computed(256, 256) { x, y, c in 255 - Int(s[x: x, y: y, channel: c]) }
    default: nil
    }
  }
}

extension Raster {
  func cropped(x columns: Range<Int>, y rows: Range<Int>) -> Raster {
    Raster.computed(columns.count, rows.count, channels) { x, y, channel in
      Int(self[x: columns.lowerBound + x, y: rows.lowerBound + y, channel: channel])
    }
  }

  /// A label map from rows of digits.
  static func labels(_ rows: [[UInt8]]) -> Raster {
    Raster(width: rows[0].count, height: rows.count, channels: 1, samples: Array(rows.joined()))
  }
}
