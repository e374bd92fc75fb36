import Measurement
import Provenance
import Runs

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
  ///
  /// - Throws: ``HarnessError`` of kind `usage` for a choice that no longer exists.
  package init(_ recipe: RunRecipe.Score, _ settings: RunSettings) throws {
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
