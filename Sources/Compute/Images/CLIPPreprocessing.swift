/// How images reach CLIP.
package enum CLIPPreprocessing: String, CaseIterable, Sendable {
  /// Pillow's bicubic of the 8-bit image, as CLIP was published with.
  case pillow = "pil_aa"
  /// PyTorch's bicubic of the float image without antialiasing, as in losses on generated tensors.
  case tensor = "tensor_noaa"

  /// The steps to an image tower of this size.
  package func steps(size: Int) -> Preprocessing {
    self == .pillow ? .clip(size: size) : .clipTensor(size: size)
  }
}
