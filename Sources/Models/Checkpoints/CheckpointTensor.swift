import Tensors

/// One named tensor of a checkpoint, converted only when its values are asked for.
package struct CheckpointTensor: Sendable {
  /// Full name, dots between the levels.
  package let name: String
  /// Encoding of the stored elements.
  package let elementType: ElementType
  let layout: TensorLayout
  let storage: TensorStorage
  let isBigEndian: Bool
  /// Tensors of the file that follow this one along the first axis, where several make one.
  private let followers: [CheckpointTensor]

  /// Name of the tensor in a file that holds exactly one and does not name it, such as `.npy`.
  package static let soleName = "value"

  /// Extents, row-major as the writer saw them.
  package var shape: [Int] {
    guard !followers.isEmpty else { return layout.shape }
    return [followers.reduce(layout.shape[0]) { $0 + $1.shape[0] }] + layout.shape.dropFirst()
  }

  /// Number of elements.
  package var count: Int { followers.reduce(layout.count) { $0 + $1.count } }

  /// Describes a tensor whose layout is checked against the storage's length.
  ///
  /// - Throws: `corrupt` where it would reach outside.
  init(
    name: String, elementType: ElementType, shape: [Int], strides: [Int]? = nil, offset: Int = 0,
    storage: TensorStorage, isBigEndian: Bool = false
  ) throws(CheckpointError) {
    do {
      layout = try TensorLayout(
        shape: shape, strides: strides ?? TensorLayout.rowMajorStrides(of: shape), offset: offset,
        storageCount: storage.byteCount / elementType.byteCount)
    } catch {
      throw storage.store.failure(.corrupt, "tensor \(name) \(error.reason)")
    }
    self.name = name
    self.elementType = elementType
    self.storage = storage
    self.isBigEndian = isBigEndian
    followers = []
  }

  private init(
    _ other: CheckpointTensor, named name: String, layout: TensorLayout,
    followers: [CheckpointTensor]
  ) {
    self.name = name
    elementType = other.elementType
    self.layout = layout
    storage = other.storage
    isBigEndian = other.isBigEndian
    self.followers = followers
  }

  /// Several tensors as one, along the first axis; nil where their types or other extents differ.
  static func joined(_ parts: [CheckpointTensor], named name: String) -> CheckpointTensor? {
    guard let first = parts.first else { return nil }
    let fit = parts.dropFirst().allSatisfy {
      $0.elementType == first.elementType && $0.followers.isEmpty && !$0.shape.isEmpty
        && $0.shape.dropFirst() == first.shape.dropFirst()
    }
    guard fit, parts.count == 1 || !first.shape.isEmpty else { return nil }
    return CheckpointTensor(
      first, named: name, layout: first.layout,
      followers: first.followers + parts.dropFirst())
  }

  /// The same tensor under another name.
  func renamed(_ name: String) -> CheckpointTensor {
    CheckpointTensor(self, named: name, layout: layout, followers: followers)
  }

  /// A matrix with rows and columns exchanged; nil for anything else.
  func transposed() -> CheckpointTensor? {
    guard followers.isEmpty, shape.count == 2 else { return nil }
    return CheckpointTensor(self, named: name, layout: layout.transposed, followers: [])
  }

  /// The same tensor with axes of one before the first and behind the last; nil for several that make one.
  func withAxes(before: Int, behind: Int) -> CheckpointTensor? {
    guard followers.isEmpty else { return nil }
    return CheckpointTensor(
      self, named: name, layout: layout.withAxes(before: before, behind: behind), followers: [])
  }

  /// All elements as `Float`, row-major; integers and float64 are rounded to nearest.
  ///
  /// - Throws: `corrupt` where the archive's checksum disagrees with the bytes.
  package func floats() throws(CheckpointError) -> [Float] {
    try values { ElementConversion.floats($0, count: $1, from: elementType) }
  }

  /// All elements as `Double`, row-major; 64-bit integers are rounded to nearest.
  ///
  /// - Throws: as `floats()`.
  package func doubles() throws(CheckpointError) -> [Double] {
    try values { ElementConversion.doubles($0, count: $1, from: elementType) }
  }

  /// The elements of all parts, one after the other.
  private func values<Value>(
    _ convert: (UnsafeRawPointer, _ count: Int) -> [Value]
  ) throws(CheckpointError) -> [Value] {
    let own = try withElements { convert($0, layout.count) }
    guard !followers.isEmpty else { return own }
    var all = own
    all.reserveCapacity(count)
    for follower in followers { all += try follower.values(convert) }
    return all
  }

  /// Compares the checksums that cover the elements.
  ///
  /// - Throws: as `floats()`.
  func verify() throws(CheckpointError) {
    _ = try storage.bytes()
    for follower in followers { try follower.verify() }
  }

  /// Shape and `floats()` together.
  ///
  /// - Throws: as `floats()`.
  package func tensor() throws(CheckpointError) -> Tensor {
    Tensor(shape: shape, values: try floats())
  }

  /// One index of the first axis, converted without the others.
  ///
  /// - Precondition: there is such an index.
  /// - Throws: as `floats()`.
  package func row(_ index: Int) throws(CheckpointError) -> Tensor {
    precondition(index >= 0 && index < shape.first ?? 0, "there is no row \(index) in \(shape)")
    return try CheckpointTensor(
      name: name, elementType: elementType, shape: Array(shape.dropFirst()),
      strides: Array(layout.strides.dropFirst()),
      offset: layout.offset + index * layout.strides[0], storage: storage,
      isBigEndian: isBigEndian
    ).tensor()
  }

  /// Lends the elements little-endian, contiguous and row-major, copied only where they are not.
  private func withElements<Result>(
    _ body: (UnsafeRawPointer) -> [Result]
  ) throws(CheckpointError) -> [Result] {
    guard layout.count > 0 else { return [] }
    let width = elementType.byteCount
    guard
      let touched = try storage.bytes().part(at: layout.offset * width, count: layout.span * width)
    else { throw storage.store.failure(.corrupt, "tensor \(name) reaches outside its storage") }
    return try touched.withBytes { bytes in
      guard let start = bytes.baseAddress else { return [] }
      guard isBigEndian || !layout.isContiguous else { return body(start) }
      switch width {
      case 1: return gathered(start, as: UInt8.self, body)
      case 2: return gathered(start, as: UInt16.self, body)
      case 4: return gathered(start, as: UInt32.self, body)
      default: return gathered(start, as: UInt64.self, body)
      }
    }
  }

  /// Walks the strides, last axis innermost, into a row-major copy of same-sized words.
  private func gathered<Word: FixedWidthInteger & BitwiseCopyable, Result>(
    _ start: UnsafeRawPointer, as type: Word.Type, _ body: (UnsafeRawPointer) -> [Result]
  ) -> [Result] {
    let width = MemoryLayout<Word>.size
    let shape = layout.shape
    let count = layout.count
    let rowLength = shape.last ?? 1
    let rowStride = (layout.strides.last ?? 1) * width
    var position = [Int](repeating: 0, count: shape.count)
    let words = [Word](unsafeUninitializedCapacity: count) { words, initialized in
      while initialized < count {
        var source = start + zip(position, layout.strides).reduce(0) { $0 + $1.0 * $1.1 } * width
        for _ in 0..<rowLength {
          let word = source.loadUnaligned(as: Word.self)
          words.initializeElement(at: initialized, to: isBigEndian ? word.byteSwapped : word)
          initialized += 1
          source += rowStride
        }
        advance(&position)
      }
    }
    return words.withUnsafeBytes { $0.baseAddress.map(body) ?? [] }
  }

  /// Steps to the next row, as an odometer does; the last axis stays 0.
  private func advance(_ position: inout [Int]) {
    for axis in layout.shape.indices.dropLast().reversed() {
      position[axis] += 1
      if position[axis] < layout.shape[axis] { return }
      position[axis] = 0
    }
  }
}
