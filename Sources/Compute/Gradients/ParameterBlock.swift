import Graphs
import Kernels
import Tensors

/// Named parameters in one run of memory, so that an update is one walk over all of them.
///
/// Whoever trains owns it: nothing writes while something else reads.
package final class ParameterBlock: @unchecked Sendable {
  /// What is in it, in the order in which it lies.
  package let specifications: [ParameterSpecification]
  /// All values.
  package let memory: AlignedMemory
  /// Number of values.
  package let count: Int
  private let offsets: [String: Int]

  /// Reserves room for parameters and fills it with zeros; of equal names the first counts.
  package init(_ specifications: [ParameterSpecification]) {
    var offsets: [String: Int] = [:]
    var distinct: [ParameterSpecification] = []
    var count = 0
    for specification in specifications where offsets[specification.name] == nil {
      offsets[specification.name] = count
      count += specification.shape.elementCount
      distinct.append(specification)
    }
    self.specifications = distinct
    self.offsets = offsets
    self.count = count
    memory = .zeros(count)
  }

  /// The same names and shapes, all values zero.
  package func zeroed() -> ParameterBlock { ParameterBlock(specifications) }

  /// Sets every value to zero.
  package func clear() { memory.base.update(repeating: 0, count: count) }

  /// Where a parameter's values lie, row-major; nil if it is not here.
  package func values(of name: String) -> UnsafeMutablePointer<Float>? {
    offsets[name].map { memory.base + $0 }
  }

  /// Where a parameter lies among all values.
  package func range(of specification: ParameterSpecification) -> Range<Int> {
    let start = offsets[specification.name] ?? 0
    return start..<start + specification.shape.elementCount
  }

  /// A copy of one parameter.
  package func tensor(_ specification: ParameterSpecification) -> Tensor {
    let range = range(of: specification)
    return Tensor(
      shape: specification.shape,
      values: Array(
        UnsafeBufferPointer(start: memory.base + range.lowerBound, count: range.count)))
  }

  /// Copies of all parameters by name.
  package var tensors: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: specifications.map { ($0.name, tensor($0)) })
  }

  /// Takes over the tensors that are named alike, one after the other, so that a file is not in memory twice.
  ///
  /// - Throws: ``GraphError`` if one is missing, unreadable or of another shape.
  package func fill(from source: any ParameterSource) throws(GraphError) {
    for specification in specifications {
      try fill(specification, from: source.required(specification.name))
    }
  }

  /// Takes over one parameter's tensor.
  ///
  /// - Throws: ``GraphError`` if it has another shape.
  package func fill(
    _ specification: ParameterSpecification, from tensor: Tensor
  ) throws(GraphError) {
    guard tensor.shape == specification.shape else {
      throw .misshapenParameter(
        name: specification.name, expected: specification.shape, found: tensor.shape)
    }
    let start = memory.base + range(of: specification).lowerBound
    tensor.values.withUnsafeBufferPointer { values in
      if let base = values.baseAddress { start.update(from: base, count: values.count) }
    }
  }
}
