import Foundation
import Kernels

/// Facts about the machine that measured, stored with every run.
package struct Machine: Codable, Sendable {
  /// Operating system and its version.
  package let system: String
  /// Model name of the processor.
  package let processor: String
  /// Cores this process may use.
  package let cores: Int
  /// Memory in bytes.
  package let memory: UInt64
  /// Best instruction set of the processor that the kernels know.
  package let bestLevel: String
  /// Instruction set in use.
  package let level: String

  /// This machine.
  package static let current = Machine(
    system: ProcessInfo.processInfo.operatingSystemVersionString,
    processor: processorName(), cores: ProcessInfo.processInfo.activeProcessorCount,
    memory: ProcessInfo.processInfo.physicalMemory, bestLevel: CPULevel.best.rawValue,
    level: CPULevel.current.rawValue)

  private static func processorName() -> String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map {
      $0.trimmingCharacters(in: .whitespaces)
    } ?? "unknown"
  }

  var json: String { JSONText.encode(self) }
}

/// JSON with sorted keys, so that equal values give equal text.
package enum JSONText {
  /// The text of a value; values here always encode.
  ///
  /// JSON has no infinities, so that such a number becomes a text.
  package static func encode(_ value: some Encodable, pretty: Bool = false) -> String {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    encoder.outputFormatting =
      pretty
      ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      : [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }
}
