import Graphs

/// In which order gradients flow back, which of them exist, and how long values and gradients live.
///
/// With `R` steps, step `i` runs forwards at moment `i` and backwards at `2R − i`; losses are taken at `R`.
struct GradientFlow {
  /// One step's turn on the way back.
  struct Turn {
    let step: Int
    /// Roots that are set to zero before it, since it only adds to a part of them.
    let cleared: [Int]
    let destinations: [GradientDestination]
  }

  private(set) var turns: [Turn] = []
  /// Lifetimes of the values of roots.
  private(set) var values: [Int: ClosedRange<Int>] = [:]
  /// Lifetimes of the gradients of roots.
  private(set) var gradients: [Int: ClosedRange<Int>] = [:]
  /// Inputs whose gradients are wanted and that nothing reaches.
  private(set) var unreachedInputs: [Int] = []

  init(
    _ steps: [any DifferentiableStep], views: [BatchMemory.View], isActive: [Bool],
    inputs: [Int], requested: Set<Int>
  ) {
    let middle = steps.count
    for input in inputs { use(value: input, at: -1) }
    for (index, step) in steps.enumerated() {
      use(value: step.output, at: index)
      for input in step.inputs { use(value: views[input].root, at: index) }
    }
    var started: Set<Int> = []
    for output in requested {
      let root = views[output].root
      use(value: root, at: middle)
      use(gradient: root, at: middle)
      started.insert(root)
    }
    for index in steps.indices.reversed() {
      let step = steps[index]
      guard isActive[step.output], started.contains(step.output) else { continue }
      let moment = 2 * middle - index
      use(gradient: step.output, at: moment)
      for node in step.savedForBackward { use(value: views[node].root, at: moment) }
      var cleared: [Int] = []
      let destinations = step.inputs.enumerated().map { position, input in
        guard step.differentiableInputs.contains(position), isActive[input] else {
          return GradientDestination.none
        }
        let view = views[input]
        use(gradient: view.root, at: moment)
        if started.insert(view.root).inserted {
          if view.isWhole && !step.onlyAdds { return .write }
          cleared.append(view.root)
        }
        return .add
      }
      turns.append(Turn(step: index, cleared: cleared, destinations: destinations))
    }
    for input in inputs where isActive[input] {
      if !started.contains(input) { unreachedInputs.append(input) }
      use(gradient: input, at: 2 * middle + 1)
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
