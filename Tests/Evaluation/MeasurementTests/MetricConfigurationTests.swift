import Foundation
import Images
import Measurement
import Metrics
import Provenance
import Tables
import Terms
import TestSupport
import Testing

/// From a protocol's switches to what is measured.
@Suite struct MetricConfigurationTests {
  static let table = Result {
    try ProtocolFiles([.program], metrics: MetricRegistry.metrics).table("ddgi.table1")
  }

  @Test func readsTheFirstTable() throws {
    let request = try MetricConfiguration(Self.table.get())
    #expect(request.metrics == [.fid, .lpipsAlex, .msSSIM, .id, .accuracy, .miou])
    #expect(request[FrechetDistances.self].mode == .pytorchFID)
    #expect(request[StructuralSimilarities.self].msSSIM == .vainfMSSSIM)
    #expect(request[IdentitySimilarity.self].network == "ir-se50")
    #expect(request[IdentitySimilarity.self].preprocessing == .irSE50Crop)
    #expect(request[FaceParsing.self].network == "celebamask-unet")
    #expect(request[FaceParsing.self].preprocessing == .celebAMaskUNet512(filter: .bilinear))
    #expect(request[FaceParsing.self].labelSize == 512)
    #expect(request.resolution.description == "256 pil-bicubic")
    #expect(request[FaceParsing.self].averaging == .agg19)
  }

  @Test func followsChangedSwitches() throws {
    let table = try Self.table.get().setting("fid_impl", to: "clean-fid")
      .setting("parser", to: "bisenet").setting("miou_mode", to: "img19_zero")
    let request = try MetricConfiguration(table)
    #expect(request[FrechetDistances.self].mode == .cleanFID)
    #expect(request[FaceParsing.self].preprocessing == .biSeNet512)
    #expect(request[FaceParsing.self].averaging == .img19Zero)
  }

  @Test func alignsFacesWhereAsked() throws {
    let table = try Self.table.get().setting("id_impl", to: "curricular-mtcnn")
    let request = try MetricConfiguration(table)
    #expect(request[IdentitySimilarity.self].network == "ir-101")
    #expect(request[IdentitySimilarity.self].preprocessing == .aligned112)
    #expect(request[IdentitySimilarity.self].aligns)
    func scored(_ preprocessing: String?) throws -> MetricConfiguration {
      var choices = MetricOptionValues()
      choices.metrics = "id"
      choices["id-network"] = "iresnet50"
      choices["id-preprocess"] = preprocessing
      return try MetricConfiguration(choices)
    }
    #expect(try scored(nil)[IdentitySimilarity.self].preprocessing == .aligned112)
    #expect(try !scored(nil)[IdentitySimilarity.self].aligns)
    #expect(try scored("mtcnn+aligned-112")[IdentitySimilarity.self].aligns)
    #expect(try scored("mtcnn+aligned-112")[IdentitySimilarity.self].preprocessing == .aligned112)
    // What resizes a whole photograph has nothing to do with an aligned face.
    #expect(throws: HarnessError.self) { try scored("mtcnn+irse50-crop") }
  }

