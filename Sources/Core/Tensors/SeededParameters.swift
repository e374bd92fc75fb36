/// Parameters made from a seed and a name alone, so that Swift and Python hold the same network.
///
/// They serve parity tests only; nothing measured with them is ever reported. The twin in Python is
/// `Tools/seeded_parameters.py`; both draw one SplitMix64 sequence per parameter, seeded with
/// `FNV-1a(name) XOR seed`, and map the unit values `u` by the parameter's role:
///
/// | name ends in | values |
/// |---|---|
/// | `weight`, two axes or more | `(2u − 1) · √(6 / fan-in)`, fan-in = product of all axes but the first |
/// | `weight`, one axis | `0.5 + u` |
/// | `running_var` | `0.5 + u` |
/// | `num_batches_tracked` | 0 |
/// | anything else | `(2u − 1) · 0.1` |
package enum SeededParameters {
  /// The values of one parameter, `shape` row-major.
  package static func tensor(named name: String, shape: [Int], seed: UInt64) -> Tensor {
    var random = SplitMix64(seed: fowlerNollVo(name) ^ seed)
    let suffix = name.split(separator: ".").last ?? ""
    let transform: (Float) -> Float
    switch suffix {
    case "weight" where shape.count >= 2:
      let bound = Float((6 / Double(shape.dropFirst().reduce(1, *))).squareRoot())
      transform = { (2 * $0 - 1) * bound }
    case "weight", "running_var": transform = { 0.5 + $0 }
    case "num_batches_tracked": transform = { _ in 0 }
    default: transform = { (2 * $0 - 1) * 0.1 }
    }
    let values = (0..<shape.elementCount).map { _ in transform(random.nextUnit()) }
    return Tensor(shape: shape, values: values)
  }

  /// A network input `(2u − 1)`, row-major, from the sequence named `input`.
  package static func input(shape: [Int], seed: UInt64) -> Tensor {
    var random = SplitMix64(seed: fowlerNollVo("input") ^ seed)
    return Tensor(
      shape: shape, values: (0..<shape.elementCount).map { _ in 2 * random.nextUnit() - 1 })
  }

  /// 64-bit FNV-1a over the UTF-8 bytes of a name.
  package static func fowlerNollVo(_ name: String) -> UInt64 {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
