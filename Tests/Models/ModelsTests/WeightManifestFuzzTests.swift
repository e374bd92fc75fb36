import Foundation
import Models
import Provenance
import TestSupport
import Testing

/// Damaged weights manifests: each is read or refused with its path.
@Suite struct WeightManifestFuzzTests {
  @Test func damagedManifests() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("weights.yaml")
    let sound = """
      directory: weights
      note: what a reader must know
      roles:
        fid: {file: inception.pth, tap: "768"}
        parser: {onnx: parser.onnx, preprocessing: unet-small-256, classes: unet-small}
        lpips-alex: {file: alex.pth, heads: heads.pth}
      """
    let target = FuzzTarget(
      "weights manifests", corpus: [Array(sound.utf8)],
      tokens: [
        "&a ", "*a", "!!binary ", "? ", "- ", "[", "{", "\u{0}", "<<: ", "---\n", "2001-01-01",
      ],
      permitted: { 1 << 20 + 4096 * $0 }
    ) { bytes in
      do {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        _ = try WeightSuite(parsing: path)
        return .read
      } catch let error as HarnessError {
        return error.description.contains(path)
          ? .refused("\(error)") : .wrong("an error without the path: \(error)")
      } catch {
        return .wrong("\(type(of: error)) \(error)")
      }
    }
    let report = target.run(cases: 500)
    #expect(report.failure == nil, "\(report)")
    #expect(report.refused > 0 && report.sentences > 3, "\(report)")
  }

  /// Found by `make fuzz`: a key that is no text.
  @Test(arguments: ["[a]: b", "? {a: b}\n: c", "roles: {[fid]: x}", "? - a\n"])
  func keysThatAreNoTextsAreRefused(yaml: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(yaml.utf8, to: "weights.yaml")
    #expect(throws: HarnessError.self) {
      try WeightSuite(parsing: folder.path("weights.yaml"))
    }
  }

  /// A short text that stands for 10⁹ words.
  @Test func bombsAreRefusedUnread() throws {
    let folder = try TemporaryFolder()
    var laughs = "a: &a [x, x, x, x, x, x, x, x, x]\n"
    for (name, before) in zip("bcdefghi", "abcdefgh") {
      laughs +=
        "\(name): &\(name) ["
        + [String](repeating: "*\(before)", count: 9)
        .joined(separator: ", ") + "]\n"
    }
    try folder.write(laughs.utf8, to: "weights.yaml")
    let error = #expect(throws: HarnessError.self) {
      try WeightSuite(parsing: folder.path("weights.yaml"))
    }
    #expect(error?.description.contains("72 aliases") == true)
  }
}
