import Checkpoints
import Foundation
import Harness
import Images
import ModelTestSupport
import Provenance
import Tensors
import Terms
import TestSupport
import Testing

struct FeatureJobTests {
  private let folder: TemporaryFolder
  private let options: FeatureOptions

  /// Ids whose order by bytes is neither that of creation nor alphabetical.
  private static let ids = ["b2", "a", "b10", "B"]

  init() throws {
    folder = try TemporaryFolder()
    var options = FeatureOptions()
    options.network = "squeezenet1_1"
    options.checkpoint = try SeededCheckpoint.write(in: folder)
    options.tap = "relu4"
    options.outputs = [NamedFile(folder.path("features.npy"))]
    let images = folder.path("images")
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: false)
    for (index, id) in Self.ids.enumerated() {
      let picture = SeededCheckpoint.picture(UInt64(index))
      try Self.put(ImageEncoder.png(picture), at: "\(images)/\(id).png")
    }
    options.images = [images]
    self.options = options
  }

  private static func put(_ bytes: [UInt8], at path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  private func run(_ change: (inout FeatureOptions) -> Void = { _ in }) throws -> FeatureResult {
    var options = options
    change(&options)
    return try FeatureJob(options).run()
  }

  private func refusal(_ change: (inout FeatureOptions) -> Void) -> HarnessError? {
    #expect(throws: HarnessError.self) { try run(change) }
  }

  @Test func rowsFollowTheBytesOfTheIds() throws {
    let result = try run()
    #expect(result.ids == ["B", "a", "b10", "b2"])
    let array = try NPYFile.read(options.outputs[0].path)
    #expect(array.shape == result.shape)
    #expect(array.elementType == .float32)
    let rows = try array.floats()
    let size = rows.count / Self.ids.count
    for (row, seed) in [3, 1, 2, 0].enumerated() {
      // ImageNet's constants written out: this is what torchvision's normalization computes.
      let picture = SeededCheckpoint.picture(UInt64(seed))
      var input = Tensor(shape: [3, 33, 40])
      for index in input.values.indices {
        let (channel, pixel) = (index / (33 * 40), index % (33 * 40))
        let value = Float(picture.samples[pixel * 3 + channel]) / 255
        input.values[index] =
          (value - [0.485, 0.456, 0.406][channel]) / [0.229, 0.224, 0.225][channel]
      }
      let expected = try SeededCheckpoint.result("relu4", of: input)
      #expect(result.shape == [4] + expected.shape)
      #expect(Array(rows[row * size..<(row + 1) * size]) == expected.values, "row \(row)")
    }
  }

  @Test func bytesDependNeitherOnThreadsNorOnNeighbors() throws {
    let all = try run { $0.jobs = 1 }
    let first = try Data(contentsOf: URL(fileURLWithPath: options.outputs[0].path))
    _ = try run { $0.jobs = 3 }
    #expect(try Data(contentsOf: URL(fileURLWithPath: options.outputs[0].path)) == first)
    let rows = try NPYFile.read(options.outputs[0].path).floats()
    let one = try run { $0.images = [folder.path("images/b10.png")] }
    #expect(one.shape == [1] + all.shape.dropFirst())
    let size = rows.count / Self.ids.count
    #expect(try NPYFile.read(options.outputs[0].path).floats() == Array(rows[2 * size..<3 * size]))
  }

  @Test func resultsThatAreNoNumbersAreFailures() throws {
    var tensors = try SeededCheckpoint.tensors()
    tensors[0].tensor.values[5] = .nan
    let path = folder.path("broken.safetensors")
    try SafetensorsFile.write(tensors, to: path)
    let error = try #require(throws: FeatureFailures.self) { try run { $0.checkpoint = path } }
    #expect(error.failures.map { $0.id }.sorted() == Self.ids.sorted())
    #expect("\(error)".contains("squeezenet1_1's result 'relu4' is not finite; check the weights"))
  }

  /// An operation behind what is asked for may be one that an image is too small for.
  @Test func onlyWhatIsReadMustFit() throws {
    let input = SeededParameters.input(shape: [1, 3, 7, 9], seed: 7)
    try NPYFile.write(input, to: folder.path("input.npy"))
    func shape(_ tap: String) throws -> [Int] {
      try run {
        $0.images = []
        $0.inputs = [NamedFile(folder.path("input.npy"))]
        $0.tap = tap
      }.shape
    }
    #expect(try shape("relu1") == [1, 64, 3, 4])
    #expect(throws: FeatureFailures.self) { try shape("relu7") }
  }

  @Test func preparedInputsGoStraightToTheNetwork() throws {
    let input = SeededParameters.input(shape: [3, 3, 35, 29], seed: 7)
    try NPYFile.write(input, to: folder.path("input.npy"))
    let result = try run {
      $0.images = []
      $0.inputs = [NamedFile(folder.path("input.npy"))]
      $0.tap = nil
    }
    #expect(result.ids == nil)
    #expect(result.tap == "output")
    let size = 3 * 35 * 29
    let rows = try (0..<3).flatMap { row in
      let values = Array(input.values[row * size..<(row + 1) * size])
      return try SeededCheckpoint.result("output", of: Tensor(shape: [3, 35, 29], values: values))
        .values
    }
    #expect(try NPYFile.read(options.outputs[0].path).floats() == rows)
  }

  @Test func failingImagesAreListedAndNothingIsWritten() throws {
    try Self.put([], at: folder.path("images/empty.png"))
    try Self.put(
      ImageEncoder.png(SeededCheckpoint.picture(9, width: 80, height: 80)),
      at: folder.path("images/larger.png"))
    let failures = #expect(throws: FeatureFailures.self) {
      try run { $0.images.append(folder.path("absent.png")) }
    }
    let found = failures?.failures.map { "\($0.id) \($0.failure.state)" }
    #expect(found == ["absent missing", "empty empty", "larger wrong-size"])
    #expect(failures?.description.contains("3 of 7 failed") == true)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left.sorted() == ["images", "squeezenet.safetensors"])
  }

  @Test func aStopLeavesNothing() throws {
    let stop = refusal { $0.shouldStop = { true } }
    #expect(stop?.kind == .cancelled)
    #expect(!FileManager.default.fileExists(atPath: options.outputs[0].path))
  }

  @Test func unknownNamesOfferTheNearest() {
    let errors: [(HarnessError?, String)] = [
      (refusal { $0.network = "squeezenet1_2" }, "'squeezenet1_1'"),
      (refusal { $0.tap = "relu44" }, "'relu4'"),
      (refusal { $0.preprocessing = "imagenett" }, "'imagenet'"),
    ]
    for (error, nearest) in errors {
      #expect(error?.kind == .usage)
      #expect(error?.description.contains("did you mean \(nearest)") == true, "\(error as Any)")
    }
  }

  @Test func contradictionsAreUsageErrors() {
    let errors = [
      refusal { $0.images = [] },
      refusal { $0.inputs = [NamedFile("x.npy")] },
      refusal { $0.checkpoint = nil },
      refusal { $0.onnx = "x.onnx" },
      refusal { $0.network = nil },
      refusal { $0.outputs = [] },
      refusal {
        $0.images = []
        $0.inputs = [NamedFile("x.npy")]
        $0.preprocessing = "imagenet"
      },
      refusal {
        ($0.network, $0.checkpoint) = (nil, nil)
        $0.onnx = "x.onnx"
      },
      refusal { $0.images.append(folder.path("images/a.png")) },
      refusal { $0.texts = "texts.txt" },
      refusal {
        $0.images = []
        $0.texts = "texts.txt"
      },
    ]
    #expect(errors.map(\.?.kind) == errors.map { _ in .usage })
  }

  @Test func arraysOfAnotherTypeOrShapeAreRefused() throws {
    let path = folder.path("input.npy")
    func refusalOfInput() -> HarnessError? {
      refusal {
        $0.images = []
        $0.inputs = [NamedFile(path)]
      }
    }
    try NPYFile.write([1, 2, 3], shape: [1, 3, 1, 1], to: path)
    #expect(refusalOfInput()?.description.contains("float64") == true)
    for shape in [[3, 40, 40], [1, 4, 40, 40], [0, 3, 40, 40]] {
      try NPYFile.write(Tensor(shape: shape), to: path)
      #expect(refusalOfInput()?.description.contains("[N, 3, H, W]") == true, "\(shape)")
    }
  }

  @Test func wrongCheckpointsAndFoldersThrowTheirOwnErrors() throws {
    #expect(throws: CheckpointError.self) { try run { $0.checkpoint = folder.path("none.pth") } }
    #expect(throws: BindingError.self) {
      try run {
        $0.network = "alexnet"; $0.tap = nil
      }
    }
    #expect(throws: HarnessError.self) {
      try run { $0.outputs = [NamedFile(folder.path("none/a.npy"))] }
    }
    try FileManager.default.createDirectory(
      atPath: folder.path("bare"), withIntermediateDirectories: false)
    #expect(refusal { $0.images = [folder.path("bare")] }?.kind == .runtime)
  }
}

