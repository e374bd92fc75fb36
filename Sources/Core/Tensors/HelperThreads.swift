import Foundation
import Synchronization

/// Threads that stand by for ``Workers``: one less than the process has cores, since callers work too.
///
/// Dispatch wakes a thread for every call. On a virtual machine that takes from 50 to 400 µs, as long as a layer of a
/// small network; these threads look out for more work a moment before they sleep.
package final class HelperThreads: Sendable {
  /// Those of the process; started with the first work that is shared.
  static let shared = HelperThreads(count: Workers.availableCores - 1)

  /// How long threads look out before they sleep, in nanoseconds: about what waking one takes.
  private static let watch: UInt64 = 200_000
  private static let stackBytes = 8 << 20

  private let count: Int
  private let jobs = Mutex<[Job]>([])
  /// How many jobs there have been; what threads look out for.
  private let posted = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private let alarm = NSCondition()

  /// Starts threads, which stay for good.
  package init(count: Int) {
    self.count = max(0, count)
    for _ in 0..<self.count {
      let thread = Thread { self.help() }
      thread.stackSize = Self.stackBytes
      thread.start()
    }
  }

  /// Calls `body` on this thread and meanwhile on those that have nothing else to do.
  ///
  /// Calls may come from several threads at once and from within `body`; each is finished by its own thread if no
  /// other is free.
  ///
  /// - Parameters:
  ///   - workers: calls of `body` at most.
  ///   - body: gets the number of its call, `0 ..< workers`; it returns when nothing is left to do.
  package func run(workers: Int, _ body: @Sendable (_ worker: Int) -> Void) {
    guard workers > 1, count > 0 else {
      if workers > 0 { body(0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let job = Job(workers: workers, body: body)
      post(job)
      body(0)
      jobs.withLock { jobs in jobs.removeAll { $0 === job } }
      // Nobody joins any more.
      job.finish()
    }
  }

  private func post(_ job: Job) {
    jobs.withLock { $0.append(job) }
    posted.wrappingAdd(1, ordering: .sequentiallyConsistent)
    let asleep = sleeping.load(ordering: .sequentiallyConsistent)
    guard asleep > 0 else { return }
    // Whoever is about to sleep waits by now; one that is woken finds the lock free.
    alarm.lock()
    alarm.unlock()
    for _ in 0..<min(asleep, job.workers - 1) { alarm.signal() }
  }

  private func help() {
    while true {
      let seen = posted.load(ordering: .acquiring)
      if let (job, worker) = join() {
        job.help(as: worker)
      } else if !Self.watches(for: { posted.load(ordering: .acquiring) != seen }) {
        sleep(unless: { posted.load(ordering: .sequentiallyConsistent) != seen })
      }
    }
  }

  private func join() -> (job: Job, worker: Int)? {
    jobs.withLock { jobs in
      // The latest first: an inner job holds up the outer one.
      for job in jobs.reversed() {
        if let worker = job.join() { return (job, worker) }
      }
      return nil
    }
  }

  private func sleep(unless isPosted: () -> Bool) {
    alarm.lock()
    sleeping.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while !isPosted() { alarm.wait() }
    sleeping.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    alarm.unlock()
  }

  /// Looks out for something, and lets other threads run meanwhile.
  ///
  /// - Returns: whether it came.
  private static func watches(for event: () -> Bool) -> Bool {
    let end = DispatchTime.now().uptimeNanoseconds + watch
    while !event() {
      if DispatchTime.now().uptimeNanoseconds > end { return false }
      sched_yield()
    }
    return true
  }

  /// Work that several threads share.
  private final class Job: Sendable {
    let workers: Int
    /// Dropped when the call ends, which a thread that helped may outlast by a moment with the job in its hands.
    nonisolated(unsafe) private var body: (@Sendable (Int) -> Void)?
    /// Changed by those who hold the list of jobs alone.
    private let joined = Atomic<Int>(1)
    private let helping = Atomic<Int>(0)
    private let left = DispatchSemaphore(value: 0)

    init(workers: Int, body: @escaping @Sendable (Int) -> Void) {
      self.workers = workers
      self.body = body
    }

    /// The number of a further worker; nil if there are enough.
    func join() -> Int? {
      let worker = joined.load(ordering: .relaxed)
      guard worker < workers else { return nil }
      joined.store(worker + 1, ordering: .relaxed)
      helping.wrappingAdd(1, ordering: .relaxed)
      return worker
    }

    func help(as worker: Int) {
      call(worker)
      helping.wrappingSubtract(1, ordering: .releasing)
      left.signal()
    }

    /// A function of its own, so that the closure is let go of before the count says so.
    @inline(never) private func call(_ worker: Int) { body?(worker) }

    /// Waits for all who joined.
    func finish() {
      let isAlone = { self.helping.load(ordering: .acquiring) == 0 }
      while !HelperThreads.watches(for: isAlone) { left.wait() }
      body = nil
    }
  }
}
