import Checkpoints
import Diffusion
import Faces
import Foundation
import Gradients
import Graphs
import Images
import Kernels
import Models
import Networks
import Pipelines
import Recipes
import Tensors
import Training

/// SCA-DM's compact networks: a latent diffusion by label map and style codes, and the encoder that makes the codes.
///
/// Source: Ergasti et al., arXiv 2403.12743, section 3; `ErgastiAlex/SCA-DM`, `configs/latent-diffusion/diffusion.yaml`.
///
/// - Deviation: the velocity is predicted; timesteps with little noise are held down for the first half; averages are
///   kept of the style encoder too, which the published training does not do.
package struct SCADMRecipe: Recipe {
  /// Name of the system's file.
  package var name: String { unet.name }
  /// What it is for and what it learns.
  package var summary: String {
    "The compact system `sca-dm`: a latent diffusion of 128-pixel faces by label map and by a style code of each class"
      + (unet.configuration.isMasked
        ? "." : ", every pixel of which sees all codes, for comparison.")
  }
  /// The faces that it is trained on.
  package var data: String {
    faces.text + ", half of them mirrored; half of the images whose style is read are black"
  }
  /// Steps and hyperparameters of the first part.
  package let plan: TrainingPlan
  private let detailPlan: TrainingPlan
  private let faces: SyntheticTrainingSet.Plan
  private let unet: SCADMUNet

  /// Chooses length, batches and faces.
  ///
  /// - Parameters:
  ///   - isMasked: whether a pixel reads the code of its own class alone.
  ///   - steps: how long.
  ///   - detailSteps: how long behind that with the weights of ``FaceDetails``.
  ///   - batchSize: samples of a step.
  ///   - faces: the faces.
  package init(
    isMasked: Bool = true, steps: Int = 5400, detailSteps: Int = 3600, batchSize: Int = 16,
    faces: SyntheticTrainingSet.Plan = .shared
  ) {
    self.faces = faces
    unet = CompactNetworks.scadm(isMasked: isMasked)
    plan = .diffusion(steps: steps, batchSize: batchSize, seed: 167)
    detailPlan = .diffusion(
      steps: detailSteps, batchSize: batchSize, seed: 197, peak: 6e-4, minimum: 1e-5)
  }

  /// Both plans in words.
  package var hyperparameters: String {
    "\(plan.description), then with pixels near eyes, glasses, brows and mouths weighed higher: "
      + detailPlan.description
  }

  /// The U-Net and the style encoder.
  package var networks: [any PublishedNetwork] { [unet, SCADMStyleEncoder.compact] }

  /// Both networks, which learn together, under the names that the published file has.
  private struct Pair: Network {
    let unet: SCADMUNet
    let encoder = SCADMStyleEncoder.compact
    var name: String { unet.name }
    var inputs: [NetworkInput] {
      unet.inputs.filter { $0.name != "codes" } + encoder.inputs.filter { $0.name == "image" }
    }

    func describe(_ scope: Scope, _ inputs: TracedInputs) -> Value {
      let codes = encoder.describe(
        scope["cond_stage_model"],
        inputs.forPart(["image": inputs["image"], "map": inputs["map"]]))
      return unet.describe(
        scope["model"]["diffusion_model"],
        inputs.forPart([
          "latent": inputs["latent"], "timestep": inputs["timestep"], "map": inputs["map"],
          "codes": codes,
        ]))
    }
  }

  /// Trains both networks, then goes on with details weighed higher, and writes them as one file.
  ///
  /// A sample is a noisy latent of `[4, 32, 32]`, its timestep, the face's label map `[19, 128, 128]` and the face
  /// itself `[3, 128, 128]`, or zeros.
  ///
  /// - Throws: errors of files, ``TrainingStopped``, `TrainingError`.
  package func train(in environment: TrainingEnvironment) throws -> [LossCurve] {
    let faces = try SyntheticTrainingSet(self.faces, in: environment)
    let latents = try LatentSet(faces, by: environment.codec(), in: environment)
    let first = "\(name).first"
    let start =
      try environment.finished(name, plan, in: first)
      ?? train(name, plan, on: latents, to: first, in: environment)
    let details = try train(
      "\(name)-details", detailPlan, on: latents,
      from: Checkpoint.open(path: environment.path(first)),
      to: fileNames[0], in: environment)
    unlink(environment.path(first))
    return [start, details]
  }

  /// Trains a part, which goes on from what a part before it has learned and then favors details.
  private func train(
    _ part: String, _ plan: TrainingPlan, on latents: LatentSet, from begun: Checkpoint? = nil,
    to file: String, in environment: TrainingEnvironment
  ) throws -> LossCurve {
    let graph = try Graph(tracing: Pair(unet: unet))
    let training = try TrainingSession(
      part, graphs: [graph],
      initialValues: try begun?.bind(to: graph.parameters)
        ?? graph.zeros(
          of: [
            "out_layers.2.weight", "out_layers.3.weight", "proj_out.weight",
            "diffusion_model.out.2.weight",
          ]), plan: plan,
      environment: environment)
    let program = try training.program(graph, outputs: [Graph.mainOutput])
    let source = try NoisyLatents(
      latents, favorsDetails: begun != nil, workers: environment.workers)
    let curve = try training.run(on: source) { samples, state in
      let inputs = try environment.workers.map(samples.count) { index, _ in
        try Self.inputs(of: samples[index], among: source.faces)
      }
      try program.fill(named: inputs)
      program.forward(
        count: samples.count, parameters: state.parameters, buffers: state.statistics)
      // Towards the end every timestep counts alike, so that little noise does not stay as grain.
      let loss = DenoisingLoss(limitsSignal: state.step < plan.steps / 2)
        .measure(samples, by: program)
      program.backward(into: state.gradients)
      return loss
    }
    try environment.write(
      training.tensors(of: graph),
      metadata: begun == nil ? environment.metadata(plan, curve) : ["plan": hyperparameters],
      to: file)
    training.removeCheckpoint()
    return curve
  }

  /// What a sample brings to both networks; half of all images are black.
  private static func inputs(
    of sample: NoisyLatents.Sample, among faces: SyntheticTrainingSet
  ) throws -> [String: Tensor] {
    var random = SplitMix64(seed: sample.seed)
    let face = faces.picture(sample.face, isMirrored: sample.isMirrored).signedPlanes
    let isDiscarded = random.nextIndex(below: 2) == 1
    let labels = faces.labels(sample.face, isMirrored: sample.isMirrored)
    return [
      "latent": sample.latent, "timestep": sample.timestep,
      "image": isDiscarded ? Tensor(shape: face.shape) : face,
      "map": try LabelMapCondition(
        labels, side: SyntheticTrainingSet.side, classes: CompactNetworks.mapClasses
      ).map,
    ]
  }

  /// Measures how well it finds the noise of faces of the test world.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func evaluate(in environment: TrainingEnvironment) throws -> [HeldOutMetric] {
    try evaluation(in: environment).metrics()
  }

  /// Faces by label map and styles.
  ///
  /// - Throws: errors of files; `GraphError` if a result is not finite.
  package func pictures(in environment: TrainingEnvironment) throws -> [CardPicture] {
    try evaluation(in: environment).pictures()
  }

  private func evaluation(in environment: TrainingEnvironment) throws -> SCADMEvaluation {
    try SCADMEvaluation(
      file: fileNames[0], isMasked: unet.configuration.isMasked, in: environment)
  }
}
