import Datasets
import Essentials
import Generators
import Images
import Models
import Pipelines
import Provenance
import Reports
import Runs
import Scores
import Tensors
import Terms

/// What the command line says about a handful of images.
package struct SampleOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// The system's id.
  package var system = ""
  /// Its options, `NAME=VALUE` each.
  package var choices: [String] = []
  /// The text that all images are made from; nil takes the drawn faces' captions.
  package var text: String?
  /// The image that all are made from; nil takes the drawn faces.
  package var image: String?
  /// How many images.
  package var count = SampleOptions.defaultCount
  /// Where the sheet goes, PNG or JPEG.
  package var sheet = ""
  /// Folder that keeps the images; nil keeps the sheet alone.
  package var output: String?
  /// The systems that there are.
  package var systems = SystemRegistry.standard

  /// How many images, unless set.
  package static let defaultCount = 8

  /// The defaults.
  package init() {}
}

/// Makes a handful of images of a system and draws them on one sheet.
package struct SampleJob {
  /// What came of it.
  package struct Output: Sendable, Encodable {
    /// One image.
    struct Image: Sendable, Encodable {
      let id: String
      /// What it was made from; absent where the system reads no text.
      let text: String?
      /// Seconds that it took, of a group its share.
      let seconds: Double?
      /// Why it is not there; absent if it is.
      let failure: String?
    }

    private let schema = 1
    let system, sheet: String
    /// Options with their values, defaults included.
    let options: [String: String]
    let seed: UInt64
    let folder: String?
    let images: [Image]

    /// The same as JSON.
    package var json: String { JSONText.encode(self, pretty: true) }

    /// For people.
    package var text: String {
      let failures = images.compactMap { image in
        image.failure.map { "  \(image.id): \($0)" }
      }
      let seconds = images.compactMap(\.seconds)
      let mean = seconds.isEmpty ? 0 : seconds.reduce(0, +) / Double(seconds.count)
      let head =
        "\(system): \(images.count - failures.count) images, \(failures.count) failed, "
        + "\(FixedDecimals.text(mean, digits: 2) ?? "?") s each; sheet \(sheet)"
      return ([head + (folder.map { ", images in \($0)" } ?? "")] + failures)
        .joined(separator: "\n")
    }
  }

  private let options: SampleOptions

  /// Prepares to make images.
  package init(_ options: SampleOptions) { self.options = options }

  /// Makes the images and writes the sheet.
  ///
  /// - Throws: `MethodError` for a system or options that there are not, and for weights that are missing;
  ///   ``HarnessError`` of kind `invalid` if no image was made; errors of files.
  package func run() throws -> Output {
    let choice = try SystemChoice(options.systems.named(options.system), options.choices)
    try refuseUnread(by: choice)
    try OutputPlace(isReplacing: options.isReplacing, inputs: [options.image])
      .prepare(options.sheet, as: .picture)
    if let output = options.output {
      try OutputPlace(isReplacing: options.isReplacing).checkFolder(output) {
        $0.contains(".evalkit")
      }
    }
    let scratch = try ScratchFolder("sample")
    let images = options.output ?? scratch.path("images")
    var context = MethodContext([], into: images, options, try ModelLoader(options))
    let pipeline = try choice.open(in: context.system)
    let pairs = try conditions(of: choice, size: pipeline.imageSize, in: scratch)
    context.pairs = pairs
    context.size = pipeline.imageSize
    let progress = options.progress
    context.progress = {
      progress(JobProgress(finished: $0.finished, total: $0.total, remembered: $0.reused))
    }
    let method = try SystemMethod(
      name: choice.system.id, choice, pipeline: pipeline, running: context)
    try draw(pairs, of: method, choice, imageSize: pipeline.imageSize)
    return try output(pairs, of: method, choice)
  }

  /// Refuses a text and an image that the system would not look at.
  private func refuseUnread(by choice: SystemChoice) throws {
    for (condition, isGiven) in [
      (ImageCondition.text, options.text != nil), (.image, options.image != nil),
    ] where isGiven && !choice.conditions.contains(condition) {
      throw HarnessError(
        .usage,
        "\(choice.description) reads no \(condition.rawValue); leave --\(condition.rawValue) out")
    }
  }

  /// The first faces of the test world with their captions; what the user gave is in their place.
  private func conditions(
    of choice: SystemChoice, size: Int, in scratch: ScratchFolder
  ) throws -> [Pair] {
    var faces = SyntheticFaces()
    faces.count = options.count
    faces.hasEdits = choice.conditions.contains(.edit)
    faces.size = min(max(size, 64), 1024)
    let drawn = try faces.dataset(cache: scratch.path("faces"), workers: options.workers)
    if let image = options.image { _ = try ImageDecoder.rgb(contentsOf: image) }
    return drawn.pairs.map { pair in
      var pair = pair
      pair.text = options.text ?? pair.text
      pair.imagePath = options.image.map { Paths.absolute($0) } ?? pair.imagePath
      return pair
    }
  }

  private func draw(
    _ pairs: [Pair], of method: SystemMethod, _ choice: SystemChoice, imageSize: Int
  ) throws {
    let readsImage = choice.conditions.contains(.image)
    let readsText = choice.conditions.contains(.text)
    let samples = pairs.map { pair in
      SampleSheet.Sample(
        input: readsImage
          ? pair.imagePath.flatMap { try? ImageDecoder.rgb(contentsOf: $0) }
          : choice.conditions.contains(.labels)
            ? pair.maskPath.flatMap { try? ImageDecoder.labelMap(contentsOf: $0) }?
              .colored(by: LabelPalette.celebAMaskHQ) : nil,
        result: ImageFailure.catching { try method.image(for: pair) },
        caption: (readsText ? pair.text : pair.targetText) ?? pair.id)
    }
    let sheet = SampleSheet(
      title: "\(choice.description) seed=\(options.seed)", samples: samples, imageSize: imageSize
    ).paint()
    let isJPEG = options.sheet.hasSuffix(".jpg") || options.sheet.hasSuffix(".jpeg")
    try AtomicFile.write(
      isJPEG ? ImageEncoder.jpeg(sheet, quality: 90) : ImageEncoder.png(sheet), to: options.sheet)
  }

  private func output(
    _ pairs: [Pair], of method: SystemMethod, _ choice: SystemChoice
  ) throws -> Output {
    let failures = method.missing.compactMap { method.failure(of: $0)?.cause }
    if let first = failures.first, failures.count == pairs.count {
      throw HarnessError(.invalid, "no image was made; the first reason is: \(first)")
    }
    let readsText = choice.conditions.contains(.text)
    return Output(
      system: choice.system.id, sheet: options.sheet, options: choice.options.values,
      seed: options.seed, folder: options.output,
      images: pairs.map {
        Output.Image(
          id: $0.id, text: readsText ? $0.text : nil, seconds: method.times[$0.id]?.seconds,
          failure: method.failure(of: $0.id)?.cause)
      })
  }
}
