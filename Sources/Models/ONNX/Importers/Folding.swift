import Foundation
import Kernels
import Tensors

/// Arithmetic on what is known: shapes, indices and stored numbers.
extension ONNXImporters {
  /// Two stored or computed arrays with broadcasting; integers stay integers.
  static func folded(
    _ step: ONNXStep, _ first: ONNXOperand, _ second: ONNXOperand,
    _ integers: (Int, Int) -> Int?, _ numbers: (Double, Double) -> Double
  ) throws(ONNXError) -> ONNXOperand {
    if case .integers(let x) = first, case .integers(let y) = second {
      let (shape, left, right) = try pairs(step, x.shape, y.shape)
      var values: [Int] = []
      for (one, other) in zip(left, right) {
        guard let value = integers(x.values[one], y.values[other]) else { throw unfit(step) }
        values.append(value)
      }
      return .integers(ONNXIntegers(shape: shape, values: values))
    }
    guard let x = first.tensor, let y = second.tensor else { throw unfit(step) }
    let (shape, left, right) = try pairs(step, x.shape, y.shape)
    let values = zip(left, right).map {
      Float(numbers(Double(x.values[$0]), Double(y.values[$1])))
    }
    return .floats(name: step.node.edge, Tensor(shape: shape, values: values))
  }

  /// The elements that meet.
  private static func pairs(_ step: ONNXStep, _ x: [Int], _ y: [Int]) throws(ONNXError) -> (
    shape: [Int], left: [Int], right: [Int]
  ) {
    let shape = try broadcastShape(step, x, y)
    guard shape.elementCount <= max(largestFolded, x.elementCount, y.elementCount),
      let left = StridedView(rowMajor: x).broadcast(to: shape),
      let right = StridedView(rowMajor: y).broadcast(to: shape)
    else { throw unfit(step) }
    return (shape, left.elements, right.elements)
  }

  private static func unfit(_ step: ONNXStep) -> ONNXError {
    let operands = step.operands.map { $0?.kind ?? "nothing" }.joined(separator: " and ")
    return step.node.refuse("cannot combine \(operands)")
  }

  /// Comparisons and logic, of known operands alone.
  static func comparison(_ holds: @escaping @Sendable (Double, Double) -> Bool) -> ONNXImporter {
    { step throws(ONNXError) in
      let result = try folded(
        step, step.present(0), step.present(1), { holds(Double($0), Double($1)) ? 1 : 0 },
        { holds($0, $1) ? 1 : 0 })
      guard case .floats(_, let tensor) = result else { return result }
      return .integers(ONNXIntegers(shape: tensor.shape, values: tensor.values.map { Int($0) }))
    }
  }

  /// `Not`.
  static func not(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard case .integers(let array) = step.operand(0) else { throw step.unfit(0, "known Booleans") }
    return .integers(ONNXIntegers(shape: array.shape, values: array.values.map { $0 == 0 ? 1 : 0 }))
  }

  /// `Mod` of known operands: as Python's, or C's `fmod`.
  static func modulo(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    let isC = try step.node.integer("fmod", default: 0, in: 0...1) == 1
    return try folded(
      step, step.present(0), step.present(1),
      { x, y in
        guard y != 0, y != -1 else { return y == 0 ? nil : 0 }
        let rest = x % y
        return !isC && rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest
      }, { fmod($0, $1) })
  }

  /// `Where`, of known operands alone.
  static func choose(_ step: ONNXStep) throws(ONNXError) -> ONNXOperand {
    guard case .integers(let mask) = step.operand(0) else {
      throw step.unfit(0, "known Booleans")
    }
    let (yes, no) = (try step.present(1), try step.present(2))
    guard let shape = yes.shape, let other = no.shape else { throw unfit(step) }
    let values = try pairs(step, shape, other)
    let all = try pairs(step, mask.shape, values.shape)
    let picks = zip(all.left, all.right).map { mask.values[$0] != 0 ? (true, $1) : (false, $1) }
    if case .integers(let x) = yes, case .integers(let y) = no {
      return .integers(
        ONNXIntegers(
          shape: all.shape,
          values: picks.map { $0 ? x.values[values.left[$1]] : y.values[values.right[$1]] }))
    }
    guard let x = yes.tensor, let y = no.tensor else { throw unfit(step) }
    return .floats(
      name: step.node.edge,
      Tensor(
        shape: all.shape,
        values: picks.map { $0 ? x.values[values.left[$1]] : y.values[values.right[$1]] }))
  }
}

extension ONNXOperand {
  /// Stored numbers as floats; nil for results and other types.
  var tensor: Tensor? {
    switch self {
    case .floats(_, let tensor): tensor
    case .integers(let array): Tensor(shape: array.shape, values: array.values.map { Float($0) })
    default: nil
    }
  }
}
