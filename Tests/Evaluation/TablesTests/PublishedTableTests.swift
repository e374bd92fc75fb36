import Foundation
import Tables
import Terms
import TestSupport
import Testing

/// The committed protocol says what the paper prints, and agrees with the paper's own arithmetic.
struct PublishedTableTests {
  private let table: PaperTable

  init() throws {
    let files = ProtocolFiles([.program], metrics: .known)
    table = try files.table("ddgi.table1")
  }

  /// Rows copied a second time from the paper's Table 1, in its own order.
  private static let printed = """
    TediGAN 54.83 0.31 0.62 0.63 81.68 40.01
    IDE-3D 39.05 0.40 0.41 0.54 47.07 10.98
    UaC 45.87 0.38 0.59 0.32 81.49 42.68
    ControlNet 46.41 0.41 0.53 0.30 82.42 42.77
    Collaborative 48.23 0.39 0.62 0.31 74.06 30.69
    Ours 2D 46.68 0.30 0.63 0.76 83.41 43.82
    Ours 3D 44.91 0.28 0.64 0.78 83.05 43.74
    ControlNet 93.26 0.52 0.25 0.21 - -
    Ours 2D 55.60 0.32 0.56 0.72 - -
    Ours 3D 48.76 0.34 0.49 0.62 - -
    """

  @Test func holdsEveryPrintedRowInOrder() {
    let lines = table.sections.flatMap(\.rows).map { row in
      let cells = zip(row.published, table.columns).map { value, column in
        value.map { String(format: "%.\(column.publishedDigits)f", $0) } ?? "-"
      }
      return ([row.method] + cells).joined(separator: " ")
    }
    #expect(lines == Self.printed.split(separator: "\n").map(String.init))
    #expect(table.sections.map(\.rows.count) == [7, 3])
    #expect(table.sections.map(\.id) == ["text+mask", "text+scribble"])
  }

  /// Section 4.2 of the paper states these differences between its 3D model and IDE-3D.
  @Test(arguments: [
    ("ms-ssim", 0.23), ("id", 0.24), ("accuracy", 35.98), ("miou", 32.76),
  ])
  func reproducesDifferencesStatedInTheText(column: String, difference: Double) throws {
    let ours = try #require(
      table.published(section: "text+mask", row: "ddgi-3d@mask", column: column))
    let other = try #require(
      table.published(section: "text+mask", row: "ide-3d", column: column))
    // Values have two decimals: the difference must print the same.
    #expect(String(format: "%.2f", ours - other) == String(format: "%.2f", difference))
  }

  @Test func pointsArrowsTheWayThePaperDoes() {
    let headings = table.columns.map { "\($0.heading) \($0.direction.rawValue)" }
    #expect(
      headings == [
        "FID lower", "LPIPS lower", "SSIM higher", "ID higher", "ACC higher", "mIoU higher",
      ])
    #expect(
      table.columns.map(\.metric?.name)
        == ["fid", "lpips-alex", "ms-ssim", "id", "accuracy", "miou"])
    #expect(table.columns.map(\.scale.factor) == [1, 1, 1, 1, 100, 100])
  }

  @Test func namesEverySwitchWithItsReason() {
    for name in Switch.requiredNames {
      #expect(table.value(of: name) != nil, "\(name)")
    }
    #expect(table.value(of: "fid_impl") == "pytorch-fid")
    #expect(table.value(of: "miou_mode") == "agg19")
    #expect(table.pairs.count == 2000)
    #expect(table.methods == [.init(.paint), .init(.retrieve), .init(.denoise)])
    #expect(table.anchors == Anchor.allCases)
  }

  @Test func keepsPercentagesAndFractionsInTheirRanges() {
    for section in table.sections {
      for row in section.rows {
        for (value, column) in zip(row.published, table.columns) where column.metric?.name != "fid"
        {
          let bound = column.scale == .percent ? 1.0...100.0 : 0.0...1.0
          #expect(value.map(bound.contains) ?? true, "\(row.id) \(column.id)")
        }
      }
    }
  }

  @Test func saysWhereARunDepartsFromTheProtocol() throws {
    let changed = try table.setting("fid_impl", to: "clean-fid").setting("n_images", to: "200")
    #expect(changed.value(of: "fid_impl") == "clean-fid")
    #expect(changed.value(of: "n_images") == "200")
    let entry = try #require(changed.switches.first { $0.name == "n_images" })
    #expect(entry.confidence == .unknown)
    #expect(entry.reason.contains("2000"))
    #expect(entry.protocolValue == "2000" && table.switches.allSatisfy { $0.protocolValue == nil })
    let again = try changed.setting("n_images", to: "300").switches.first { $0.name == "n_images" }
    #expect(again?.protocolValue == "2000" && again?.reason.contains("2000") == true)
    #expect(try table.setting("fid_impl", to: "pytorch-fid") == table)
    let value = #expect(throws: TableError.self) {
      try table.setting("fid_impl", to: "clean-fidd")
    }
    #expect(value?.description.contains("'clean-fid'") == true)
    let name = #expect(throws: TableError.self) { try table.setting("fid_imp", to: "clean-fid") }
    #expect(name?.description.contains("'fid_impl'") == true)
    #expect(throws: TableError.self) { try table.setting("n_images", to: "0") }
  }
}

/// Rows that differ in the number of sampling steps tell it twice, in words and as a number.
struct SamplingStepTests {
  @Test func stepsAgreeWithTheirNames() throws {
    let files = ProtocolFiles([.program], metrics: .known)
    let rows = try files.table("sca-dm.figure8").sections.flatMap(\.rows)
    #expect(rows.count == 8)
    for row in rows {
      let steps = try #require(row.steps)
      #expect(row.method.hasSuffix(", \(steps) steps") && row.id.hasSuffix("-\(steps)"))
    }
    #expect(try files.table("ddgi.table1").sections.flatMap(\.rows).allSatisfy { $0.steps == nil })
  }
}
