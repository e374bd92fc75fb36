import Foundation
import Synchronization

/// Runs independent pieces of work on a fixed number of threads.
///
/// Pieces are handed out one by one, so a slow image delays nobody. What a piece computes must not
/// depend on its worker: that is what keeps scores independent of `--jobs`.
package struct Workers: Sendable {
  /// How many pieces run at once.
  package let count: Int

  /// - Parameter count: threads to use, at least 1; nil takes ``availableCores``.
  package init(count: Int? = nil) { self.count = max(1, count ?? Self.availableCores) }

  /// Cores that the process may use: those it is not kept from, or fewer where a container has less of their time.
  package static let availableCores = cores(
    of: ProcessInfo.processInfo.activeProcessorCount, granted: ControlGroups().cores)

  /// Cores to use of some, where the time of so many is granted; nil is all of it.
  package static func cores(of count: Int, granted: Double?) -> Int {
    max(1, min(count, granted.map { Int(min($0, 65_536).rounded(.up)) } ?? count))
  }

  /// Threads that each of some pieces can have to itself, where there are fewer pieces than threads.
  package func threads(forEachOf pieces: Int) -> Int { max(1, count / max(1, pieces)) }

  /// Calls `body` once for every index in `0 ..< pieces`, in no particular order.
  ///
  /// - Parameters:
  ///   - pieces: how many indices there are.
  ///   - body: gets the index and the number of its worker, `0 ..< count`, so that it can use that
  ///     worker's memory. The first error stops further pieces from being started.
  /// - Throws: the error of the lowest index that failed.
  package func forEach<Failure: Error>(
    _ pieces: Int, _ body: @Sendable (_ index: Int, _ worker: Int) throws(Failure) -> Void
  ) throws(Failure) {
    let next = Atomic<Int>(0)
    let failure = Mutex<(index: Int, error: Failure)?>(nil)
    HelperThreads.shared.run(workers: min(count, pieces)) { worker in
      while failure.withLock({ $0 == nil }) {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < pieces else { return }
        do throws(Failure) {
          try body(index, worker)
        } catch {
          failure.withLock { if index < ($0?.index ?? .max) { $0 = (index, error) } }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
  }

  /// Computes one value for every index and returns them in index order.
  ///
  /// - Throws: the error of the lowest index that failed.
  package func map<Value: Sendable, Failure: Error>(
    _ pieces: Int, _ body: @Sendable (_ index: Int, _ worker: Int) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    let values = Mutex<[Int: Value]>([:])
    try forEach(pieces) { (index, worker) throws(Failure) in
      let value = try body(index, worker)
      values.withLock { $0[index] = value }
    }
    return values.withLock { found in (0..<pieces).compactMap { found[$0] } }
  }
}
