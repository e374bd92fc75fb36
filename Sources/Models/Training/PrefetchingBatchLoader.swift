import Dispatch
import Synchronization
import Tensors

/// What a step is trained on.
package struct BatchRequest: Sendable {
  /// Number of the step, from 0.
  package let step: Int
  /// Numbers of the samples, in order.
  package let samples: [Int]
  /// Seed of everything that the batch draws at random.
  package let seed: UInt64

  /// Asks for a batch.
  package init(step: Int, samples: [Int], seed: UInt64) {
    self.step = step
    self.samples = samples
    self.seed = seed
  }

  /// The random numbers of a sample of the batch, whose place in it is `index`.
  package func random(forSample index: Int) -> SplitMix64 {
    SplitMix64(mixing: seed &+ UInt64(index))
  }
}

/// Where batches come from.
package protocol BatchSource: Sendable {
  /// Inputs and targets of one step.
  associatedtype Batch: Sendable
  /// Samples in an epoch.
  var sampleCount: Int { get }
  /// Prepares a batch from the request alone; it runs beside the step before.
  func batch(_ request: BatchRequest) throws -> Batch
}

/// Prepares batches on a background thread while earlier ones are trained on, two ahead at most.
final class PrefetchingBatchLoader<Source: BatchSource> {
  private final class Slot: Sendable {
    let batch = Mutex<Result<Source.Batch, any Error>?>(nil)
    let isReady = DispatchSemaphore(value: 0)
  }

  private let source: Source
  private let order: SampleOrder
  private let plan: TrainingPlan
  private let queue = DispatchQueue(label: "batches")
  private var slots: [Slot] = []
  private var next: Int

  /// Batches that wait at most.
  private static var depth: Int { 2 }

  init(_ source: Source, plan: TrainingPlan, from step: Int) {
    self.source = source
    self.plan = plan
    order = SampleOrder(count: source.sampleCount, seed: plan.seed)
    next = step
    fill()
  }

  private func fill() {
    while slots.count < Self.depth, next < plan.steps {
      let slot = Slot()
      let (source, order, step, batchSize) = (source, order, next, plan.batchSize)
      queue.async {
        let request = BatchRequest(
          step: step, samples: order.samples(ofStep: step, batchSize: batchSize),
          seed: order.stepSeed(step))
        let batch = Result { try source.batch(request) }
        slot.batch.withLock { $0 = batch }
        slot.isReady.signal()
      }
      slots.append(slot)
      next += 1
    }
  }

  /// The next step's batch; waits until it is ready.
  ///
  /// - Throws: what the source threw.
  /// - Precondition: a step is left.
  func take() throws -> Source.Batch {
    let slot = slots.removeFirst()
    slot.isReady.wait()
    fill()
    guard let batch = slot.batch.withLock({ $0 }) else {
      preconditionFailure("a batch was announced and is not there")
    }
    return try batch.get()
  }
}
