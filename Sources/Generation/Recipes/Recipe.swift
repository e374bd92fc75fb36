import Graphs
import Networks
import Tensors
import Training

/// How one network of the compact suite is trained from nothing, and evaluated on faces it never saw.
package protocol Recipe: Sendable {
  /// Name of the network, for example `compact-bisenet`.
  var name: String { get }
  /// What it is for and what it learns, in a sentence or two.
  var summary: String { get }
  /// The trained networks, the first of which gives the recipe its name, but for a second training of the same ones.
  var networks: [any PublishedNetwork] { get }
  /// The faces that it is trained on, in words.
  var data: String { get }
  /// Steps, batches, optimizer and learning rates.
  var plan: TrainingPlan { get }
  /// Trains the network and writes its files; a call after an interruption resumes.
  ///
  /// - Returns: the loss curves.
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  func train(in environment: TrainingEnvironment) throws -> [LossCurve]
  /// Measures the written network on worlds that it was not trained on.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric]
  /// What the written network makes, for people to look at; none for networks that make no pictures.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  func pictures(in environment: TrainingEnvironment) throws -> [CardPicture]
  /// The written files, the network's own first.
  var fileNames: [String] { get }
  /// The plan in words.
  var hyperparameters: String { get }
}

extension Recipe {
  /// The networks of the catalogue whose names begin with the recipe's.
  package var networks: [any PublishedNetwork] {
    NetworkCatalogue.networks.filter { $0.name.hasPrefix(name) }
  }
  /// None.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] { [] }
  /// A file of the network's name.
  package var fileNames: [String] { ["\(name).safetensors"] }
  /// The description of ``plan``.
  package var hyperparameters: String { plan.description }
}

/// A picture of a network's card.
package struct CardPicture: Sendable {
  /// What tells its file from those of the card's other pictures.
  package let name: String
  /// What it shows, in a sentence.
  package let caption: String
  /// The pixels.
  package let raster: Raster
}

/// The recipes of the compact suite.
package enum CompactRecipes {
  /// Those whose weights are part of the program, at full length.
  package static let embedded: [any Recipe] = [
    PerceptualRecipe(), InceptionRecipe(), IdentityRecipe(), ParserRecipe(), ContrastiveRecipe(),
    DenoiserRecipe(), ContrastiveRecipe.judge(), GuideRecipe(), UNetRecipe(),
  ]

  /// All of them, in the order in which `evalkit train all` runs them.
  package static let all: [any Recipe] =
    embedded + [AutoencoderRecipe(), CollaborativeRecipe(), SCADMRecipe()]

  /// All that can be trained by name: those of ``all``, and networks that only comparisons need.
  package static let known: [any Recipe] = all + [SCADMRecipe(isMasked: false)]
}
