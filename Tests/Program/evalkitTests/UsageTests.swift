import Foundation
import TestSupport
import Testing

/// What people type wrongly is refused with the nearest right word and code 64.
@Suite struct UsageTests {
  @Test func helpAndVersionGoToStdout() throws {
    let folder = try TemporaryFolder()
    for arguments in [["--help"], ["help", "score"], ["score", "--help"], ["table1", "--help"]] {
      let help = try Program.run(arguments, in: folder.url.path)
      help.expectSuccess()
      #expect(help.output.contains("USAGE: evalkit") && help.errors.isEmpty, "\(help)")
    }
    let version = try Program.run(["--version"], in: folder.url.path)
    version.expectSuccess()
    let form = /evalkit \d+\.\d+\.\d+( \([0-9a-f]{7,40}\+?\))?\n/
    #expect(version.output.wholeMatch(of: form) != nil, "\(version)")
  }

  @Test(arguments: [
    (["scor"], "'score'"),
    (["weights", "verfy"], "'verify'"),
    (["weights", "fetch", "alexnett"], "did you mean 'alexnet'?"),
    (["networks", "show", "bisnet"], "'bisenet'"),
    (["bench", "bisnet"], "'bisenet'"),
    (["bench", "ssim", "decode-jepg"], "'decode-jpeg'"),
    (["bench", "--stages", "bisnet"], "'bisenet'"),
    (["bench", "--stages"], "name of a network"),
    (["tabel1"], "'table' or 'table1'"),
    (["gate", "--requier", "fid<=47", "--require", "fid<=47"], "'--require'"),
    (["table1", "--datset", "folder:x"], "'--dataset'"),
    (["score", "--reference", "a", "--generated", "b", "--metrcs", "fid"], "'--metrics'"),
    (["score", "--reference", "a", "--generated", "b", "--metrics", "lpps"], "'lpips-alex'"),
    (["score", "--reference", "a", "--generated", "b", "--metrics", "mea"], "'mae'"),
    (["score", "--reference", "a", "--generated", "b", "--fid-mode", "clean"], "'clean-fid'"),
    (["score", "--reference", "a", "--generated", "b", "--fid-dims", "2084"], "'2048'"),
    (["score", "--reference", "a", "--generated", "b", "--ssim-variant", "skimag"], "'skimage'"),
    (["score", "--reference", "a", "--generated", "b", "--parser", "bisnet"], "'bisenet'"),
    (["table", "ddgi.tabel1"], "'ddgi.table1'"),
    (["table1", "--paper", "dgdi"], "'ddgi.table1'"),
    (["table1", "--dataset", "foldr:x"], "folder:DIR"),
    (["table1", "--method", "ours=foldr:x"], "folder"),
    (["table1", "--method", "ours=builtin:blured"], "blurred"),
    (["table1", "--method", "ours=builtin:dppm"], "'ddpm'"),
    (["table1", "--method", "ours=builtin:ddpm:step=5"], "'steps'"),
    (["systems", "show", "dppm"], "'ddpm'"), (["sample", "dppm", "--sheet", "a.png"], "'ddpm'"),
    (["sample", "ddpm", "--sheet", "a.png", "--option", "steps=none"], "a whole number"),
    (["sample", "ddpm", "--sheet", "a.png", "--text", "somebody"], "reads no text"),
    (["table1", "--metrics", "acuracy"], "'accuracy'"),
    (["report", "--format", "makdown"], "'markdown'"),
  ])
  func theNearestWordIsNamed(_ arguments: [String], _ nearest: String) throws {
    let folder = try TemporaryFolder()
    try Program.run(arguments, in: folder.url.path).expectRefusal(64, nearest)
  }

  @Test(arguments: [
    ["score"], ["score", "--reference", "a"], ["table1", "--jobs", "0"],
    ["bench", "--jobs", "0"], ["bench", "--seconds", "0"], ["bench", "--seconds", "nan"],
    ["table1", "--jobs", "many"], ["table1", "--limit", "0"], ["table1", "--pairs", "-1"],
    ["table1", "--method", "ours"],
    ["table1", "--method", "a=builtin:blurred", "--method", "a=folder:x"],
    ["table1", "--dataset", "folder:"], ["table1", "--command-timeout", "0"], ["gate"],
    ["gate", "--require", ""], ["score", "--reference", "a", "--generated", "b", "--metrics", ","],
    ["score", "--reference", "a", "--generated", "b", "--size", "0"],
    ["protocols", "show"], ["table"], ["table", ""], ["report", "--results", ""],
    ["score", "--reference", "", "--generated", "b"], ["table1", "--reports="],
    ["sample", "ddpm"], ["sample", "--sheet", "a.png"], ["systems", "show"],
    ["table1", "--method", "a=builtin:ddpm:steps"],
    ["table1", "--method", "a=builtin:ddpm:steps=5,steps=6"],
    ["table1", "--method", "a=builtin:paint:steps=5"],
  ])
  func nonsenseIsAUsageError(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    try Program.run(arguments, in: folder.url.path).expectRefusal(64)
    // Nothing is left behind by a command that did not begin.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }
}
