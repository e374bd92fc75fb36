import Harness
import Pipelines
import Provenance
import Testing

/// What `evalkit tune` refuses before it opens anything.
@Suite struct TuneJobTests {
  private func refusal(_ change: (inout TuneOptions) -> Void) -> HarnessError? {
    var options = TuneOptions()
    change(&options)
    return #expect(throws: HarnessError.self) { try TuneJob(options).run() }
  }

  @Test func asksForTexts() {
    let none = refusal { _ in }
    #expect(none?.kind == .usage && none?.description.contains("--text") == true)
    let misspelled = refusal { $0.edit = "tannd" }
    #expect(misspelled?.kind == .usage)
    #expect(misspelled?.description.contains("did you mean 'tanned'?") == true)
  }

  @Test func filesAreCalledAfterTheTarget() {
    #expect(
      EditTexts(source: "Person", target: "Person with  gray hair!").fileName
        == "person-with-gray-hair")
  }
}
