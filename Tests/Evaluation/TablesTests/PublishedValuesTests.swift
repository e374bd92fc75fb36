import Foundation
import Tables
import Terms
import TestSupport
import Testing

/// Every protocol says what its paper prints: rows copied a second time, in the papers' own order.
struct PublishedValuesTests {
  static let printed: [String: String] = [
    "ddgi.table2": """
    62.08 0.29 0.62 81.09
    48.68 0.28 0.66 82.86
    54.27 0.31 0.58 80.58
    61.60 0.29 0.62 80.04
    44.91 0.28 0.78 83.05
    """,
    "sca-dm.table1": """
    0.51 59.91 76.30 87.80
    0.49 20.82 82.40 95.00
    0.29 17.49 78.00 93.50
    0.52 26.83 69.80 90.20
    0.54 16.85 81.78 94.67
    """,
    "sca-dm.figure8": Array(repeating: "- -", count: 8).joined(separator: "\n"),
    "sca-dm.diversity": "0.33\n0.42",
    "collaborative.table1": """
    157.81 24.27 72.19
    124.62 23.94 76.11
    111.36 24.51 80.25
    """,
    "collaborative.table2": """
    117.81 24.36 80.08
    117.34 24.48 77.07
    111.36 24.51 80.25
    """,
    "collaborative.user-study": "- -\n- -\n69.40 84.37",
    "sdg.table1": """
    17.15 0.439 0.205 0.416 0.556 0.727
    14.37 0.583 0.520 0.742 0.816 0.906
    57.45 0.578 0.749 0.934 0.974 0.996
    28.38 0.610 0.553 0.795 0.878 0.947
    """,
    "sdg.table2": """
    16.02 0.617 0.178 0.443 0.592 0.766
    16.23 0.565 0.278 0.533 0.738 0.880
    10.30 0.597 0.165 0.418 0.568 0.704
    11.22 0.585 0.298 0.609 0.738 0.863
    5.18 0.633 0.364 0.745 0.866 0.942
    5.19 0.550 0.445 0.805 0.900 0.951
    """,
    "sdg.table3": """
    19.60 0.650 0.248 0.526 0.654 0.795
    22.63 0.644 0.263 0.548 0.679 0.801
    28.38 0.610 0.553 0.795 0.878 0.947
    """,
    "diffusionclip.table1": """
    0.061 0.126 0.875
    0.079 0.169 0.793
    0.092 0.221 0.742
    0.073 0.145 0.823
    0.089 0.202 0.758
    0.062 0.127 0.877
    0.020 0.073 0.914
    0.021 0.076 0.910
    0.022 0.082 0.901
    0.024 0.087 0.893
    """,
    "diffusionclip.table2": """
    69.85 69.65
    79.60 94.60
    73.10 77.97
    58.05 50.10
    71.03 88.90
    62.47 63.03
    """,
    "diffusionclip.table3": """
    0.13 86.8 0.35
    0.16 89.4 0.42
    0.17 93.7 0.70
    0.13 67.9 -
    0.15 73.2 -
    0.20 78.1 -
    """,
  ]

  static let files = ProtocolFiles([.program], metrics: .known)

  /// `ddgi.table1` has tests of its own.
  @Test func everyProtocolIsChecked() throws {
    #expect(try Set(Self.files.ids()) == Set(Self.printed.keys).union(["ddgi.table1"]))
  }

  @Test(arguments: printed.keys.sorted())
  func holdsEveryPrintedValue(id: String) throws {
    let table = try Self.files.table(id)
    let lines = table.sections.flatMap(\.rows).map { row in
      zip(row.published, table.columns).map { value, column in
        value.map { String(format: "%.\(column.publishedDigits)f", $0) } ?? "-"
      }.joined(separator: " ")
    }
    #expect(lines == Self.printed[id]?.split(separator: "\n").map(String.init))
  }

