import Tensors

/// How an RGB image becomes a network's input: first steps on 8 bits, then steps on floats.
///
/// A value, so that a protocol can name it, a report can print it and a score can carry it.
package struct Preprocessing: Sendable, Hashable {
  /// What it goes by on the command line and in protocol files.
  package let name: String
  /// What happens to the 8-bit image.
  package let pixelSteps: [PixelStep]
  /// What happens after each sample has become a float of 0…255.
  package let tensorSteps: [TensorStep]

  /// A preprocessing by its name and steps, in the order in which they run.
  ///
  /// - Parameters:
  ///   - name: what `--preprocess` calls it.
  ///   - pixelSteps: steps on 8-bit rasters, `H×W×3`.
  ///   - tensorSteps: steps on `Float` values, `[3, H, W]`.
  package init(name: String, pixelSteps: [PixelStep] = [], tensorSteps: [TensorStep]) {
    self.name = name
    self.pixelSteps = pixelSteps
    self.tensorSteps = tensorSteps
  }

  /// Prepares an image.
  ///
  /// - Parameters:
  ///   - rgb: three channels, values 0…255.
  ///   - imageName: what an error calls the image, usually its path.
  /// - Returns: `[3, H, W]`.
  /// - Throws: `wrong-size` when the image does not have the size that a step asks for.
  package func apply(
    _ rgb: Raster, named imageName: String = "image"
  ) throws(ImageError) -> Tensor {
    guard rgb.width > 0 && rgb.height > 0 else {
      throw ImageError(path: imageName, state: .wrongSize, reason: "the image has no pixels")
    }
    precondition(rgb.channels == 3, "preprocessing starts from RGB")
    var image = rgb
    for step in pixelSteps { image = try step.apply(to: image, named: imageName) }
    // Steps that look at one value only are taken once for each of 256 values.
    let pointwise = tensorSteps.prefix(while: \.isPointwise)
    var table = Tensor(shape: [3, 1, 256], values: (0..<768).map { Float($0 % 256) })
    for step in pointwise { try step.apply(to: &table, named: imageName) }
    var tensor = image.planes(by: table.values)
    for step in tensorSteps[pointwise.endIndex...] {
      try step.apply(to: &tensor, named: imageName)
    }
    return tensor
  }

  /// Every switch that can move a value, in one line; equal for preprocessings that do the same
  /// under different names.
  package var fingerprint: String {
    (["rgb8"] + pixelSteps.map(\.description) + ["float32"] + tensorSteps.map(\.description))
      .joined(separator: ";")
  }
}
