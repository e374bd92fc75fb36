import Datasets
import Foundation
import Generators
import Images
import Tensors
import TestSupport
import Testing

/// A method written in the shell, and a dataset to run it on.
struct Bench {
  let faces: Faces
  var context: MethodContext

  /// Plants faces and a script that runs `body` for every request, with `$id`, `$image`, `$seed`
  /// and `$output` set and `$n` counting requests from 1 over all starts.
  init(count: Int = 4, _ body: String, before: String = "") throws {
    faces = try Faces(count: count)
    let script = """
      echo start >> "$1/starts"
      \(before)
      field() { value=${line#*"\\"$1\\":"}; value=${value#\\"}; value=${value%%[\\",\\}]*}; }
      while IFS= read -r line; do
        printf '%s\\n' "$line" >> "$1/requests"
        n=0; while read -r _; do n=$((n + 1)); done < "$1/requests"
        field id; id=$value; field image; image=$value
        field seed; seed=$value; field output; output=$value
        \(body)
      done
      """
    try faces.folder.write(Array(script.utf8), to: "method.sh")
    try FileManager.default.createDirectory(
      atPath: faces.path("notes"), withIntermediateDirectories: true)
    context = MethodContext(pairs: faces.pairs, outputDirectory: faces.path("out"))
    // A busy machine is no late answer: time stands still until `pass(once:)`.
    let start = ContinuousClock.now
    context.command.now = { start }
  }

  /// Lets the time that an answer may take pass once the script has put something into a file of its notes.
  mutating func pass(once name: String) {
    let (start, path) = (ContinuousClock.now, faces.path("notes/\(name)"))
    let hours = Duration.seconds(
      2 * (context.command.secondsPerRequest + context.command.secondsToStart))
    context.command.now = {
      let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      return size ?? 0 > 0 ? start + hours : start
    }
  }

  static let work = #"cp "$image" "$output"; echo "{\"id\":\"$id\",\"ok\":true,\"seconds\":0.5}""#

  func run() throws -> CommandMethod {
    try CommandMethod(
      name: "m", arguments: ["/bin/sh", faces.path("method.sh"), faces.path("notes")],
      running: context)
  }

  func lines(_ name: String) -> [String] {
    let text = try? String(contentsOfFile: faces.path("notes/\(name)"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").map(String.init)
  }

  /// Whether the image of every id but these is the ground truth's bytes.
  func expectGroundTruth(_ method: CommandMethod, except failed: Set<String> = []) throws {
    for (index, pair) in faces.pairs.enumerated() where !failed.contains(pair.id) {
      #expect(try method.image(for: pair) == faces.face(index), "id \(pair.id)")
    }
    #expect(Set(method.missing) == failed)
    #expect(Set(method.failures.keys) == failed)
    for id in failed {
      #expect(!FileManager.default.fileExists(atPath: faces.path("out/\(id).png")))
    }
    let pending = try FileManager.default.contentsOfDirectory(
      atPath: faces.path("out/.evalkit/pending"))
    #expect(pending.isEmpty)
  }
}
