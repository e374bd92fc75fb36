import Foundation
import Tensors
import Testing

/// A table whose process is killed again and again ends in the rows of one that was left alone.
@Suite struct KillTests {
  /// Notes its calls, so that a test sees how far it is.
  private static let script = """
    #!/bin/sh
    while read -r line; do
      id=${line#*'"id":"'}; id=${id%%'"'*}
      image=${line#*'"image":"'}; image=${image%%'"'*}
      output=${line#*'"output":"'}; output=${output%%'"'*}
      echo $id >> calls
      case $id in
        03) head -c 300 "$image" > "$output" ;;
        11) echo "{\\"id\\":\\"$id\\",\\"ok\\":false,\\"error\\":\\"no idea\\"}"; continue ;;
        *) cp "$image" "$output" ;;
      esac
      echo "{\\"id\\":\\"$id\\",\\"ok\\":true}"
    done

    """

  private static let table = [
    "table1", "--dataset", "folder:reference", "--method", "ours=folder:generated", "--method",
    "theirs=command:/bin/sh method.sh", "--metrics", "lpips-squeeze,ms-ssim,mae,psnr", "--weights",
    SyntheticWeights.distances, "--quiet",
  ]

  private func rows(_ results: String, of faces: Faces) throws -> [String] {
    let database = try Database(faces.path(results))
    #expect(try database.rows("SELECT status FROM run") == ["status=\"complete\""])
    return try [
      "SELECT method, imageID, metric, value, reason, fingerprint FROM score ORDER BY 1, 2, 3",
      "SELECT method, imageID, state, contentHash FROM image ORDER BY 1, 2",
      "SELECT method, imageID, state, reason FROM failure ORDER BY 1, 2",
      "SELECT imageID, identity, prompt, referenceHash, labelsHash, owner FROM pair ORDER BY 1",
      """
      SELECT method, metric, value, reason, referenceCount, generatedCount, standardError, details,
        fingerprint FROM setScore ORDER BY 1, 2
      """,
      "SELECT name, position, kind FROM method ORDER BY 2", "SELECT * FROM fingerprint ORDER BY 1",
      "SELECT key, payload FROM artifact ORDER BY 1",
    ].flatMap { try database.rows($0) }
  }

  /// Whether all rows are there: a kill behind the last one, while pictures are painted, leaves nothing to
  /// resume, and the next call would be a run of its own.
  private func isComplete(_ faces: Faces) -> Bool {
    let states = try? Database(faces.path("Results")).rows("SELECT status FROM run")
    return states?.contains("status=\"complete\"") ?? false
  }

  /// Images that were made or scored.
  private func progress(_ faces: Faces) -> Int {
    let calls = (try? faces.bytes(of: "calls"))?.count { $0 == UInt8(ascii: "\n") } ?? 0
    guard FileManager.default.fileExists(atPath: faces.path("Results/evalkit.sqlite")) else {
      return calls
    }
    // The tables may not be there yet.
    return calls
      + ((try? Database(faces.path("Results")).count("SELECT count(*) FROM image")) ?? 0)
  }

  /// Starts the table and kills it after a few images more; nil where it ended before.
  private func kill(_ faces: Faces, after images: Int) throws -> Outcome? {
    let goal = progress(faces) + images
    let program = try Program.start(Self.table, in: faces.path)
    program.send(SIGKILL, once: { progress(faces) >= goal })
    let outcome = try program.outcome()
    return outcome.wasKilled ? outcome : nil
  }

  @Test func tenKillsChangeNoRow() throws {
    let faces = try Faces(24)
    try faces.write(Array(Self.script.utf8), to: "method.sh")
    try Program.run(Self.table + ["--results", "whole"], in: faces.path).expectSuccess()
    try faces.remove("calls")
    let seed = UInt64.random(in: 0...9999)
    var random = SplitMix64(seed: seed)
    var kills = 0
    // The first one comes before anything is made; the others come wherever the next few images are.
    for images in [0] + (0..<9).map({ _ in 1 + random.nextIndex(below: 5) }) {
      guard try kill(faces, after: images) != nil else { break }
      kills += 1
      if isComplete(faces) { break }
    }
    #expect(kills >= 1, "\(kills) kills, seed \(seed)")
    if !isComplete(faces) { try Program.run(Self.table, in: faces.path).expectSuccess() }
    // The names of failed files say where the results lie.
    let found = try rows("Results", of: faces)
    let expected = try rows("whole", of: faces).map {
      $0.replacingOccurrences(of: "/whole/", with: "/Results/")
    }
    #expect(found == expected, "\(kills) kills, seed \(seed)")
  }
}
