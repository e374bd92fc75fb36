import Foundation

/// Widens stored elements to `Float` or `Double`.
///
/// Sources may lie at any alignment and are little-endian. Loops are concrete per type and free of
/// calls, so that the compiler vectorizes them; float32 to `Float` is one copy.
package enum ElementConversion {
  /// `count` elements as `Float`; integers and float64 round to nearest, all others are exact.
  package static func floats(
    _ source: UnsafeRawPointer, count: Int, from type: ElementType
  ) -> [Float] {
    switch type {
    case .float32: copy(source, count)
    case .float16: map(source, count, UInt16.self) { float(half: $0) }
    case .bfloat16: map(source, count, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float64: map(source, count, Double.self) { Float($0) }
    case .int8: map(source, count, Int8.self) { Float($0) }
    case .int16: map(source, count, Int16.self) { Float($0) }
    case .int32: map(source, count, Int32.self) { Float($0) }
    case .int64: map(source, count, Int64.self) { Float($0) }
    case .uint8: map(source, count, UInt8.self) { Float($0) }
    case .uint16: map(source, count, UInt16.self) { Float($0) }
    case .uint32: map(source, count, UInt32.self) { Float($0) }
    case .uint64: map(source, count, UInt64.self) { Float($0) }
    case .bool: map(source, count, UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// `count` elements as `Double`; 64-bit integers round to nearest, all others are exact.
  static func doubles(
    _ source: UnsafeRawPointer, count: Int, from type: ElementType
  ) -> [Double] {
    switch type {
    case .float64: copy(source, count)
    case .float32: map(source, count, Float.self) { Double($0) }
    case .float16: map(source, count, UInt16.self) { Double(float(half: $0)) }
    case .bfloat16:
      map(source, count, UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .int8: map(source, count, Int8.self) { Double($0) }
    case .int16: map(source, count, Int16.self) { Double($0) }
    case .int32: map(source, count, Int32.self) { Double($0) }
    case .int64: map(source, count, Int64.self) { Double($0) }
    case .uint8: map(source, count, UInt8.self) { Double($0) }
    case .uint16: map(source, count, UInt16.self) { Double($0) }
    case .uint32: map(source, count, UInt32.self) { Double($0) }
    case .uint64: map(source, count, UInt64.self) { Double($0) }
    case .bool: map(source, count, UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }

  /// An IEEE half as `Float`, exactly, without the library call that `Float(Float16)` makes.
  ///
  /// Multiplying by 2¹¹² moves the exponent bias from 15 to 127 and normalizes subnormals; only
  /// infinities and NaNs then lack their exponent.
  @inline(__always)
  private static func float(half: UInt16) -> Float {
    let magnitude = UInt32(half & 0x7FFF) << 13
    let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
    let isFinite = magnitude < 0x0F80_0000
    let sign = UInt32(half & 0x8000) << 16
    return Float(bitPattern: sign | scaled | (isFinite ? 0 : 0x7F80_0000))
  }

  @inline(__always)
  private static func map<Stored: BitwiseCopyable, Result>(
    _ source: UnsafeRawPointer, _ count: Int, _ type: Stored.Type,
    _ transform: (Stored) -> Result
  ) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { target, initialized in
      preferHugePages(UnsafeMutableRawBufferPointer(target))
      guard let base = target.baseAddress else { return }
      for index in 0..<count {
        let stored = source.loadUnaligned(
          fromByteOffset: index &* MemoryLayout<Stored>.size, as: Stored.self)
        (base + index).initialize(to: transform(stored))
      }
      initialized = count
    }
  }

  @inline(__always)
  private static func copy<Element: BitwiseCopyable>(
    _ source: UnsafeRawPointer, _ count: Int
  ) -> [Element] {
    [Element](unsafeUninitializedCapacity: count) { target, initialized in
      preferHugePages(UnsafeMutableRawBufferPointer(target))
      UnsafeMutableRawBufferPointer(target).copyMemory(
        from: UnsafeRawBufferPointer(
          start: source, count: count * MemoryLayout<Element>.stride))
      initialized = count
    }
  }

  /// Asks for large pages under memory that is about to be filled for the first time.
  ///
  /// Touching fresh memory in pages of 4 KiB costs more than the copy itself on virtual machines.
  private static func preferHugePages(_ memory: UnsafeMutableRawBufferPointer) {
    guard memory.count >= 1 << 22, let base = memory.baseAddress else { return }
    let start = base.alignedUp(toMultipleOf: 1 << 12)
    madvise(start, memory.count - (start - base), MADV_HUGEPAGE)
  }
}
