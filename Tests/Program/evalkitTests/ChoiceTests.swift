import Foundation
import TestSupport
import Testing

/// What may be chosen is listed where it is chosen, completed by shells and named alike by all commands.
@Suite struct ChoiceTests {
  private func text(_ arguments: String...) throws -> String {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(arguments, in: folder.url.path)
    outcome.expectSuccess()
    return outcome.output
  }

  @Test func helpListsWhatRegistriesHold() throws {
    // Of the contract with the outside, in its order.
    let metrics = [
      "fid", "kid", "fid-infinity", "cmmd", "precision", "recall", "density", "coverage",
      "lpips-alex", "lpips-vgg", "lpips-squeeze", "lpips-diversity", "dists", "ssim", "ms-ssim",
      "mae", "psnr", "id", "accuracy", "miou", "segmentation-consistency", "clip",
      "clip-directional", "retrieval", "time",
    ]
    for command in ["table1", "score", "blame", "history"] {
      let words = try text(command, "--help").split { ", \n".contains($0) }
      for metric in metrics { #expect(words.contains(Substring(metric)), "\(command): \(metric)") }
    }
    let lists = [
      ("table", ["ddgi.table1", "sdg.table3"]), ("table1", ["clean-fid", "diffusionclip"]),
      ("sample", ["collaborative", "sca-dm", "ddgi"]), ("claims", ["sdg", "all"]),
      ("report", ["latex", "junit"]), ("features", ["fid-pytorch", "imagenet"]),
    ]
    for (command, names) in lists {
      let help = try text(command, "--help")
      for name in names { #expect(help.contains(name), "\(command): \(name)") }
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func shellsCompleteThem(shell: String) throws {
    let script = try text("--generate-completion-script", shell)
    for name in ["fid-infinity", "celebamask-unet", "sca-dm.table1", "collaborative", "junit"] {
      #expect(script.contains(name), "\(name)")
    }
  }

  @Test func baselinesAndMetricsAreArgumentsOrOptions() throws {
    let faces = try Faces(8, side: 32)
    try faces.score("mae,psnr").expectSuccess()
    try faces.run("baseline", "set", "main").expectSuccess()
    for command in ["gate", "blame"] {
      let argument = try faces.run(command, "main", "--json")
      argument.expectSuccess()
      #expect(try faces.run(command, "--baseline", "main", "--json").output == argument.output)
      try faces.run(command, "main", "--baseline", "other").expectRefusal(64, "two baselines")
    }
    let both = try faces.run("history", "mae,psnr", "--json")
    both.expectSuccess()
    #expect(try faces.run("history", "--metrics", "mae,psnr", "--json").output == both.output)
    #expect(try faces.run("history", "--json").output == both.output)
    #expect(try faces.run("history", "mae", "--json").output != both.output)
    try faces.run("history", "mae", "--metrics", "psnr").expectRefusal(64, "named twice")
    try faces.run("history", "mea").expectRefusal(64, "'mae'")
    try faces.run("blame").expectRefusal(64, "name the baseline")
  }

  /// A folder of weights is named with and without the word before it, and is the same suite.
  @Test func aFolderOfWeightsIsPublished() throws {
    let faces = try Faces(4, side: 64)
    try FileManager.default.createDirectory(
      atPath: faces.path("weights"), withIntermediateDirectories: false)
    func fingerprint(_ weights: String) throws -> String {
      let outcome = try faces.run(
        "score", "--reference", "reference", "--generated", "generated", "--metrics", "mae",
        "--weights", weights, "--json")
      outcome.expectSuccess()
      return try #require(try outcome.json()["fingerprint"] as? String)
    }
    #expect(try fingerprint("weights") == fingerprint("published:weights"))
    try faces.run(
      "score", "--reference", "reference", "--generated", "generated", "--weights", "weighst"
    ).expectRefusal(64, "a folder of weights")
  }
}
