import Datasets
import Measurement
import Metrics
import Provenance
import Runs
import Tables

extension TableOptions {
  /// The options to store with the run.
  var recipe: RunRecipe {
    .table(
      RunRecipe.Table(
        dataset: dataset.description, pairCount: pairCount,
        switches: switches.map { "\($0.name)=\($0.value)" }, fidMode: fidMode?.rawValue,
        isExact: self.isExact, allowsOutside: allowsOutside))
  }

  /// The options of a stored run, with the metrics that it measured.
  init(_ recipe: RunRecipe.Table, _ settings: RunSettings) throws {
    try read(
      dataset: recipe.dataset, methods: [],
      metrics: (settings.reductions ?? [:]).keys.sorted().joined(separator: ","),
      fidMode: recipe.fidMode)
    try setSwitches(recipe.switches)
    pairCount = recipe.pairCount
    allowsOutside = recipe.allowsOutside ?? true
    self.isExact = recipe.isExact
    self.weights = settings.weights
    self.seed = settings.seed
  }
}

extension ScoreOptions {
  /// The options to store with the run; nil where evaluators were made elsewhere.
  var recipe: RunRecipe? {
    guard let metricOptions, evaluators == nil else { return nil }
    return .score(
      RunRecipe.Score(
        reference: reference, generated: generated, masks: masks, captions: captions, edits: edits,
        grouping: grouping.rawValue, choices: metricOptions, limit: limit, isExact: self.isExact))
  }

  /// The options of a stored run.
  init(_ recipe: RunRecipe.Score, _ settings: RunSettings) throws {
    reference = recipe.reference
    generated = recipe.generated
    masks = recipe.masks
    captions = recipe.captions
    edits = recipe.edits
    grouping = try ScoreGrouping.named(recipe.grouping)
    limit = recipe.limit
    self.isExact = recipe.isExact
    self.weights = settings.weights
    try choose(recipe.choices)
  }

  /// Takes the choices of what is measured.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for a choice that does not exist.
  package mutating func choose(_ choices: MetricOptionValues) throws {
    configuration = try MetricConfiguration(choices)
    metricOptions = choices
  }
}
