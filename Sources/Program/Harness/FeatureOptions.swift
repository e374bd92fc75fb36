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
  /// A float32 `.npy` of prepared inputs, `[N, C, H, W]`, instead of ``images``.
  package var input: String?
  /// A file of texts, one a line, for a text tower, instead of ``images``.
  package var texts: String?
  /// Name of the preprocessing; nil takes the one that the network was published with.
  package var preprocessing: String?
  /// Where to write, `.npy`.
  package var output = ""

  /// The defaults.
  package init() {}

  /// Refuses options that contradict each other or leave something open.
  func check() throws(HarnessError) {
    if [!images.isEmpty, input != nil, texts != nil].count(where: \.self) != 1 {
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
    if output.isEmpty { throw HarnessError(.usage, "--output names no file") }
  }
}

/// What was written.
package struct FeatureResult: Encodable, Sendable {
  /// The network's name.
  package let network: String
  /// Which of its results.
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

  /// One sentence.
  package var text: String {
    "\(output): \(shape.extents) float32, '\(tap)' of \(network), weights \(weights.prefix(12))"
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