  @Test(arguments: printed.keys.sorted())
  func namesEverySwitchAndReason(id: String) throws {
    let table = try Self.files.table(id)
    for name in Switch.requiredNames { #expect(table.value(of: name) != nil, "\(name)") }
    for choice in table.switches {
      #expect(choice.reason.hasSuffix("."), "\(choice.name): \(choice.reason)")
    }
    #expect(table.isPublishedOnly == table.anchors.isEmpty)
    for row in table.sections.flatMap(\.rows) {
      for (value, column) in zip(row.published, table.columns)
      where !["fid", "time"].contains(column.metric?.name) {
        // CLIP's score is a hundred cosines.
        let isOfHundred = column.scale == .percent || column.metric?.name == "clip"
        let bound = isOfHundred ? 0.0...100.0 : 0.0...1.0
        #expect(value.map(bound.contains) ?? true, "\(row.id) \(column.id)")
      }
    }
  }

  /// A row's id serves as a method's name, which the whole table shares, and which nobody may give to a
  /// method of one's own by chance.
  @Test(arguments: printed.keys.sorted() + ["ddgi.table1"])
  func rowsAreNamedAfterTheSystems(id: String) throws {
    let rows = try Self.files.table(id).sections.flatMap(\.rows)
    #expect(Set(rows.map(\.id)).count == rows.count)
    let common: Set = [
      "ours", "our", "mine", "my", "baseline", "base", "method", "model", "full", "proposed", "new",
      "generated", "results", "without", "optimization", "diffusion", "gan",
    ]
    for row in rows {
      #expect(row.system.count > 2 && !common.contains(row.system), "\(row.id)")
      #expect(!row.id.contains("ours"), "\(row.id)")
      // Of a system with several rows each says which one it is.
      let others = rows.filter { $0.system == row.system }
      #expect(others.count == 1 || others.allSatisfy { $0.id.contains("@") }, "\(row.id)")
      #expect(others.count > 1 || !row.id.contains("@"), "\(row.id)")
    }
  }

  @Test(arguments: [
    ("sca-dm.table1", "SSIM higher, FID lower, mIoU higher, Acc. higher"),
    ("sca-dm.diversity", "LPIPS higher"),
    ("collaborative.table1", "FID lower, Text higher, Mask higher"),
    (
      "sdg.table1",
      "FID lower, LPIPS higher, Top 1 higher, Top 5 higher, Top 10 higher, Top 20 higher"
    ), ("diffusionclip.table1", "MAE lower, LPIPS lower, SSIM higher"),
    ("diffusionclip.table3", "S_dir higher, SC higher, ID higher"),
  ])
  func pointsArrowsTheWayThePaperDoes(id: String, arrows: String) throws {
    let found = try Self.files.table(id).columns.map { "\($0.heading) \($0.direction.rawValue)" }
    #expect(found.joined(separator: ", ") == arrows)
  }
}

/// What the papers state about their own numbers.
struct PublishedConsistencyTests {
  private func row(_ table: String, _ id: String) throws -> [Double?] {
    let rows = try PublishedValuesTests.files.table(table).sections.flatMap(\.rows)
    return try #require(rows.first { $0.id == id }).published
  }

  @Test func scaledBy320IsTheTextRowOfTable1() throws {
    #expect(try row("sdg.table3", "sdg-320") == row("sdg.table1", "sdg@text"))
    // Both tables are measured alike, so that one run serves both.
    let first = try PublishedValuesTests.files.table("sdg.table1")
    let third = try PublishedValuesTests.files.table("sdg.table3")
    #expect(first.switches.map(\.value) == third.switches.map(\.value))
    #expect(first.columns == third.columns && first.samples == third.samples)
  }

  @Test func theFullModelIsTheSameInBothTablesOfThePaper() throws {
    #expect(
      try row("collaborative.table1", "collaborative")
        == row("collaborative.table2", "collaborative"))
    let full = try row("ddgi.table2", "ddgi-3d-e")
    let table1 = try PublishedValuesTests.files.table("ddgi.table1")
    let ours = ["fid", "lpips-alex", "id", "accuracy"].map {
      table1.published(section: "text+mask", row: "ddgi-3d@mask", column: $0)
    }
    #expect(full == ours)
  }

