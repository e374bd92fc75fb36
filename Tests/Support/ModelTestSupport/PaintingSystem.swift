import Models
import Pipelines
import Synchronization
import Tensors
import Terms

/// A system that computes noise from seed, text and image: everything about it can be planned in a test.
package struct PaintingSystem: GenerationSystem {
  package let id = "painting"
  package let title = "Painting"
  package let summary = "noise of a seed and a text"
  package let source = "Nobody, Nothing, 2026"
  package let options = [
    SystemOption.mode([.init("text", "follows a text"), .init("edit", "changes an image")]),
    SystemOption("strength", "share of the image", .number(0...1), standard: "0.5"),
    SystemOption("steps", "how many steps", .integer(1...1000), standard: nil),
  ]
  /// Stands for the weights.
  package var weights = "w1"
  /// Images that a call makes.
  package var groupSize = 3
  /// Ids that fail.
  package var failing: Set<String> = []
  /// Ids by which a whole group fails.
  package var breaking: Set<String> = []
  /// The ids of each call.
  package let calls = Calls()
  /// Told the number of each call before it is answered, from 1.
  package var willAnswer: @Sendable (Int) -> Void = { _ in }

  /// What was asked for.
  package final class Calls: Sendable {
    private let groups = Mutex<[[String]]>([])

    /// The ids of each call.
    package var all: [[String]] { groups.withLock { $0 } }

    fileprivate func add(_ ids: [String]) -> Int {
      groups.withLock {
        $0.append(ids)
        return $0.count
      }
    }
  }

  /// A system that fails nowhere.
  package init() {}

  package func conditions(for options: SystemOptions) -> Set<ImageCondition> {
    options["mode"] == "edit" ? [.text, .image] : [.text]
  }

  package func roles(for options: SystemOptions) -> [WeightRole] {
    options["mode"] == "edit" ? [.denoiser, .clip] : [.denoiser]
  }

  package func check(_ options: SystemOptions) throws {
    if options["mode"] == "text", options["strength"] != "0.5" {
      throw SystemError.conflict(system: id, reason: "'strength' belongs to mode=edit")
    }
  }

  package func open(
    _ options: SystemOptions, in context: SystemContext
  ) throws -> any ImagePipeline {
    if weights.isEmpty { throw UnavailableMetric("needs weights of paint") }
    return Pipeline(system: self, options: options)
  }

  private struct Pipeline: ImagePipeline {
    let system: PaintingSystem
    let options: SystemOptions
    let imageSize = 8

    var fingerprint: String { "painting@1 \(options.text) weights=\(system.weights)" }
    var groupSize: Int { system.groupSize }

    func images(
      for requests: [ImageRequest], workers: Workers, shouldStop: @Sendable () -> Bool
    ) throws -> [Result<Raster, ImageFailure>] {
      if shouldStop() { throw CancellationError() }
      system.willAnswer(system.calls.add(requests.map(\.id)))
      if let id = requests.map(\.id).first(where: system.breaking.contains) {
        throw SystemError.missingCondition(id: id, what: "paint")
      }
      return workers.map(requests.count) { index, _ in
        ImageFailure.catching { try image(requests[index]) }
      }
    }

    private func image(_ request: ImageRequest) throws -> Raster {
      if system.failing.contains(request.id) {
        throw SystemError.missingCondition(id: request.id, what: "color")
      }
      var random = SplitMix64(
        seed: request.seed
          ^ SeededParameters.fowlerNollVo(
            system.weights + options.text + (request.text ?? "")))
      let given = try request.image?().samples.first ?? 0
      let count = imageSize * imageSize * 3
      return Raster(
        width: imageSize, height: imageSize, channels: 3,
        samples: (0..<count).map { _ in given ^ UInt8(truncatingIfNeeded: random.next()) })
    }
  }
}
