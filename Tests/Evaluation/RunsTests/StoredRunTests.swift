import Provenance
import Runs
import Store
import Terms
import Testing

/// How a run is found, and what is gathered of it.
struct StoredRunTests {
  @Test func aRunIsFoundByThePrefixOfItsID() throws {
    let sample = try StoredSample()
    for id in ["20260101-a", "20260102-b", "20260102-c"] { try sample.begin(id) }
    #expect(try StoredRun.find("20260101", in: sample.store).record.id == "20260101-a")
    #expect(try StoredRun.find("20260102-c", in: sample.store).record.id == "20260102-c")
    #expect(throws: StoreError.self) { try StoredRun.find("20260102", in: sample.store) }
    #expect(throws: StoreError.self) { try StoredRun.find("2027", in: sample.store) }
  }

  @Test func otherwiseItIsTheLatestOfItsProtocol() throws {
    let sample = try StoredSample()
    try sample.begin("c", protocolID: "ddgi.table1")
    try sample.begin("b")
    try sample.begin("a", protocolID: "sdg.table1")
    #expect(try StoredRun.find(nil, in: sample.store).record.id == "a")
    let score = try StoredRun.find(nil, protocolID: "score", in: sample.store)
    #expect(score.record.id == "b" && score.isScore)
    let table = try StoredRun.find(nil, protocolID: "ddgi.table1", in: sample.store)
    #expect(table.record.id == "c" && !table.isScore)
  }

  @Test func whereThereIsNoneThatIsTold() throws {
    let sample = try StoredSample()
    let none = #expect(throws: HarnessError.self) { try StoredRun.find(nil, in: sample.store) }
    #expect(none?.kind == .notComparable)
    #expect(none?.description == "\(sample.store.path) holds no run yet")
    try sample.begin("a")
    let other = #expect(throws: HarnessError.self) {
      try StoredRun.find(nil, protocolID: "ddgi.table1", in: sample.store)
    }
    #expect(other?.description == "\(sample.store.path) holds no run of ddgi.table1 yet")
  }

  @Test func everythingOfARunIsGathered() throws {
    let sample = try StoredSample()
    try sample.begin("r1")
    try sample.fill("r1")
    try sample.begin("r2")
    let run = try StoredRun.find("r1", in: sample.store)
    // The real images are no row.
    #expect(run.methods == Array(StoredSample.methods.dropLast()))
    #expect(run.methods.map(run.isAnchor) == [false, true])
    #expect(run.scores["ours"]?["mae"]?.value == .number(0.25))
    #expect(run.scores["blurred"]?["miou"]?.value == .absent(reason: "no label map"))
    #expect(run.scores.mapValues(\.count) == ["ours": 2, "blurred": 2])
    #expect(run.counts["ours"]?.scored == 2 && run.counts["ours"]?.failed == 1)
    #expect(run.counts["blurred"]?.scored == 2 && run.counts["blurred"]?.failed == 0)
    #expect(run.failures.map(\.failure.reason) == ["3.png ends early"])
    #expect(run.fingerprints == ["f1": "mae=1", "f2": "miou=1"])
    #expect(run.settings.pairCount == 3 && run.settings.notRun == ["fid": "needs a.pth"])
    #expect(try StoredRun.find("r2", in: sample.store).scores.isEmpty)
  }

  @Test func settingsOfAnotherVersionAreTold() throws {
    let sample = try StoredSample()
    try sample.begin("r1", settings: #"{"dataset":1}"#)
    let error = #expect(throws: HarnessError.self) { try StoredRun.find("r1", in: sample.store) }
    #expect(error?.description == "the settings of run r1 are of another version")
  }
}
