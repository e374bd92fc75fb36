import Foundation
import TestSupport
import Testing

/// Wherever a user names a file or folder, a pipe is refused or replaced, and nothing waits for it.
@Suite struct PipeTests {
  private static let table = [
    "--pairs", "1", "--metrics", "mae", "--method", "a=builtin:blurred",
  ]

  /// What each command needs to come as far as the option that is tried.
  private static let needs: [String: [String]] = [
    "table1": table, "table": ["ddgi.table1"] + table, "plan": table,
    "pairs": ["--dataset", "folder:reference", "--require", "nothing"],
    "generate": [
      "--dataset", "folder:reference", "--method", "a=builtin:blurred", "--output", "made",
      "--size", "32",
    ],
    "score": ["--reference", "reference", "--generated", "generated", "--metrics", "mae"],
    "features": [
      "--network", "alexnet", "--checkpoint", "reference/00.png", "--output", "x.npy",
    ],
    "gate": ["--require", "mae<=1"], "baseline show": ["a"], "baseline set": ["a"],
    "baseline delete": ["a"], "compare": ["a", "b"], "blame": ["a"], "protocols show": ["none"],
    "networks show": ["alexnet"], "faces": ["--count", "1", "--size", "64"],
    "weights fetch": ["alexnet", "--dry-run"], "weights import": ["reference/00.png"],
    // What runs with a word for a text ends soon.
    "tune diffusionclip": [
      "--images", "reference", "--count", "1", "--passes", "1", "--batch", "1",
    ],
    "sample": ["ddpm", "--option", "steps=2", "--count", "1", "--sheet", "s.png", "--force"],
    // Without a name these list what there is.
    "bench": ["--list"], "merge": ["Results"],
  ]

  /// Options whose value may be a pipe in other words.
  private static let forms: [String: [String]] = [
    "--dataset": ["pairs:", "zip:", "folder:", "celebamask-hq:", "ffhq:", "lsun:"],
    "--method": ["b=folder:", "b=command:"],
    "--weights": ["", "published:"],
    "--scribbles": ["folder:", "soft-edges:"],
  ]

  private func expectAnEnd(_ arguments: [String], in faces: Faces) throws {
    // An output may have taken the pipe's place.
    unlink(faces.path("pipe"))
    #expect(mkfifo(faces.path("pipe"), 0o600) == 0)
    let outcome = try Program.run(arguments, in: faces.path, seconds: 60)
    #expect(!outcome.wasKilled, "\(arguments): \(outcome)")
  }

  @Test func noOptionWaitsForAPipe() throws {
    let faces = try Faces(1, side: 32)
    var tried = 0
    for (words, arguments) in try CommandCatalogue.ofProgram(in: faces.path).commands {
      // It takes minutes, and names no file but the folder that it writes.
      if words == ["selftest"] { continue }
      let needed = words + (Self.needs[words.joined(separator: " ")] ?? [])
      for argument in arguments where argument.range == nil {
        guard let option = argument.option else { continue }
        for form in Self.forms[option] ?? [""] {
          try expectAnEnd(needed + [option, form + "pipe"], in: faces)
          tried += 1
        }
      }
    }
    #expect(tried > 100)
  }

  @Test(arguments: [
    ["votes", "pipe"], ["merge", "pipe"], ["weights", "inspect", "pipe"],
    ["weights", "verify", "pipe"], ["weights", "import", "pipe"],
    ["gate", "--require", "mae<=1", "--gate", "pipe.yaml", "--baseline", "a"],
    ["score", "--reference", "reference", "--generated", "generated", "--weights", "pipe"],
  ])
  func namedPipesAreRefused(_ arguments: [String]) throws {
    let faces = try Faces(1, side: 32)
    #expect(mkfifo(faces.path("pipe.yaml"), 0o600) == 0)
    try expectAnEnd(arguments, in: faces)
  }

  @Test(arguments: [
    ["score", "--reference", "reference", "--generated", "generated", "--metrics", "mae"],
    ["gate", "--require", "mae<=1"], ["report"], ["history"], ["verify"], ["cache"],
    ["baseline", "list"], ["compare", "a", "b"], ["doctor"],
  ])
  func aPipeIsNoDatabase(_ arguments: [String]) throws {
    let faces = try Faces(1, side: 32)
    try faces.make("Results")
    #expect(mkfifo(faces.path("Results/evalkit.sqlite"), 0o600) == 0)
    let outcome = try Program.run(arguments, in: faces.path, seconds: 60)
    #expect(!outcome.wasKilled && outcome.code != 0, "\(outcome)")
    #expect(outcome.errors.contains("it is a device, socket or pipe, not a file"), "\(outcome)")
  }
}
