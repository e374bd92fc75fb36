import Graphs
import Kernels

/// What tells real pictures from made ones while a compact generator is trained.
///
/// Input `[3, S, S]`, values in −1…1; output `[1]`, larger for real pictures, or as
/// many numbers as configured. A residual network that mirrors the
/// generator: a block halves rows and columns behind the filter 1, 3, 3, 1.
///
/// Source: Karras et al., arXiv 1912.04958; `rosinality/stylegan2-pytorch`, `model.py` (`Discriminator`).
///
/// - Deviation: 1.68 · SiLU in place of leaky rectifiers, since penalties on gradients are taken by differences, which
///   kinks spoil; nothing compares the images of a batch.
package struct CompactDiscriminator: SingleInputNetwork {
  /// What messages call it.
  package let name: String
  /// Per-sample shape of the input.
  package let inputShape: [Int]

  private let channels: [Int]
  private let outputs: Int

  /// Describes a network for a generator's pictures.
  ///
  /// - Parameters:
  ///   - name: what messages call it.
  ///   - generator: whose pictures it reads.
  ///   - outputs: numbers that it gives; an encoder gives all codes.
  package init(name: String, for generator: StyleGAN2.Configuration, outputs: Int = 1) {
    self.name = name
    self.outputs = outputs
    inputShape = [3, generator.size, generator.size]
    channels = generator.channels.reversed()
  }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    var x = smooth(scope["convs"][0].equalizedConvolution(input, to: channels[0], kernel: 1))
    for (level, width) in channels.dropFirst().enumerated() {
      x = halved(scope["convs"][level + 1], x, to: width)
    }
    x = smooth(scope["final_conv"].equalizedConvolution(x, to: x.channels, kernel: 3, padding: 1))
    x = smooth(scope["final_linear"][0].equalizedLinear(x.flattened(), to: x.channels))
    return scope["final_linear"][1].equalizedLinear(x, to: outputs)
  }

  private func halved(_ scope: Scope, _ x: Value, to width: Int) -> Value {
    var y = smooth(
      scope["conv1"].equalizedConvolution(x, to: x.channels, kernel: 3, padding: 1))
    y = y.filtered(by: [1, 3, 3, 1], gain: 1, before: 2, behind: 2)
    y = smooth(scope["conv2"].equalizedConvolution(y, to: width, kernel: 3, stride: 2))
    let shortcut = scope["skip"].equalizedConvolution(
      x.filtered(by: [1, 3, 3, 1], gain: 1, before: 1, behind: 1), to: width, kernel: 1, stride: 2,
      bias: false)
    return (y + shortcut).scaled(by: Float(0.5).squareRoot())
  }

  /// Keeps about the variance of normal numbers.
  private func smooth(_ x: Value) -> Value { x.silu().scaled(by: 1.68) }
}
