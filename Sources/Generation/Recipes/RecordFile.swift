import Essentials
import Foundation

/// Records of one size, which a training makes once and keeps in a file.
package struct RecordFile: Sendable {
  private let contents: Data
  private let recordBytes: Int

  /// Opens a file, making its records first where they are not there.
  ///
  /// - Parameters:
  ///   - path: the file; one of another length is replaced.
  ///   - count: records in all.
  ///   - recordBytes: bytes of each.
  ///   - portion: how many are made at once.
  ///   - make: the records of a range.
  ///   - progress: called behind each portion with how many records there are.
  /// - Throws: `FileError`, and what `make` and `progress` throw.
  init(
    _ path: String, count: Int, recordBytes: Int, portion: Int,
    make: (Range<Int>) throws -> [[UInt8]], progress: (_ done: Int) throws -> Void
  ) throws {
    func kept() throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    }
    if (try? kept().count) != count * recordBytes {
      let file = try AtomicFile(path)
      for start in stride(from: 0, to: count, by: portion) {
        let range = start..<min(start + portion, count)
        for record in try make(range) {
          try record.withUnsafeBytes { try file.append($0) }
        }
        try progress(range.upperBound)
      }
      try file.commit()
    }
    contents = try kept()
    self.recordBytes = recordBytes
  }

  /// Bytes of a record.
  package func bytes(of record: Int, _ range: Range<Int>) -> [UInt8] {
    let start = contents.startIndex + record * recordBytes
    return [UInt8](contents[start + range.lowerBound..<start + range.upperBound])
  }
}

extension TrainingEnvironment {
  /// Records that are made once and kept in a file of the folder.
  ///
  /// - Parameters:
  ///   - name: of the file.
  ///   - activity: what making them is called.
  ///   - count: records in all.
  ///   - recordBytes: bytes of each.
  ///   - portion: how many are made between two looks at whether to stop.
  ///   - make: the records of a range.
  /// - Returns: the records.
  /// - Throws: ``TrainingStopped``, `FileError`, and what `make` throws.
  package func records(
    _ name: String, _ activity: String, count: Int, recordBytes: Int, portion: Int = 64,
    make: (Range<Int>) throws -> [[UInt8]]
  ) throws -> RecordFile {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return try RecordFile(
      path(name), count: count, recordBytes: recordBytes, portion: portion, make: make
    ) { done in
      if done < count, shouldStop() { throw TrainingStopped() }
      report(.preparing(activity, done: done, total: count))
    }
  }
}
