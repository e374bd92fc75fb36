/// Something to be timed: a network, or what the host does around it.
package struct BenchSubject: Sendable {
  /// What is timed.
  package enum Kind: String, Encodable, Sendable {
    /// A network of the catalogue, or a step of a system, on seeded weights; a run is one image.
    case network
    /// A metric or an operation on images; a run is what ``BenchSubject/input`` says.
    case host
  }

  /// Name on the command line: a network's, a metric's or an operation's.
  package let name: String
  /// What is timed.
  package let kind: Kind
  /// What one run is given.
  package let input: String
  /// What one run does, for people.
  package let summary: String

  /// Makes everything ready for so many workers; not timed.
  package let prepare: @Sendable (_ workers: Int) throws -> BenchWork

  /// Describes what is to be measured.
  package init(
    name: String, kind: Kind, input: String, summary: String,
    prepare: @escaping @Sendable (_ workers: Int) throws -> BenchWork
  ) {
    self.name = name
    self.kind = kind
    self.input = input
    self.summary = summary
    self.prepare = prepare
  }
}

/// A subject made ready.
///
/// Each function takes the number of a worker, whose memory it may use, and returns some value of its
/// result, so that no compiler can leave the work out.
package struct BenchWork: Sendable {
  /// One run by itself.
  package let one: @Sendable (_ worker: Int) throws -> Double
  /// Several runs at once in the way that is best when there are many.
  package let group: @Sendable (_ worker: Int) throws -> Double
  /// Runs in a group.
  package let groupSize: Int
  /// Floating-point operations of one run; nil where they are not counted.
  package let operations: Int?
  /// Whether a group uses all workers by itself, so that groups follow one another.
  package let sharesWorkers: Bool

  /// Work that is done run by run.
  package init(operations: Int? = nil, one: @escaping @Sendable (_ worker: Int) throws -> Double) {
    self.init(operations: operations, one: one, group: one, groupSize: 1)
  }

  /// Work of which several runs go together.
  package init(
    operations: Int?, one: @escaping @Sendable (_ worker: Int) throws -> Double,
    group: @escaping @Sendable (_ worker: Int) throws -> Double, groupSize: Int,
    sharesWorkers: Bool = false
  ) {
    precondition(groupSize > 0, "a group has runs")
    self.one = one
    self.group = group
    self.groupSize = groupSize
    self.operations = operations
    self.sharesWorkers = sharesWorkers
  }
}
