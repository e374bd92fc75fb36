import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

struct NPYRowFileTests {
  @Test func rowsInAnyOrderMakeTheSameFileAsTheWholeArray() throws {
    let folder = try TemporaryFolder()
    var random = SplitMix64(seed: 11)
    let tensor = Tensor(shape: [5, 2, 3], values: (0..<30).map { _ in random.nextUnit() })
    try NPYFile.write(tensor, to: folder.path("whole.npy"))
    let file = try NPYRowFile(path: folder.path("rows.npy"), rows: 5, rowShape: [2, 3])
    for row in [3, 0, 4, 1, 2] {
      try file.write(Array(tensor.values[row * 6..<(row + 1) * 6]), row: row)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("rows.npy")))
    try file.commit()
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path("whole.npy")))
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("rows.npy"))) == whole)
  }

  @Test func nothingRemainsWithoutCommit() throws {
    let folder = try TemporaryFolder()
    do {
      let file = try NPYRowFile(path: folder.path("rows.npy"), rows: 2, rowShape: [4])
      try file.write([1, 2, 3, 4], row: 0)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
  }

  @Test func refusesFoldersThatAreMissingAndShapesThatOverflow() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: CheckpointError.self) {
      try NPYRowFile(path: folder.path("none/rows.npy"), rows: 1, rowShape: [1])
    }
    #expect(missing?.kind == .unwritable)
    let huge = #expect(throws: CheckpointError.self) {
      try NPYRowFile(path: folder.path("huge.npy"), rows: .max / 2, rowShape: [3, 5])
    }
    #expect(huge?.kind == .tooLarge)
  }
}
