import Testing
import Verdicts

struct RequirementTests {
  @Test(arguments: [
    ("fid<=47", nil, "fid", Requirement.Comparison.atMost, 47),
    ("id>=0.75", nil, "id", .atLeast, 0.75),
    ("miou > 40", nil, "miou", .above, 40),
    ("  lpips-alex\t<  .5 ", nil, "lpips-alex", .below, 0.5),
    ("accuracy == 1e2", nil, "accuracy", .equal, 100),
    ("mae>=-0.5", nil, "mae", .atLeast, -0.5),
    ("ours:fid<=47", "ours", "fid", .atMost, 47),
    ("a b:c : ms-ssim >= +1", "a b:c", "ms-ssim", .atLeast, 1),
  ])
  func parses(
    text: String, method: String?, metric: String, comparison: Requirement.Comparison,
    bound: Double
  ) throws {
    let requirement = try Requirement(parsing: text)
    #expect(requirement.method == method)
    #expect(requirement.metric == metric)
    #expect(requirement.comparison == comparison)
    #expect(requirement.bound == bound)
    #expect(try Requirement(parsing: requirement.description) == requirement)
  }

  @Test(arguments: [
    ("", "no operator"), ("fid", "no operator"), ("fid 47", "no operator"),
    ("<=47", "no metric"), ("ours:<=47", "no metric"), (":fid<=47", "no method"),
    ("fid<=", "not a number"), ("fid<=x", "not a number"), ("fid<=nan", "not a number"),
    ("fid<=inf", "not a number"), ("fid<=1e999", "not a number"), ("fid<=0x10", "not a number"),
    ("fid<=47 5", "not a number"), ("fid<=47<=48", "not a number"), ("fid=47", "operator '='"),
    ("fid=<47", "operator '=<'"), ("fid!=47", "operator '!='"), ("fid≤47", "operator '≤'"),
    ("fid <> 47", "operator '<>'"), ("fi d<=47", "no metric"), ("fid<=47%", "not a number"),
  ])
  func saysWhatWasExpected(text: String, reason: String) {
    let error = #expect(throws: RequirementError.self) { try Requirement(parsing: text) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    #expect(error?.description.contains("<= >= < > ==") == true)
    #expect(error?.exitStatus == .usage)
  }

  /// Each operator against a value below, at and above the bound.
  @Test(arguments: [
    (Requirement.Comparison.atMost, [true, true, false]), (.atLeast, [false, true, true]),
    (.equal, [false, true, false]), (.below, [true, false, false]),
    (.above, [false, false, true]),
  ])
  func comparesAsWritten(comparison: Requirement.Comparison, expected: [Bool]) {
    let bound = 0.5
    let values = [bound - 1e-9, bound, bound + 1e-9]
    #expect(values.map { comparison.holds($0, bound) } == expected)
    #expect(!comparison.holds(.nan, bound))
  }

  /// The FID of equal sets may come out on either side of 0, and that of 47 on either side of 47.
  @Test(arguments: [0.0, 1, 47, -3])
  func whatLiesWithinRoundingOfABoundIsAtIt(bound: Double) {
    for value in [bound - 1.4e-14, bound.nextDown, bound, bound.nextUp, bound + 1.4e-14] {
      for comparison in [Requirement.Comparison.atMost, .atLeast, .equal] {
        #expect(comparison.holds(value, bound), "\(value) \(comparison.rawValue) \(bound)")
      }
      for comparison in [Requirement.Comparison.below, .above] {
        #expect(!comparison.holds(value, bound), "\(value) \(comparison.rawValue) \(bound)")
      }
    }
  }
}

struct ExitStatusTests {
  @Test func keepsTheDocumentedCodes() {
    #expect(ExitStatus.allCases.map(\.code) == [0, 1, 2, 3, 5, 6, 64, 129, 130, 131, 143])
    #expect(Set(ExitStatus.allCases.map(\.meaning)).count == ExitStatus.allCases.count)
  }
}
