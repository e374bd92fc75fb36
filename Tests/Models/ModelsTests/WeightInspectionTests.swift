import Checkpoints
import Foundation
import ModelTestSupport
import Models
import ONNX
import Provenance
import Tensors
import TestSupport
import Testing

struct WeightInspectionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func inspection(of tensors: [(name: String, tensor: Tensor)]) throws -> WeightInspection {
    let path = folder.path("file.safetensors")
    try SafetensorsFile.write(tensors, to: path)
    return try WeightInspection(path)
  }

  @Test func namesTheNetworkThatFits() throws {
    let tensors = try SeededCheckpoint.tensors()
    let found = try inspection(of: tensors)
    #expect(found.format == "safetensors")
    #expect(found.tensors.map(\.name) == tensors.map(\.name))
    #expect(found.tensors.map(\.shape) == tensors.map(\.tensor.shape))
    #expect(found.tensors.allSatisfy { $0.type == "float32" })
    #expect(found.count == 722_496)
    #expect(found.bytes == 4 * 722_496)
    #expect(found.matches.map(\.network) == ["squeezenet1_1"])
    #expect(found.matches.allSatisfy { $0.fits })
    #expect(found.text.contains("50 tensors, 722,496 values"))
    #expect(found.text.hasSuffix("fits squeezenet1_1"))
  }

  @Test func aClassifierBehindATrunkDoesNotMatter() throws {
    let classifier = (name: "classifier.1.weight", tensor: Tensor(shape: [10, 512, 1, 1]))
    #expect(try inspection(of: SeededCheckpoint.tensors() + [classifier]).matches[0].fits)
  }

  @Test func countsWhatDiffersFromTheNearest() throws {
    var tensors = try SeededCheckpoint.tensors()
    tensors.removeLast(3)
    tensors[0].tensor = Tensor(shape: [64, 3, 3, 4])
    tensors.append(("surplus", Tensor(shape: [1])))
    let match = try #require(inspection(of: tensors).matches.first)
    #expect(match.network == "squeezenet1_1")
    #expect(!match.fits)
    let counts = [match.agreeing, match.missing, match.misshapen, match.surplus]
    #expect(counts == [46, 3, 1, 1])
  }

  @Test func strangersFitNothing() throws {
    let found = try inspection(of: [("something", Tensor(shape: [2, 2]))])
    #expect(found.matches.isEmpty)
    #expect(found.text.hasSuffix("fits no network of the catalogue"))
  }

  @Test func filesThatAreNoCheckpointsKeepTheirSentence() throws {
    let path = folder.path("text.pth")
    try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: CheckpointError.self) { try WeightInspection(path) }
    #expect(error?.kind == .unknownFormat)
    let model = folder.path("text.onnx")
    try Data("hello".utf8).write(to: URL(fileURLWithPath: model))
    #expect(throws: ONNXError.self) { try WeightInspection(model) }
    #expect(throws: CheckpointError.self) { try WeightInspection(folder.path("absent.pth")) }
  }

  /// Whatever a large file begins with, as little of it is read as tells that it is no checkpoint.
  @Test(
    .enabled(if: Allocations.canBeCounted),
    arguments: [
      "", "hello", "PK\u{3}\u{4}", "\u{8}\u{A}hello", "\u{8}\u{A}\u{3A}\u{7F}",
    ], ["file.pth", "file.onnx"])
  func aLargeFileThatIsNoCheckpointIsNotRead(start: String, name: String) throws {
    let path = folder.path(name)
    try Data(start.utf8).write(to: URL(fileURLWithPath: path))
    #expect(truncate(path, 2 << 30) == 0)
    var refusal: (any Error)?
    let allocated = Allocations.most {
      do { _ = try WeightInspection(path) } catch { refusal = error }
    }
    #expect(refusal is CheckpointError || refusal is ONNXError, "\(String(describing: refusal))")
    #expect(allocated > 0 && allocated < 1 << 20, "\(allocated) bytes")
  }

  @Test func aPickleThatAsksForAProgramIsRefused() throws {
    let path = folder.path("hostile.pth")
    let marker = folder.path("marker")
    // Protocol 2: the global posix.system, a text, a tuple of it, the call.
    var pickle: [UInt8] = [0x80, 2] + Array("cposix\nsystem\n".utf8)
    let command = Array("touch \(marker)".utf8)
    pickle += [0x58] + withUnsafeBytes(of: UInt32(command.count).littleEndian, Array.init)
    pickle += command + [0x85, 0x52, 0x2E]
    var file = Data()
    func append(_ piece: UnsafeRawBufferPointer) { file.append(contentsOf: piece) }
    var writer = ZipWriter()
    try pickle.withUnsafeBytes { try writer.add(name: "hostile/data.pkl", pieces: [$0], append) }
    try writer.finish(append)
    try file.write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: CheckpointError.self) { try WeightInspection(path) }
    #expect(error?.kind == .forbidden)
    #expect(error?.description.contains("posix.system") == true)
    #expect(error?.description.contains("\n") == false)
    #expect(!FileManager.default.fileExists(atPath: marker))
  }

  @Test(.enabled(if: Fixtures.arePresent)) func knowsPublishedFiles() throws {
    let expected = [
      "alexnet_features.pth": "alexnet", "inception_fid_real92of94.pth": "inception-fid",
      "mobilefacenet_xiaoccer_068.ckpt": "mobilefacenet",
      "lpips_v0.1/vgg.pth": "LPIPS heads of vgg16",
    ]
    for (file, network) in expected {
      let matches = try WeightInspection(Fixtures.path("weights/\(file)")).matches
      #expect(matches.map(\.network) == [network], "\(file)")
      #expect(matches.allSatisfy { $0.fits }, "\(file)")
    }
    let model = try WeightInspection(Fixtures.path("weights/unetsmall_parser.onnx"))
    #expect(model.format == "ONNX model")
    #expect(model.notes.first == "3×256×256 to 19×256×256")
  }
}

