import Models
import Pipelines
import Tensors

/// A system and what was chosen of it: `ID` or `ID:OPTION=VALUE,…`.
package struct SystemChoice: Sendable {
  /// The system.
  package let system: any GenerationSystem
  /// Values by name, as somebody gave them.
  package let chosen: [String: String]
  /// The same with the defaults of all other options.
  package let options: SystemOptions

  /// Checks what was chosen.
  ///
  /// - Parameters:
  ///   - system: the system.
  ///   - texts: `OPTION=VALUE` each.
  /// - Throws: `MethodError.system` for options that the system does not have or that do not go together;
  ///   `.malformedOption`.
  package init(_ system: any GenerationSystem, _ texts: [String] = []) throws(MethodError) {
    self.system = system
    chosen = try Self.values(texts, of: system)
    do throws(SystemError) { options = try SystemOptions(chosen, of: system) } catch {
      throw .system(error)
    }
    do { try system.check(options) } catch {
      throw Self.failure(of: system, error)
    }
  }

  /// Reads what follows `builtin:ID:`; a part without `=` belongs to the value before it, since lists of files and of
  /// weights have commas too.
  ///
  /// - Throws: as ``init(_:_:)``.
  init(_ system: any GenerationSystem, parsing list: Substring) throws(MethodError) {
    let parts = list.split(separator: ",", omittingEmptySubsequences: false)
    try self.init(
      system,
      parts.reduce(into: [String]()) { texts, part in
        if let last = texts.indices.last, !part.isEmpty, !part.contains("=") {
          texts[last] += ",\(part)"
        } else {
          texts.append(String(part))
        }
      })
  }

  private static func values(
    _ texts: [String], of system: any GenerationSystem
  ) throws(MethodError) -> [String: String] {
    var values: [String: String] = [:]
    for text in texts {
      let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else {
        throw .malformedOption(system: system.id, text: text, known: system.options.map(\.name))
      }
      let name = String(halves[0])
      guard values.updateValue(String(halves[1]), forKey: name) == nil else {
        throw .repeatedOption(system: system.id, name: name)
      }
    }
    return values
  }

  /// As `--method` and the database spell it; what nobody chose is left out.
  package var specification: String {
    let list = chosen.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return "builtin:\(system.id)" + (list.isEmpty ? "" : ":" + list.joined(separator: ","))
  }

  /// For people: the id, and behind it all options with their values.
  package var description: String {
    options.values.isEmpty ? system.id : "\(system.id) (\(options.text))"
  }

  /// What of a request is read.
  package var conditions: Set<ImageCondition> { system.conditions(for: options) }

  /// Reads the weights and gives what makes images.
  ///
  /// - Throws: `MethodError.system`, `.unusableSystem`.
  package func open(in context: SystemContext) throws(MethodError) -> any ImagePipeline {
    do { return try system.open(options, in: context) } catch {
      throw Self.failure(of: system, error)
    }
  }

  private static func failure(
    of system: any GenerationSystem, _ error: any Error
  ) -> MethodError {
    (error as? SystemError).map(MethodError.system)
      ?? .unusableSystem(id: system.id, reason: "\(error)")
  }
}

extension SystemChoice: Equatable {
  /// Whether both name the same system and choose the same of it.
  package static func == (left: SystemChoice, right: SystemChoice) -> Bool {
    left.system.id == right.system.id && left.chosen == right.chosen
  }
}
