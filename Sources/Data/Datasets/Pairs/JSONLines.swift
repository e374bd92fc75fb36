import Essentials
import Foundation

/// Files with one JSON object a line.
enum JSONLines {
  /// Decodes every line that is not blank and hands it over with its number, counted from 1.
  ///
  /// - Throws: `DatasetError.unreadable`, `.malformedLine`, and whatever `body` throws.
  static func forEach<Line: Decodable>(
    of _: Line.Type, in path: String, keys known: [String],
    _ body: (_ line: Line, _ number: Int) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    let bytes = try TextFile.contents(of: path)
    if TextFile.openingBracket(of: bytes) == "[" {
      throw .malformedLine(
        path: path, line: 1,
        reason: "this is a JSON array; the file must hold one JSON object a line, as "
          + "`jq -c '.[]'` makes of it")
    }
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let decoder = JSONDecoder()
    for (index, bytes) in lines.enumerated() where !bytes.allSatisfy(isSpace) {
      let number = index + 1
      try body(decode(bytes, by: decoder, keys: known, path: path, number: number), number)
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }

  private static func decode<Line: Decodable>(
    _ bytes: ArraySlice<UInt8>, by decoder: JSONDecoder, keys known: [String], path: String,
    number: Int
  ) throws(DatasetError) -> Line {
    do {
      let data = Data(bytes)
      for key in try decoder.decode(ObjectKeys.self, from: data).names where !known.contains(key) {
        throw DatasetError.unknownKey(
          path: path, line: number, key: key,
          nearest: Spelling.nearest(to: key, among: known) ?? "")
      }
      let value = try decoder.decode(Line.self, from: data)
      if let name = RepeatedName.first(in: bytes) {
        throw DatasetError.malformedLine(
          path: path, line: number, reason: "the key '\(name.text)' appears twice")
      }
      return value
    } catch let error as DatasetError {
      throw error
    } catch {
      let isCut = bytes.allSatisfy { isSpace($0) || $0 == UInt8(ascii: "{") }
      throw .malformedLine(
        path: path, line: number,
        reason: isCut
          ? "this object goes on in the next line; one object must stand in one line, as "
            + "`jq -c .` makes of it" : reason(error))
    }
  }

  /// Describes a decoder's complaint in words.
  static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "the key '\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(let type, let context)
    where context.codingPath.isEmpty:
      "expected a JSON object, not a bare value (\(type))"
    case DecodingError.typeMismatch(let type, let context),
      DecodingError.valueNotFound(let type, let context):
      "the value of '\(context.codingPath.map(\.stringValue).joined(separator: "."))' "
        + "is not a \(type)"
    default: "this is not valid JSON"
    }
  }
}
