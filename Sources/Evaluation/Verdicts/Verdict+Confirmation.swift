extension Verdict {
  /// Checks that a second run must be asked about: what fails the gate.
  package var alarms: Set<String> {
    Set(lines.filter { $0.isBlocking && $0.outcome == .regression }.map(\.check))
  }

  /// This verdict after a second run, made with another seed, was asked about its alarms alone.
  ///
  /// An alarm stays where the second run raises it, too, and where the second run has not tested it; else it
  /// is taken back and the check is undecided.
  /// The budget of false alarms is fixed: as only alarms can change, and only be taken back, the gate's
  /// level `α` holds whatever the two runs have in common (they share the baseline's chance and the
  /// pairs). Where nothing but the seed's chance moves the scores, about `α²` is left. Holm's correction
  /// runs over the alarms alone in the second run, so a real change is found there at least as surely as
  /// in the first; a simulation holds both.
  ///
  /// - Parameters:
  ///   - second: the verdict over the second run. If it cannot be judged, nothing is taken back.
  ///   - run: what findings call it.
  /// - Returns: a verdict with the same checks.
  package func confirmed(by second: Verdict, of run: String) -> Verdict {
    let spoiled = second.lines.first {
      $0.isBlocking && [.invalid, .notComparable].contains($0.outcome)
    }
    if let spoiled { return unconfirmed(because: "run \(run) says nothing: \(spoiled.finding)") }
    let again = second.alarms
    return replacing { line in
      guard let other = second.lines.first(where: { $0.check == line.check }) else {
        return line.with(
          .regression, "Not taken back: run \(run) of another seed has no such check.")
      }
      if again.contains(line.check) {
        return line.with(
          .regression, "Run \(run) of another seed confirms it: \(other.finding)")
      }
      return other.isTested
        ? line.with(
          .inconclusive, "Run \(run) of another seed does not confirm it: \(other.finding)")
        : line.with(
          .regression, "Not taken back: run \(run) of another seed tests nothing: \(other.finding)")
    }
  }

  /// This verdict where no second run could be asked: every alarm stays.
  package func unconfirmed(because reason: String) -> Verdict {
    replacing { $0.with(.regression, "Not confirmed, nor taken back: \(reason)") }
  }

  private func replacing(_ alarm: (Line) -> Line) -> Verdict {
    let alarms = alarms
    return Verdict(
      lines: lines.map { alarms.contains($0.check) ? alarm($0) : $0 }, isStrict: isStrict)
  }
}

extension Verdict.Line {
  /// The same check, and what was found further.
  fileprivate func with(_ outcome: Verdict.Outcome, _ further: String) -> Verdict.Line {
    var line = Verdict.Line(check: check, outcome: outcome, finding: "\(finding) \(further)")
    line.isBlocking = isBlocking
    line.unit = unit
    line.figures = figures
    return line
  }
}
