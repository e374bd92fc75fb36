/// The lines of what stands below a table.
extension TableReport {
  /// How a method's images ended.
  package struct ImageLine: Sendable, Hashable {
    package let method: String
    package let scored: Int
    package let expected: Int
    /// Number of failed images by state, for example `truncated`.
    package let failures: [String: Int]

    package init(method: String, scored: Int, expected: Int, failures: [String: Int] = [:]) {
      self.method = method
      self.scored = scored
      self.expected = expected
      self.failures = failures
    }
  }

  /// A method or column that was not run, and why.
  package struct NotRunLine: Sendable, Hashable {
    package let subject: String
    package let reason: String

    package init(subject: String, reason: String) {
      self.subject = subject
      self.reason = reason
    }
  }

  /// Weights behind the numbers.
  package struct WeightsLine: Sendable, Hashable {
    package let network: String
    package let file: String
    /// In full; people see its beginning.
    package let sha256: String
    /// What to know about them, such as `noise in two layers`.
    package let note: String

    package init(network: String, file: String, sha256: String, note: String = "") {
      self.network = network
      self.file = file
      self.sha256 = sha256
      self.note = note
    }
  }

  /// A fingerprint and the text that it stands for.
  package struct FingerprintLine: Sendable, Hashable {
    package let metric: String
    package let hash: String
    package let text: String

    package init(metric: String, hash: String, text: String) {
      self.metric = metric
      self.hash = hash
      self.text = text
    }
  }

  /// A choice of the protocol, and what was used.
  package struct SwitchLine: Sendable, Hashable {
    package let name: String
    /// What the numbers rest on.
    package let value: String
    /// The protocol's own value where that is another.
    package let protocolValue: String?
    package let confidence: String
    package let reason: String

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
    package let name: String
    package let value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }
}
