/// In which order gradients flow back, which of them exist, and how long values and gradients live.
///
/// With `R` rules, rule `i` runs forwards at moment `i` and backwards at `2R − i`; losses are taken at `R`.
struct GradientFlow {
  /// One rule's turn on the way back.
  struct Step {
    let rule: Int
    /// Roots that are set to zero before it, since it only adds to a part of them.
    let cleared: [Int]
    let targets: [GradientTarget]
  }

  private(set) var steps: [Step] = []
  /// Lifetimes of the values of roots.
  private(set) var values: [Int: ClosedRange<Int>] = [:]
  /// Lifetimes of the gradients of roots.
  private(set) var gradients: [Int: ClosedRange<Int>] = [:]
  /// Whether the input's gradient is wanted and nothing reaches it.
  private(set) var leavesInputUntouched = false

  init(
    _ rules: [any Rule], views: [BatchMemory.View], isActive: [Bool],
    requested: Set<Int>
  ) {
    let middle = rules.count
    use(value: 0, at: -1)
    for (index, rule) in rules.enumerated() {
      use(value: rule.output, at: index)
      for input in rule.inputs { use(value: views[input].root, at: index) }
    }
    var started: Set<Int> = []
    for output in requested {
      let root = views[output].root
      use(value: root, at: middle)
      use(gradient: root, at: middle)
      started.insert(root)
    }
    for index in rules.indices.reversed() {
      let rule = rules[index]
      guard isActive[rule.output], started.contains(rule.output) else { continue }
      let moment = 2 * middle - index
      use(gradient: rule.output, at: moment)
      for node in rule.kept { use(value: views[node].root, at: moment) }
      var cleared: [Int] = []
      let targets = rule.inputs.enumerated().map { position, input in
        guard rule.smoothPositions.contains(position), isActive[input] else {
          return GradientTarget.none
        }
        let view = views[input]
        use(gradient: view.root, at: moment)
        if started.insert(view.root).inserted {
          if view.isWhole && !rule.onlyAdds { return .write }
          cleared.append(view.root)
        }
        return .add
      }
      steps.append(Step(rule: index, cleared: cleared, targets: targets))
    }
    if isActive[0] {
      leavesInputUntouched = !started.contains(0)
      use(gradient: 0, at: 2 * middle + 1)
    }
  }

  private mutating func use(value node: Int, at moment: Int) {
    Self.extend(&values[node], to: moment)
  }

  private mutating func use(gradient node: Int, at moment: Int) {
    Self.extend(&gradients[node], to: moment)
  }

  private static func extend(_ lifetime: inout ClosedRange<Int>?, to moment: Int) {
    lifetime =
      min(
        lifetime?.lowerBound ?? moment, moment)...max(
        lifetime?.upperBound ?? moment, moment)
  }
}
