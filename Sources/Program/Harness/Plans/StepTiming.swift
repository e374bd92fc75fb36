import Datasets
import Faces
import Foundation
import Graphs
import Images
import Measurement
import Metrics
import Models
import Provenance
import Tensors

/// How fast this machine does each step of a run, measured on an empty image.
struct StepTiming {
  private let resolution: EvaluationResolution
  private let image: Raster
  private let memory = WorkerMemory()

  /// One step's time.
  struct Timing {
    /// Floating-point operations; nil where no network takes part.
    var operations: Int?
    let seconds: Double
  }

  init(_ resolution: EvaluationResolution) {
    self.resolution = resolution
    let side = resolution.side ?? Self.usualSide
    image = Raster(
      width: side, height: side, channels: 3,
      samples: [UInt8](repeating: 127, count: side * side * 3))
  }

  /// Side of images that are measured as they are.
  static let usualSide = 256

  /// The time of a step.
  ///
  /// - Throws: errors of networks.
  func measure(_ step: EvaluationStep) throws -> Timing {
    guard let operations = try step.operations?() else {
      // Images that are too small for a definition have no time; the run will say so of each.
      return Timing(seconds: try seconds { try step.run(image, memory) })
    }
    try step.run(image, memory)  // Compiles the network and touches its memory.
    return Timing(operations: operations, seconds: try seconds { try step.run(image, memory) })
  }

  /// From a PNG's bytes to the hash of its pixels at the working size.
  var secondsToDecode: Double {
    let bytes = ImageEncoder.png(image)
    return seconds {
      if let image = try? ImageDecoder.rgb(decoding: bytes, named: "plan") {
        _ = ContentHash(resolution.apply(image))
      }
    }
  }

  /// One face of the synthetic world with all its files.
  func secondsToDraw(size: Int?) -> Double {
    let faces = SyntheticFaces()
    return seconds {
      let portrait = Portrait(faces.world.scene(0, seed: faces.seed), size: size ?? faces.size)
      _ = ImageEncoder.png(portrait.image)
    }
  }

  private func seconds(_ work: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try work()
    return (.now - start) / .seconds(1)
  }
}
