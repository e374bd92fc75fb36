import Gradients
import Graphs
import Kernels
import Recipes
import Training

/// A discriminator's squared gradient by its pictures, as something to learn by, without second derivatives.
///
/// With `g = ∇D(x)` held, `D` at `x + s·g` less `D` at `x − s·g`, divided by `2 s`, is `‖g‖²` up to `s²`, and its
/// gradient by the parameters is that of `½ ‖∇D(x)‖²`.
///
/// Source: the chain rule; Mescheder et al., "Which Training Methods for GANs do actually Converge?", arXiv 1801.04406,
/// for the penalty. A discriminator with kinks has other differences than derivatives, so it must be smooth.
package enum GradientPenalty {
  /// Length of a difference: the root mean square over pictures of `s·‖g‖`.
  package static let reach: Float = 0.05

  /// Adds the gradient of `weight · ½ · mean ‖∇D(x)‖²`.
  ///
  /// - Parameters:
  ///   - critic: reads pictures and gives one number each.
  ///   - count: pictures, which its input holds; they are changed.
  ///   - weight: factor on the penalty.
  ///   - parameters: of the critic.
  ///   - gradients: by them, which are added to.
  /// - Returns: the weighted penalty.
  package static func add(
    _ critic: GradientProgram, count: Int, weight: Double, parameters: ParameterBlock,
    to gradients: ParameterBlock
  ) -> Double {
    let input = critic.input(count: count)
    let pictures = input.pixelValues()
    func run() { critic.forward(count: count, parameters: parameters, repacks: false) }
    run()
    critic.gradients(of: Graph.mainOutput).setAll { _, _ in 1 }
    critic.backward(into: nil)
    let slopes = critic.gradients(ofInput: nil).pixelValues()
    let squares = slopes.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)
    guard squares > 0 else { return 0 }
    let step = reach / Float(squares.squareRoot())
    for signed in [step, -step] {
      input.setAll { pixel, channel in
        let place = pixel * input.channels + channel
        return pictures[place] + signed * slopes[place]
      }
      run()
      let seed = Float(weight / Double(count)) / (2 * signed)
      critic.gradients(of: Graph.mainOutput).setAll { _, _ in seed }
      critic.backward(into: gradients)
    }
    return weight * squares / 2
  }
}

extension MapView {
  /// Sets every value from its pixel and channel.
  func setAll(_ value: (_ pixel: Int, _ channel: Int) -> Float) {
    withMutableValues { own in
      for pixel in 0..<pixels {
        for channel in 0..<channels { own[pixel * pixelStride + channel] = value(pixel, channel) }
      }
    }
  }
}
