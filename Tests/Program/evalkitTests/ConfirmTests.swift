import Foundation
import Images
import Tensors
import Testing

/// `gate --confirm`: a red gate asks another seed before it fails.
@Suite struct ConfirmTests {
  /// Twelve faces that got worse since the baseline; `better/` holds images as good as then.
  private static func worse() throws -> Faces {
    let faces = try Faces(12, side: 32)
    try faces.score("mae,ssim").expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    for folder in ["better", "worse"] { try faces.make(folder) }
    for index in 0..<12 {
      let face = Faces.face(seed: UInt64(index), side: 32)
      func noisy(_ times: Int, _ seed: Int) -> [UInt8] {
        ImageEncoder.png(
          (0..<times).reduce(face) {
            Faces.noisy($0, seed: UInt64(seed + 100 * $1 + index))
          })
      }
      let name = "\(Faces.id(index)).png"
      try faces.write(noisy(3, 5000), to: "generated/\(name)")
      try faces.write(noisy(3, 7000), to: "worse/\(name)")
      try faces.write(noisy(1, 9000), to: "better/\(name)")
    }
    try faces.score("mae,ssim").expectSuccess()
    return faces
  }

  /// A script that measures a folder's images in place of `generated/`.
  private static func script(_ folder: String) -> String {
    """
    test "$EVALKIT_SEED" = 1 && test "$EVALKIT_RESULTS" = Results && test -n "$EVALKIT_RUN" && \
    cp \(folder)/*.png generated/ && '\(Program.path)' \
    \(Faces.scoring("mae,ssim").joined(separator: " ")) --quiet
    """
  }

  private static func gate(_ faces: Faces, _ command: String) throws -> Outcome {
    try faces.run("gate", "--baseline", "main", "--confirm", command)
  }

  @Test func aChangeThatStaysIsConfirmed() throws {
    let faces = try Self.worse()
    let outcome = try Self.gate(faces, Self.script("worse"))
    outcome.expectVerdict(2, "of another seed confirms it", "broken: generated: ssim")
    #expect(outcome.errors.contains("evalkit: asking another seed about generated: mae"))
    // What the command prints is no result.
    #expect(!outcome.output.contains("mae 0."))
  }

  @Test func aChangeThatGoesIsTakenBack() throws {
    let faces = try Self.worse()
    let outcome = try Self.gate(faces, Self.script("better"))
    outcome.expectVerdict(0, "does not confirm it", "Verdict: inconclusive")
    let noted = try Database(faces.path("Results")).rows("SELECT outcome FROM verdict")
    #expect(noted == ["outcome=\"inconclusive\""])
  }

  @Test func strictGatesFailUndecided() throws {
    let faces = try Self.worse()
    try faces.run("gate", "--baseline", "main", "--strict", "--confirm", Self.script("better"))
      .expectVerdict(3, "does not confirm it")
  }

  @Test func nothingIsTakenBackWithoutASecondRun() throws {
    let faces = try Self.worse()
    try Self.gate(faces, "exit 7").expectVerdict(2, "the command ended with 7")
    try Self.gate(faces, "true").expectVerdict(2, "measured no run of the same pairs")
    try Self.gate(faces, Self.script("generated/../generated").replacing("cp", with: "ls"))
      .expectVerdict(2, "the same images of generated again; it must use EVALKIT_SEED")
  }

  /// A second table without the failing method tests nothing.
  @Test func aSecondRunWithoutTheMethodTakesNothingBack() throws {
    let faces = try Faces(4, side: 32)
    try faces.make("other")
    for index in 0..<4 {
      var image = Faces.face(seed: UInt64(index), side: 32)
      image.samples[0] ^= 1
      try faces.write(ImageEncoder.png(image), to: "other/\(Faces.id(index)).png")
    }
    let table = [
      "table1", "--dataset", "folder:reference", "--metrics", "mae", "--weights",
      SyntheticWeights.empty, "--quiet", "--method", "other=folder:other",
    ]
    try Program.run(table + ["--method", "ours=folder:generated"], in: faces.path).expectSuccess()
    let script =
      "cp generated/00.png other/00.png && '\(Program.path)' \(table.joined(separator: " "))"
    try faces.run("gate", "--require", "mae<=0.03", "--confirm", script)
      .expectVerdict(2, "broken: ours: mae <= 0.03", "has no such check")
    try faces.run(
      "gate", "--require", "ours:mae<=0.03", "--confirm", "exit 0", "--run",
      try Database(faces.path("Results")).rows("SELECT id FROM run ORDER BY rowid")[0].id
    ).expectVerdict(2, "measured no run of the same pairs")
  }

  @Test func aGreenGateAsksNobody() throws {
    let faces = try Faces(4, side: 32)
    try faces.score("mae").expectSuccess()
    try faces.run("gate", "--require", "mae<=1", "--confirm", "touch asked").expectVerdict(0)
    #expect(!FileManager.default.fileExists(atPath: faces.path("asked")))
    try faces.run("gate", "--require", "mae<=0", "--confirm", "touch asked; exit 1")
      .expectVerdict(2, "ended with 1")
    #expect(FileManager.default.fileExists(atPath: faces.path("asked")))
  }
}
