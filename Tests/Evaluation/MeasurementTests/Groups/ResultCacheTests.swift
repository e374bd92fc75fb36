import Essentials
import Foundation
import GRDB
import Measurement
import Store
import Terms
import TestSupport
import Testing

/// What is remembered saves work and is never mistaken for something else.
struct RecallTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.path("evalkit.sqlite"))
  }

  /// Numbers under keys, and which of them had to be computed, in order.
  private func ask(
    _ keys: [String], of cache: ResultCache, failing: Set<String> = [],
    value: (String) -> [Double] = { [Double($0.count), 0.5] }
  ) throws -> (found: [String: Result<[Double], ImageFailure>], computed: [String]) {
    var batch = Batch<String>()
    for key in keys { batch.add("content of \(key)", key: key) }
    var computed: [String] = []
    let found = try cache.values(batch) { requests in
      requests.map { request in
        let key = String(request.dropFirst("content of ".count))
        computed.append(key)
        return failing.contains(key)
          ? .failure(
            ImageFailure(state: LedgerState(rawValue: "broken"), reason: "\(key) is broken"))
          : .success(value(key))
      }
    }
    return (found, computed)
  }

  private func cache(isReading: Bool = true) -> ResultCache {
    ResultCache(store, isReading: isReading)
  }

  /// Stores some results as the run before did.
  private func fill(_ keys: [String]) throws {
    let cache = cache()
    _ = try ask(keys, of: cache)
    try store.insert(cache.fresh)
  }

  private func damage(_ key: String) throws {
    try store.queue.write {
      try $0.execute(
        sql: "UPDATE artifact SET payload = zeroblob(byteCount) WHERE key = ?", arguments: [key])
    }
  }

  @Test func knownValuesAreNotComputedAgain() throws {
    try fill(["a", "bb"])
    let cache = cache()
    let (found, computed) = try ask(["a", "bb", "ccc"], of: cache)
    #expect(computed == ["ccc"])
    #expect(found["a"] == .success([1, 0.5]) && found["bb"] == .success([2, 0.5]))
    #expect(found["ccc"] == .success([3, 0.5]) && found.count == 3)
    #expect(cache.fresh.map(\.key) == ["ccc"] && cache.used.sorted() == ["a", "bb"])
    #expect(cache.damaged == 0)
  }

  /// Bits are kept, also those of what is no ordinary number.
  @Test func bitsAreKept() throws {
    let odd: [Double] = [.nan, -0.0, .infinity, .leastNonzeroMagnitude, 1.0.nextUp]
    let first = cache()
    _ = try ask(["a"], of: first) { _ in odd }
    try store.insert(first.fresh)
    let (found, computed) = try ask(["a"], of: cache()) { _ in [] }
    #expect(computed == [])
    #expect(try #require(found["a"]?.value).map(\.bitPattern) == odd.map(\.bitPattern))
  }

  @Test func damagedValuesAreComputedAnewAndReplaced() throws {
    try fill(["a", "bb"])
    try damage("bb")
    let cache = cache()
    let (found, computed) = try ask(["a", "bb"], of: cache)
    #expect(computed == ["bb"] && found["bb"] == .success([2, 0.5]))
    #expect(cache.damaged == 1 && cache.used == ["a"])
    try store.insert(cache.fresh)
    #expect(try ask(["a", "bb"], of: self.cache()).computed == [])
    #expect(
      ResultCache.warning(1, in: store)
        == "1 remembered result in \(store.path) was damaged and measured again; check the disk")
    #expect(
      ResultCache.warning(2, in: store)
        == "2 remembered results in \(store.path) were damaged and measured again; check the disk")
    #expect(ResultCache.warning(0, in: store) == nil)
  }

  /// A payload of a length that no array has is computed anew, though nothing happened to it on disk.
  @Test func valuesOfAnotherTypeAreComputedAnew() throws {
    try store.insert([ArtifactRecord(key: "a", payload: Data([1, 2, 3]))])
    let (found, computed) = try ask(["a"], of: cache())
    #expect(computed == ["a"] && found["a"] == .success([1, 0.5]))
    #expect(ResultCache.elements(Data([1, 2, 3])) as [Float]? == nil)
    #expect(ResultCache.elements(Data()) as [Float]? == [])
    #expect(ResultCache.elements(Data([0, 0, 128, 63])) as [Float]? == [1])
  }

  @Test func nothingIsReadWhereNothingMayBe() throws {
    try fill(["a", "bb"])
    let cache = cache(isReading: false)
    #expect(try ask(["a", "bb"], of: cache).computed == ["a", "bb"])
    #expect(cache.used == [] && cache.fresh.map(\.key) == ["a", "bb"])
    // What it computed itself it knows, whatever it may read.
    #expect(try ask(["a", "bb", "ccc"], of: cache).computed == ["ccc"])
  }

  @Test func aRepeatedKeyIsComputedOnce() throws {
    var batch = Batch<Int>()
    for (key, request) in [("a", 1), ("b", 2), ("a", 3), ("b", 4)] { batch.add(request, key: key) }
    #expect(batch.entries.map(\.key) == ["a", "b"] && batch.entries.map(\.request) == [1, 2])
    #expect(batch.contains("a") && !batch.contains("c"))
    let cache = cache()
    #expect(try ask(["a", "bb", "a", "bb"], of: cache).computed == ["a", "bb"])
    #expect(try ask(["bb"], of: cache).computed == [])
    #expect(cache.fresh.map(\.key) == ["a", "bb"])
  }

  /// Another image of the same content may fare better under its own name.
  @Test func failuresAreHandedOutAndNotStored() throws {
    let cache = cache()
    let (found, _) = try ask(["a", "bb"], of: cache, failing: ["bb"])
    #expect(
      found["bb"]?.failure
        == ImageFailure(state: LedgerState(rawValue: "broken"), reason: "bb is broken"))
    #expect(found["a"] == .success([1, 0.5]) && cache.fresh.map(\.key) == ["a"])
    #expect(try ask(["a", "bb"], of: cache, failing: ["bb"]).computed == ["bb"])
    try store.insert(cache.fresh)
    let later = try ask(["a", "bb"], of: self.cache())
    #expect(later.computed == ["bb"] && later.found["bb"] == .success([2, 0.5]))
  }

  @Test func numbersAreArraysOfOne() throws {
    var batch = Batch<Double>()
    batch.add(2, key: "a")
    batch.add(-1, key: "b")
    let root = ImageFailure(state: LedgerState(rawValue: "negative"), reason: "no root")
    let first = cache()
    func roots(_ cache: ResultCache) throws -> [String: Result<Double, ImageFailure>] {
      try cache.numbers(batch) { numbers in
        numbers.map { $0 < 0 ? .failure(root) : .success($0.squareRoot()) }
      }
    }
    #expect(try roots(first) == ["a": .success(Double(2).squareRoot()), "b": .failure(root)])
    try store.insert(first.fresh)
    let (stored, computed) = try ask(["a"], of: cache())
    #expect(stored["a"] == .success([Double(2).squareRoot()]) && computed == [])
  }

  /// Nothing is asked where nothing is missing.
  @Test func anEmptyBatchComputesNothing() throws {
    let (found, computed) = try ask([], of: cache())
    #expect(found.isEmpty && computed.isEmpty)
    try fill(["a"])
    var calls = 0
    var batch = Batch<Int>()
    batch.add(1, key: "a")
    _ = try cache().values(batch) { requests -> [Result<[Double], ImageFailure>] in
      calls += 1
      return requests.map { _ in .success([0]) }
    }
    #expect(calls == 0)
  }
}