/// Real weights on real faces.
@Suite(.enabled(if: Fixtures.arePresent))
struct PublishedFeatureTests {
  private struct Reference: Decodable {
    struct Pair: Decodable {
      let a: String
      let b: String
      let cos: Double
    }
    let pairs: [Pair]
  }

  @Test func embeddingsGiveTheCosinesOfPyTorch() throws {
    let folder = try TemporaryFolder()
    var options = FeatureOptions()
    options.network = "mobilefacenet"
    options.checkpoint = Fixtures.path("weights/mobilefacenet_xiaoccer_068.ckpt")
    options.images = [Fixtures.path("identity/aligned112")]
    options.outputs = [NamedFile(folder.path("embeddings.npy"))]
    let result = try FeatureJob(options).run()
    let rows = try NPYFile.read(options.outputs[0].path).floats()
    let ids = try #require(result.ids)
    func embedding(_ file: String) throws -> ArraySlice<Float> {
      let row = try #require(ids.firstIndex(of: (file as NSString).deletingPathExtension))
      return rows[row * 128..<(row + 1) * 128]
    }
    let data = try Data(
      contentsOf: URL(fileURLWithPath: Fixtures.path("identity/reference_cosines.json")))
    let reference = try JSONDecoder().decode(Reference.self, from: data)
    #expect(reference.pairs.count == 300)
    for pair in reference.pairs {
      let (a, b) = (try embedding(pair.a), try embedding(pair.b))
      func dot(_ x: ArraySlice<Float>, _ y: ArraySlice<Float>) -> Double {
        zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      }
      let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
      // The bound; six printed decimals and float32 embeddings stay far below it.
      #expect(abs(cosine - pair.cos) < 1e-4, "\(pair.a) \(pair.b): \(cosine), not \(pair.cos)")
    }
  }

  @Test func anImportedModelLabelsAFace() throws {
    let folder = try TemporaryFolder()
    var options = FeatureOptions()
    options.onnx = Fixtures.path("weights/unetsmall_parser.onnx")
    options.preprocessing = "unet-small-256"
    let images = Fixtures.path("faces/images")
    let first = try #require(
      FileManager.default.contentsOfDirectory(atPath: images).sorted().first)
    options.images = ["\(images)/\(first)"]
    options.outputs = [NamedFile(folder.path("logits.npy"))]
    let result = try FeatureJob(options).run()
    #expect(result.shape == [1, 19, 256, 256])
    // The main result answers to its own name in the file too.
    options.tap = "logits"
    let whole = try Data(contentsOf: URL(fileURLWithPath: options.outputs[0].path))
    _ = try FeatureJob(options).run()
    #expect(try Data(contentsOf: URL(fileURLWithPath: options.outputs[0].path)) == whole)
    options.tap = "logit"
    let error = #expect(throws: HarnessError.self) { try FeatureJob(options).run() }
    #expect(error?.kind == .usage)
  }
}
