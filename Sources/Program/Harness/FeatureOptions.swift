import Graphs
import Measurement
import Models
import Networks
import Provenance
import Terms

/// What the command line says about writing features.
package struct FeatureOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Name in the network catalogue; may be missing with ``onnx``.
  package var network: String?
  /// Checkpoint of the network.
  package var checkpoint: String?
  /// Model file that brings network and weights, instead of ``checkpoint``.
  package var onnx: String?
  /// Which result to write; nil takes the main one.
  package var tap: String?
  /// Folders and files of images.
  package var images: [String] = []
  /// `.npy` files of prepared inputs, instead of ``images``: one of float32 `[N, C, H, W]` for the only input, or
  /// one for each of the network's inputs, by name.
  package var inputs: [NamedFile] = []
  /// A file of texts, one a line, for a text tower, instead of ``images``.
  package var texts: String?
  /// Name of the preprocessing; nil takes the one that the network was published with.
  package var preprocessing: String?
  /// Where to write, `.npy`: one file for ``tap``, or one for each result that is wanted, by name.
  package var outputs: [NamedFile] = []

  /// The defaults.
  package init() {}

  /// Refuses options that contradict each other or leave something open.
  func check() throws(HarnessError) {
    if [!images.isEmpty, !inputs.isEmpty, texts != nil].count(where: \.self) != 1 {
      throw HarnessError(.usage, "name one of --images, --input and --texts")
    }
    let isNamed = checkpoint != nil || onnx != nil || CompactNetworks.contains(network)
    if !isNamed || checkpoint != nil && onnx != nil {
      throw HarnessError(.usage, "name either --checkpoint or --onnx")
    }
    if network == nil && onnx == nil {
      throw HarnessError(.usage, "--checkpoint needs --network, which says what the file is for")
    }
    if images.isEmpty && preprocessing != nil {
      throw HarnessError(.usage, "--preprocess treats --images; nothing else is preprocessed")
    }
    if texts != nil && onnx != nil {
      throw HarnessError(
        .usage, "--texts needs --network and --checkpoint; ONNX models read images")
    }
    if network == nil && !images.isEmpty && preprocessing == nil {
      throw HarnessError(.usage, "--onnx with --images needs --preprocess or --network")
    }
    if outputs.isEmpty || outputs.contains(where: \.path.isEmpty) {
      throw HarnessError(.usage, "--output names no file")
    }
    try Self.check(outputs, of: "--output")
    try Self.check(inputs, of: "--input")
    if tap != nil, outputs.contains(where: { $0.name != nil }) {
      throw HarnessError(
        .usage, "--tap names a result, and so does --output NAME=FILE; say it once")
    }
    if onnx != nil, inputs.contains(where: { $0.name != nil }) {
      throw HarnessError(
        .usage, "--input NAME=FILE is for networks of the catalogue; ONNX models have one input")
    }
  }

  /// Several files need names, and each its own.
  private static func check(_ files: [NamedFile], of option: String) throws(HarnessError) {
    if files.count > 1, files.contains(where: { $0.name == nil }) {
      throw HarnessError(.usage, "several files need names: \(option) NAME=FILE.npy for each")
    }
    let repeated = Dictionary(grouping: files, by: \.name).values.first { $0.count > 1 }
    if let name = repeated?.first?.name {
      throw HarnessError(.usage, "\(option) names '\(name)' twice")
    }
  }
}

/// A file on the command line, perhaps with what it is for: `FILE` or `NAME=FILE`.
package struct NamedFile: Hashable, Sendable {
  /// What it is for; nil where there is one file.
  package let name: String?
  /// The file.
  package let path: String

  /// Reads the text of an option; a `=` behind a `/` belongs to the path.
  package init(_ text: String) {
    guard let place = text.firstIndex(of: "="), !text[..<place].contains("/") else {
      (name, path) = (nil, text)
      return
    }
    (name, path) = (String(text[..<place]), String(text[text.index(after: place)...]))
  }
}

/// What was written.
package struct FeatureResult: Encodable, Sendable {
  /// The network's name.
  package let network: String
  /// Which of its results; the first where there are several.
  package let tap: String
  /// SHA-256 of the checkpoint.
  package let weights: String
  /// Every switch of the preprocessing; nil for prepared inputs.
  package let preprocessing: String?
  /// Shape of the array, `[N, …]`.
  package let shape: [Int]
  /// Id of each row, sorted by bytes; nil for prepared inputs, whose order is kept.
  package let ids: [String]?
  /// The file.
  package let output: String
  /// All results that were written.
  package let outputs: [Written]

  /// A result in its file.
  package struct Written: Encodable, Sendable {
    /// Which result.
    package let tap: String
    /// Shape of the array, `[N, …]`.
    package let shape: [Int]
    /// The file.
    package let path: String
  }

  init(
    network: String, weights: String, preprocessing: String?, ids: [String]?, outputs: [Written]
  ) {
    self.network = network
    self.weights = weights
    self.preprocessing = preprocessing
    self.ids = ids
    self.outputs = outputs
    (tap, shape, output) =
      outputs.first.map { ($0.tap, $0.shape, $0.path) } ?? (Graph.mainOutput, [], "")
  }

  /// A line for each file.
  package var text: String {
    outputs.map {
      "\($0.path): \($0.shape.extents) float32, '\($0.tap)' of \(network), weights \(weights.prefix(12))"
    }.joined(separator: "\n")
  }
}

/// Images that gave no features, for which reason nothing was written.
package struct FeatureFailures: Error, CustomStringConvertible {
  /// What failed and why, in the order of the rows.
  package let failures: [(id: String, failure: ImageFailure)]
  let total: Int
  let output: String

  /// The number of failures, and each with its reason.
  package var description: String {
    "\(failures.count) of \(total) failed, so \(output) was not written"
      + failures.map { "\n  \($0.id): \($0.failure.state): \($0.failure.reason)" }.joined()
  }
}
