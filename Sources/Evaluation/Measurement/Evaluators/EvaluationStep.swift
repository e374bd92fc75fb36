import Graphs
import Models
import Provenance
import Tensors
import Terms

/// Something that an evaluator runs for each image or pair, as a plan of costs sees it.
package struct EvaluationStep: Sendable {
  /// What it runs on.
  package enum Units: Sendable {
    /// Every image, real ones too where a set is compared with theirs.
    case images(withReferences: Bool)
    /// Every image with the real one of its pair, in this order: the real one first.
    case pairs
    /// Every image with the label map of its pair, in this order: the image first.
    case labelMaps

    /// Whether it runs on an image and the real one of its pair.
    var arePairs: Bool { if case .pairs = self { true } else { false } }
  }

  /// What it runs on.
  package let units: Units
  /// The network's name, or the metric's where no network takes part.
  package let name: String
  /// Whether a network sees both images of a pair, and the real one once for all methods.
  package let countsImages: Bool
  /// Key in the cache of the result on contents in the order of ``units``.
  package let key: @Sendable ([ContentHash]) -> String
  /// Floating-point operations of a run; nil where no network takes part.
  package let operations: (@Sendable () throws -> Int)?
  /// Runs it on an image.
  package let run: @Sendable (_ image: Raster, _ memory: WorkerMemory) throws -> Void

  /// A step of a network.
  ///
  /// - Parameters:
  ///   - network: what runs.
  ///   - side: of a square input that has the image's size; nil where the network has its own.
  ///   - outputs: the results that it computes.
  ///   - units: what it runs on.
  ///   - countsImages: as ``countsImages``.
  ///   - key: as ``key``.
  ///   - run: as ``run``.
  /// - Returns: the step, which counts the network's operations when it is asked.
  static func network(
    _ network: LoadedNetwork, inputSide side: Int? = nil, outputs: [String], on units: Units,
    countsImages: Bool = false, key: @escaping @Sendable ([ContentHash]) -> String,
    run: @escaping @Sendable (Raster, WorkerMemory) throws -> Void
  ) -> EvaluationStep {
    EvaluationStep(
      units: units, name: network.network.name, countsImages: countsImages, key: key,
      operations: {
        try Graph(
          tracing: network.network, inputShape: side.map { [3, $0, $0] }, for: outputs
        ).cost(computing: outputs).operations
      }, run: run)
  }

  /// A step of an extractor on every image.
  static func features(
    of extractor: FeatureExtractor, withReferences: Bool
  ) -> EvaluationStep {
    network(
      extractor.network, outputs: [extractor.tap], on: .images(withReferences: withReferences),
      key: { ContentHash.key(extractor.fingerprint, $0[0]) },
      run: { _ = try extractor.features(of: $0, named: "plan", in: $1) })
  }

  /// A comparison of two images' pixels.
  static func comparison(
    _ metric: Metric, _ fingerprint: Fingerprint?,
    _ compare: @escaping @Sendable (Raster, Raster) throws -> Double
  ) -> EvaluationStep {
    EvaluationStep(
      units: .pairs, name: metric.name, countsImages: false,
      key: { ContentHash.key(fingerprint ?? Fingerprint([:]), $0[0], $0[1]) }, operations: nil,
      run: { image, _ in _ = try compare(image, image) })
  }
}

extension MetricPlan {
  /// What measuring runs, in the order of the evaluators.
  ///
  /// - Parameter side: of the images, which are square.
  /// - Returns: every step once for each evaluator that takes it.
  package func steps(side: Int) -> [EvaluationStep] {
    evaluators.flatMap { $0.steps(fingerprints, side: side) }
  }
}
