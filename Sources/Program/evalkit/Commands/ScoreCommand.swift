import ArgumentParser
import Harness
import Measurement
import Provenance
import Scores

/// `evalkit score`.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score", abstract: "Score one folder of images against another.",
    discussion: """
      Images of the two folders belong together by id, the file name without its extension. \
      FID, FID∞, KID and CMMD take every image of each folder. An image counts in every column or in \
      none; a column that no image can have, for example SSIM of pictures of other sizes, is not run \
      and leaves the others as they are.

      Features made elsewhere are scored in the place of images: a .npy of one row an image, a .npz with \
      'features' and perhaps 'ids', or one with 'mu' and 'sigma'. They give fid, kid, fid-infinity, cmmd, precision, \
      recall, density, coverage and, by ids, id.
      """,
    examples: [
      "evalkit score --reference real --generated fake --metrics fid,ms-ssim",
      "evalkit score --reference real --generated fake --json",
      "evalkit score --reference real.npz --generated fake.npz --metrics fid,kid",
    ])

  @Option(
    help: ArgumentHelp(
      "Folder of real images, a .npz with their statistics, or a .npy or .npz of features; accuracy, miou, "
        + "clip, lpips-diversity and time need none", default: "none", valueName: "dir|file"),
    completion: .file())
  var reference: String?

  @OptionGroup var studies: StudyOptions

  @Option(
    help: ArgumentHelp(
      "Folder of the images to score, or a .npy or .npz of their features", valueName: "dir|file"),
    completion: .file())
  var generated: String

  @Option(
    help: ArgumentHelp(
      "What made the features of files, for example a network and its weights; runs of one name compare",
      default: "unnamed, which compares with no other files", valueName: "name"))
  var featuresBy: String?

  @Option(
    of: .metrics, default: ScoreCommand.usualMetrics,
    help: ArgumentHelp(
      "Metrics to measure, with commas; one named here that cannot be measured ends the run with 6, after the "
        + "others are measured", valueName: "list"))
  var metrics: String?

  private static let usualMetrics = "fid,lpips-alex,ssim,ms-ssim,mae,psnr"

  @Option(
    help: ArgumentHelp(
      "Folder of label maps, for accuracy and miou", default: "none", valueName: "dir"),
    completion: .directory)
  var masks: String?

  @OptionGroup var metricOptions: MetricOptionArguments

  @Option(
    in: .side, default: "as they are",
    help: ArgumentHelp(
      "Resize all images to this side by Pillow's bicubic before measuring", valueName: "pixels"))
  var size: Int?

  @Option(
    help: ArgumentHelp(
      "Write the reference's FID statistics here", default: "not written", valueName: "file.npz"),
    completion: .file())
  var saveStats: String?

  @Option(
    help: ArgumentHelp(
      "Write per-image values here", default: "not written", valueName: "file.csv"),
    completion: .file())
  var perImage: String?

  @OptionGroup var failures: FailureLimit
  @OptionGroup var measurement: MeasurementOptions
  @OptionGroup var common: CommonOptions

  private var choices: MetricOptionValues {
    var choices = MetricOptionValues()
    choices.metrics = metrics ?? Self.usualMetrics
    choices.size = size
    choices.seed = common.seed.seed
    metricOptions.fill(&choices)
    return choices
  }

  func run() throws {
    Interruption.listen()
    var options = ScoreOptions()
    options.runOptions = try RunOptions(common, measurement)
    options.reference = reference ?? ""
    options.generated = generated
    options.masks = masks
    options.captions = studies.captions
    options.edits = studies.edits
    options.grouping = try studies.grouping
    try options.choose(choices)
    options.requiresEveryMetric = metrics != nil
    options.statisticsOutput = saveStats
    options.perImageOutput = perImage
    options.limit = common.limit
    options.maximumFailures = failures.maxFailures
    let takesFeatures = FeatureScoreJob.takes(options)
    if featuresBy != nil, !takesFeatures {
      throw HarnessError(
        .usage, "--features-by names what made a .npy or .npz; --generated is a folder")
    }
    let result =
      takesFeatures
      ? try FeatureScoreJob(options, madeBy: featuresBy).run() : try ScoreJob(options).run()
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
