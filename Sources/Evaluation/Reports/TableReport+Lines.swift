/// The lines of what stands below a table.
extension TableReport {
  /// How a method's images ended.
  package struct ImageLine: Sendable, Hashable {
    /// Name of the method.
    package let method: String
    /// Images with scores.
    package let scored: Int
    /// Images that there should have been.
    package let expected: Int
    /// Number of failed images by state, for example `truncated`.
    package let failures: [String: Int]

    /// Counts of a method's images.
    package init(method: String, scored: Int, expected: Int, failures: [String: Int] = [:]) {
      self.method = method
      self.scored = scored
      self.expected = expected
      self.failures = failures
    }
  }

  /// A method or column that was not measured, and why.
  package struct UnmeasuredLine: Sendable, Hashable {
    /// What was not measured, for example `column FID`.
    package let subject: String
    /// Why it was not measured, as a clause.
    package let reason: String

    /// A method or column with the reason why it was not measured.
    package init(subject: String, reason: String) {
      self.subject = subject
      self.reason = reason
    }
  }

  /// Weights behind the numbers.
  package struct WeightsLine: Sendable, Hashable {
    /// Name of the network, and the metrics that use it.
    package let network: String
    /// Name of the file with the weights.
    package let file: String
    /// In full; people see its beginning.
    package let sha256: String
    /// What to know about them, such as `noise in two layers`.
    package let note: String

    /// A network with the file that its weights came from.
    package init(network: String, file: String, sha256: String, note: String = "") {
      self.network = network
      self.file = file
      self.sha256 = sha256
      self.note = note
    }
  }

  /// A fingerprint and the text that it is the hash of.
  package struct FingerprintLine: Sendable, Hashable {
    /// Name of the metric, for example `fid`.
    package let metric: String
    /// SHA-256 of `text` in hexadecimal; people see its beginning.
    package let hash: String
    /// Lines of `key=value`, sorted by key.
    package let text: String

    /// A metric's fingerprint with its hash.
    package init(metric: String, hash: String, text: String) {
      self.metric = metric
      self.hash = hash
      self.text = text
    }
  }

  /// A choice of the protocol, and what was used.
  package struct SwitchLine: Sendable, Hashable {
    /// Name of the choice, as protocol files spell it.
    package let name: String
    /// The value that the numbers were measured with.
    package let value: String
    /// The protocol's own value where that is another.
    package let protocolValue: String?
    /// How sure it is that the paper chose so, for example `documented`.
    package let confidence: String
    /// Why this value, in one sentence.
    package let reason: String

    /// A choice with the value that was used.
    package init(
      name: String, value: String, protocolValue: String? = nil, confidence: String,
      reason: String
    ) {
      self.name = name
      self.value = value
      self.protocolValue = protocolValue
      self.confidence = confidence
      self.reason = reason
    }
  }

  /// A named fact.
  package struct Fact: Sendable, Hashable {
    /// What the fact is about, for example `run`.
    package let name: String
    /// The fact as printed.
    package let value: String

    /// A fact with its name.
    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }
}
