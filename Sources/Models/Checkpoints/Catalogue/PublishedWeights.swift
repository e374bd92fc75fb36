/// One weight file that somebody published, and what is known about it.
package struct PublishedWeights: Hashable, Sendable {
  /// What the file is for.
  package enum Role: String, Sendable, CaseIterable {
    case fid, lpipsTrunk = "lpips-trunk", lpipsHeads = "lpips-heads"
    case distsWeights = "dists-weights", identity, parser, clip, detector, vocabulary
    case unet, guide
    /// A copy of a `unet` that was trained further for one edit.
    case fineTuned = "fine-tuned"
    /// All networks of a system that diffuses in latents.
    case latentSystem = "latent-system"
    /// An autoencoder alone.
    case firstStage = "first-stage"
  }

  /// How surely a file can be recognized.
  package enum Digest: Hashable, Sendable {
    /// The whole SHA-256, 64 lower-case hexadecimal digits.
    case exact(String)
    /// Its first digits, as torchvision puts them into file names.
    case prefix(String)
    /// The MD5 of the whole file, where nothing else is published.
    case md5(String)
    /// Nobody published it.
    case unknown

    /// Whether a file's SHA-256 is this one; nil where there is nothing to compare with.
    package func matches(_ sha256: String) -> Bool? {
      switch self {
      case .exact(let expected): sha256 == expected
      case .prefix(let expected): sha256.hasPrefix(expected)
      case .md5, .unknown: nil
      }
    }

    /// As much of the SHA-256 as is known.
    package var sha256: String? {
      switch self {
      case .exact(let digits), .prefix(let digits): digits
      case .md5, .unknown: nil
      }
    }

    /// The MD5, where that alone is known.
    package var md5: String? { if case .md5(let digits) = self { digits } else { nil } }

    /// What the digits are called.
    package var algorithm: String { if case .md5 = self { "MD5" } else { "SHA-256" } }
  }

  /// Networks that take weights from the file, by the names of the command line.
  package let networks: [String]
  /// What the file is for.
  package let role: Role
  /// Name in the weights directory: the published one.
  package let fileName: String
  /// Other published names of the same bytes.
  package let otherNames: [String]
  /// Length; nil where it was published only roughly.
  package let bytes: Int?
  /// What is known of the SHA-256.
  package let digest: Digest
  /// Tensors that the network uses, counters included; nil where they were not counted.
  package let tensorCount: Int?
  /// Trainable values among them; nil where they were not counted.
  package let parameterCount: Int?
  /// The papers whose protocol uses it by default.
  package let papers: [String]
  /// License of the repository that publishes it, and limits of its training data.
  package let license: String
  /// Where a person gets it.
  package let source: String

  /// Notes what is known of a file.
  package init(
    networks: [String], role: Role, fileName: String, otherNames: [String], bytes: Int?,
    digest: Digest, tensorCount: Int?, parameterCount: Int?, papers: [String], license: String,
    source: String
  ) {
    self.networks = networks
    self.role = role
    self.fileName = fileName
    self.otherNames = otherNames
    self.bytes = bytes
    self.digest = digest
    self.tensorCount = tensorCount
    self.parameterCount = parameterCount
    self.papers = papers
    self.license = license
    self.source = source
  }
}
