import Graphs
import Kernels
import Tensors

extension ONNXImporters {
  /// `Resize` and `Upsample` of any axes, each by itself.
  static func resize(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let result = try step.resultOrStored(0)
    let sizes = try ONNXResizeTarget.all(step, result.shape)
    let rule = try ONNXResizeRule(step)
    let isMeant = sizes.allSatisfy { $0.isUnchanged || $0.inputs <= ONNXWalk.largestExtent }
    guard isMeant, !ONNXWalk.isTooLarge(sizes.map { max($0.inputs, $0.outputs) }) else {
      throw step.node.refuse("resizes \(result.shape) to \(sizes.map(\.outputs))")
    }
    if let map = ONNXStep.map(result), sizes[0].isUnchanged, sizes[1].isUnchanged {
      if let known = rule.known(map, rows: sizes[2], columns: sizes[3]) {
        return .value(batchOf: known)
      }
      return .value(
        batchOf: map.resampled(
          Resampling(rows: rule.taps(sizes[2]), columns: rule.taps(sizes[3]))))
    }
    var resized = result
    for (axis, size) in sizes.enumerated() where !size.isUnchanged {
      resized = resampled(resized, axis: axis, taps: rule.taps(size))
    }
    return .value(resized)
  }
}

/// The old and the new extent of an axis.
struct ONNXResizeTarget {
  let inputs: Int
  let outputs: Int
  /// New by old extent, as stated, which need not be their quotient.
  let scale: Float

  var isUnchanged: Bool { inputs == outputs && scale == 1 }

  /// Whether the factor is that of the sizes.
  var isQuotient: Bool {
    let (old, new) = (Float(inputs), Float(outputs))
    return old * scale == new || scale == new / old
  }

  /// The target of every axis, from sizes or factors.
  ///
  /// - Throws: ``ONNXError`` for sizes that are none.
  static func all(_ step: ONNXStep, _ shape: [Int]) throws(ONNXError) -> [ONNXResizeTarget] {
    let axes = try step.node.integers("axes").map { axes throws(ONNXError) in
      try axes.map { axis throws(ONNXError) in try step.axis(axis, of: shape.count) }
    }
    let touched = axes ?? Array(shape.indices)
    guard Set(touched).count == touched.count else {
      throw step.node.refuse("works along axes \(touched)")
    }
    var targets = shape.map { ONNXResizeTarget(inputs: $0, outputs: $0, scale: 1) }
    if case .integers(let sizes) = step.operand(3), !sizes.values.isEmpty {
      let (wanted, scale) = try fitted(step, sizes.values, touched.map { shape[$0] })
      guard wanted.count == touched.count,
        wanted.allSatisfy((1...ONNXWalk.largestExtent).contains)
      else { throw step.node.refuse("has sizes \(wanted) for \(shape)") }
      for (axis, size) in zip(touched, wanted) {
        targets[axis] = ONNXResizeTarget(
          inputs: shape[axis], outputs: size, scale: scale ?? Float(size) / Float(shape[axis]))
      }
      return targets
    }
    let index = step.walk.operatorSet < 11 ? 1 : 2
    let factors = try step.constant(index)?.tensor.values ?? step.node.floats("scales") ?? []
    guard factors.count == touched.count else {
      throw step.node.refuse("has scales \(factors) for \(shape)")
    }
    for (axis, factor) in zip(touched, factors) {
      let product = Double(shape[axis]) * Double(factor)
      // The largest extent bounds the conversion; NaN fails the comparison.
      guard product >= 1, product < Double(ONNXWalk.largestExtent + 1) else {
        throw step.node.refuse("has scales \(factors), which leave nothing of \(shape)")
      }
      targets[axis] = ONNXResizeTarget(
        inputs: shape[axis], outputs: Int(product), scale: factor)
    }
    return targets
  }

  /// Sizes as they are, or bounds within or beyond which the shape is kept, with the factor of all axes.
  private static func fitted(_ step: ONNXStep, _ sizes: [Int], _ extents: [Int])
    throws(ONNXError) -> (sizes: [Int], scale: Float?)
  {
    let policy = step.node.word("keep_aspect_ratio_policy", default: "stretch")
    guard policy != "stretch", sizes.count == extents.count else { return (sizes, nil) }
    let scales = zip(sizes, extents).map { Float($0) / Float($1) }
    let scale: Float?
    switch policy {
    case "not_larger": scale = scales.min()
    case "not_smaller": scale = scales.max()
    default: throw step.node.refuse("has keep_aspect_ratio_policy \(policy)")
    }
    let largest = Float(ONNXWalk.largestExtent)
    let kept = extents.map { Int(max(min((Float($0) * (scale ?? 1)).rounded(), largest), 0)) }
    return (kept, scale)
  }
}

/// How new positions are found among old ones, and what is taken there.
struct ONNXResizeRule {
  private let mode: String
  private let position: String
  private let rounding: String
  private let cubic: Float
  private let excludesOutside: Bool
  private let isAntialiased: Bool

  init(_ step: ONNXStep) throws(ONNXError) {
    let node = step.node
    // Before operator set 11 positions were always asymmetric, and rounded down when enlarging.
    let isOld = step.walk.operatorSet < 11
    mode = node.word("mode", default: "nearest")
    position = node.word(
      "coordinate_transformation_mode", default: isOld ? "asymmetric" : "half_pixel")
    rounding = node.word("nearest_mode", default: isOld ? "old" : "round_prefer_floor")
    cubic = node.float("cubic_coeff_a", default: -0.75)
    excludesOutside = try node.integer("exclude_outside", default: 0, in: 0...1) == 1
    isAntialiased = try node.integer("antialias", default: 0, in: 0...1) == 1
    let positions = [
      "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric",
      "tf_half_pixel_for_nn",
    ]
    guard positions.contains(position) else {
      throw node.refuse(
        "has coordinate_transformation_mode \(position); known are "
          + positions.joined(separator: ", "))
    }
    let roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil", "old"]
    guard ["nearest", "linear", "cubic"].contains(mode), roundings.contains(rounding) else {
      throw node.refuse("has mode \(mode) and nearest_mode \(rounding)")
    }
  }

