import Foundation

/// One call of the tool that measured something.
package struct RunRecord: Sendable, Hashable {
  /// Unique id; people may shorten it to a prefix.
  package let id: String
  /// The table measured, for example `ddgi.table1`.
  package let protocolID: String
  /// When it began; kept to the millisecond.
  package let created: Date
  /// The command as it was typed.
  package let commandLine: String
  /// Version of the evalkit that began it.
  package let toolVersion: String
  /// How far it has come.
  package var status: RunStatus
  /// Hash of everything that can move a number of this run.
  package let fingerprint: String
  /// The settings, as a JSON text.
  package let settings: String
  /// Facts about the machine, as a JSON text.
  package let machine: String
  /// SHA-256 of the list of pairs.
  package let pairsHash: String

  /// Describes a run; `created` is cut to the millisecond.
  package init(
    id: String, protocolID: String, created: Date, commandLine: String, toolVersion: String,
    status: RunStatus = .running, fingerprint: String, settings: String = "{}",
    machine: String = "{}", pairsHash: String
  ) {
    self.id = id
    self.protocolID = protocolID
    self.created = Timestamp.date(Timestamp.text(created)) ?? created
    self.commandLine = commandLine
    self.toolVersion = toolVersion
    self.status = status
    self.fingerprint = fingerprint
    self.settings = settings
    self.machine = machine
    self.pairsHash = pairsHash
  }
}

/// How far a run has come.
package enum RunStatus: String, CaseIterable, Sendable {
  /// Begun and not ended, or killed without a chance to say so.
  case running
  /// Everything was measured and counts.
  case complete
  /// Ended by a signal; a further call resumes it.
  case interrupted
  /// Ended by an error, or by more failed images than were allowed.
  case failed
}

/// Which runs to look for; `nil` means any.
package struct RunFilter: Sendable {
  /// The table measured.
  package var protocolID: String?
  /// Hash of everything that can move a number.
  package var fingerprint: String?
  /// SHA-256 of the list of pairs.
  package var pairsHash: String?
  /// Those that a run may have.
  package var statuses: [RunStatus]

  /// Looks for runs that match in everything named.
  package init(
    protocolID: String? = nil, fingerprint: String? = nil, pairsHash: String? = nil,
    statuses: [RunStatus] = RunStatus.allCases
  ) {
    self.protocolID = protocolID
    self.fingerprint = fingerprint
    self.pairsHash = pairsHash
    self.statuses = statuses
  }
}

/// A row of the table that a run measures.
package struct MethodRecord: Sendable, Hashable {
  /// Name of the row, unique in its run.
  package let name: String
  /// What was asked for, for example `folder:results/ours`.
  package let specification: String
  /// What the specification begins with.
  package let kind: Kind

  /// How a row comes by its images; words of newer versions are kept as they are.
  package struct Kind: RawRepresentable, Hashable, Sendable {
    /// The word that is stored.
    package let rawValue: String

    /// Takes any word.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Images that lie in a folder.
    package static let folder = Kind(rawValue: "folder")
    /// Images that an external command makes.
    package static let command = Kind(rawValue: "command")
    /// Images that evalkit itself makes.
    package static let builtin = Kind(rawValue: "builtin")
    /// The real images.
    package static let reference = Kind(rawValue: "reference")
  }

  /// Describes a row.
  package init(name: String, specification: String, kind: Kind) {
    self.name = name
    self.specification = specification
    self.kind = kind
  }

  /// The real images, which stand in the ledger as a method of their own.
  package static let reference = MethodRecord(
    name: "reference", specification: "reference", kind: .reference)
}

/// A hash and the canonical text that it stands for.
package struct FingerprintRecord: Sendable, Hashable {
  /// SHA-256 of the text.
  package let hash: String
  /// Every setting that it covers, one a line.
  package let text: String

  /// A hash with its text.
  package init(hash: String, text: String) {
    self.hash = hash
    self.text = text
  }
}

/// Points in time as text that sorts by time: ISO 8601, UTC, milliseconds.
enum Timestamp {
  private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  static func text(_ date: Date) -> String { date.formatted(style) }

  static func date(_ text: String) -> Date? { try? Date(text, strategy: style) }
}
