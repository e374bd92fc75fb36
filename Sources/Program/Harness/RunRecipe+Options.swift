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
