import Foundation
import Testing

/// How names, comments and messages are spelled and quoted.
@Suite struct ProseTests {
  /// Swift files of the program but generated ones.
  private static func sources() throws -> [String] {
    try House.files(in: "Sources").filter { $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift") }
  }

  /// The sources and the pages beside them.
  private static func texts() throws -> [(file: String, text: String)] {
    let pages = try House.names(in: ".").filter { $0.hasSuffix(".md") }
    return try (sources() + pages).map { ($0, try ProjectFile.text($0)) }
  }

  // MARK: American spelling

  /// Beginnings and parts of words that are spelled otherwise in American English.
  ///
  /// Foundation's expressions, since Swift's take minutes for all sources.
  private static let britishWord = #"""
    colour | centre | neighbour | behaviour | favour | honour | licenc | judgement | centimetre
    | \b grey | \b catalys | \b analys (?: e | ing ) | spelt \b | \b fibre | signall
    | (?: mode | labe ) ll (?: ing | ed \b )
    | (?: normal | optim | minim | maxim | recogn | initial | serial | real | organ | general
      | special | summar | vector | parallel | quant | random | token | standard | visual
      | character | util | equal | student ) is (?: e | ing | ation | able )
    """#

  /// Words that stay as they are, each with its reason.
  private static let keptWords: [(text: String, reason: String)] = [
    (#""centres""#, "a parameter's name in checkpoints"),
    ("centre-crop", "part of fingerprints"), ("centre-square", "part of fingerprints"),
    ("normalise(mean=", "part of fingerprints"), (",normalised\"", "part of fingerprints"),
    ("\"quantise\"", "a switch of protocol files"), ("`quantise`", "a switch of protocol files"),
    ("unknown-colour", "a state of images in databases"),
    ("\"colour\"", "a value of --encodings"), ("palette, colour,", "a value of --encodings"),
    ("\"colour shift\"", "a kind of distortion in model cards and of --selftest's faults"),
    ("\"a colour shift\"", "a column of model cards"),
    ("margin, its centre.", "a sentence of model cards"),
    ("have to be relabelled", "a sentence of the faces' report"),
    ("let licence: String", "a key of the JSON of 'weights list'"),
    ("licence: $0.license", "a key of the JSON of 'weights list'"),
    ("(\"licence\", .left)", "a column of 'weights list'"),
    ("\"grey\"", "a word of captions"), ("\"normalise\"", "an operation's name in layer tables"),
    ("\"L2 normalise\"", "an operation's name in layer tables"),
  ]

  /// Words of a text that are not American, with their lines.
  private static func britishWords(in text: String) throws -> [String] {
    let expression = try NSRegularExpression(
      pattern: britishWord, options: [.caseInsensitive, .allowCommentsAndWhitespace])
    func matches(_ text: String) -> [NSTextCheckingResult] {
      expression.matches(in: text, range: NSRange(text.startIndex..., in: text))
    }
    let kept = keptWords.reduce(text) { $0.replacingOccurrences(of: $1.text, with: "") }
    if matches(kept).isEmpty { return [] }
    return kept.components(separatedBy: "\n").enumerated().flatMap { number, line in
      matches(line).map { match in
        let word = Range(match.range, in: line).map { line[$0] } ?? ""
        return "\(number + 1): '\(word)' in '\(line)'"
      }
    }
  }

  @Test func sourcesAndPagesAreSpelledTheAmericanWay() throws {
    let texts = try Self.texts()
    #expect(texts.count > 500 && texts.contains { $0.file == "README.md" })
    for (file, text) in texts {
      let found = try Self.britishWords(in: text)
      #expect(found.isEmpty, "\(file):\n\(found.joined(separator: "\n"))")
    }
  }

  /// What is written nowhere any more needs no exception.
  @Test func everyExceptionIsNeeded() throws {
    let texts = try Self.texts().map(\.text)
    for kept in Self.keptWords {
      #expect(texts.contains { $0.contains(kept.text) }, "nothing has \(kept.text)")
    }
  }

  @Test(arguments: [
    ("/// Colours near the centre.", 2), ("let normalised = isRecognised", 2),
    ("the colors of modelled neighbors", 1), ("promise, precise, ModelLoader, labels", 0),
  ])
  func findsBritishWords(text: String, count: Int) throws {
    #expect(try Self.britishWords(in: text).count == count)
  }

  // MARK: Quotes

  /// Files whose curly quotes are data, each with its reason.
  private static let quotedData = [
    "Sources/Models/Texts/Windows1252.swift": "a code page",
    "Sources/Data/Faces/Captions/CaptionWords.swift": "an apostrophe that captions are read with",
    "Sources/Generation/Generators/Commands/CommandWorkspace.swift": "part of fingerprints",
    "Sources/Evaluation/Runs/PaperComparison.swift": "a paper's caption in committed reports",
    "Sources/Program/Harness/Faces/FaceWorldReport.swift": "a sentence of a committed report",
  ]

  /// Lines with a curly quote outside of comments.
  private static func curlyQuotes(in text: String) -> [String] {
    text.split(separator: "\n").filter { line in
      let code = line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
      return code.contains { "“”‘’".contains($0) }
    }.map(String.init)
  }

  @Test func messagesQuoteNamesStraight() throws {
    var found: [String: [String]] = [:]
    for file in try Self.sources() {
      let lines = Self.curlyQuotes(in: try ProjectFile.text(file))
      if !lines.isEmpty { found[file] = lines }
    }
    #expect(Set(found.keys) == Set(Self.quotedData.keys), "\(found)")
  }

  @Test func findsCurlyQuotesInCodeAlone() {
    let text = "/// Completes “the file”.\nlet a = \"the name “b”\" // “c”\nlet d = \"'e'\""
    #expect(Self.curlyQuotes(in: text).count == 1)
  }
}
