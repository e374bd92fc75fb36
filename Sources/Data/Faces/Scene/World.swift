/// One of three populations of faces that share nobody.
package enum World: String, CaseIterable, Sendable {
  case train, validation, test

  /// The seed of a person: no two of any world, seed and number are the same.
  ///
  /// The highest two bits hold the world, the next thirty the seed's lowest, the rest the number.
  ///
  /// - Parameters:
  ///   - number: 0…2³² − 1.
  ///   - seed: which population of this world; its lowest 30 bits count.
  /// - Returns: the seed.
  package func identitySeed(_ number: Int, seed: UInt64 = 0) -> UInt64 {
    let world: UInt64 =
      switch self {
      case .train: 1
      case .validation: 2
      case .test: 3
      }
    return world << 62 | (seed & 0x3FFF_FFFF) << 32 | UInt64(UInt32(truncatingIfNeeded: number))
  }

  /// The first photo of a person of this world.
  package func scene(_ number: Int, seed: UInt64 = 0) -> Scene {
    Scene(seed: identitySeed(number, seed: seed))
  }
}
