import Datasets
import Generators
import Models
import Provenance
import Recipes
import SystemRecipes

extension MethodContext {
  /// A run as a job's options say, which may fine-tune small models into `tuned` below the results.
  init(
    _ pairs: [Pair], into folder: String, _ options: some RunConfigurable, _ loader: ModelLoader
  ) {
    let options = options.runOptions
    self.init(pairs: pairs, outputDirectory: folder)
    self.loader = loader
    seed = options.seed
    workers = options.workers
    shouldStop = options.shouldStop
    cache = TableOptions.cache(in: options.results)
    var environment = TrainingEnvironment(
      folder: options.results + "/tuned", workers: options.workers)
    environment.shouldStop = options.shouldStop
    let progress = options.progress
    environment.report = { progress(JobProgress($0)) }
    tuner = DiffusionCLIPTuning.tuner(from: loader, in: environment)
  }
}
