import Dispatch
import Synchronization
import Tensors
import Testing

@Suite struct WorkersTests {
  struct Failure: Error, Equatable { let index: Int }

  @Test(arguments: [1, 2, 5]) func visitsEveryIndexOnce(count: Int) {
    let visits = Mutex<[Int]>([])
    Workers(count: count).forEach(100) { index, worker in
      #expect((0..<count).contains(worker))
      visits.withLock { $0.append(index) }
    }
    #expect(visits.withLock { $0.sorted() } == Array(0..<100))
  }

  @Test func mapsInOrder() {
    #expect(Workers(count: 3).map(50) { index, _ in index * index } == (0..<50).map { $0 * $0 })
  }

  @Test func throwsTheLowestFailure() {
    #expect(throws: Failure(index: 0)) {
      try Workers(count: 2).forEach(10) { index, _ in throw Failure(index: index) }
    }
  }

  /// Outer pieces share their own pieces, and several threads share theirs at once.
  @Test func callsMayBeNestedAndComeFromSeveralThreads() {
    let visits = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      Workers(count: 3).forEach(20) { outer, _ in
        Workers(count: 2).forEach(5) { inner, _ in
          visits.withLock { $0.append((thread * 20 + outer) * 5 + inner) }
        }
      }
    }
    #expect(visits.withLock { $0.sorted() } == Array(0..<400))
  }
}

@Suite struct HelperThreadsTests {
  @Test(arguments: [0, 1, 3], [0, 1, 2, 4, 9])
  func everyNumberIsGivenOnce(threads: Int, workers: Int) {
    let helpers = HelperThreads(count: threads)
    for _ in 0..<200 {
      // A helper that is done comes back for a further number while the caller is held up.
      let calls = Mutex((numbers: [Int](), running: 0, most: 0))
      helpers.run(workers: workers) { worker in
        calls.withLock {
          $0.numbers.append(worker)
          $0.running += 1
          $0.most = max($0.most, $0.running)
        }
        calls.withLock { $0.running -= 1 }
      }
      let (given, _, most) = calls.withLock { $0 }
      #expect(Set(given).count == given.count)
      #expect(given.allSatisfy { (0..<workers).contains($0) })
      #expect(given.contains(0) == (workers > 0))
      #expect(most <= threads + 1)
    }
  }

  /// The caller waits for a helper: once while it is awake, once when it sleeps.
  @Test func helpersComeEvenFromSleep() {
    let helpers = HelperThreads(count: 1)
    for pause in [0.0, 0.0, 0.05, 0.0, 0.05] {
      _ = DispatchSemaphore(value: 0).wait(timeout: .now() + pause)
      let isThere = DispatchSemaphore(value: 0)
      helpers.run(workers: 2) { worker in
        if worker > 0 {
          isThere.signal()
        } else {
          #expect(isThere.wait(timeout: .now() + 60) == .success)
        }
      }
    }
  }

  /// A call returns only when the slowest helper has.
  @Test func callsWaitForTheirHelpers() {
    let helpers = HelperThreads(count: 2)
    let finished = Atomic<Int>(0)
    let started = DispatchSemaphore(value: 0)
    helpers.run(workers: 3) { worker in
      if worker > 0 {
        started.signal()
        _ = DispatchSemaphore(value: 0).wait(timeout: .now() + 0.02)
        finished.wrappingAdd(1, ordering: .relaxed)
      } else {
        for _ in 0..<2 { #expect(started.wait(timeout: .now() + 60) == .success) }
      }
    }
    #expect(finished.load(ordering: .relaxed) == 2)
  }
}
