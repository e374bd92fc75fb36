import Checkpoints

/// An input of a model file: an image `[N, C, H, W]` or a vector `[N, D]`.
struct ONNXInput: Sendable {
  /// Its edge's name.
  let name: String
  /// Extents after the batch axis; nil where the file leaves them open.
  let extents: [Int?]

  /// The inputs of a graph; older files list initializers among them as well.
  ///
  /// - Throws: ``ONNXError`` if there is none, and for one that is neither an image nor a vector of floats.
  static func all(of graph: Onnx_GraphProto, path: String) throws(ONNXError) -> [ONNXInput] {
    let stored = Set(graph.initializer.map(\.name))
    let inputs = graph.input.filter { !stored.contains($0.name) }
    func fail(_ reason: String) -> ONNXError {
      ONNXError(path: path, problem: .input(reason: reason))
    }
    guard !inputs.isEmpty else { throw fail("has 0 inputs ([]), but one image is needed") }
    guard Set(inputs.map(\.name)).count == inputs.count else {
      throw fail("has several inputs of one name (\(inputs.map(\.name)))")
    }
    var all: [ONNXInput] = []
    for input in inputs {
      let type = input.type.tensorType
      guard ONNXElement(rawValue: Int(type.elemType))?.type.isFloatingPoint == true else {
        throw fail("input '\(input.name)' has element type \(type.elemType), not a float type")
      }
      guard [2, 4].contains(type.shape.dim.count) else {
        throw fail(
          "input '\(input.name)' has \(type.shape.dim.count) axes, not [N, C, H, W] or [N, D]")
      }
      let extents = type.shape.dim.dropFirst().map { $0.dimValue > 0 ? Int($0.dimValue) : nil }
      all.append(ONNXInput(name: input.name, extents: extents))
    }
    return all
  }

  /// The extents after the batch axis, given by the caller where the file leaves them open.
  ///
  /// - Throws: ``ONNXError`` if an extent is missing or contradicts the file.
  func shape(given: [Int]?, in path: String) throws(ONNXError) -> [Int] {
    let stated = extents.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
    guard let shape = given ?? whole else {
      throw ONNXError(
        path: path,
        problem: .input(reason: "input '\(name)' is [N, \(stated)]; state the open sizes"))
    }
    let agrees =
      shape.count == extents.count && zip(shape, extents).allSatisfy { $0 == ($1 ?? $0) }
    guard agrees, shape.allSatisfy((1...ONNXWalk.largestExtent).contains) else {
      throw ONNXError(
        path: path,
        problem: .input(reason: "input '\(name)' is [N, \(stated)], \(shape) does not fit"))
    }
    return shape
  }

  private var whole: [Int]? {
    let present = extents.compactMap(\.self)
    return present.count == extents.count ? present : nil
  }
}
