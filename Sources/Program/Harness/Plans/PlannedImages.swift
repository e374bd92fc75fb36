import Datasets
import Foundation
import Generators
import Measurement
import Metrics
import Models
import Provenance
import Runs
import Store
import Tables
import Tensors

/// What is known of a table's images before any is decoded.
struct PlannedImages {
  /// One image: equal identities are the same image.
  struct Image: Hashable {
    let identity: String
    /// Known from an earlier run.
    let content: ContentHash?
  }

  /// A row's images, one a pair; nil where there is none.
  struct Row {
    let name: String
    let images: [Image?]
  }

  /// How often a step runs.
  struct Work {
    var runs = 0
    var remembered = 0
    /// Identities of images whose pixels it needs.
    var needed: Set<String> = []
  }

  let pairCount: Int
  private(set) var rows: [Row] = []
  private(set) var bytes = 0
  let facesToDraw: Int
  /// What the pairs come from; nil where faces have to be drawn first, which lack nothing.
  let dataset: Dataset?
  private(set) var generations: [CostPlan.Generation] = []
  private let references: [Image?]
  private let masks: [Image?]
  private let store: Store?
  private let resolution: EvaluationResolution

  /// Looks at the files of a dataset and of methods, and hashes them.
  ///
  /// - Throws: errors of datasets, methods and the store.
  init(
    _ table: PaperTable, drawnSize: Int?, plan: MetricPlan, loader: ModelLoader,
    options: TableOptions, workers: Workers
  ) throws {
    resolution = plan.resolution
    store =
      ResultsDatabase.exists(options.results) ? try ResultsDatabase.open(options.results) : nil
    let specifications = try options.rows(of: table)
    let wanted = options.pairCount ?? table.pairs.count
    facesToDraw = Self.facesToDraw(table.conditions(for: wanted), size: drawnSize, options)
    guard facesToDraw == 0 else {
      pairCount = wanted
      dataset = nil
      (references, masks) = (Self.unknown("reference", wanted), Self.unknown("mask", wanted))
      rows = specifications.map { Self.unknownRow($0, wanted) }
      return
    }
    let chosen = try TablePairs(
      table, size: drawnSize, options: options, workers: workers)
    let pairs = try chosen.all()
    pairCount = chosen.pairs.count
    dataset = chosen.dataset
    let look = KnownFiles(store: store, workers: workers, treatment: resolution.description)
    references = try look.images(
      pairs.map { pair in pair.imagePath.map { (pair.imagePath ?? "", ImageOrigin.file($0)) } })
    masks = try KnownFiles(
      store: store, workers: workers, treatment: plan.labelSize.treatment
    ).images(
      pairs.map { pair in
        pair.maskPath.map { ($0, ImageOrigin.labels($0, checkedFor: "1:1")) }
      })
    var context = MethodContext(chosen.pairs, into: options.results, options, loader)
    context.size = plan.generatedSide
    var files = Set(pairs.flatMap { [$0.imagePath, $0.maskPath].compactMap(\.self) })
    for specification in specifications {
      guard let found = try Self.images(of: specification, chosen, pairs, context, options) else {
        continue
      }
      if let generation = found.generation { generations.append(generation) }
      files.formUnion(found.images.flatMap { $0?.origin?.files ?? [] })
      rows.append(Row(name: specification.name, images: try look.images(found.images)))
    }
    bytes = files.reduce(0) { $0 + Self.size($1) }
  }

  /// How many of the wanted faces are still to be drawn.
  private static func facesToDraw(_ wanted: Int, size: Int?, _ options: TableOptions) -> Int {
    guard options.dataset == .synthetic else { return 0 }
    var faces = SyntheticFaces()
    faces.count = wanted
    faces.size = size ?? faces.size
    return faces.missing(in: options.cache)
  }

  private typealias NamedImage = (name: String, origin: ImageOrigin?)

