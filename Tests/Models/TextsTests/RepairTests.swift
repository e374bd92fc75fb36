import TestSupport
import Testing
import Texts

/// One text, as `Tools/make_text_goldens.py` wrote it down.
private struct RepairGolden: Decodable {
  let text: String
  let fixed: String
}

struct RepairTests {
  private let repair: TextRepair

  init() throws { repair = try TextRepair() }

  @Test func agreesWithFtfyOnManyLanguages() throws {
    let goldens: [RepairGolden] = try GoldenFolder().decoded("repairs.json")
    #expect(goldens.count > 600)
    #expect(goldens.count { $0.text != $0.fixed } > 300)
    for golden in goldens {
      let found = repair.repaired(golden.text)
      // Strings that differ only in composition are equal to Swift; ftfy's result is composed.
      #expect(
        Array(found.unicodeScalars) == Array(golden.fixed.unicodeScalars),
        """
        \(golden.text.debugDescription): \(found.debugDescription), \
        not \(golden.fixed.debugDescription)
        """)
    }
  }

  /// What is repaired needs no repair.
  @Test func repairingTwiceChangesNothing() throws {
    let goldens: [RepairGolden] = try GoldenFolder().decoded("repairs.json")
    for golden in goldens {
      let once = repair.repaired(golden.text)
      #expect(repair.repaired(once) == once, "\(golden.text.debugDescription)")
    }
  }
}
