import Objectives
import Tensors
import TestSupport
import Testing

/// Losses of features against DiffusionCLIP's official code in float64, and against differences.
@Suite struct FeatureLossTests {
  private static let width = 6
  private let golden: ImageLossGolden

  init() throws { golden = try ImageLossGolden() }

  private func values(_ name: String) -> [Float] { golden.values(name, Self.width) }

  private func losses() throws -> [(name: String, loss: any FeatureLoss)] {
    [
      ("directional", try DirectionalLoss(along: values("direction").map(Double.init))),
      ("global", try GlobalCLIPLoss(text: values("text"))), ("identity", IdentityLoss()),
    ]
  }

  @Test func followTheOfficialCode() throws {
    for (name, loss) in try losses() {
      let expected = try #require(golden.features[name])
      let found = try loss.measure(edited: values("edited"), source: values("source"))
      // Float64 but for the gradient's last rounding; the epsilons of both norms are the reference's.
      #expect(abs(found.loss - expected.loss) < 1e-12, "\(name): \(found.loss)")
      for (found, expected) in zip(found.gradient, expected.gradient) {
        #expect(abs(Double(found) - expected) < 1e-7, "\(name)")
      }
    }
  }

  @Test func gradientsAreDifferences() throws {
    let (edited, source) = (values("other"), values("source"))
    let step: Float = 0x1p-9
    for (name, loss) in try losses() {
      let gradient = try loss.measure(edited: edited, source: source).gradient
      for index in edited.indices {
        let ends = try [step, -step].map { change in
          var moved = edited
          moved[index] += change
          return (try loss.measure(edited: moved, source: source).loss, moved[index])
        }
        let difference = (ends[0].0 - ends[1].0) / Double(ends[0].1 - ends[1].1)
        // The third derivative times 2⁻¹⁸, for features of about 1.
        #expect(abs(Double(gradient[index]) - difference) < 2e-4, "\(name) \(index)")
      }
    }
  }

  /// Nothing but directions counts: not how long the features are.
  @Test func lengthsDoNotCount() throws {
    for (name, loss) in try losses() {
      let first = try loss.measure(edited: values("edited"), source: values("source"))
      let other = try loss.measure(
        edited: values("edited").map { 4 * $0 }, source: values("source").map { $0 / 2 })
      #expect(abs(first.loss - other.loss) < 1e-12, "\(name)")
      #expect(first.gradient != other.gradient)
    }
  }

  /// A step along the texts' direction has no loss, one at right angles ln 2; the same image has no direction.
  @Test func directionsAreCompared() throws {
    let loss = try DirectionalLoss(along: [-3, 3])
    #expect(try loss.measure(edited: [0, 2], source: [5, 0]).loss < 1e-6)
    let still = try loss.measure(edited: [1, 0], source: [2, 0])
    #expect(abs(still.loss - Elementary.logarithm(2)) < 1e-15)
    #expect(still.gradient == [0, 0])
  }

  @Test func refusesFeaturesWithoutDirection() throws {
    #expect(throws: ObjectiveError.noDirection(what: "the texts")) {
      try DirectionalLoss(along: [0, 0])
    }
    let loss = try DirectionalLoss(along: [1, 0])
    #expect(throws: ObjectiveError.noDirection(what: "the edited image")) {
      try loss.measure(edited: [0, 0], source: [1, 1])
    }
    #expect(throws: ObjectiveError.noDirection(what: "the source image")) {
      try loss.measure(edited: [1, 0], source: [1, .nan])
    }
    #expect(
      throws: ObjectiveError.lengthMismatch(what: "the edited image", expected: 2, found: 3)
    ) {
      try loss.measure(edited: [1, 0, 0], source: [1, 1])
    }
    #expect(
      throws: ObjectiveError.lengthMismatch(what: "the edited image", expected: 1, found: 2)
    ) {
      try IdentityLoss().measure(edited: [1, 0], source: [1])
    }
  }

  @Test func absoluteDifferencesOfTensorsAreThoseOfMaps() {
    let (x, y) = (values("edited"), values("source"))
    var gradient = Tensor(shape: [2, 3], repeating: 1)
    let found = ValueLoss.absolute.measure(
      Tensor(shape: [2, 3], values: x), targets: Tensor(shape: [2, 3], values: y),
      addingTo: &gradient, weight: 0.5)
    let rows = OwnedRows(x, width: 3)
    let target = OwnedRows([Float](repeating: 1, count: 6), width: 3)
    let expected = ValueLoss.absolute.measure(
      rows.map, targets: y, addingTo: target.map, weight: 0.5)
    #expect(found == expected && gradient.values == target.values)
    #expect(gradient.values.contains { $0 > 1 } && gradient.values.contains { $0 < 1 })
  }
}
