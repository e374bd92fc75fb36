import Graphs
import Kernels
import Tensors

/// One of MTCNN's three networks.
///
/// Input `[3, 12, 12]` or larger, `[3, 24, 24]`, `[3, 48, 48]`, RGB, (x − 127.5) / 128. Results: `classes`
/// (logits, no face and face), `boxes` (corrections of x1, y1, x2, y2 in units of the box), and
/// `landmarks` of the last network (five x, then five y, in units of the box). The proposal network
/// gives maps, one pixel for every 12×12 window at stride 2.
///
/// Source: Zhang et al., arXiv 1604.02878; timesler/facenet-pytorch, `models/mtcnn.py`.
///
/// - Deviation: `classes` are logits; the detector takes their softmax.
package struct MTCNN: SingleInputNetwork {
  /// The place in the cascade.
  package enum Part: String, CaseIterable, Sendable {
    case proposal = "pnet"
    case refinement = "rnet"
    case output = "onet"
  }

  /// The place in the cascade.
  package let part: Part

  /// The network of a place.
  package init(_ part: Part) { self.part = part }

  /// Name in messages.
  package var name: String { "mtcnn-\(part.rawValue)" }

  /// Per-sample shape of the published input.
  package var inputShape: [Int] {
    switch part {
    case .proposal: [3, 12, 12]
    case .refinement: [3, 24, 24]
    case .output: [3, 48, 48]
    }
  }

  /// The named results.
  package var results: [String] { ["classes", "boxes"] + (part == .output ? ["landmarks"] : []) }

  /// Describes the network once.
  package func describe(_ scope: Scope, _ input: Value) -> Value {
    switch part {
    case .proposal:
      var x = scope.layer(1, input, to: 10, kernel: 3).maxPool(2, stride: 2, ceilMode: true)
      x = scope.layer(3, scope.layer(2, x, to: 16, kernel: 3), to: 32, kernel: 3)
      _ = scope["conv4_1"].convolution(x, to: 2, kernel: 1).tapped("classes")
      return scope["conv4_2"].convolution(x, to: 4, kernel: 1).tapped("boxes")
    case .refinement:
      var x = scope.layer(1, input, to: 28, kernel: 3).maxPool(3, stride: 2, ceilMode: true)
      x = scope.layer(2, x, to: 48, kernel: 3).maxPool(3, stride: 2, ceilMode: true)
      x = scope.layer(3, x, to: 64, kernel: 2)
      x = scope.dense(4, x, to: 128)
      _ = scope["dense5_1"].linear(x, to: 2).tapped("classes")
      return scope["dense5_2"].linear(x, to: 4).tapped("boxes")
    case .output:
      var x = scope.layer(1, input, to: 32, kernel: 3).maxPool(3, stride: 2, ceilMode: true)
      x = scope.layer(2, x, to: 64, kernel: 3).maxPool(3, stride: 2, ceilMode: true)
      x = scope.layer(3, x, to: 64, kernel: 3).maxPool(2, stride: 2, ceilMode: true)
      x = scope.dense(5, scope.layer(4, x, to: 128, kernel: 2), to: 256)
      _ = scope["dense6_1"].linear(x, to: 2).tapped("classes")
      _ = scope["dense6_3"].linear(x, to: 10).tapped("landmarks")
      return scope["dense6_2"].linear(x, to: 4).tapped("boxes")
    }
  }

  /// Published parameters as this description takes them.
  ///
  /// The published networks flatten columns, rows, channels; here it is channels, rows, columns, so the
  /// inputs of the first dense layer change places.
  package func arranged(_ published: [String: Tensor]) -> [String: Tensor] {
    let dense: (name: String, channels: Int)
    switch part {
    case .proposal: return published
    case .refinement: dense = ("dense4.weight", 64)
    case .output: dense = ("dense5.weight", 128)
    }
    guard let weight = published[dense.name] else { return published }
    let (side, channels) = (3, dense.channels)
    let inputs = channels * side * side
    var values: [Float] = []
    values.reserveCapacity(weight.count)
    for output in 0..<weight.count / inputs {
      for channel in 0..<channels {
        for row in 0..<side {
          for column in 0..<side {
            values.append(
              weight.values[output * inputs + (column * side + row) * channels + channel])
          }
        }
      }
    }
    var arranged = published
    arranged[dense.name] = Tensor(shape: weight.shape, values: values)
    return arranged
  }
}

extension Scope {
  /// Convolution without padding, then PReLU.
  fileprivate func layer(_ number: Int, _ x: Value, to channels: Int, kernel: Extent) -> Value {
    self["prelu\(number)"].prelu(
      self["conv\(number)"].convolution(x, to: channels, kernel: kernel))
  }

  /// Linear layer on the flattened map, then PReLU.
  fileprivate func dense(_ number: Int, _ x: Value, to features: Int) -> Value {
    self["prelu\(number)"].prelu(self["dense\(number)"].linear(x.flattened(), to: features))
  }
}