  /// PyTorch's own interpolations, which the graph knows as such; nil for all others.
  func known(_ map: Value, rows: ONNXResizeTarget, columns: ONNXResizeTarget) -> Value? {
    guard rows.isQuotient, columns.isQuotient else { return nil }
    if mode == "nearest", isFloor(rows), isFloor(columns) {
      return map.resizedNearest(rows: rows.outputs, columns: columns.outputs)
    }
    guard mode == "linear", !isAntialiased else { return nil }
    switch position {
    case "half_pixel":
      return map.resizedBilinear(
        rows: rows.outputs, columns: columns.outputs, alignCorners: false)
    // Differs from the former for a single row or column only.
    case "pytorch_half_pixel" where rows.outputs > 1 && columns.outputs > 1:
      return map.resizedBilinear(
        rows: rows.outputs, columns: columns.outputs, alignCorners: false)
    case "align_corners":
      return map.resizedBilinear(rows: rows.outputs, columns: columns.outputs, alignCorners: true)
    default: return nil
    }
  }

  /// Whether the source index is `⌊i · inputs / outputs⌋`, PyTorch's nearest, for every `i`.
  private func isFloor(_ axis: ONNXResizeTarget) -> Bool {
    let (inputs, outputs) = (axis.inputs, axis.outputs)
    switch (position, rounding) {
    case ("asymmetric", "floor"): return true
    case ("asymmetric", "old"): return outputs >= inputs
    // Halves, the only fractions of a doubling, go down.
    case ("asymmetric", "round_prefer_floor"): return outputs == inputs || outputs == 2 * inputs
    // (r + ½) / k − ½ lies strictly between −½ and ½ for r < k.
    case ("half_pixel", "round_prefer_floor"), ("half_pixel", "round_prefer_ceil"):
      return outputs % inputs == 0
    default: return false
    }
  }

  /// The old positions that each new one of an axis reads.
  func taps(_ axis: ONNXResizeTarget) -> [[Resampling.Tap]] {
    if axis.isUnchanged { return Resampling.unchanged(axis.inputs) }
    return (0..<axis.outputs).map { index in
      let source = source(of: Float(index), axis)
      switch mode {
      case "nearest": return [Resampling.Tap(nearest(source, axis))]
      case "linear": return weighted(source, axis, reach: 1) { max(0, 1 - abs($0)) }
      default:
        return weighted(source, axis, reach: 2) {
          Resampling.keysCubic($0, coefficient: Double(cubic))
        }
      }
    }
  }

  /// Where a new position lies among the old ones; in Float32, as onnxruntime computes it.
  private func source(of index: Float, _ axis: ONNXResizeTarget) -> Float {
    let (inputs, outputs) = (Float(axis.inputs), Float(axis.outputs))
    switch position {
    case "asymmetric": return index / axis.scale
    case "pytorch_half_pixel": return axis.outputs > 1 ? (index + 0.5) / axis.scale - 0.5 : 0
    case "align_corners":
      return axis.outputs > 1 ? index * (inputs - 1) / (outputs - 1) : 0
    case "tf_half_pixel_for_nn": return (index + 0.5) / axis.scale
    case "half_pixel_symmetric":
      // The grid's center stays where it is, though the size was rounded.
      let adjustment = outputs / (inputs * axis.scale)
      let offset = inputs / 2 * (1 - adjustment)
      return offset + (index + 0.5) / axis.scale - 0.5
    default: return (index + 0.5) / axis.scale - 0.5
    }
  }

  private func nearest(_ source: Float, _ axis: ONNXResizeTarget) -> Int {
    let rounded: Float
    switch rounding {
    case "floor": rounded = source.rounded(.down)
    case "ceil": rounded = source.rounded(.up)
    case "round_prefer_ceil": rounded = (source + 0.5).rounded(.down)
    case "old": rounded = axis.scale < 1 ? source.rounded(.up) : source.rounded(.down)
    default: rounded = (source - 0.5).rounded(.up)
    }
    return min(max(Int(rounded), 0), axis.inputs - 1)
  }

  /// A filter's weights around a position; outside the edge stands, or nothing.
  private func weighted(
    _ source: Float, _ axis: ONNXResizeTarget, reach: Int, _ filter: (Double) -> Double
  ) -> [Resampling.Tap] {
    // Against aliasing the filter covers as much of the input as a new pixel does.
    let stretch = isAntialiased ? max(1, 1 / Double(axis.scale)) : 1
    let (center, span) = (Double(source), Double(reach) * stretch)
    let (first, last) = (Int((center - span).rounded(.up)), Int((center + span).rounded(.down)))
    var weights: [Int: Double] = [:]
    var total = 0.0
    for tap in first...last {
      let weight = filter((Double(tap) - center) / stretch)
      let isOutside = tap < 0 || tap >= axis.inputs
      if weight == 0 || isOutside && excludesOutside { continue }
      weights[min(max(tap, 0), axis.inputs - 1), default: 0] += weight
      total += weight
    }
    return weights.keys.sorted().map {
      Resampling.Tap($0, weight: Float((weights[$0] ?? 0) / total))
    }
  }
}
