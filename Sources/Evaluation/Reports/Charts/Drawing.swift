import Foundation

/// A place in a drawing, in pixels from the left and from above.
struct Place: Sendable, Hashable {
  var x, y: Double

  init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
}

/// An SVG picture that is put together piece by piece.
///
/// Places are printed with one decimal, so equal values give equal bytes. How a piece looks follows from
/// its class and the picture's style sheet.
struct Drawing {
  let width: Double
  let height: Double
  private var pieces: [String] = []

  /// An empty picture of a size in pixels.
  init(width: Double, height: Double) { (self.width, self.height) = (width, height) }

  /// How text is aligned to its position.
  enum Anchor: String {
    case start, middle, end
  }

  /// A straight line.
  mutating func line(_ kind: String, from start: Place, to end: Place, title: String? = nil) {
    add(
      "line", kind, [("x1", start.x), ("y1", start.y), ("x2", end.x), ("y2", end.y)],
      content: Self.title(title))
  }

  /// Straight lines from place to place.
  mutating func polyline(_ kind: String, through places: [Place], title: String? = nil) {
    let points = places.map { "\(Self.text($0.x)),\(Self.text($0.y))" }.joined(separator: " ")
    add("polyline", kind, [], further: " points=\"\(points)\"", content: Self.title(title))
  }

  /// A dot.
  mutating func circle(_ kind: String, at center: Place, radius: Double, title: String? = nil) {
    add(
      "circle", kind, [("cx", center.x), ("cy", center.y), ("r", radius)],
      content: Self.title(title))
  }

  /// A rectangle between two corners.
  mutating func rectangle(
    _ kind: String, from corner: Place, to opposite: Place, title: String? = nil
  ) {
    let sides = [
      ("x", min(corner.x, opposite.x)), ("y", min(corner.y, opposite.y)),
      ("width", abs(opposite.x - corner.x)), ("height", abs(opposite.y - corner.y)),
    ]
    add("rect", kind, sides, content: Self.title(title))
  }

  /// A line of text, whose place is on its baseline.
  ///
  /// - Parameters:
  ///   - kind: classes.
  ///   - text: what is written.
  ///   - place: where.
  ///   - anchor: which part of the text is at the position.
  ///   - isUpright: whether it is read from below.
  mutating func text(
    _ kind: String, _ text: String, at place: Place, anchor: Anchor = .start,
    isUpright: Bool = false
  ) {
    var further = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
    if isUpright {
      further += " transform=\"rotate(-90 \(Self.text(place.x)) \(Self.text(place.y)))\""
    }
    add(
      "text", kind, [("x", place.x), ("y", place.y)], further: further,
      content: XMLText.escape(text))
  }

  /// The picture as a file that needs no other.
  ///
  /// - Parameters:
  ///   - title: read out, and shown where the picture is not.
  ///   - style: the style sheet.
  /// - Returns: the file's text, which ends with a line break.
  func svg(title: String, style: String) -> String {
    let (width, height) = (Self.number(width), Self.number(height))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="chart" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" role="img">
      <title>\(XMLText.escape(title))</title>
      <style>
      \(style)
      </style>
      \(pieces.joined(separator: "\n"))
      </svg>

      """
  }

  private mutating func add(
    _ element: String, _ kind: String, _ sides: [(String, Double)], further: String = "",
    content: String = ""
  ) {
    let attributes = sides.map { " \($0.0)=\"\(Self.text($0.1))\"" }.joined()
    let start = "<\(element)\(kind.isEmpty ? "" : " class=\"\(kind)\"")\(attributes)\(further)"
    pieces.append(start + (content.isEmpty ? "/>" : ">\(content)</\(element)>"))
  }

  private static func title(_ text: String?) -> String {
    text.map { "<title>\(XMLText.escape($0))</title>" } ?? ""
  }

  /// A length with one decimal, and no sign on a zero.
  private static func text(_ value: Double) -> String {
    let text = String(format: "%.1f", value)
    return text == "-0.0" ? "0.0" : text
  }

  private static func number(_ value: Double) -> String { String(format: "%.0f", value) }
}
