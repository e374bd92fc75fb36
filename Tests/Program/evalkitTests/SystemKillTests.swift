import Essentials
import Foundation
import Tensors
import Testing

/// Systems whose process is killed lose nothing that was finished, and end in the bytes of one that was left alone.
@Suite struct SystemKillTests {
  private func files(_ folder: String, of faces: Faces) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: faces.path(folder))
    return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  private func digests(_ folder: String, of faces: Faces) throws -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: try files(folder, of: faces).map {
        ($0, FileDigest.sha256(of: try faces.bytes(of: "\(folder)/\($0)")))
      })
  }

  /// Starts a command and kills it as soon as its folder holds some files more; whether it was still running.
  private func kill(
    _ arguments: [String], _ faces: Faces, folder: String, after count: Int
  ) throws -> Bool {
    let goal = files(folder, of: faces).count + count
    let program = try Program.start(arguments, in: faces.path)
    program.send(SIGKILL, once: { files(folder, of: faces).count >= goal })
    return try program.outcome().wasKilled
  }

  /// The first kill comes before anything is made.
  private func expectTheSame(
    _ arguments: @escaping (_ folder: String) -> [String], _ faces: Faces, steps: Int,
    lasting: String
  ) throws {
    try Program.run(arguments("whole"), in: faces.path, seconds: 600).expectSuccess()
    var kills = 0
    for count in [0] + [Int](repeating: 1, count: steps) {
      if try kill(arguments("parts"), faces, folder: "parts", after: count) { kills += 1 }
    }
    #expect(kills >= 1)
    // Pictures of a tuning and the file that it resumes from change on the way.
    let kept = try digests("parts", of: faces).filter { $0.key.hasPrefix(lasting) }
    try Program.run(arguments("parts"), in: faces.path, seconds: 600).expectSuccess()
    let (whole, parts) = (try digests("whole", of: faces), try digests("parts", of: faces))
    #expect(whole == parts && !whole.isEmpty)
    for (name, digest) in kept { #expect(whole[name] == digest, "\(name) was finished") }
  }

  @Test func imagesOfASystemOutliveKills() throws {
    let faces = try Faces(40, side: 16)
    try expectTheSame(
      {
        [
          "generate", "--dataset", "folder:reference", "--method", "d=builtin:ddpm:steps=4",
          "--output", $0, "--size", "64", "--seed", "3", "--quiet",
        ]
      }, faces, steps: 2, lasting: "")
    #expect(files("whole", of: faces).count { $0.hasSuffix(".png") } == 40)
  }

  @Test func tuningOutlivesKills() throws {
    let faces = try Faces(3, side: 64)
    try expectTheSame(
      {
        [
          "tune", "diffusionclip", "--text", "tanned face", "--name", "t", "--images", "reference",
          "--count", "3", "--passes", "3", "--batch", "1", "--inversion-steps", "6",
          "--training-steps", "3", "--output", $0, "--quiet",
        ]
      }, faces, steps: 2, lasting: "t.pass-")
    #expect(files("whole", of: faces).contains("t.safetensors"))
  }
}
