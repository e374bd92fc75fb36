import Faces
import Foundation
import Images
import Provenance

/// The statistics of drawn label maps beside real ones, as Markdown.
struct FaceWorldReport {
  let drawn: MaskStatistics
  let real: MaskStatistics?
  let options: FaceWorldOptions
  /// Name of the contact sheet beside the report.
  let sheet: String?

  var markdown: String { introduction + classes + difference + picture }

  private var introduction: String {
    let beside = real.map { ", beside \($0.count) real ones of CelebAMask-HQ (in brackets)" } ?? ""
    return """
      # The synthetic face world

      Statistics of \(drawn.count) label maps of the world “\(options.world.rawValue)”, seed \
      \(options.seed), at \(options.size)×\(options.size)\(beside). *maps* is the share of maps that \
      have the class; the rest are means over those: *area* in percent of the pixels, *place* of the \
      class's middle and *extent* (√12 × standard deviation of its pixels) in percent of the side, from \
      the left and from above. Left is the person's own, as in CelebAMask-HQ.

      Made by `\(command)`.


      """
  }

  /// One row a class.
  private var classes: String {
    var text = "| class | maps % | area % | place | extent |\n|---|---:|---:|---:|---:|\n"
    let names = LabelOrder.celebAMaskHQ.classes
    for (label, part) in drawn.parts.enumerated() {
      let other = real?.parts[label]
      let cells = [
        pair(part.presence, other?.presence, 0), pair(part.area, other?.area, 2),
        places(part.x, part.y, other.map { ($0.x, $0.y) }),
        places(part.width, part.height, other.map { ($0.width, $0.height) }),
      ]
      text += "| \(names[label]) | " + cells.joined(separator: " | ") + " |\n"
    }
    return text
  }

  /// How far drawn maps are from real ones; empty where there are none.
  private var difference: String {
    guard let real else { return "" }
    let difference = (0..<19).reduce(0) {
      $0 + abs(drawn.frequency(of: $1) - real.frequency(of: $1))
    }
    return """

      Half the sum of the classes' absolute differences in frequency over all pixels is \
      \(percent(difference / 2, 1)) %: so much of an average map would have to be relabelled.

      """
  }

  /// The contact sheet, if there is one.
  private var picture: String {
    guard let sheet else { return "" }
    return """

      ![A contact sheet of the face world](\(sheet))

      Two rows of persons; label maps and scribbles of the first eight; two persons on eight photos \
      each, the haircut changing after four; a face, and the same face with make-up, tanned, with \
      gray hair, glasses, a smile, a hat, and old.

      """
  }

  private var command: String {
    var words = "evalkit faces --count \(options.count)"
    if options.world != .test { words += " --world \(options.world.rawValue)" }
    if options.seed != 0 { words += " --seed \(options.seed)" }
    if options.size != 256 { words += " --size \(options.size)" }
    if real != nil { words += " --real FOLDER-OR-TABLE" }
    return words
  }

  private func percent(_ share: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", share * 100)
  }

  private func pair(_ drawn: Double, _ real: Double?, _ digits: Int) -> String {
    percent(drawn, digits) + (real.map { " (\(percent($0, digits)))" } ?? "")
  }

  private func places(_ x: Double, _ y: Double, _ real: (Double, Double)?) -> String {
    let other = real.map { " (\(percent($0.0, 0)), \(percent($0.1, 0)))" } ?? ""
    return "\(percent(x, 0)), \(percent(y, 0))" + other
  }
}
