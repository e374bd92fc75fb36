import Foundation
import Graphs
import Metrics
import Networks
import Reports
import Tensors
import Terms
import Verdicts

/// Faces whose measurements are known, which distinguish a method that got worse from a program that measures
/// otherwise than it did.
///
/// The answers were recorded with the weights of the compact suite. Published weights are not part of the
/// program; each score's fingerprint holds their SHA-256, and the arithmetic that the canary proves is the same.
package struct Canary: Sendable {
  /// What is measured.
  package let faces: CanaryFaces
  /// What was measured when the program was made.
  package var known: CanaryAnswers

  /// Joins faces and answers.
  package init(faces: CanaryFaces, known: CanaryAnswers) {
    self.faces = faces
    self.known = known
  }

  /// The canary that is part of the program.
  ///
  /// - Throws: errors of its files.
  package static func embedded() throws -> Canary {
    try Canary(faces: CanaryFaces(.embedded), known: .embedded())
  }

  /// What is asked about.
  package enum Scope: Sendable {
    /// Decoded pixels, and scores that are computed of pixels alone.
    case pixels
    /// That, and features and scores of networks.
    case everything
  }

  /// One question and how it was answered.
  package struct Finding: Encodable, Equatable, Sendable {
    /// What was asked.
    package let name: String
    /// Whether the answer is the known one.
    package let isRight: Bool
    /// Answer and known answer, as a clause.
    package let text: String
  }

  /// Greatest share of a feature matrix' length by which it may differ.
  ///
  /// Float32 keeps 6e-8 of a value; through thousands of sums and, on processors without fused operations,
  /// other roundings, some 1e-6 are lost.
  private static let featureTolerance = 1e-4
  /// Greatest difference of a score, as a share of it.
  ///
  /// A tie that rounding decides moves a pixel of half a million to another class, and an intersection over
  /// union of a few hundred pixels with it.
  private static let scoreTolerance = 1e-3

  /// Measures the faces and compares with what is known.
  ///
  /// - Parameters:
  ///   - scope: what is asked about.
  ///   - weights: the suite that scores are measured with.
  ///   - workers: threads; no answer depends on them.
  /// - Returns: one finding a question.
  /// - Throws: errors of files.
  package func findings(
    about scope: Scope = .everything, weights: String = "compact", workers: Workers
  ) throws -> [Finding] {
    let found = try CanaryAnswers(
      measuring: faces, about: scope, weights: weights, workers: workers)
    let scored = scores(found, of: CanaryAnswers.metrics(of: scope))
    return switch scope {
    case .pixels: [pixels(found)] + scored
    case .everything: [pixels(found)] + features(found) + scored + (try persons(found))
    }
  }

  private func pixels(_ found: CanaryAnswers) -> Finding {
    let isRight = found.pixels == known.pixels
    return Finding(
      name: "decoded pixels", isRight: isRight,
      text: isRight
        ? "as known"
        : "their SHA-256 begins \(found.pixels.prefix(12)), that of the known ones "
          + "\(known.pixels.prefix(12))")
  }

  private func features(_ found: CanaryAnswers) -> [Finding] {
    known.features.keys.sorted().map { name in
      guard let own = found.features[name], let other = known.features[name],
        own.shape == other.shape
      else {
        return Finding(
          name: "features of \(name)", isRight: false,
          text:
            "shape \(found.features[name]?.shape ?? []), known \(known.features[name]?.shape ?? [])"
        )
      }
      let length = other.values.reduce(0.0) { $0 + Double($1) * Double($1) }
      let error = zip(own.values, other.values).reduce(0.0) {
        $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
      }
      let share = (error / max(length, .leastNormalMagnitude)).squareRoot()
      return Finding(
        name: "features of \(name)", isRight: share <= Self.featureTolerance,
        text: String(format: "%.1e of their length apart", share))
    }
  }

  private func scores(_ found: CanaryAnswers, of metrics: [Metric]) -> [Finding] {
    metrics.map { metric in
      let (own, other) = (found.scores[metric], known.scores[metric])
      let isRight: Bool =
        if let own, let other {
          abs(own - other) <= Self.scoreTolerance * abs(other)
        } else {
          false
        }
      func text(_ value: Double?) -> String {
        value.flatMap { FixedDecimals.text($0, digits: 5) } ?? "none"
      }
      return Finding(
        name: metric.name, isRight: isRight, text: "\(text(own)), known \(text(other))")
    }
  }

  /// The first two photos of every person, and the first photos of every two neighbors.
  private func persons(_ found: CanaryAnswers) throws -> [Finding] {
    guard let embeddings = found.features[CompactNetworks.iResNet.name],
      embeddings.shape.count == 2, embeddings.shape[0] == CanaryFaces.count
    else { return [Finding(name: "persons", isRight: false, text: "no embeddings")] }
    let width = embeddings.shape[1]
    func row(_ face: Int) -> [Float] {
      Array(embeddings.values[face * width..<(face + 1) * width])
    }
    func mean(_ pairs: [(Int, Int)]) throws -> Double {
      try pairs.reduce(0) { $0 + (try Identity.cosine(row($1.0), row($1.1))) }
        / Double(pairs.count)
    }
    let firsts = (0..<CanaryFaces.people).map { $0 * CanaryFaces.photos }
    let same = try mean(firsts.map { ($0, $0 + 1) })
    let other = try mean(Array(zip(firsts, firsts.dropFirst())))
    return [
      Finding(
        name: "photos of one person", isRight: same >= 0.6,
        text: String(format: "cosine %.3f, at least 0.6 is known", same)),
      Finding(
        name: "photos of two persons", isRight: other <= 0.2,
        text: String(format: "cosine %.3f, at most 0.2 is known", other)),
    ]
  }
}

extension Canary {
  /// The findings of the program's own canary; this process asks about networks once.
  ///
  /// - Parameter scope: what is asked about.
  /// - Returns: one finding a question.
  /// - Throws: errors of its files.
  package static func ownFindings(about scope: Scope) throws -> [Finding] {
    switch scope {
    case .pixels: try embedded().findings(about: .pixels, workers: Workers())
    case .everything: try allOwnFindings.get()
    }
  }

  private static let allOwnFindings = Result { try embedded().findings(workers: Workers()) }
}

extension [Canary.Finding] {
  /// What a gate says where answers are wrong; empty where all are right.
  var lines: [Verdict.Line] {
    filter { !$0.isRight }.map { finding in
      Verdict.Line(
        check: "canary: \(finding.name)", outcome: .invalid,
        finding: "The program measures otherwise than it did: \(finding.text).")
    }
  }
}