  /// A method's images, nil for pairs of which it needs none, and what a command or a system has still to make.
  ///
  /// - Returns: nil for a method that a table can do without.
  /// - Throws: errors of the method.
  private static func images(
    of specification: MethodSpecification, _ chosen: TablePairs, _ pairs: [Pair],
    _ context: MethodContext, _ options: TableOptions
  ) throws -> (images: [NamedImage?], generation: CostPlan.Generation?)? {
    let isReference = chosen.referenceIDs
    func images(_ image: (Pair) -> NamedImage) -> [NamedImage?] {
      pairs.map { isReference.contains($0.id) ? nil : image($0) }
    }
    switch specification.source {
    case .builtin(.meanFace):
      // Its one image is the mean of all.
      return (images { _ in ("mean-face", nil) }, nil)
    case .command, .system:
      let made = try GeneratedFiles(specification.name, options, chosen.pairs)
      return (
        images { ("\(specification.name) of \($0.id)", made.origin(of: $0)) }, made.generation
      )
    case .folder, .builtin:
      let method: any Method
      do { method = try specification.open(in: context) } catch {
        guard options.canDoWithout(specification, for: error) else { throw error }
        return nil
      }
      return (images { ("\(specification.name) of \($0.id)", method.origin(of: $0)) }, nil)
    }
  }

  /// A row of images that do not exist yet: nothing is known of them, but distinct names are distinct images.
  private static func unknownRow(_ specification: MethodSpecification, _ count: Int) -> Row {
    let isConstant = specification.source == .builtin(.meanFace)
    return Row(
      name: specification.name,
      images: isConstant
        ? Array(repeating: unknown(specification.name, 1)[0], count: count)
        : unknown(specification.name, count))
  }

  private static func unknown(_ name: String, _ count: Int) -> [Image?] {
    (0..<count).map { Image(identity: "\(name) \($0)", content: nil) }
  }

  private static func size(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  private var all: Set<Image> { Set((references + rows.flatMap(\.images)).compactMap(\.self)) }

  /// Different images of pairs and rows.
  var count: Int { all.count }

  /// Their identities.
  var identities: Set<String> { Set(all.map(\.identity)) }

  /// Identities of images that must be decoded to find their contents.
  var unknown: Set<String> { Set(all.filter { $0.content == nil }.map(\.identity)) }

  // MARK: Work

  /// How often a step of an evaluator runs.
  ///
  /// - Throws: errors of the store.
  func work(of step: EvaluationStep) throws -> Work {
    let found =
      switch step.units {
      case .images(let withReferences):
        try work(singles(withReferences: withReferences), key: step.key)
      case .pairs: try work(couples(with: references, isFirst: true), key: step.key)
      case .labelMaps: try work(couples(with: masks, isFirst: false), key: step.key)
      }
    return step.countsImages ? runs(found) : found
  }

  /// A network sees both images of a pair, and the real one once for all rows.
  private func runs(_ comparisons: Work) -> Work {
    var work = comparisons
    let images = Set(couples(with: references, isFirst: true).joined().map(\.identity))
    work.runs = images.count
    work.remembered = images.subtracting(comparisons.needed).count
    return work
  }

  private func singles(withReferences: Bool) -> Set<[Image]> {
    Set(
      ((withReferences ? references : []) + rows.flatMap(\.images)).compactMap { $0.map { [$0] } })
  }

  private func couples(with others: [Image?], isFirst: Bool) -> Set<[Image]> {
    Set(
      rows.flatMap { row in
        zip(others, row.images).compactMap { other, image in
          guard let other, let image else { return nil }
          return isFirst ? [other, image] : [image, other]
        }
      })
  }

  private func work(
    _ units: Set<[Image]>, key: ([ContentHash]) -> String
  ) throws -> Work {
    var keys: [[Image]: String] = [:]
    for unit in units {
      let contents = unit.compactMap(\.content)
      if contents.count == unit.count { keys[unit] = key(contents) }
    }
    let there = try store?.existingArtifacts(among: Array(keys.values)) ?? []
    let needed = units.filter { unit in keys[unit].map { !there.contains($0) } ?? true }
    return Work(
      runs: units.count, remembered: units.count - needed.count,
      needed: Set(needed.joined().map(\.identity)))
  }
}
