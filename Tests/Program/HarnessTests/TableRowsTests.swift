import Datasets
import Foundation
import Generators
import Harness
import Measurement
import Provenance
import Runs
import Tables
import Terms
import TestSupport
import Testing

/// Which rows a table has.
@Suite struct TableRowsTests {
  private let anchors = ["ground-truth", "shuffled", "mean-face", "blurred"]
  private let builtin = ["paint", "retrieve", "denoise"]
  /// Rows that the papers' own systems fill.
  private let systems = [
    "collaborative.table1": ["composable", "collaborative", "released-reweighting"],
    "collaborative.table2": [
      "collaborative-without-spatial", "collaborative-without-temporal", "collaborative",
    ],
    "diffusionclip.table1": [300, 400, 500, 600].map { "diffusionclip-\($0)" },
    "diffusionclip.table3": ["latent-optimization", "diffusionclip@celeba-hq"],
    "sca-dm.diversity": ["sca-dm"],
    "sca-dm.figure8": [50, 100, 200, 1000].map { "sca-dm-\($0)" },
    "sca-dm.table1": ["sca-dm"],
    "sdg.table1": ["sdg@text"],
    "sdg.table2": ["ilvr", "sdg-image-100", "sdg-image-200"],
    "sdg.table3": ["sdg-120", "sdg-160", "sdg-320"],
  ]

  private func rows(
    _ dataset: DatasetSpecification, _ methods: String..., table: String = "ddgi.table1"
  ) throws -> [String] {
    var options = TableOptions()
    options.dataset = dataset
    options.methods = try MethodSpecification.parse(all: methods)
    return try options.rows(of: try ProtocolLibrary.files().table(table)).map(\.name)
  }

  @Test func drawnFacesBringTheBuiltInMethods() throws {
    #expect(try rows(.synthetic) == builtin + anchors)
    #expect(try rows(.synthetic, table: "sca-dm.diversity") == builtin + ["sca-dm"] + anchors)
  }

  /// Rows decide what a stored table holds, so a protocol's are spelled out a second time.
  @Test func everyProtocolKeepsItsRows() throws {
    let files = try ProtocolLibrary.files()
    for id in try files.ids() {
      let table = try files.table(id)
      var expected = builtin + (systems[id] ?? []) + (table.isPublishedOnly ? [] : anchors)
      if id == "diffusionclip.table3" { expected.append("true-edit") }
      #expect(try rows(.synthetic, table: id) == expected, "\(id)")
    }
  }

  @Test func drawnFacesBringWhatTheProtocolNames() throws {
    let url = Fixtures.projectRoot.appendingPathComponent("Protocols/ddgi.table1.yaml")
    let text = try String(contentsOf: url, encoding: .utf8)
    func rows(naming methods: String) throws -> [String] {
      let changed = text.replacingOccurrences(
        of: "methods: [paint, retrieve, denoise]\n", with: methods)
      var options = TableOptions()
      options.dataset = .synthetic
      return try options.rows(
        of: try PaperTable(yaml: changed, file: "t.yaml", metrics: MetricRegistry.metrics)
      ).map(\.name)
    }
    #expect(try rows(naming: "methods: [denoise, paint]\n") == ["denoise", "paint"] + anchors)
    #expect(try rows(naming: "") == anchors)
  }

  @Test func realFacesAndMethodsOfOnesOwnDoNot() throws {
    #expect(try rows(.folder(directory: "x")) == anchors)
    #expect(try rows(.synthetic, "mine=folder:x") == ["mine"] + anchors)
    #expect(try rows(.synthetic, "mine=builtin:paint") == ["mine"] + anchors)
  }

  @Test func aNameIsUsedOnce() throws {
    #expect(
      try rows(.synthetic, "blurred=folder:x")
        == ["blurred", "ground-truth", "shuffled", "mean-face"])
  }

  @Test func editsOfDrawnFacesHaveATrueOne() throws {
    let table = "diffusionclip.table3"
    let systems = try #require(systems[table])
    #expect(try rows(.synthetic, table: table) == builtin + systems + anchors + ["true-edit"])
    #expect(try rows(.folder(directory: "x"), table: table) == anchors)
  }

  @Test func noPublishedRowIsNamedLikeABuiltInMethod() throws {
    let files = try ProtocolLibrary.files()
    for id in try files.ids() {
      for row in try files.table(id).sections.flatMap(\.rows) {
        #expect(BuiltinMethod(rawValue: row.system) == nil, "\(id): \(row.id)")
      }
    }
  }

  /// What protocols may name as methods is built in and competes, and nothing else is.
  @Test func protocolsMethodsAreBuiltIn() {
    let competing = BuiltinMethod.allCases.filter { !$0.isAnchor }.map(\.rawValue)
    #expect(DefaultMethod.Builtin.allCases.map(\.rawValue) == competing)
  }

  /// Rows that no published one stands beside: other datasets' numbers have no place among drawn faces.
  private static let comparators: Set = [
    "latent-optimization", "ilvr", "sdg-image-100", "sdg-image-200", "released-reweighting",
  ]

  /// Every protocol's own methods can be made, and those with the id of a published row stand for it.
  @Test func protocolsMethodsCanBeMade() throws {
    let files = try ProtocolLibrary.files()
    for id in try files.ids() {
      let table = try files.table(id)
      let specifications = try MethodSpecification.parse(
        all: table.methods.map { "\($0.name)=\($0.specification)" })
      for specification in specifications {
        guard case .system(let choice) = specification.source else { continue }
        let isPublished = table.place(ofRow: specification.name) != nil
        let isComparator = Self.comparators.contains(specification.name)
        #expect(isPublished || isComparator, "\(id): \(choice.description)")
      }
    }
  }

  /// What protocols may name as anchors is built in as such.
  @Test func protocolsAnchorsAreBuiltIn() {
    for anchor in Terms.Anchor.allCases {
      #expect(BuiltinMethod(rawValue: anchor.rawValue)?.isAnchor == true, "\(anchor)")
    }
  }
}
