import ArgumentParser
import Foundation
import Harness
import Measurement
import Provenance

/// `evalkit score`.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score one folder of images against another.",
    discussion: """
      Images of the two folders belong together by id, the file name without its extension. \
      FID, FID∞, KID and CMMD take every image of each folder. An image counts in every column or in \
      none; a column that no image can have, for example SSIM of pictures of other sizes, is not run \
      and leaves the others as they are.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp(
      "Folder of real images, or a .npz with their statistics; accuracy, miou, clip, lpips-diversity "
        + "and time need none."))
  var reference: String?

  @OptionGroup var studies: StudyOptions

  @Option(help: ArgumentHelp("Folder of the images to score."))
  var generated: String

  @Option(
    help: ArgumentHelp(
      "Comma list of metrics; \(ScoreCommand.usualMetrics) unless given. What cannot be measured is "
        + "told, and ends the run with 6 if it was named here, after the others are measured.",
      valueName: "list"))
  var metrics: String?

  private static let usualMetrics = "fid,lpips-alex,ssim,ms-ssim,mae,psnr"

  @Option(help: ArgumentHelp("Folder of label maps, for accuracy and miou.", valueName: "dir"))
  var masks: String?

  @Option(help: ArgumentHelp("pytorch-fid, torch-fidelity or clean-fid.", valueName: "mode"))
  var fidMode: String?

  @Option(help: ArgumentHelp("FID's tap: 64, 192, 768 or 2048.", valueName: "dims"))
  var fidDims: Int?

  @Option(help: ArgumentHelp("KID's subsets: clean-fid, torch-fidelity or full-set."))
  var kidVariant: String?

  @Option(
    in: .kidSubsets,
    help: ArgumentHelp("How many subsets KID draws; 100 unless given.", valueName: "n"))
  var kidSubsets: Int?

  @Option(
    in: .kidSubsetSize,
    help: ArgumentHelp("Images of each side in a subset; 1000 unless given.", valueName: "n"))
  var kidSubsetSize: Int?

  @Option(help: ArgumentHelp("Definition of the metric ssim.", valueName: "variant"))
  var ssimVariant: String?

  @Option(help: ArgumentHelp("How intersections over unions are averaged.", valueName: "variant"))
  var miouMode: String?

  @Option(help: ArgumentHelp("celebamask-unet or bisenet.", valueName: "network"))
  var parser: String?

  @Option(
    help: ArgumentHelp(
      "ir-se50, ir-50, ir-100, ir-101, mobilefacenet or iresnet18, 34, 50, 100.",
      valueName: "network"))
  var idNetwork: String?

  @Option(
    help: ArgumentHelp(
      "From RGB to the identity network, for example aligned-112; mtcnn+aligned-112 aligns first.",
      valueName: "name"))
  var idPreprocess: String?

  @Option(
    in: .side,
    help: ArgumentHelp(
      "Resize all images to this side by Pillow's bicubic before measuring.", valueName: "pixels"))
  var size: Int?

  @Option(help: ArgumentHelp("Write the reference's FID statistics here.", valueName: "file.npz"))
  var saveStats: String?

  @Option(help: ArgumentHelp("Write per-image values here.", valueName: "file.csv"))
  var perImage: String?

  @Option(
    in: .images,
    help: ArgumentHelp("Images that may fail before the run counts as invalid.", valueName: "n"))
  var maxFailures: Int?

  private var choices: MeterChoices {
    var choices = MeterChoices()
    choices.metrics = metrics ?? Self.usualMetrics
    choices.fidMode = fidMode
    choices.fidDims = fidDims
    choices.kid = kidVariant
    choices.kidSubsets = kidSubsets
    choices.kidSubsetSize = kidSubsetSize
    choices.ssim = ssimVariant
    choices.miou = miouMode
    choices.parser = parser
    choices.identity = idNetwork
    choices.identityPreprocessing = idPreprocess
    choices.size = size
    choices.seed = common.seed
    studies.fill(&choices)
    return choices
  }

  func run() throws {
    Interruption.listen()
    var options = ScoreOptions()
    options.reference = reference ?? ""
    options.generated = generated
    options.masks = masks
    options.captions = studies.captions
    options.edits = studies.edits
    options.grouping = try studies.grouping
    try options.choose(choices)
    options.requiresEveryMetric = metrics != nil
    options.weights = common.weights
    options.results = common.results
    options.statisticsOutput = saveStats
    options.perImageOutput = perImage
    options.isReplacing = common.output.force
    options.memory = try MemoryLimit(parsing: common.memory)
    options.jobs = common.jobs
    options.limit = common.limit
    options.maximumFailures = maxFailures
    options.isRecalling = !common.noCache
    options.cacheLimit = try common.cache
    options.isExact = common.exact
    options.commandLine = CommandLine.arguments.joined(separator: " ")
    let progressLine = common.progressLine
    options.shouldStop = { Interruption.isRequested }
    options.progress = { progressLine.show($0) }
    let common = common
    options.notice = { common.notice($0) }
    let result = try ScoreJob(options).run()
    if !result.missing.isEmpty {
      common.notice(
        "\(result.missing.count) ids of \(options.reference) have no image in \(generated)")
    }
    if !result.surplus.isEmpty {
      common.notice(
        "\(result.surplus.count) ids of \(generated) have no image in \(options.reference)")
    }
    try Console.result(common.json ? result.json : result.text)
    if let objection = result.objection { throw objection }
  }
}
