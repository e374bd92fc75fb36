import Datasets
import Essentials
import Measurement
import Provenance

/// What the command line says about writing a pair manifest; texts are as they were typed.
package struct PairsOptions: RunConfigurable, Sendable {
  /// How the job runs.
  package var runOptions = RunOptions()
  /// Where the images, masks and captions come from.
  package var dataset = "synthetic"
  /// Whether a pair manifest may name files outside its folder without their SHA-256.
  package var allowsOutside = false
  /// How many pairs.
  package var count = 2000
  /// `seeded` or `lowest`.
  package var sampling = "seeded"
  /// A published split of CelebA-HQ.
  package var split: String?
  /// File of the only ids to use.
  package var ids: String?
  /// File of ids to leave out.
  package var skip: String?
  /// What every pair must have: a comma list of `image`, `mask`, `text`, `scribble`, or `nothing`.
  package var require = "mask,text"
  /// Folder or file of captions.
  package var captions: String?
  /// Which text of CelebA-Dialog's objects.
  package var captionField: String?
  /// Which of several captions: a number from 0, or `seeded`.
  package var captionIndex: String?
  /// Whether a pair without a caption gets one that describes its label map.
  package var isDescribingMasks = false
  /// File of guidance texts, one a line, that the pairs get in turn.
  package var texts: String?
  /// How many pairs get the same guidance text.
  package var pairsPerText = 25
  /// How many pairs each condition gives, for methods that make several images of it.
  package var samples = 1
  /// `SOURCE=TARGET`: the texts of an edit, for every pair.
  package var edit: String?
  /// Where scribble maps come from.
  package var scribbles: String?
  /// The manifest.
  package var output = "Results/pairs.jsonl"
  /// Folder to copy everything to.
  package var exportDirectory: String?
  /// Further forms of the label maps that are copied: a comma list.
  package var encodings: String?

  /// The defaults.
  package init() {}
}

extension PairsOptions {
  /// The texts as values.
  struct Choices {
    var dataset = DatasetSpecification.synthetic
    var choices = DatasetChoices()
    var selection = SubsetSelection.lowestIDs
    var requirements: [PairRequirement] = []
    var scribbles: ScribbleSource?
    var encodings: [MaskEncoding] = []
    var edit: (source: String, target: String)?
  }

  /// Reads the texts.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that names the nearest valid word; `DatasetError` for
  ///   files that cannot be read.
  func parsed() throws -> Choices {
    var parsed = Choices()
    parsed.dataset = try DatasetSpecification(parsing: dataset)
    parsed.selection = try choose(sampling, as: "sampling", from: ["seeded", "lowest"]) {
      ["seeded": .seeded(self.seed), "lowest": .lowestIDs][$0]
    }
    if require != "nothing" {
      parsed.requirements = try list(require, as: "requirement")
    }
    parsed.encodings = try encodings.map { try list($0, as: "mask encoding") } ?? []
    parsed.scribbles = try scribbles.map {
      try choose($0, as: "source of scribbles", from: ScribbleSource.forms, ScribbleSource.init)
    }
    if let edit {
      let halves = edit.split(separator: "=", maxSplits: 1).map(String.init)
      guard halves.count == 2, halves[0] != halves[1] else {
        throw HarnessError(.usage, "--edit wants two different texts, SOURCE=TARGET, not '\(edit)'")
      }
      parsed.edit = (halves[0], halves[1])
    }
    parsed.choices = try datasetChoices(parsed)
    return parsed
  }

  private func datasetChoices(_ parsed: Choices) throws -> DatasetChoices {
    var choices = DatasetChoices()
    choices.split = try split.map {
      try choose(
        $0, as: "split", from: CelebASplit.allCases.map(\.rawValue), CelebASplit.init(rawValue:))
    }
    if choices.split != nil, case .celebAMaskHQ = parsed.dataset {
    } else if let split {
      throw HarnessError(.usage, "--split \(split) is one of CelebA-HQ; it needs celebamask-hq:DIR")
    }
    choices.supplied = try ids.map { path in try DatasetChoices.ids(in: path) }
    choices.skipped = try skip.map { path in Set(try DatasetChoices.ids(in: path)) } ?? []
    choices.caption = try captionChoice()
    choices.captions = captions.map { path in
      var source = CaptionSource(path: path)
      source.choice = (try? captionChoice()) ?? source.choice
      source.field = captionField ?? source.field
      return source
    }
    choices.selection = parsed.selection
    choices.allowsOutside = allowsOutside
    choices.requiresCaption =
      parsed.requirements.contains(.text) && !isDescribingMasks && texts == nil
    return choices
  }

  private func captionChoice() throws -> CaptionChoice {
    switch captionIndex {
    case nil: return .line(0)
    case "seeded"?: return .seeded(self.seed)
    case let text?:
      do { return .line(try NumberRange.captionIndex.value(of: text)) } catch {
        throw HarnessError(.usage, "--caption-index \(error) or 'seeded', not '\(text)'")
      }
    }
  }

  private func list<Choice: RawRepresentable & CaseIterable & Equatable>(
    _ text: String, as kind: String
  ) throws -> [Choice] where Choice.RawValue == String {
    let found = try text.split(separator: ",").map { word in
      try choose(
        String(word), as: kind, from: Choice.allCases.map(\.rawValue), Choice.init(rawValue:))
    }
    return Choice.allCases.filter(found.contains)
  }
}
