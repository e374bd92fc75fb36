import Checkpoints
import Foundation
import ONNX
import Tensors
import TestSupport
import Testing

/// Files that another process cuts short while they are open: whoever reads on gets an error.
@Suite struct ShortenedFileTests {
  private static let tensor = Tensor(shape: [64, 512], repeating: 0.5)

  private static func write(_ name: String, in folder: TemporaryFolder) throws -> String {
    let path = folder.path(name)
    let array = StoredArray.floats(tensor)
    switch name {
    case "a.npy": try NPYFile.write(tensor, to: path)
    case "a.npz": try NPZFile.write([("a", array), ("b", array)], to: path)
    default: try SafetensorsFile.write([("a", tensor), ("b", tensor)], to: path)
    }
    return path
  }

  @Test(arguments: ["a.npy", "a.npz", "a.safetensors"])
  func readingOnIsAnError(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try Self.write(name, in: folder)
    let checkpoint = try Checkpoint.open(path: path)
    let last = try #require(checkpoint.tensors.last)
    #expect(try last.floats() == Self.tensor.values)
    for length in [100_000, 0] {
      #expect(truncate(path, off_t(length)) == 0)
      let error = #expect(throws: CheckpointError.self) { try last.floats() }
      #expect(error?.kind == .truncated)
      #expect(error?.description.hasPrefix("\(path): was cut short while it was read") == true)
    }
  }

  @Test func aViewReadsItsOwnPart() throws {
    let folder = try TemporaryFolder()
    let path = try Self.write("a.npy", in: folder)
    let array = try NPYFile.read(path)
    #expect(truncate(path, off_t(100_000)) == 0)
    #expect(try array.row(3).values == Array(repeating: 0.5, count: 512))
    #expect(throws: CheckpointError.self) { try array.row(63) }
  }
}

@Suite struct StrangeFileTests {
  @Test(arguments: [
    ("<!doctype HTML>\n<title>Sign in", "HTML page"), ("\u{FEFF}  <html><body>", "HTML page"),
    ("<?xml version='1.0'?><Error>", "XML document"),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:1", "git lfs pull"),
    ("/annex/objects/SHA256E-s1--0.pth", "git annex get"),
    ("{\"error\": \"not found\"}", "JSON text"), ("\u{1F}", ""),
  ])
  func whatComesInPlaceOfAFileIsNamed(text: String, words: String) throws {
    var bytes = Array(text.utf8)
    if words.isEmpty { bytes += [0x8B, 8, 0, 0] }
    let error = try #require(throws: CheckpointError.self) {
      try Checkpoint.decode(bytes, named: "test")
    }
    #expect(error.kind == .unsupported)
    #expect(error.reason.contains(words.isEmpty ? "packed by gzip" : words), "\(error)")
  }

  @Test func modelsAreLookedAtToo() throws {
    let folder = try TemporaryFolder()
    try folder.write("<!DOCTYPE html>".utf8, to: "parser.onnx")
    let error = try #require(throws: ONNXError.self) {
      try ONNXModel.open(path: folder.path("parser.onnx"))
    }
    #expect(error.description.contains("is an HTML page"))
  }
}