  /// Section 4.3 of Diffusion-driven GAN Inversion.
  @Test func ablationsOrderAsTheTextSays() throws {
    let rows: [[Double]] = try ["a", "b", "c", "d", "e"].map { id in
      try row("ddgi.table2", "ddgi-3d-\(id)").map { $0 ?? .nan }
    }
    // Without the ground truth ACC is higher than without the denoised image; LPIPS and ID are worse.
    let (withoutTruth, withoutImage) = (rows[2], rows[3])
    #expect(withoutTruth[3] > withoutImage[3])
    #expect(withoutTruth[1] > withoutImage[1])
    #expect(withoutTruth[2] < withoutImage[2])
    for other in rows.dropLast() {
      #expect(rows[4][0] < other[0] && rows[4][1] <= other[1])
      #expect(rows[4][2] > other[2] && rows[4][3] > other[3])
    }
  }

  /// Section 4.1 of SCA-DM: best FID and SSIM, second-best mIoU and accuracy.
  @Test func scaDMRanksAsItsTextSays() throws {
    let rows = try PublishedValuesTests.files.table("sca-dm.table1").sections.flatMap(\.rows)
    func rank(_ column: Int, better: (Double, Double) -> Bool) -> Int? {
      rows.sorted { better($0.published[column] ?? .nan, $1.published[column] ?? .nan) }
        .firstIndex { $0.id == "sca-dm" }
    }
    #expect(rank(0, better: >) == 0 && rank(1, better: <) == 0)
    #expect(rank(2, better: >) == 1 && rank(3, better: >) == 1)
  }

  /// Section 4.3 of SDG: a larger scaling factor finds its guidance more often and is less diverse.
  @Test func scalingTradesDiversityForRetrieval() throws {
    let table2 = try PublishedValuesTests.files.table("sdg.table2").sections.map(\.rows)
    let table3 = try PublishedValuesTests.files.table("sdg.table3").sections.map(\.rows)
    for rows in table2 + table3 {
      for (weak, strong) in zip(rows, rows.dropFirst()) {
        let (weak, strong) = (weak.published.map { $0 ?? 0 }, strong.published.map { $0 ?? 0 })
        #expect(strong[1] < weak[1])
        for column in 2...5 { #expect(strong[column] > weak[column]) }
      }
      for row in rows {
        let hits = row.published[2...].map { $0 ?? 0 }
        #expect(hits == hits.sorted())
      }
    }
  }

  /// Four attributes in the domain and two outside make up the row of all domains.
  ///
  /// Section 4.1 of DiffusionCLIP. One of the four cells does not follow, and its footnote says so.
  @Test func allDomainsAreTheMeanOfTheirAttributes() throws {
    var deviating: [String] = []
    for kind in ["hard", "general"] {
      func row(_ domain: String) throws -> [Double] {
        try self.row("diffusionclip.table2", "diffusionclip-\(domain)@\(kind)").map { $0 ?? .nan }
      }
      let (inside, outside, all) = try (row("in-domain"), row("out-of-domain"), row("all"))
      for column in 0..<2 {
        let mean: Double = (4 * inside[column] + 2 * outside[column]) / 6
        // Three numbers of two decimals: half a unit in the last place each.
        if abs(mean - all[column]) > 0.011 { deviating.append("\(kind) \(column)") }
      }
    }
    #expect(deviating == ["general 0"])
    let outside = try row("diffusionclip.table2", "diffusionclip-out-of-domain@general")
    #expect(outside == [71.03, 88.90])
    let swapped: Double = (4 * 58.05 + 2 * 71.30) / 6
    #expect(abs(swapped - 62.47) < 0.011)
  }

  /// Section 4.1 of DiffusionCLIP: better than every baseline in every metric.
  @Test func reconstructionBeatsEveryBaseline() throws {
    let rows = try PublishedValuesTests.files.table("diffusionclip.table1").sections[0].rows
    let ours = rows.filter { $0.id.hasPrefix("diffusionclip-") }
    let others = rows.filter { !$0.id.hasPrefix("diffusionclip-") }
    #expect(ours.count == 4 && others.count == 6)
    for row in ours {
      for other in others {
        let (own, their) = (row.published.map { $0 ?? 0 }, other.published.map { $0 ?? 0 })
        #expect(own[0] < their[0])
        #expect(own[1] < their[1])
        #expect(own[2] > their[2])
      }
    }
    // The more steps back, the worse.
    for column in 0..<2 {
      let values = ours.map { $0.published[column] ?? 0 }
      #expect(values == values.sorted())
    }
  }
}
