import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An SVG picture, read by a strict parser, so that the writer is not judged by itself.
struct Picture {
  /// Every element's name and attributes, in the order of their starts.
  private(set) var all: [(name: String, attributes: [String: String])] = []
  /// What `text` elements say.
  private(set) var texts: [String] = []

  struct Malformed: Error {}

  init(_ svg: String) throws {
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    guard parser.parse() else { throw parser.parserError ?? Malformed() }
    all = reader.elements
    texts = reader.texts
  }

  func elements(_ name: String) -> [[String: String]] {
    all.filter { $0.name == name }.map(\.attributes)
  }

  func numbers(_ attribute: String, of name: String) -> [Double] {
    elements(name).compactMap { $0[attribute].flatMap(Double.init) }
  }

  var width: Double { numbers("width", of: "svg").first ?? 0 }
  var height: Double { numbers("height", of: "svg").first ?? 0 }

  /// Places that lines run through, line by line.
  var polylines: [[(x: Double, y: Double)]] {
    elements("polyline").map { line in
      (line["points"] ?? "").split(separator: " ").map { pair in
        let numbers = pair.split(separator: ",").compactMap { Double($0) }
        return (numbers.first ?? .nan, numbers.last ?? .nan)
      }
    }
  }

  var places: [(x: Double, y: Double)] { polylines.flatMap { $0 } }

  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [(name: String, attributes: [String: String])] = []
    var texts: [String] = []
    private var open: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String] = [:]
    ) {
      elements.append((name, attributes))
      open.append(name)
      if name == "text" { texts.append("") }
    }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
      qualifiedName: String?
    ) { open.removeLast() }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if open.last == "text" { texts[texts.count - 1] += text }
    }
  }
}
