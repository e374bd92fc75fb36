import Checkpoints
import Gradients
import Graphs
import Images
import Kernels
import Models
import Networks
import Tensors

/// LPIPS of the compact suite as a loss: how far made pictures are from those that they are to be, with the gradient by
/// their pixels.
///
/// Source: Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", arXiv 1801.03924,
/// equation 1; `CompVis/latent-diffusion`, `ldm/modules/losses/contperceptual.py`, which trains autoencoders by it.
package final class PerceptualLoss {
  private let memory: Memory
  private let parameters: ParameterBlock
  private let taps: [String]
  /// The weights of each tap's channels.
  private let heads: [[Float]]
  private let workers: Workers

  /// Values and gradients of a batch, of which each image's are touched by one thread at a time.
  private struct Memory: @unchecked Sendable {
    let program: GradientProgram

    func values(of tap: String, _ image: Int, _ count: Int) -> MapView {
      program.values(of: tap).image(image, of: count)
    }
  }

  /// Reads trunk and heads of the program.
  ///
  /// - Parameters:
  ///   - size: side of the pictures.
  ///   - capacity: pictures of the largest batch.
  ///   - workers: threads; no bit depends on them.
  /// - Throws: errors of the embedded files.
  package init(size: Int, capacity: Int, workers: Workers) throws {
    let trunk = CompactNetworks.alexNet
    let network = PerceptualNetwork(trunk: trunk)
    taps = trunk.perceptualTaps.map(\.name)
    let graph = try Graph(tracing: network, inputShape: [3, size, size], for: taps)
    let loaded = try LoadedNetwork(
      network, checkpoint: OpenCheckpoint(CompactWeights.path(of: trunk.name)))
    let weights = try PerceptualHeads.read(CompactWeights.path(of: "\(trunk.name)-heads"))
    var start = 0
    heads = trunk.perceptualTaps.map { tap in
      defer { start += tap.channels }
      return Array(weights[start..<start + tap.channels])
    }
    memory = Memory(
      program: try GradientProgram(
        graph, outputs: taps, capacity: capacity, settings: .ofInput, workers: workers))
    parameters = try memory.program.pack(from: loaded.parameters)
    self.workers = workers
  }

  /// Measures a batch and adds the gradient.
  ///
  /// - Parameters:
  ///   - made: `[N·S, S, 3]`, values in about −1…1.
  ///   - wanted: `[S, S, 3]` each.
  ///   - gradient: shaped like `made`.
  ///   - weight: factor on the gradient.
  /// - Returns: the mean distance of the batch.
  package func measure(
    _ made: MapView, wanted: [Raster], addingTo gradient: MapView, weight: Double
  ) -> Double {
    let (count, memory, heads) = (wanted.count, memory, heads)
    let program = memory.program
    program.fill(wanted)
    forward(count)
    let targets = taps.map { tap in
      workers.map(count) { image, _ in memory.values(of: tap, image, count).normalized.values }
    }
    program.input(count: count).copyValues(from: made)
    forward(count)
    var sum = 0.0
    let share = weight / Double(count)
    for (index, tap) in taps.enumerated() {
      sum += workers.map(count) { image, _ in
        memory.values(of: tap, image, count).addLayerDistance(
          from: targets[index][image], weights: heads[index], factor: share,
          to: memory.program.gradients(of: tap).image(image, of: count))
      }.reduce(0, +)
    }
    program.backward(into: nil)
    gradient.add(program.gradients(ofInput: nil))
    return sum / Double(count)
  }

  private func forward(_ count: Int) {
    memory.program.forward(count: count, parameters: parameters, repacks: false)
  }
}

extension MapView {
  /// Copies the values of a map of this shape.
  package func copyValues(from other: MapView) {
    combine(other) { $1 }
  }

  /// Adds the values of a map of this shape.
  package func add(_ other: MapView) {
    combine(other) { $0 + $1 }
  }

  @inline(__always)
  private func combine(_ other: MapView, _ function: (Float, Float) -> Float) {
    precondition(pixels == other.pixels && channels == other.channels, "maps of one shape")
    let channels = channels
    other.withValues { values in
      withMutableValues { own in
        for pixel in 0..<pixels {
          for channel in 0..<channels {
            let place = pixel * pixelStride + channel
            own[place] = function(own[place], values[pixel * other.pixelStride + channel])
          }
        }
      }
    }
  }

  /// LPIPS's part of one layer: the mean over pixels of `Σ w_c (u_c − t_c)²`, `u` being the pixel's channels at unit
  /// length.
  ///
  /// - Parameters:
  ///   - targets: `t`, `[H·W, C]` at unit length.
  ///   - weights: `w`.
  ///   - factor: on the gradient.
  ///   - gradient: shaped like the map; gets the gradient added.
  /// - Returns: the part.
  fileprivate func addLayerDistance(
    from targets: [Float], weights: [Float], factor: Double, to gradient: MapView
  ) -> Double {
    let (pixels, channels) = (pixels, channels)
    let scale = Float(2 * factor / Double(pixels))
    var sum = 0.0
    withValues { values in
      gradient.withMutableValues { slopes in
        for pixel in 0..<pixels {
          let (start, goal) = (pixel * pixelStride, pixel * channels)
          var square: Float = 0
          for channel in 0..<channels {
            square += values[start + channel] * values[start + channel]
          }
          let norm = square.squareRoot() + 1e-10
          var along: Float = 0
          var distance: Float = 0
          for channel in 0..<channels {
            let unit = values[start + channel] / norm
            let difference = unit - targets[goal + channel]
            distance += weights[channel] * difference * difference
            along += unit * scale * weights[channel] * difference
          }
          sum += Double(distance)
          let target = pixel * gradient.pixelStride
          for channel in 0..<channels {
            let unit = values[start + channel] / norm
            let slope = scale * weights[channel] * (unit - targets[goal + channel])
            slopes[target + channel] += (slope - unit * along) / norm
          }
        }
      }
    }
    return sum / Double(pixels)
  }
}
