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

  /// A picture.
  ///
  /// - Parameters:
  ///   - name: what tells its file from those of the card's other pictures.
  ///   - caption: what it shows, in a sentence.
  ///   - raster: the pixels.
  package init(name: String, caption: String, raster: Raster) {
    self.name = name
    self.caption = caption
    self.raster = raster
  }
}
