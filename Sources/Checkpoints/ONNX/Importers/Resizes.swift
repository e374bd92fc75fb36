import Graphs
import Tensors

extension ONNXImporters {
  /// `Resize` and `Upsample` where they are what PyTorch's `interpolate` computes.
  static func resize(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let input = try step.map(0)
    let node = step.node
    _ = try node.integer("antialias", default: 0, in: 0...0)
    if let axes = node.integers("axes") { throw node.refuse("has axes \(axes); state all sizes") }
    let (rows, columns) = try target(step, input)
    // Before operator set 11 positions were always asymmetric, and rounded down when enlarging.
    let isOld = step.walk.operatorSet < 11
    let mode = node.word("mode", default: "nearest")
    let position = node.word(
      "coordinate_transformation_mode", default: isOld ? "asymmetric" : "half_pixel")
    let rounding = node.word("nearest_mode", default: isOld ? "old" : "round_prefer_floor")
    if mode == "nearest", isFloor(from: input.rows, to: rows, position, rounding),
      isFloor(from: input.columns, to: columns, position, rounding)
    {
      return .value(input.resizedNearest(rows: rows, columns: columns))
    }
    if mode == "linear", let alignCorners = alignsCorners(position, rows: rows, columns: columns) {
      return .value(
        input.resizedBilinear(rows: rows, columns: columns, alignCorners: alignCorners))
    }
    throw node.refuse(
      "resizes \(input.shape) to \(rows)×\(columns) with mode \(mode), positions \(position), "
        + "rounding \(rounding); there is no such operation")
  }

  /// PyTorch's flag for bilinear positions; nil if it has no such positions.
  private static func alignsCorners(_ position: String, rows: Int, columns: Int) -> Bool? {
    switch position {
    case "half_pixel": false
    // Differs from the former for a single row or column only.
    case "pytorch_half_pixel" where rows > 1 && columns > 1: false
    case "align_corners": true
    default: nil
    }
  }

  /// Whether the source index is `⌊i · inputs / outputs⌋`, PyTorch's nearest, for every `i`.
  private static func isFloor(
    from inputs: Int, to outputs: Int, _ position: String, _ rounding: String
  ) -> Bool {
    let isWhole = outputs % inputs == 0
    switch (position, rounding) {
    case ("asymmetric", "floor"): return true
    case ("asymmetric", "old"): return outputs >= inputs
    // Halves, the only fractions of a doubling, go down.
    case ("asymmetric", "round_prefer_floor"): return outputs == inputs || outputs == 2 * inputs
    // (r + ½) / k − ½ lies strictly between −½ and ½ for r < k.
    case ("half_pixel", "round_prefer_floor"), ("half_pixel", "round_prefer_ceil"): return isWhole
    default: return false
    }
  }

  /// Rows and columns of the result, from sizes or from factors that give whole pixels.
  private static func target(_ step: ONNXStep, _ input: Value) throws(ONNXError) -> (Int, Int) {
    if case .integers(let sizes) = step.operand(3), !sizes.isEmpty {
      let isStretch = step.node.word("keep_aspect_ratio_policy", default: "stretch") == "stretch"
      guard sizes.count == 4, sizes[0] == 1, sizes[1] == input.channels, isStretch,
        sizes.allSatisfy((1...ONNXWalk.largestExtent).contains)
      else { throw step.node.refuse("has sizes \(sizes) for \(input.shape)") }
      return (sizes[2], sizes[3])
    }
    let index = step.walk.operatorSet < 11 ? 1 : 2
    let factors = try step.constant(index)?.tensor.values ?? step.node.floats("scales") ?? []
    guard factors.count == 4, factors[0] == 1, factors[1] == 1,
      let rows = scaled(input.rows, by: factors[2]),
      let columns = scaled(input.columns, by: factors[3])
    else {
      throw step.node.refuse("has scales \(factors), which give \(input.shape) no whole size")
    }
    return (rows, columns)
  }

  private static func scaled(_ size: Int, by factor: Float) -> Int? {
    let product = Double(size) * Double(factor)
    // The largest extent bounds the conversion; NaN fails the comparison.
    guard product >= 1, product <= Double(ONNXWalk.largestExtent) else { return nil }
    return Int(exactly: product)
  }
}
