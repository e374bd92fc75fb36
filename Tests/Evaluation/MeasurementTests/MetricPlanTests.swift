import Checkpoints
import Datasets
import Foundation
import Images
import Measurement
import Metrics
import ModelTestSupport
import Models
import Provenance
import Terms
import TestSupport
import Testing

/// What a plan measures, what not and why, and what its scores refer to.
struct MetricPlanTests {
  @Test func fingerprintsAreMadeOnce() throws {
    let brightness = Brightness()
    let plan = MetricPlan(evaluators: [brightness, Contrast(), ChannelMeans()])
    #expect(brightness.tally["settings"] == 1)
    let first = try #require(plan.fingerprint(of: Brightness.metric))
    for _ in 0..<5 {
      _ = (plan.reductions, plan.measured, plan.fingerprint(of: Brightness.metric))
    }
    #expect(brightness.tally["settings"] == 1)
    #expect(
      first.text
        == """
        decoder=libjpeg-islow-fancy,libpng,rgb8
        metric=brightness@1
        reduction=mean
        working-size=native
        """)
    #expect(plan.fingerprint(of: .mae) == nil)
    #expect(
      plan.reductions.map(\.fingerprint) == plan.measured.compactMap { plan.fingerprint(of: $0) })
    #expect(Set(plan.reductions.map(\.fingerprint)).count == 4)
  }

  /// The size at which images are compared is part of every fingerprint that rests on pixels.
  @Test func theSizeIsPartOfAFingerprint() {
    let sized = MetricPlan(
      evaluators: [Brightness(), TimeEvaluator()],
      resolution: EvaluationResolution(side: 64, filter: .lanczos))
    let native = MetricPlan(evaluators: [Brightness(), TimeEvaluator()])
    #expect(sized.fingerprint(of: Brightness.metric)?["working-size"] == "64 pil-lanczos")
    #expect(native.fingerprint(of: .time)?["working-size"] == nil)
    #expect(sized.fingerprint(of: .time) == native.fingerprint(of: .time))
  }

  @Test func metricsAreMeasuredInTheOrderAskedFor() throws {
    let evaluators: [any MetricEvaluator] = [Contrast(), ChannelMeans(), Brightness()]
    let plan = MetricPlan(evaluators: evaluators)
    #expect(plan.measured == [Contrast.metric, .fid, .kid, Brightness.metric])
    #expect(plan.reductions.map(\.metric) == plan.measured)
    #expect(plan.unmeasured.isEmpty && plan.unavailable.isEmpty)
    #expect(plan.evaluator(of: .kid) is ChannelMeans && plan.evaluator(of: .cmmd) == nil)
    let asked = try MetricPlan(
      MetricConfiguration(metrics: [.psnr, .time, .mae]), loader: emptyShop().loader)
    #expect(asked.measured == [.psnr, .time, .mae])
  }

  /// An evaluator goes when the last of its metrics does.
  @Test func metricsAreLeftOutWithAReason() {
    let plan = MetricPlan(evaluators: [Contrast(), ChannelMeans(), Brightness()])
    let some = plan.leavingOut { metric, _ in metric == .fid ? "too few" : nil }
    #expect(some.measured == [Contrast.metric, .kid, Brightness.metric])
    #expect(some.evaluators.count == 3 && some.unavailable == [.fid: "too few"])
    let more = some.leavingOut { $1.isPairwise ? "no pairs" : $0 == .kid ? "too few" : nil }
    #expect(more.measured == [Brightness.metric])
    #expect(more.evaluators.count == 1 && more.evaluators[0] is Brightness)
    #expect(
      more.unmeasured == [
        UnmeasuredMetric(metric: Contrast.metric, reason: "no pairs"),
        UnmeasuredMetric(metric: .fid, reason: "too few"),
        UnmeasuredMetric(metric: .kid, reason: "too few"),
      ])
    #expect(more.unmeasured.byReason == ["contrast: no pairs", "fid, kid: too few"])
    #expect(plan.measured.count == 4, "the plan itself has changed")
  }

  @Test func whatADatasetLacksStandsInTheWay() throws {
    func dataset(_ pairs: [Pair]) throws -> Dataset {
      try Dataset(name: "folder:x", pairs: pairs, findings: [])
    }
    let bare = try dataset([Pair(id: "1"), Pair(id: "2", text: "a face")])
    #expect(bare.unavailability(of: Contrast()) == "folder:x has no real images")
    #expect(bare.unavailability(of: Brightness()) == nil)
    let real = try dataset([Pair(id: "1"), Pair(id: "2", imagePath: "/a.png")])
    #expect(real.unavailability(of: Contrast()) == nil)
    let plan = MetricPlan(evaluators: [Contrast(), ChannelMeans(), Brightness()])
      .leavingOut { bare.unavailability(of: $1) }
    #expect(plan.measured == [Brightness.metric])
    #expect(plan.unmeasured.byReason == ["contrast, fid, kid: folder:x has no real images"])
  }

  @Test func inputsAreThoseOfThePair() {
    let edit = Pair(id: "1", maskPath: "/m", sourceText: "face", targetText: "tanned face")
    let present = { (pair: Pair) in
      [EvaluatorInput.realImages, .counterpart, .labelMap, .caption, .edit].map {
        $0.isPresent(in: pair)
      }
    }
    #expect(present(edit) == [false, false, true, false, true])
    #expect(present(Pair(id: "1", imagePath: "/i", text: "x")) == [true, true, false, true, false])
    #expect(present(Pair(id: "1", sourceText: "x")) == [Bool](repeating: false, count: 5))
  }

  // MARK: Missing weights

  private func emptyShop() throws -> (loader: ModelLoader, folder: TemporaryFolder) {
    let folder = try TemporaryFolder()
    return (ModelLoader(try WeightSuite(parsing: "published:\(folder.url.path)")), folder)
  }

  /// A metric without weights is not run, and neither are those of its evaluator.
  @Test func missingWeightsAreToldOfEachMetric() throws {
    let (loader, folder) = try emptyShop()
    let plan = try MetricPlan(
      MetricConfiguration(metrics: [.fid, .mae, .kid, .miou, .lpipsAlex]), loader: loader)
    #expect(
      plan.measured == [.mae] && plan.unmeasured.map(\.metric) == [.fid, .kid, .miou, .lpipsAlex])
    let fid = try #require(plan.unavailable[.fid])
    #expect(fid == plan.unavailable[.kid])
    #expect(
      fid.hasPrefix("needs ") && fid.hasSuffix("which is not in \(folder.url.path)"), "\(fid)")
    #expect(plan.unavailable[.fidInfinity] == nil, "it was not asked for")
    for metric in plan.unmeasured.map(\.metric) {
      let reason = loader.unavailability(of: metric, in: plan.configuration)
      #expect(reason?.description == plan.unavailable[metric], "\(metric.name)")
    }
    #expect(loader.unavailability(of: .mae, in: plan.configuration) == nil)
    #expect(plan.deviations.isEmpty)
  }

  @Test func notesAreToldAsFarAsSomethingRestsOnThem() {
    var plan = MetricPlan(evaluators: [Contrast(), Brightness()])
    plan.note("first", of: [Contrast.metric])
    plan.note("second", of: [Contrast.metric, Brightness.metric])
    plan.note("first", of: [Contrast.metric])
    plan.note("third", of: [.fid])
    #expect(plan.deviations == ["first", "second"])
    let less = plan.leavingOut { metric, _ in metric == Contrast.metric ? "no pairs" : nil }
    #expect(less.deviations == ["second"])
  }

  /// Where a file holds several sets of tensors, it is told which of them was used.
  @Test func theSetOfTensorsIsADeviation() throws {
    let folder = try TemporaryFolder()
    let tensors = try SeededCheckpoint.tensors()
    try SafetensorsFile.write(
      ["ema", "model"].flatMap { part in tensors.map { ("\(part).\($0.name)", $0.tensor) } },
      to: folder.path("both.safetensors"))
    let choice = "{network: squeezenet1_1, file: both.safetensors, part: model, tap: relu1}"
    try folder.write("roles:\n  id: \(choice)\n".utf8, to: "weights.yaml")
    let plan = try MetricPlan(
      MetricConfiguration(metrics: [.id]),
      loader: ModelLoader(try WeightSuite(parsing: folder.path("weights.yaml"))))
    #expect(plan.deviations.contains { $0.contains("'model' is used, 'ema' not") })
  }
}
