import Gradients
import Graphs
import Kernels
import Tensors

/// A guide's memory for groups of images; one thread at a time uses it.
package final class GuideSession {
  /// What a group is drawn to, one entry an image.
  package struct Targets {
    /// Embeddings of the texts; may be empty without text guidance.
    package var texts: [[Float]]
    /// The reference images at the noise of the timestep; may be empty without guidance by images.
    package var references: [Tensor]

    /// Targets.
    package init(texts: [[Float]] = [], references: [Tensor] = []) {
      self.texts = texts
      self.references = references
    }
  }

  private let guidance: Guidance
  private let program: GradientProgram
  private let parameters: ParameterBlock
  /// What the tower reads of each timestep.
  private let moments: [Int: [String: Tensor]]
  private let featureTaps: [String]
  private let workers: Workers

  init(
    _ guidance: Guidance, program: GradientProgram, parameters: ParameterBlock,
    moments: [Int: [String: Tensor]], featureTaps: [String], workers: Workers
  ) {
    self.guidance = guidance
    self.program = program
    self.parameters = parameters
    self.moments = moments
    self.featureTaps = featureTaps
    self.workers = workers
  }

  /// How well each image of a group meets its targets, weighted, and the gradients by its pixels.
  ///
  /// - Parameters:
  ///   - samples: `[3, S, S]` each, noisy.
  ///   - timestep: of the 1000 of training, one of those that the session was prepared for.
  ///   - targets: one entry an image of those that the guidance reads.
  /// - Returns: a value and a gradient shaped like the image for each.
  /// - Throws: `GraphError` for images of another shape.
  package func measure(
    _ samples: [Tensor], at timestep: Int, _ targets: Targets
  ) throws -> [(value: Double, gradient: Tensor)] {
    let count = samples.count
    var wanted: [String: [[Float]]] = [:]
    if guidance.readsReference {
      try run(targets.references, timestep)
      for output in program.outputs { wanted[output] = features(of: output, count) }
    }
    try run(samples, timestep)
    var values = [Double](repeating: 0, count: count)
    for output in program.outputs {
      let found = features(of: output, count)
      for comparison in terms(output, found, wanted[output] ?? [], targets.texts) {
        for image in 0..<count {
          values[image] += comparison.weight * comparison.parts[image].value
          program.gradients(of: output).image(image, of: count)
            .add(comparison.parts[image].gradient, times: Float(comparison.weight))
        }
      }
    }
    program.backward(into: nil)
    let gradients = program.gradients(ofInput: "image")
    return samples.indices.map { image in
      (values[image], gradients.image(image, of: count).planar(shape: samples[image].shape))
    }
  }

  private func run(_ images: [Tensor], _ timestep: Int) throws {
    guard let moment = moments[timestep] else {
      preconditionFailure("timestep \(timestep) was not prepared")
    }
    try program.fill(named: images.map { moment.merging(["image": $0]) { $1 } })
    program.forward(count: images.count, parameters: parameters, repacks: false)
  }

  /// A result of each image, `[H·W, C]`.
  private func features(of output: String, _ count: Int) -> [[Float]] {
    let view = program.values(of: output)
    return (0..<count).map { view.image($0, of: count).pixelValues() }
  }

  /// A term of the guidance, one part for each image.
  private struct Term {
    let weight: Double
    let parts: [FeatureComparison]
  }

  /// The terms that read a result.
  private func terms(
    _ output: String, _ found: [[Float]], _ wanted: [[Float]], _ texts: [[Float]]
  ) -> [Term] {
    func term(
      _ weight: Double, _ targets: [[Float]],
      _ compare: @Sendable ([Float], [Float]) -> FeatureComparison
    ) -> Term? {
      guard weight != 0 else { return nil }
      return Term(
        weight: weight,
        parts: workers.map(found.count) { index, _ in compare(found[index], targets[index]) })
    }
    guard let place = featureTaps.firstIndex(of: output) else {
      return [
        term(guidance.text, texts, FeatureComparison.cosine),
        term(guidance.content, wanted, FeatureComparison.cosine),
      ].compactMap(\.self)
    }
    let channels = program.values(of: output).channels
    let structure =
      place > 0 ? term(guidance.structure, wanted, FeatureComparison.likeness) : nil
    guard guidance.gram == .batch, guidance.style != 0 else {
      let style = term(guidance.style, wanted) { .style($0, $1, channels: channels) }
      return [structure, style].compactMap(\.self)
    }
    let joined = FeatureComparison.style(
      found.interleaved(channels), wanted.interleaved(channels), channels: channels * found.count)
    return [structure, Term(weight: guidance.style, parts: joined.parts(found.count, channels))]
      .compactMap(\.self)
  }
}

extension [[Float]] {
  /// Features `[P, C]` of several images as one `[P, N·C]`.
  fileprivate func interleaved(_ channels: Int) -> [Float] {
    let pixels = (first?.count ?? 0) / channels
    return (0..<pixels).flatMap { pixel in
      flatMap { $0[pixel * channels..<(pixel + 1) * channels] }
    }
  }
}

extension FeatureComparison {
  /// The way back from features of several images as one; the value, which belongs to none alone, goes to the first.
  fileprivate func parts(_ count: Int, _ channels: Int) -> [FeatureComparison] {
    (0..<count).map { image in
      let starts = stride(from: image * channels, to: gradient.count, by: count * channels)
      return FeatureComparison(
        value: image == 0 ? value : 0,
        gradient: starts.flatMap { gradient[$0..<$0 + channels] })
    }
  }
}

extension MapView {
  /// Adds `[H·W, C]` values, each times a factor.
  fileprivate func add(_ values: [Float], times factor: Float) {
    withMutableValues { own in
      for pixel in 0..<pixels {
        for channel in 0..<channels {
          own[pixel * pixelStride + channel] += factor * values[pixel * channels + channel]
        }
      }
    }
  }
}
