/// One loss over the steps of a training.
package struct LossCurve: Equatable, Sendable {
  /// What was measured.
  package let name: String
  /// Steps taken, and the mean loss of the steps since the point before.
  package var points: [(step: Int, loss: Double)]

  /// The points as lines `step,loss`.
  package var text: String { points.map { "\($0.step),\($0.loss)\n" }.joined() }

  /// Names a curve without points.
  package init(name: String) {
    self.name = name
    points = []
  }

  /// Reads ``text``; what is no point is passed over.
  package init(name: String, text: String) {
    self.name = name
    points = text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: ",")
      guard fields.count == 2, let step = Int(fields[0]), let loss = Double(fields[1]) else {
        return nil
      }
      return (step, loss)
    }
  }

  /// Whether both have the same name and points.
  package static func == (left: LossCurve, right: LossCurve) -> Bool {
    left.name == right.name && left.points.elementsEqual(right.points, by: ==)
  }
}
