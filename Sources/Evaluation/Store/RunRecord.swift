import Foundation

/// One call of the tool that measured something.
package struct RunRecord: Sendable, Hashable {
  /// Unique id; people may shorten it to a prefix.
  package let id: String
  /// The table measured, for example `ddgi.table1`.
  package let protocolID: String
  /// When it began; kept to the millisecond.
  package let created: Date
  package let commandLine: String
  package let toolVersion: String
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
  case complete
  /// Ended by a signal; a further call resumes it.
  case interrupted
  case failed
}

/// Which runs to look for; `nil` means any.
package struct RunFilter: Sendable {
  package var protocolID: String?
  package var fingerprint: String?
  package var pairsHash: String?
  package var statuses: [RunStatus]

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
  package let name: String
  /// What was asked for, for example `folder:results/ours`.
  package let specification: String
  /// What the specification begins with: `folder`, `command` or `builtin`.
  package let kind: String

  package init(name: String, specification: String, kind: String) {
    self.name = name
    self.specification = specification
    self.kind = kind
  }

  /// The real images, which stand in the ledger as a method of their own.
  package static let reference = MethodRecord(
    name: "reference", specification: "reference", kind: "reference")
}

/// A hash and the canonical text that it stands for.
package struct FingerprintRecord: Sendable, Hashable {
  package let hash: String
  package let text: String

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
