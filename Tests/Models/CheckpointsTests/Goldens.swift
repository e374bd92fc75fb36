import Checkpoints
import TestSupport
import Testing

/// The committed files and what PyTorch and NumPy say is in them.
enum Goldens {
  struct Row: Decodable {
    let name: String
    let type: String
    let shape: [Int]
    let values: [Number]
  }

  /// A number that JSON may have to spell out.
  struct Number: Decodable {
    let value: Double

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        value = try #require(Double(text))
      } else {
        value = try container.decode(Double.self)
      }
    }
  }

  struct Fixture: Decodable {
    struct Statistics: Decodable {
      let name: String
      let shape: [Int]
      let type: String
      let sum: Double
      let magnitude: Double
    }

    let count: Int
    let values: Int
    let tensors: [Statistics]
  }

  private struct Expected: Decodable { let files: [String: [Row]] }

  private static let folder = GoldenFolder()

  static func path(_ file: String) -> String { folder.path(file) }

  static func bytes(_ file: String) throws -> [UInt8] { try folder.bytes(file) }

  static func rows() throws -> [String: [Row]] {
    try folder.decoded("expected.json", as: Expected.self).files
  }

  static func fixtures() throws -> [String: Fixture] { try folder.decoded("fixtures.json") }
}

@Suite struct GoldenFileTests {
  @Test func everyFileReadsAsItsWriterSays() throws {
    let files = try Goldens.rows()
    #expect(files.count >= 30)
    for (file, rows) in files.sorted(by: { $0.key < $1.key }) {
      let checkpoint = try Checkpoint.open(path: Goldens.path(file))
      // TorchScript writes attributes in an order of its own.
      let found = file == "script.pt" ? checkpoint.names.sorted() : checkpoint.names
      let wanted = rows.map(\.name)
      #expect(found == (file == "script.pt" ? wanted.sorted() : wanted), "\(file)")
      for row in rows {
        let tensor = try #require(checkpoint[row.name], "\(file) \(row.name)")
        #expect(tensor.elementType.rawValue == row.type, "\(file) \(row.name)")
        #expect(tensor.shape == row.shape, "\(file) \(row.name)")
        let expected = row.values.map(\.value)
        #expect(try tensor.doubles() == expected, "\(file) \(row.name)")
        #expect(try tensor.floats() == expected.map { Float($0) }, "\(file) \(row.name)")
        // Equality does not see the sign of zero.
        #expect(try tensor.doubles().map(\.sign) == expected.map(\.sign), "\(file) \(row.name)")
      }
    }
  }

  @Test func descriptionsSayWhatWasDone() throws {
    let nested = try Checkpoint.open(path: Goldens.path("nested_legacy.pth"))
    #expect(nested.format == .torchLegacy)
    #expect(
      nested.notes == [
        "tensors under net_state_dict (not read: epoch, best, wide, opts, optimizer)"
      ])
    let parallel = try Checkpoint.open(path: Goldens.path("parallel_zip.pth"))
    #expect(parallel.format == .torchArchive)
    #expect(parallel.notes == ["tensors under state_dict", "prefix module. removed"])
    #expect(try Checkpoint.open(path: Goldens.path("script.pt")).format == .torchScript)
    #expect(try Checkpoint.open(path: Goldens.path("types.safetensors")).notes == ["format: pt"])
  }

  @Test func aRootCanBeChosen() throws {
    let path = Goldens.path("averaged_zip.pth")
    #expect(try Checkpoint.open(path: path)["w"]?.floats() == [1])
    #expect(try Checkpoint.open(path: path, root: .named("params"))["w"]?.floats() == [0])
    #expect(
      try Checkpoint.open(path: path, root: .whole).names == ["params.w", "params_ema.w"])
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint.open(path: path, root: .named("params_em"))
    }
    #expect(error?.description.contains("its parts are params, params_ema") == true)
  }
}
