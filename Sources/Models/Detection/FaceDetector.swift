import Foundation
import Graphs
import Images
import Networks
import Synchronization
import Tensors

/// MTCNN: three networks, each of which looks closer at what the one before it proposes.
///
/// Source: timesler/facenet-pytorch, `models/utils/detect_face.py`, with its defaults.
///
/// - Deviation: a box that leaves the image altogether is dropped, where the reference stops with an error.
package final class FaceDetector: Sendable {
  /// Settings of the cascade.
  package struct Settings: Hashable, Sendable {
    /// Shorter side of the least face in pixels.
    package var leastFace = 20
    /// Least probability after each network.
    package var thresholds: [Float] = [0.6, 0.7, 0.7]
    /// Ratio of the sizes in which the image is searched.
    package var shrinking = 0.709

    /// facenet-pytorch's defaults.
    package init() {}
  }

  /// The settings in use.
  package let settings: Settings
  private let parameters: [MTCNN.Part: [String: Tensor]]
  private let proposals = Mutex<[[Int]: Executable]>([:])
  private let refinement: Executable
  private let output: Executable

  /// Images of many sizes must not fill the memory with compiled networks.
  private static let cacheLimit = 64

  /// Combines the networks' published parameters.
  ///
  /// - Throws: `GraphError` for parameters that are missing or misshapen.
  package init(
    parameters: [MTCNN.Part: [String: Tensor]], settings: Settings = Settings()
  ) throws(GraphError) {
    self.settings = settings
    var arranged: [MTCNN.Part: [String: Tensor]] = [:]
    for part in MTCNN.Part.allCases {
      arranged[part] = MTCNN(part).arranged(parameters[part] ?? [:])
    }
    self.parameters = arranged
    refinement = try Self.executable(.refinement, arranged)
    output = try Self.executable(.output, arranged)
  }

  private static func executable(
    _ part: MTCNN.Part, _ parameters: [MTCNN.Part: [String: Tensor]], shape: [Int]? = nil
  ) throws(GraphError) -> Executable {
    let network = MTCNN(part)
    let graph = try Graph(tracing: network, inputShape: shape ?? network.inputShape)
    return try Executable(graph, parameters: parameters[part] ?? [:], outputs: network.results)
  }

  private func proposal(_ shape: [Int]) throws(GraphError) -> Executable {
    try proposals.withLock { (cache) throws(GraphError) -> Executable in
      if let found = cache[shape] { return found }
      if cache.count >= Self.cacheLimit { cache.removeAll() }
      let executable = try Self.executable(.proposal, parameters, shape: shape)
      cache[shape] = executable
      return executable
    }
  }

  /// All faces of an RGB image, the largest first.
  ///
  /// - Throws: `GraphError` for weights that give no finite numbers.
  package func faces(in image: Raster, workspace: Workspace) throws(GraphError) -> [DetectedFace] {
    let planes = image.planes
    var boxes = try proposed(planes, workspace).map(\.squared)
    boxes = try refined(boxes, of: planes, workspace).map(\.squared)
    return try finished(boxes, of: planes, workspace).sorted { $0.area > $1.area }
  }

  // MARK: First network

  private func proposed(
    _ image: Tensor, _ workspace: Workspace
  ) throws(GraphError) -> [CandidateBox] {
    var boxes: [CandidateBox] = []
    var corrections: [[Float]] = []
    for scale in scales(of: image) {
      let found = try proposed(image, at: scale, workspace)
      for index in found.boxes.withoutOverlaps(above: 0.5, by: .union) {
        boxes.append(found.boxes[index])
        corrections.append(found.corrections[index])
      }
    }
    return boxes.withoutOverlaps(above: 0.7, by: .union).map {
      boxes[$0].moved(by: corrections[$0], inclusive: false)
    }
  }

  /// Sizes, relative to the image, at which a face of the window's 12 pixels is searched.
  private func scales(of image: Tensor) -> [Double] {
    let first = 12 / Double(settings.leastFace)
    var side = Double(min(image.shape[1], image.shape[2])) * first
    var scale = first
    var scales: [Double] = []
    while side >= 12 {
      scales.append(scale)
      scale *= settings.shrinking
      side *= settings.shrinking
    }
    return scales
  }

  private func proposed(
    _ image: Tensor, at scale: Double, _ workspace: Workspace
  ) throws(GraphError) -> (boxes: [CandidateBox], corrections: [[Float]]) {
    let input = prepared(
      image, width: Int(Double(image.shape[2]) * scale + 1),
      height: Int(Double(image.shape[1]) * scale + 1))
    let results = try results(of: proposal(input.shape), for: input, workspace)
    guard let classes = results["classes"], let moves = results["boxes"] else { return ([], []) }
    let (width, count) = (classes.shape[2], classes.shape[1] * classes.shape[2])
    var boxes: [CandidateBox] = []
    var corrections: [[Float]] = []
    for pixel in 0..<count {
      let score = faceProbability(classes.values[pixel], classes.values[count + pixel])
      guard score >= settings.thresholds[0] else { continue }
      let (x, y) = (Float(2 * (pixel % width)), Float(2 * (pixel / width)))
      func old(_ position: Float) -> Float { (position / Float(scale)).rounded(.down) }
      boxes.append(
        CandidateBox(x1: old(x + 1), y1: old(y + 1), x2: old(x + 12), y2: old(y + 12), score: score)
      )
      corrections.append((0..<4).map { moves.values[$0 * count + pixel] })
    }
    return (boxes, corrections)
  }

  // MARK: The others

  private func refined(
    _ boxes: [CandidateBox], of image: Tensor, _ workspace: Workspace
  ) throws(GraphError) -> [CandidateBox] {
    var passed: [CandidateBox] = []
    var corrections: [[Float]] = []
    for box in boxes {
      guard let results = try run(refinement, on: box, of: image, workspace),
        let found = results.candidate(in: box), found.score > settings.thresholds[1]
      else { continue }
      passed.append(found)
      corrections.append(results["boxes"]?.values ?? [])
    }
    return passed.withoutOverlaps(above: 0.7, by: .union).map {
      passed[$0].moved(by: corrections[$0], inclusive: true)
    }
  }

  private func finished(
    _ boxes: [CandidateBox], of image: Tensor, _ workspace: Workspace
  ) throws(GraphError) -> [DetectedFace] {
    var passed: [CandidateBox] = []
    var landmarks: [[SIMD2<Float>]] = []
    for box in boxes {
      guard let results = try run(output, on: box, of: image, workspace),
        let found = results.candidate(in: box), found.score > settings.thresholds[2],
        let points = results["landmarks"]?.values, let moves = results["boxes"]?.values
      else { continue }
      landmarks.append(
        (0..<5).map {
          SIMD2(
            (box.width + 1) * points[$0] + box.x1 - 1,
            (box.height + 1) * points[$0 + 5] + box.y1 - 1)
        })
      passed.append(found.moved(by: moves, inclusive: true))
    }
    return passed.withoutOverlaps(above: 0.7, by: .smaller).map { index in
      let box = passed[index]
      return DetectedFace(
        box: [box.x1, box.y1, box.x2, box.y2], score: box.score, landmarks: landmarks[index])
    }
  }

  private func run(
    _ executable: Executable, on box: CandidateBox, of image: Tensor, _ workspace: Workspace
  ) throws(GraphError) -> [String: Tensor]? {
    guard let part = box.pixels(width: image.shape[2], height: image.shape[1]) else { return nil }
    let side = executable.graph.inputShape[1]
    let crop = image.cropped(rows: part.rows, columns: part.columns)
    return try results(of: executable, for: prepared(crop, width: side, height: side), workspace)
  }

  private func results(
    of executable: Executable, for input: Tensor, _ workspace: Workspace
  ) throws(GraphError) -> [String: Tensor] {
    executable.compute([input], in: workspace)
    try executable.requireFinite(in: workspace)
    return Dictionary(
      executable.outputs.map { ($0, executable.result($0, in: workspace)) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Averaged to a size, then (x − 127.5) / 128.
  private func prepared(_ image: Tensor, width: Int, height: Int) -> Tensor {
    var input = image.resized(width: width, height: height, filter: .adaptiveAverage)
    for index in input.values.indices {
      input.values[index] = (input.values[index] - 127.5) * 0.0078125
    }
    return input
  }
}

extension [String: Tensor] {
  /// The box with the probability that these results give it.
  fileprivate func candidate(in box: CandidateBox) -> CandidateBox? {
    guard let classes = self["classes"]?.values, classes.count == 2 else { return nil }
    var box = box
    box.score = faceProbability(classes[0], classes[1])
    return box
  }
}

/// Softmax of two logits: the probability of the second.
private func faceProbability(_ none: Float, _ face: Float) -> Float {
  let largest = max(none, face)
  let (none, face) = (expf(none - largest), expf(face - largest))
  return face / (none + face)
}
