/// Built-in methods that see conditions alone, and compete.
package enum DefaultMethod: String, CaseIterable, Sendable {
  /// The label map in flat colors.
  case paint
  /// The nearest face of another synthetic world.
  case retrieve
  /// A small diffusion network.
  case denoise
}
