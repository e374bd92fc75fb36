import Foundation

/// The part of JSON Schema (draft 2020-12) that the schemas of evalkit's documents use.
///
/// A keyword that is not known is a finding, so that no schema says what nobody checks.
package struct JSONSchema {
  private let root: [String: Any]

  /// Reads a schema.
  ///
  /// - Throws: errors of the file; `CocoaError` if it is no JSON object.
  package init(path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    guard let root = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw CocoaError(.fileReadCorruptFile)
    }
    self.root = root
  }

  /// What a document breaks, a sentence each.
  package func findings(in document: Any) -> [String] { findings(document, root, at: "$") }

  private static let annotations: Set = ["$schema", "$defs", "title", "description"]

  private func findings(_ value: Any, _ schema: [String: Any], at place: String) -> [String] {
    schema.sorted { $0.key < $1.key }.flatMap { keyword, rule -> [String] in
      switch keyword {
      case "$ref":
        let name = (rule as? String)?.split(separator: "/").last.map(String.init) ?? ""
        guard let target = (root["$defs"] as? [String: [String: Any]])?[name] else {
          return ["\(place): \(rule) is not defined"]
        }
        return findings(value, target, at: place)
      case "type":
        let allowed = rule as? [String] ?? [rule as? String ?? ""]
        let found = Self.types(of: value)
        return found.isDisjoint(with: allowed)
          ? ["\(place): \(found.sorted()), not \(allowed)"] : []
      case "const", "enum":
        let allowed = rule as? [Any] ?? [rule]
        return allowed.contains { ($0 as? NSObject) == (value as? NSObject) }
          ? [] : ["\(place): \(value) is none of \(allowed)"]
      case "anyOf":
        let branches = (rule as? [[String: Any]] ?? []).map { findings(value, $0, at: place) }
        return branches.contains(where: \.isEmpty) ? [] : branches.flatMap { $0 }
      case "items":
        guard let items = value as? [Any], let rule = rule as? [String: Any] else { return [] }
        return items.enumerated().flatMap { findings($1, rule, at: "\(place)[\($0)]") }
      case "required":
        guard let object = value as? [String: Any] else { return [] }
        return (rule as? [String] ?? []).filter { object[$0] == nil }.map { "\(place) lacks \($0)" }
      case "properties":
        guard let object = value as? [String: Any], let rules = rule as? [String: [String: Any]]
        else { return [] }
        return rules.sorted { $0.key < $1.key }.flatMap { key, rule in
          object[key].map { findings($0, rule, at: "\(place).\(key)") } ?? []
        }
      case "additionalProperties":
        guard let object = value as? [String: Any] else { return [] }
        let known = schema["properties"] as? [String: Any] ?? [:]
        return object.filter { known[$0.key] == nil }.sorted { $0.key < $1.key }.flatMap {
          if let rule = rule as? [String: Any] { return findings($1, rule, at: "\(place).\($0)") }
          return rule as? Bool == false ? ["\(place).\($0) is not in the schema"] : []
        }
      default: return Self.annotations.contains(keyword) ? [] : ["\(place): keyword \(keyword)"]
      }
    }
  }

  private static func types(of value: Any) -> Set<String> {
    switch value {
    case is NSNull: ["null"]
    case is String: ["string"]
    case is [Any]: ["array"]
    case is [String: Any]: ["object"]
    case let number as NSNumber:
      if String(cString: number.objCType) == "c" {
        ["boolean"]
      } else {
        number.doubleValue.rounded() == number.doubleValue ? ["integer", "number"] : ["number"]
      }
    default: []
    }
  }
}
