import Faces
import Gradients
import Graphs
import Images
import Kernels
import Metrics
import Networks
import Objectives
import Tensors
import Training

/// LPIPS's trunk and heads: the trunk learns what is where on a face, the heads which of two damaged
/// pictures is further from the whole one.
///
/// It is the smallest of the suite: all of it is done again whenever the tests run.
package struct PerceptualRecipe: Recipe {
  /// The network's name, and that of its files.
  package let name = CompactNetworks.alexNet.name
  /// What it is for and what it learns.
  package let summary =
    "Distances for LPIPS: the trunk is trained to name the class at every sixteenth pixel, then the "
    + "linear heads are fitted to rendered distortions of known order."
  /// The faces that it is trained on.
  package let data =
    "256 faces of the train world for the trunk, 64 for the heads, each damaged in eight ways"
  /// Steps and hyperparameters of the trunk.
  package let plan: TrainingPlan

  /// Trains the trunk for a number of steps.
  package init(steps: Int = 400) {
    plan = TrainingPlan(
      steps: steps, batchSize: 24, seed: 97, optimizer: .adamW(weightDecay: 0.01),
      schedule: .cosine(peak: 2e-3, warmupSteps: steps / 20, totalSteps: steps, minimum: 2e-5),
      maximumGradientNorm: 5)
  }

  /// The trunk's file and that of the heads.
  package var fileNames: [String] { ["\(name).safetensors", "\(name)-heads.safetensors"] }

  private static let trunkFaces = 256
  private static let headFaces = 64
  /// What two persons' pictures lie apart on average.
  ///
  /// An order has no scale; this is about where LPIPS with AlexNet puts two of CelebAMask-HQ's faces.
  private static let strangers = 0.55
  /// Side of the crops that the trunk learns from.
  private static let cropSide = 128

  /// Trains the trunk on crops of `[128, 128, 3]` with 19 classes, then fits the heads on distorted faces.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let trunkCurve = try trainTrunk(in: environment)
    let headCurve = try fitHeads(in: environment)
    return [trunkCurve, headCurve]
  }

  // MARK: Trunk

  /// Crops of drawn faces, and the class at every pixel that the last layer looks at.
  private struct Crops: BatchSource {
    struct Batch: Sendable {
      let pictures: [Raster]
      let classes: [Int32]
    }

    let faces: [Portrait]
    /// Rows and columns of the last layer's map.
    let positions: Int

    var sampleCount: Int { faces.count * 8 }

    func batch(_ request: BatchRequest) throws -> Batch {
      var random = SplitMix64(seed: request.seed)
      var (pictures, classes): ([Raster], [Int32]) = ([], [])
      for sample in request.samples {
        let face = faces[sample % faces.count]
        let free = face.image.width - PerceptualRecipe.cropSide
        let (top, left) = (random.nextIndex(below: free + 1), random.nextIndex(below: free + 1))
        pictures.append(
          face.image.cropped(
            rows: top..<top + PerceptualRecipe.cropSide,
            columns: left..<left + PerceptualRecipe.cropSide))
        for row in 0..<positions {
          for column in 0..<positions {
            // The center of what a position sees: strides and kernels put it at 16 k + 15.
            let label = face.labels[x: left + 16 * column + 15, y: top + 16 * row + 15]
            classes.append(Int32(label))
          }
        }
      }
      return Batch(pictures: pictures, classes: classes)
    }
  }

  /// The trunk with a reader of its last map.
  private struct Reader: SingleInputNetwork {
    let name = "compact-alexnet-reader"
    var inputShape: [Int] { [3, PerceptualRecipe.cropSide, PerceptualRecipe.cropSide] }

    func describe(_ scope: Scope, _ input: Value) -> Value {
      let last = CompactNetworks.alexNet.lastMap(scope, PerceptualNetwork.scaled(input))
      return scope["reader"].convolution(last, to: ConfusionMatrix.faceClasses, kernel: 1)
    }
  }

  private func trainTrunk(in environment: TrainingEnvironment) throws -> LossCurve {
    let graph = try Graph(tracing: Reader())
    let training = try TrainingSession(name, graphs: [graph], plan: plan, environment: environment)
    let program = try training.program(graph, outputs: [Graph.mainOutput])
    let faces = portraits(Self.trunkFaces, from: 0, in: environment)
    let positions = graph.shape(of: Graph.mainOutput)?[1] ?? 0
    let curve = try training.run(on: Crops(faces: faces, positions: positions)) { batch, state in
      program.fill(batch.pictures)
      program.forward(
        count: batch.pictures.count, parameters: state.parameters, buffers: state.statistics)
      let measured = CrossEntropy().measure(
        program.values(of: Graph.mainOutput), targets: batch.classes,
        addingTo: program.gradients(of: Graph.mainOutput), workers: training.workers)
      program.backward(into: state.gradients)
      return measured.loss
    }
    try environment.write(
      training.tensors(of: try Graph(tracing: CompactNetworks.alexNet)),
      metadata: environment.metadata(plan), to: fileNames[0])
    training.removeCheckpoint()
    return curve
  }

  private func portraits(_ count: Int, from first: Int, in environment: TrainingEnvironment)
    -> [Portrait]
  {
    environment.workers.map(count) { number, _ in
      Portrait(World.train.scene(first + number, seed: 5), size: SyntheticTrainingSet.drawnSide)
    }
  }

  // MARK: Heads

  private func trunk(in environment: TrainingEnvironment) throws -> TrunkActivations {
    try TrunkActivations(file: environment.path(fileNames[0]), workers: environment.workers)
  }

  private func fitHeads(in environment: TrainingEnvironment) throws -> LossCurve {
    let faces = portraits(Self.headFaces, from: Self.trunkFaces, in: environment).map(\.image)
    let triplets = DistortionTriplet.drawn(faces, seed: 7)
    let trunk = try trunk(in: environment)
    let measured = try DistortionTriplet.differences(triplets, of: faces, trunk)
    let fit = PerceptualHeads.fitted(to: measured)
    let weights = PerceptualHeads.scaled(
      fit.weights, putting: try trunk.differencesOfNeighbors(faces), at: Self.strangers)
    let specifications = PerceptualNetwork(trunk: CompactNetworks.alexNet).heads
    var next = 0
    let heads = specifications.map { head in
      let count = head.shape.elementCount
      defer { next += count }
      return (
        name: head.name,
        tensor: Tensor(shape: head.shape, values: Array(weights[next..<next + count]))
      )
    }
    try environment.write(heads, metadata: ["triplets": "\(triplets.count)"], to: fileNames[1])
    return fit.curve
  }

  // MARK: Evaluation

  private static let evaluatedFaces = 60

  /// The share of pairs of damaged pictures of the test world that the distance puts in order, 0…1.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    let faces = environment.workers.map(Self.evaluatedFaces) { number, _ in
      Portrait(World.test.scene(number, seed: 5), size: SyntheticTrainingSet.drawnSide).image
    }
    let triplets = DistortionTriplet.drawn(faces, seed: 8)
    let measured = try DistortionTriplet.differences(
      triplets, of: faces, try trunk(in: environment))
    let heads = try PerceptualHeads.read(environment.path(fileNames[1]))
    let right = measured.map {
      PerceptualHeads.distance(heads, $0.nearer) < PerceptualHeads.distance(heads, $0.farther)
    }
    let byKind = Distortion.allCases.map { kind in
      let own = triplets.indices.filter { triplets[$0].kind == kind }
      return "\(kind.rawValue) \(1000 * own.count { right[$0] } / max(own.count, 1))"
    }
    return [
      HeldOutMetric(
        name: "triplets in order", value: Double(right.count(where: \.self)) / Double(right.count),
        minimum: 0.95,
        data:
          "\(triplets.count) pairs of damage to \(faces.count) faces of the test world, one stronger; "
          + "thousandths by kind: \(byKind.joined(separator: ", "))")
    ]
  }
}
