import Foundation
import Measurement
import Metrics
import Provenance
import Runs
import Terms
import Testing

/// The settings in users' databases, whose text no version may change.
struct RunSettingsTests {
  /// Everything that settings may hold.
  private static let text = [
    #"{"dataset":"folder:/data","departures":{"fid_impl":"clean-fid"},"#,
    #""deviations":["a.pth (inception-fid) is not a published file."],"findings":["1 file is missing"],"#,
    #""identity":{"metric.mae":"f1","reference":"/real"},"#,
    #""networks":[{"file":"a.pth","metrics":["fid","kid"],"network":"inception-fid","sha256":"00ff"}],"#,
    #""notRun":{"fid":"needs a.pth"},"pairCount":7,"#,
    #""parts":[{"machine":"{}","run":"r1","shard":{"count":2,"number":1}}],"#,
    #""recipe":{"table":{"_0":{"allowsOutside":true,"dataset":"synthetic","fidMode":"clean-fid","#,
    #""isExact":false,"pairCount":7,"switches":["lpips_net=vgg"]}}},"#,
    #""reductions":{"kid":{"kernel":{"_0":"full-set","_1":{"count":100,"seed":0,"size":1000}}},"#,
    #""mae":{"mean":{}}},"seed":18446744073709551615,"shard":{"count":3,"number":2},"#,
    #""weights":"published:/weights"}"#,
  ].joined()

  private static let score = [
    #"{"score":{"_0":{"captions":"c.jsonl","choices":{"isTruncating":false,"kidSubsets":7,"#,
    #""metrics":"mae,kid","seed":3,"size":64},"edits":"e.jsonl","generated":"out","grouping":"identity","#,
    #""isExact":true,"limit":5,"masks":"m","reference":"real"}}}"#,
  ].joined()

  @Test func settingsAreReadAndWrittenAsTheyWere() throws {
    let settings = try RunSettings(json: Self.text, run: "r1")
    #expect(JSONText.encode(settings) == Self.text)
    #expect(settings.pairCount == 7 && settings.seed == .max)
    #expect(settings.networks.map(\.metrics) == [["fid", "kid"]])
    #expect(settings.shard?.description == "2/3" && settings.parts?.map(\.run) == ["r1"])
    guard case .table(let table)? = settings.recipe else {
      Issue.record("the recipe is no table's")
      return
    }
    #expect(table.switches == ["lpips_net=vgg"] && table.allowsOutside == true)
  }

  @Test func scoresAreReadAndWrittenAsTheyWere() throws {
    let recipe = try JSONDecoder().decode(RunRecipe.self, from: Data(Self.score.utf8))
    #expect(JSONText.encode(recipe) == Self.score)
    guard case .score(let score) = recipe else {
      Issue.record("the recipe is no score's")
      return
    }
    #expect(score.choices.size == 64 && score.choices["kid-subsets"] == "7" && score.limit == 5)
  }

  /// What is left out is left out of the text.
  @Test func recipesWithoutChoicesAreShort() {
    let table = RunRecipe.table(
      RunRecipe.Table(dataset: "celebamask-hq:/x", switches: [], isExact: true))
    #expect(
      JSONText.encode(table)
        == #"{"table":{"_0":{"dataset":"celebamask-hq:/x","isExact":true,"switches":[]}}}"#)
    var choices = MetricOptionValues()
    choices.metrics = "fid"
    let score = RunRecipe.score(
      RunRecipe.Score(
        reference: "real", generated: "out", masks: nil, captions: nil, edits: nil,
        grouping: "none", choices: choices, limit: nil, isExact: false))
    let expected = [
      #"{"score":{"_0":{"choices":{"isTruncating":false,"metrics":"fid","seed":0},"generated":"out","#,
      #""grouping":"none","isExact":false,"reference":"real"}}}"#,
    ].joined()
    #expect(JSONText.encode(score) == expected)
  }

  @Test func settingsSayWhatAPlanMeasures() throws {
    var plan = MetricPlan(evaluators: [
      DifferenceEvaluator(metric: .mae), ColorFeatures(), TimeEvaluator(),
    ]).leavingOut { metric, _ in metric == .time ? "no receipts" : nil }
    plan.note("colors stand in for features", of: [.fid])
    let settings = RunSettings(
      plan: plan, dataset: "folder:x", pairCount: 3, findings: ["1 file is missing"],
      weights: "compact", seed: 5, identity: ["reference": "/real"])
    let expected = [
      #"{"dataset":"folder:x","deviations":["colors stand in for features"],"#,
      #""findings":["1 file is missing"],"identity":{"reference":"/real"},"networks":[],"#,
      #""notRun":{"time":"no receipts"},"pairCount":3,"reductions":{"fid":{"frechet":{}},"#,
      #""fid-infinity":{"extrapolation":{"seed":0}},"#,
      #""kid":{"kernel":{"_0":"full-set","_1":{"count":100,"seed":0,"size":1000}}},"mae":{"mean":{}}},"#,
      #""seed":5,"weights":"compact"}"#,
    ].joined()
    #expect(JSONText.encode(settings) == expected)
  }

  /// Runs of an older evalkit hold less.
  @Test func olderSettingsAreRead() throws {
    let text = [
      #"{"dataset":"synthetic","deviations":[],"findings":[],"identity":{},"networks":[],"notRun":{},"#,
      #""pairCount":1,"seed":0,"weights":"compact"}"#,
    ].joined()
    let settings = try RunSettings(json: text, run: "r1")
    #expect(settings.reductions == nil && settings.departures == nil && settings.recipe == nil)
    #expect(settings.shard == nil && settings.parts == nil)
    #expect(JSONText.encode(settings) == text)
  }

  @Test(arguments: [
    "", "{}", "[]", text.replacing("\"pairCount\":7", with: "\"pairCount\":\"7\""),
    text.replacing("\"mean\"", with: "\"median\""), text.replacing("\"table\"", with: "\"chair\""),
  ])
  func settingsOfAnotherVersionAreRefused(json: String) {
    let error = #expect(throws: HarnessError.self) { try RunSettings(json: json, run: "r7") }
    #expect(error?.kind == .runtime)
    #expect(error?.description == "the settings of run r7 are of another version")
  }

  @Test(arguments: ["1/1", "3/10", "1/1000"])
  func shardsAreReadAsTheyAreWritten(text: String) throws {
    let shard = try Shard(parsing: text)
    #expect(shard.description == text)
    let json = JSONText.encode(shard)
    #expect(json == #"{"count":\#(shard.count),"number":\#(shard.number)}"#)
    #expect(try JSONDecoder().decode(Shard.self, from: Data(json.utf8)) == shard)
    #expect(
      shard.databasePath(in: "Results")
        == "Results/evalkit-shard-\(shard.number)-of-\(shard.count).sqlite")
  }

  @Test(arguments: ["", "3", "0/3", "4/3", "1/2/3", "a/b", "-1/3", "1/", "/2"])
  func whatIsNoShardIsRefused(text: String) {
    let error = #expect(throws: HarnessError.self) { try Shard(parsing: text) }
    #expect(error?.kind == .usage && error?.description.contains("not '\(text)'") == true)
  }
}
