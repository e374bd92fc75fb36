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
    context.command.secondsPerRequest = 20
    context.command.secondsToStart = 20
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
