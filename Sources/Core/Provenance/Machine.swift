import Foundation

/// The machine that measured; stored with every run.
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
  ///
  /// - Parameters:
  ///   - bestLevel: best instruction set of the processor that the kernels know.
  ///   - level: instruction set in use.
  package init(bestLevel: String, level: String) {
    let information = ProcessInfo.processInfo
    system = information.operatingSystemVersionString
    processor = Self.processorName()
    cores = information.activeProcessorCount
    memory = information.physicalMemory
    self.bestLevel = bestLevel
    self.level = level
  }

  private static func processorName() -> String {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = information.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map {
      $0.trimmingCharacters(in: .whitespaces)
    } ?? "unknown"
  }

  /// The facts as JSON with sorted keys.
  package var json: String { JSONText.encode(self) }
}
