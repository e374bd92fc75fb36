import Foundation
import Harness
import Images
import Measurement
import Metrics
import Provenance
import Tables
import TestSupport
import Testing

/// From a protocol's switches to what is measured.
@Suite struct MeterRequestTests {
  static let table = Result {
    try ProtocolFolder(Fixtures.projectRoot.appending(path: "Protocols")).table("ddgi.table1")
  }

  @Test func readsTheFirstTable() throws {
    let request = try MeterRequest(Self.table.get())
    #expect(request.metrics == [.fid, .lpipsAlex, .msSSIM, .id, .accuracy, .miou])
    #expect(request.distances.mode == .pytorchFID)
    #expect(request.msSSIM == .vainfMSSSIM)
    #expect(request.identityNetwork == "ir-se50")
    #expect(request.identityPreprocessing == .irSE50Crop)
    #expect(request.parserNetwork == "celebamask-unet")
    #expect(request.parserPreprocessing == .celebAMaskUNet512(filter: .bilinear))
    #expect(request.labelSize == 512)
    #expect(request.working.description == "256 pil-bicubic")
    #expect(request.miou == .agg19)
  }

  @Test func followsChangedSwitches() throws {
    let table = try Self.table.get().setting("fid_impl", to: "clean-fid")
      .setting("parser", to: "bisenet").setting("miou_mode", to: "img19_zero")
    let request = try MeterRequest(table)
    #expect(request.distances.mode == .cleanFID)
    #expect(request.parserPreprocessing == .biSeNet512)
    #expect(request.miou == .img19Zero)
  }

  @Test func alignsFacesWhereAsked() throws {
    let table = try Self.table.get().setting("id_impl", to: "curricular-mtcnn")
    let request = try MeterRequest(table)
    #expect(request.identityNetwork == "ir-101")
    #expect(request.identityPreprocessing == .aligned112)
    #expect(request.alignsIdentity)
    func scored(_ preprocessing: String?) throws -> MeterRequest {
      var choices = MeterChoices()
      choices.metrics = "id"
      choices.identity = "iresnet50"
      choices.identityPreprocessing = preprocessing
      return try MeterRequest(choices)
    }
    #expect(try scored(nil).identityPreprocessing == .aligned112)
    #expect(try !scored(nil).alignsIdentity)
    #expect(try scored("mtcnn+aligned-112").alignsIdentity)
    #expect(try scored("mtcnn+aligned-112").identityPreprocessing == .aligned112)
    // What resizes a whole photograph has nothing to do with an aligned face.
    #expect(throws: HarnessError.self) { try scored("mtcnn+irse50-crop") }
  }

  /// Every protocol's defaults are measured by this version.
  @Test func readsEveryProtocol() throws {
    let folder = ProtocolFolder(Fixtures.projectRoot.appending(path: "Protocols"))
    var requests: [String: MeterRequest] = [:]
    for id in try folder.ids() { requests[id] = try MeterRequest(folder.table(id)) }
    for id in requests.keys {
      for column in try folder.table(id).columns where column.scale == .percent {
        // CLIP's score is a hundred cosines already.
        let metric = column.metric.flatMap { MetricIdentifier(rawValue: $0.rawValue) }
        #expect(metric?.descriptor.unit ?? .percent == .percent, "\(id): \(column.heading)")
      }
    }
    let scaDM = try #require(requests["sca-dm.table1"])
    #expect(scaDM.metrics == [.ssim, .fid, .miou, .accuracy])
    #expect(scaDM.distances.mode == .torchFidelity && scaDM.ssim == .skimage)
    let diversity = try #require(requests["sca-dm.diversity"])
    #expect(diversity.metrics == [.lpipsDiversity])
    #expect(diversity.diversity.selection == .firstTwo)
    let collaborative = try #require(requests["collaborative.table1"])
    #expect(collaborative.clip.networks[.clip] == "clip-vit-b32")
    #expect(collaborative.working.description == "256 pil-lanczos")
    #expect(requests["collaborative.user-study"]?.metrics == [])
    let texts = try #require(requests["sdg.table1"])
    #expect(texts.metrics == [.fid, .lpipsDiversity, .retrieval])
    #expect(texts.clip.guidance == .text && requests["sdg.table2"]?.clip.guidance == .image)
    #expect(texts.clip.networks[.retrieval] == "clip-rn50x16")
    let edits = try #require(requests["diffusionclip.table3"])
    #expect(edits.parserNetwork == "bisenet" && edits.consistency == .pixelAccuracy)
    #expect(edits.clip.networks[.clipDirectional] == "clip-vit-b16")
    #expect(edits.clip.directionalPreprocessing == .tensor)
    #expect(requests["diffusionclip.table1"]?.ssim == .pyiqaSSIM)
  }

  @Test(arguments: [
    ("fid_ref", "train"), ("lpips_pairs", "all_pairs"), ("id_pairs", "neutral_prompt"),
    ("ref_resize", "pil_box"), ("result_resize", "adaptive_avg"), ("lpips_net", "vgg"),
    ("ssim_impl", "skimage"), ("quantise", "round"), ("seed_rule", "global"), ("n_images", "100"),
    ("scribble", "pidinet-raw"), ("test_ids", "supplied"),
  ])
  func refusesWhatIsNotMeasured(name: String, value: String) throws {
    let table = try Self.table.get().setting(name, to: value)
    let error = #expect(throws: HarnessError.self) { try MeterRequest(table) }
    #expect(error?.kind == .usage)
  }

  @Test func aSwitchMaySpeakOfAMetricThatIsAskedFor() throws {
    let table = try Self.table.get().setting("ssim_impl", to: "vainf-ssim")
    let error = #expect(throws: HarnessError.self) { try MeterRequest(table) }
    #expect(error?.description.contains("--metrics") == true)
    #expect(try MeterRequest(table, further: [.ssim]).ssim == .vainfSSIM)
  }
}

/// Names that two rooms spell, which do not know each other.
@Suite struct MetricNameTests {
  @Test func tablesAndMetricsAgree() {
    #expect(
      MetricName.allCases.map(\.rawValue).sorted()
        == MetricIdentifier.allCases.map(\.rawValue).sorted())
  }
}
