import Datasets
import Essentials
import Foundation

/// What an external command reads: one line of JSON for each image.
///
/// Keys: `id`; `mask`, `scribble`, `image` (absolute paths), `text`, `source_text`, `target_text`
/// where the pair has them; `seed` (31 bits, its own for each id); `output`, where to write the
/// image (PNG or JPEG content, RGB, any size).
struct CommandRequest: Encodable {
  let id: String
  let image: String?
  let mask: String?
  let scribble: String?
  let text: String?
  let sourceText: String?
  let targetText: String?
  let seed: UInt32
  let output: String

  enum CodingKeys: String, CodingKey {
    case id, image, mask, scribble, text, seed, output
    case sourceText = "source_text"
    case targetText = "target_text"
  }

  /// Asks for a pair's image.
  init(for pair: Pair, seed: UInt32, output: String) {
    id = pair.id
    image = pair.imagePath
    mask = pair.maskPath
    scribble = pair.scribblePath
    text = pair.text
    sourceText = pair.sourceText
    targetText = pair.targetText
    self.seed = seed
    self.output = output
  }

  /// The request as a line, without its end.
  func line() throws(GenerationFailure) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return [UInt8](try encoder.encode(self))
    } catch {
      throw GenerationFailure(state: .badCondition, reason: "the request is not JSON: \(error)")
    }
  }
}

/// What an external command writes for each image: `{"id": …, "ok": true, "seconds": 1.5, "steps": 50}`,
/// of which the last two may be absent, or
/// `{"id": …, "ok": false, "error": "…"}`; further keys are allowed.
struct CommandAnswer: Decodable, Equatable {
  let id: String
  let ok: Bool
  var seconds: Double?
  var steps: Int?
  var error: String?

  /// Reads one line.
  ///
  /// - Throws: `GenerationFailure` with state `.invalidAnswer` that quotes the line's beginning.
  static func parse(_ line: [UInt8]) throws(GenerationFailure) -> CommandAnswer {
    do {
      let answer = try JSONDecoder().decode(CommandAnswer.self, from: Data(line))
      if let name = RepeatedName.first(in: line) {
        throw invalid(line, "'\(name.text)' occurs twice")
      }
      do {
        _ = try answer.seconds.map(GenerationTime.possibleSeconds.checked)
      } catch { throw invalid(line, "'seconds' \(error)") }
      do {
        _ = try answer.steps.map(GenerationTime.possibleSteps.checked)
      } catch { throw invalid(line, "'steps' \(error)") }
      return answer
    } catch let failure as GenerationFailure {
      throw failure
    } catch {
      throw invalid(line, "it is not a JSON object with 'id' and 'ok'")
    }
  }

  /// The failure of a line that is no answer.
  static func invalid(_ line: [UInt8], _ reason: String) -> GenerationFailure {
    let quote = String(String(decoding: line.prefix(200), as: UTF8.self).prefix(80))
    return GenerationFailure(
      state: .invalidAnswer,
      reason: "the command wrote '\(quote)' to standard output, but \(reason); "
        + "anything that is not an answer belongs on standard error")
  }
}
