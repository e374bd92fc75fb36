import CFuzzing
import Tensors

/// What a parser made of a file.
package enum FuzzOutcome: Sendable {
  /// It was read.
  case read
  /// It was refused with this sentence.
  case refused(String)
  /// Something happened that must not happen, such as an unreadable error.
  case wrong(String)
}

/// What became of all cases.
package struct FuzzReport: Sendable, CustomStringConvertible {
  /// Cases tried.
  package var cases = 0
  /// Those that ended in an error.
  package var refused = 0
  /// Different sentences of errors, numbers aside.
  package var sentences = 0
  /// The largest share of the permitted memory that a case took.
  package var largestShare = 0.0
  /// The first thing that must not happen, with seed and case.
  package var failure: String?

  /// The counts and the largest share of memory in one line.
  package var description: String {
    "\(cases) cases, \(refused) refused in \(sentences) ways, at most "
      + "\(Int((100 * largestShare).rounded())) % of the permitted memory"
  }
}

/// A parser and files to damage for it.
///
/// A damaged file whose error nobody has seen before joins the files that are damaged further, so the
/// search walks deeper into the parser than single damages would. All decisions follow from the seed.
/// A crash prints its case before the program ends, and so does a case without an end, see `CFuzzing`.
package struct FuzzTarget {
  /// For messages.
  package let name: String
  /// Sound files.
  package let corpus: [[UInt8]]
  /// Words of the format.
  package let tokens: [[UInt8]]
  /// Makes a damaged file of one of the corpus and another.
  package let damage: (inout Mutator, _ file: [UInt8], _ other: [UInt8]) -> [UInt8]
  /// Most bytes that may be allocated at one time for a file of this length.
  package let permitted: (Int) -> Int
  /// Reads a file.
  package let parse: ([UInt8]) -> FuzzOutcome

  /// Describes a parser.
  package init(
    _ name: String, corpus: [[UInt8]], tokens: [String] = [],
    damage: @escaping (inout Mutator, [UInt8], [UInt8]) -> [UInt8] = { $0.mutated($1, with: $2) },
    permitted: @escaping (Int) -> Int, parse: @escaping ([UInt8]) -> FuzzOutcome
  ) {
    self.name = name
    self.corpus = corpus
    self.tokens = tokens.map { Array($0.utf8) }
    self.damage = damage
    self.permitted = permitted
    self.parse = parse
  }

  private static let largestPool = 512
  /// Damaged files stay small, so that cases are fast.
  private static let growth = 1 << 16

  /// Tries the parser on damaged files.
  ///
  /// - Parameters:
  ///   - count: how many cases `make test` tries.
  ///   - plan: seed and time.
  /// - Returns: what became of them; it ends with the first failure.
  package func run(cases count: Int, plan: FuzzPlan = .current) -> FuzzReport {
    var report = FuzzReport()
    var pool = corpus
    var seen: Set<String> = []
    let limit = (corpus.map(\.count).max() ?? 0) + Self.growth
    let base = plan.seed ^ SeededParameters.fowlerNollVo(name)
    let witness = FuzzWitness()
    let start = ContinuousClock.now
    var index = 0
    while report.failure == nil, plan.includes(index, of: count, since: start) {
      // Each case has a generator of its own; what came before it decides only about the pool.
      var mutator = Mutator(
        SplitMix64(seed: base &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15), tokens: tokens,
        limit: limit)
      let file = pool[mutator.random.nextIndex(below: pool.count)]
      let other = pool[mutator.random.nextIndex(below: pool.count)]
      let damaged = damage(&mutator, file, other)
      let place = "\(name), seed \(plan.seed), case \(index), \(damaged.count) bytes"
      fuzz_count_allocations()
      let outcome = witness.watching(place) { parse(damaged) }
      let allocated = Int(fuzz_most_allocated())
      report.cases += 1
      let share = Double(allocated) / Double(permitted(damaged.count))
      report.largestShare = max(report.largestShare, share)
      if share > 1 {
        report.failure =
          "\(place): took \(allocated) bytes of memory, permitted are \(permitted(damaged.count))"
      }
      switch outcome {
      case .read: break
      case .wrong(let problem): report.failure = "\(place): \(problem)"
      case .refused(let sentence):
        report.refused += 1
        if sentence.isEmpty { report.failure = "\(place): an error without words" }
        let kind = String(sentence.filter { !$0.isNumber }.prefix(120))
        guard seen.count < Self.largestPool, seen.insert(kind).inserted else { break }
        pool.append(damaged)
      }
      index += 1
    }
    report.sentences = seen.count
    return report
  }
}

/// Keeps the name of the case that runs where a crash finds it.
final class FuzzWitness {
  private let slot = fuzz_open_witness()

  deinit { if let slot { fuzz_close_witness(slot) } }

  /// Does something under a name.
  func watching<Value>(_ name: String, _ body: () -> Value) -> Value {
    guard let slot else { return body() }
    withUnsafeMutableBytes(of: &slot.pointee.text) { text in
      let length = min(name.utf8.count, text.count - 1)
      text.copyBytes(from: name.utf8.prefix(length))
      text[length] = 0
    }
    slot.pointee.turn += 1
    defer { slot.pointee.turn += 1 }
    return body()
  }
}