  /// Every protocol's defaults are measured by this version.
  @Test func readsEveryProtocol() throws {
    let files = ProtocolFiles([.program], metrics: MetricRegistry.metrics)
    var requests: [String: MetricConfiguration] = [:]
    for id in try files.ids() { requests[id] = try MetricConfiguration(files.table(id)) }
    for id in requests.keys {
      for column in try files.table(id).columns where column.scale == .percent {
        // CLIP's score is a hundred cosines already.
        #expect(column.metric?.unit ?? .percent == .percent, "\(id): \(column.heading)")
      }
    }
    let scaDM = try #require(requests["sca-dm.table1"])
    #expect(scaDM.metrics == [.ssim, .fid, .miou, .accuracy])
    #expect(
      scaDM[FrechetDistances.self].mode == .torchFidelity
        && scaDM[StructuralSimilarities.self].ssim == .skimage)
    let diversity = try #require(requests["sca-dm.diversity"])
    #expect(diversity.metrics == [.lpipsDiversity])
    #expect(diversity[PerceptualDiversity.self].selection == .firstTwo)
    let collaborative = try #require(requests["collaborative.table1"])
    #expect(collaborative[CLIPScores.self].towers[.clip]?.network == "clip-vit-b32")
    #expect(collaborative.resolution.description == "256 pil-lanczos")
    #expect(requests["collaborative.user-study"]?.metrics == [])
    let texts = try #require(requests["sdg.table1"])
    #expect(texts.metrics == [.fid, .lpipsDiversity, .retrieval])
    #expect(
      texts[CLIPScores.self].guidance == .text
        && requests["sdg.table2"]?[CLIPScores.self].guidance == .image)
    #expect(texts[CLIPScores.self].towers[.retrieval]?.network == "clip-rn50x16")
    let edits = try #require(requests["diffusionclip.table3"])
    #expect(
      edits[FaceParsing.self].network == "bisenet"
        && edits[FaceParsing.self].consistency == .pixelAccuracy)
    #expect(edits[CLIPScores.self].towers[.clipDirectional]?.network == "clip-vit-b16")
    #expect(edits[CLIPScores.self].towers[.clipDirectional]?.preprocessing == .tensor)
    #expect(requests["diffusionclip.table1"]?[StructuralSimilarities.self].ssim == .pyiqaSSIM)
  }

  @Test(arguments: [
    ("fid_ref", "train"), ("lpips_pairs", "all_pairs"), ("id_pairs", "neutral_prompt"),
    ("ref_resize", "pil_box"), ("result_resize", "adaptive_avg"), ("lpips_net", "vgg"),
    ("ssim_impl", "skimage"), ("quantise", "round"), ("seed_rule", "global"), ("n_images", "100"),
    ("scribble", "pidinet-raw"), ("test_ids", "supplied"),
  ])
  func refusesWhatIsNotMeasured(name: String, value: String) throws {
    let table = try Self.table.get().setting(name, to: value)
    let error = #expect(throws: HarnessError.self) { try MetricConfiguration(table) }
    #expect(error?.kind == .usage)
  }

  @Test func aSwitchMaySpeakOfAMetricThatIsAskedFor() throws {
    let table = try Self.table.get().setting("ssim_impl", to: "vainf-ssim")
    let error = #expect(throws: HarnessError.self) { try MetricConfiguration(table) }
    #expect(error?.description.contains("--metrics") == true)
    #expect(
      try MetricConfiguration(table, further: [.ssim])[StructuralSimilarities.self].ssim
        == .vainfSSIM)
  }
}

/// The metrics of the program.
@Suite struct MetricRegistryTests {
  @Test func namesAreThoseOfTheCommandLine() {
    #expect(
      MetricRegistry.metrics.map(\.name) == [
        "fid", "kid", "fid-infinity", "cmmd", "precision", "recall", "density", "coverage",
        "lpips-alex", "lpips-vgg", "lpips-squeeze", "lpips-diversity", "dists", "ssim", "ms-ssim",
        "mae", "psnr", "mae-region", "mae-outside", "id", "accuracy", "miou",
        "segmentation-consistency", "clip", "clip-directional", "retrieval", "time",
      ])
    #expect(Metric(named: "ms-ssim") == .msSSIM && Metric(named: "fvd") == nil)
  }

  @Test func smallerIsBetterForDistancesOnly() {
    let lower = MetricRegistry.metrics.filter { $0.direction == .lower }
    #expect(
      lower == [
        .fid, .kid, .fidInfinity, .cmmd, .lpipsAlex, .lpipsVGG, .lpipsSqueeze, .dists, .mae,
        .maeOutside, .time,
      ])
    #expect(Direction.lower.prefers(1, to: 2))
    #expect(Direction.higher.prefers(2, to: 1))
    #expect(!Direction.higher.prefers(2, to: 2))
  }

  @Test func titlesTellMetricsApart() {
    let metrics = MetricRegistry.metrics
    #expect(Set(metrics.map(\.title)).count == metrics.count)
    #expect(metrics.allSatisfy { $0.version >= 1 && $0.digits >= 2 })
    #expect(Metric.miou.unit.printedScale == 100)
    #expect(Metric.fid.scope == .set && Metric.accuracy.scope == .counts)
  }

  /// An option is stored under the key that earlier versions used, numbers as numbers.
  @Test func optionsAreStoredAsTheyWere() throws {
    let json = #"{"isTruncating":true,"kidSubsets":7,"metrics":"kid","miou":"img-nan","seed":3}"#
    let options = try JSONDecoder().decode(MetricOptionValues.self, from: Data(json.utf8))
    #expect(options["kid-subsets"] == "7" && options["miou-mode"] == "img-nan")
    #expect(options["truncate-captions"] != nil && options.seed == 3)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(options), as: UTF8.self) == json)
  }
}