struct WeightCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func put(_ count: Int, _ name: String) throws {
    let url = URL(fileURLWithPath: folder.path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(count: count).write(to: url)
  }

  @Test func anEmptyFolderLacksEverythingAndHasNothingWrong() throws {
    let check = try WeightCheck(folder.url.path)
    #expect(check.files.count == WeightCatalogue.files.count)
    #expect(check.files.allSatisfy { $0.state == "missing" })
    #expect(check.wrong.isEmpty)
    #expect(check.text.hasPrefix("missing: "))
  }

  @Test func tellsEveryState() throws {
    try put(10, "lpips_v0.1/alex.pth")
    try put(7289, "lpips_v0.1/vgg.pth")
    try put(3, "model.pth")
    try put(3, "vgg16-397923af.pth.part")
    try put(3, ".hidden")
    let check = try WeightCheck(folder.url.path)
    let states = Dictionary(uniqueKeysWithValues: check.files.map { ($0.file, $0.state) })
    #expect(states["lpips_v0.1/alex.pth"] == "wrong size")
    #expect(states["lpips_v0.1/vgg.pth"] == "wrong hash")
    #expect(states["model.pth"] == "unknown hash")
    #expect(states["vgg16-397923af.pth.part"] == "not listed")
    #expect(states["lpips_v0.1/squeeze.pth"] == "missing")
    #expect(states[".hidden"] == nil)
    #expect(check.wrong.map(\.file) == ["lpips_v0.1/alex.pth", "lpips_v0.1/vgg.pth"])
    #expect(check.verdict.contains("2 files are not as published"))
  }

  @Test func aSingleFileGoesByItsName() throws {
    try put(7289, "vgg.pth")
    let check = try WeightCheck(folder.path("vgg.pth"))
    #expect(check.files.map(\.state) == ["wrong hash"])
    #expect(!check.wrong.isEmpty)
  }

  @Test func strangersAndNothingAreErrors() throws {
    try put(5, "stranger.bin")
    for name in ["stranger.bin", "absent"] {
      let error = #expect(throws: HarnessError.self) { try WeightCheck(folder.path(name)) }
      #expect(error?.kind == .runtime)
    }
  }

  @Test(.enabled(if: Fixtures.arePresent)) func knowsPublishedBytesByAnyName() throws {
    let heads = Fixtures.path("weights/lpips_v0.1/alex.pth")
    #expect(try WeightCheck(heads).files.map(\.state) == ["ok"])
    let copy = folder.path("renamed.bin")
    try FileManager.default.copyItem(atPath: heads, toPath: copy)
    let check = try WeightCheck(copy)
    #expect(check.files.map(\.file) == ["lpips_v0.1/alex.pth"])
    #expect(check.files.map(\.state) == ["ok"])
    let inFolder = try WeightCheck(folder.url.path).files.first { $0.file == "renamed.bin" }
    #expect(inFolder?.state == "ok")
    #expect(inFolder?.detail.hasSuffix("the same as lpips_v0.1/alex.pth") == true)
  }

  @Test func theListNamesEveryFileOnceWithItsSource() {
    let text = WeightTables.list("nowhere")
    for file in WeightCatalogue.files {
      #expect(text.contains(file.fileName))
      #expect(text.contains(file.source))
    }
    #expect(WeightTables.entries(in: "nowhere").count == WeightCatalogue.files.count)
  }
}
