import Foundation
import Harness
import Provenance
import Store
import TestSupport
import Testing

struct DoctorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func doctor(_ change: (inout DoctorOptions) -> Void = { _ in }) throws -> Doctor {
    var options = DoctorOptions()
    options.results = folder.path("results")
    options.reports = folder.path("reports")
    let weights = folder.path("weights")
    try FileManager.default.createDirectory(atPath: weights, withIntermediateDirectories: true)
    options.requestedWeights = "published:\(weights)"
    options.requestedLevel = nil
    change(&options)
    return Doctor(options)
  }

  private func finding(_ subject: String, in doctor: Doctor) -> String? {
    doctor.facts.first { $0.subject == subject }?.finding
  }

  @Test func aBareMachineHasNoProblemAndIsLeftAsItWas() throws {
    let doctor = try doctor()
    #expect(doctor.problems == [])
    for subject in ["processor", "instruction set", "linear algebra", "image libraries"] {
      #expect(finding(subject, in: doctor)?.isEmpty == false, "\(subject)")
      #expect(doctor.text.contains(subject))
    }
    #expect(finding("linear algebra", in: doctor)?.contains("OpenBLAS") == true)
    #expect(finding("linear algebra", in: doctor)?.hasSuffix("1 thread") == true)
    #expect(finding("image libraries", in: doctor)?.contains("libpng 1.") == true)
    #expect(finding("database", in: doctor)?.contains("none yet") == true)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left == ["weights"])
  }

  @Test func theVersionNamesTheCommitWhereThereIsOne() throws {
    #expect(finding("evalkit", in: try doctor()) == Tool.version)
    let built = try doctor { $0.commit = "3215d89+" }
    #expect(finding("evalkit", in: built) == "\(Tool.version) (3215d89+)")
  }

  @Test func levelsThatAreUnknownAreProblemsAndWeakerOnesAreNot() throws {
    #expect(try doctor { $0.requestedLevel = "portable" }.problems == [])
    let problems = try doctor { $0.requestedLevel = "sse9" }.problems
    #expect(problems.count == 1)
    #expect(problems[0].contains("'sse9'"))
    #expect(problems[0].contains("portable, avx2, avx512"))
  }

  @Test func aSoundDatabaseIsToldWithItsSchema() throws {
    let path = folder.path("results/evalkit.sqlite")
    try Store(path: path).close()
    let doctor = try doctor()
    #expect(doctor.problems == [])
    #expect(finding("database", in: doctor) == "\(path), schema \(Store.schemaVersion), sound")
  }

  @Test func aDamagedDatabaseIsAProblem() throws {
    let path = folder.path("results/evalkit.sqlite")
    try FileManager.default.createDirectory(
      atPath: folder.path("results"), withIntermediateDirectories: true)
    try Data("no database at all, but long enough for a header of one hundred bytes".utf8)
      .write(to: URL(fileURLWithPath: path))
    let problems = try doctor().problems
    #expect(problems.count == 1)
    #expect(problems[0].hasPrefix(path))
  }

  @Test func aFolderThatCannotBeMadeIsAProblem() throws {
    let file = folder.path("file")
    try Data().write(to: URL(fileURLWithPath: file))
    let problems = try doctor { $0.reports = "\(file)/reports" }.problems
    #expect(problems.count == 1)
    #expect(problems[0].contains("\(file) is not a folder"))
  }

  @Test func weightsThatAreNamedMustBeThere() throws {
    let missing = try doctor { $0.requestedWeights = "published:\(folder.path("none"))" }.problems
    #expect(missing.count == 1)
    let manifest = folder.path("weights.yaml")
    try Data("roles:\n  fid: {file: absent.pth, tap: \"768\"}\n".utf8)
      .write(to: URL(fileURLWithPath: manifest))
    let absent = try doctor { $0.requestedWeights = manifest }.problems
    #expect(absent.count == 1)
    #expect(absent[0].contains("absent.pth"))
  }

  @Test func publishedFilesOfAnotherLengthAreProblems() throws {
    let heads = folder.path("weights/lpips_v0.1")
    try FileManager.default.createDirectory(atPath: heads, withIntermediateDirectories: true)
    try Data(count: 12).write(to: URL(fileURLWithPath: "\(heads)/alex.pth"))
    let doctor = try doctor()
    #expect(doctor.problems.count == 1)
    #expect(doctor.problems[0].contains("12 bytes, the published file has 6,009"))
    #expect(finding("weights", in: doctor)?.contains("1 of") == true)
  }
}
