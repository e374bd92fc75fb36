import Checkpoints
import Foundation
import Tensors
import Testing

/// Precision, recall, density and coverage as a user asks for them.
@Suite struct ManifoldTests {
  private static let names = ["precision", "recall", "density", "coverage"]
  private static let weights = ["--weights", SyntheticWeights.inception]

  private func metrics(_ faces: Faces, _ further: String...) throws -> [String: [String: Any]] {
    let outcome = try Program.run(
      [
        "score", "--reference", "reference", "--generated", "generated", "--metrics",
        Self.names.joined(separator: ","), "--json", "--quiet",
      ] + Self.weights + further, in: faces.path)
    return try #require(outcome.json()["metrics"] as? [String: [String: Any]])
  }

  private func values(_ metrics: [String: [String: Any]]) throws -> [Double] {
    try Self.names.map { try #require(metrics[$0]?["value"] as? Double, "\($0) \(metrics)") }
  }

  /// JSONSerialization reads numbers by way of Decimal, which loses up to two last bits.
  private func expect(_ metrics: [String: [String: Any]], _ expected: [Double]) throws {
    let found = try values(metrics)
    for (name, (value, reference)) in zip(Self.names, zip(found, expected)) {
      #expect(abs(value - reference) <= 2 * reference.ulp, "\(name)")
    }
    #expect(Set(expected).count > 1, "\(expected)")
  }

  /// FID's features, by another command.
  private func features(_ faces: Faces, of folder: String) throws -> [[Double]] {
    try Program.run(
      [
        "features", "--network", "inception-fid", "--checkpoint",
        SyntheticWeights.place("inception.safetensors"), "--tap", "2048", "--images", folder,
        "--output", "\(folder).npy", "--quiet",
      ], in: faces.path
    ).expectSuccess()
    let array = try NPYFile.read(faces.path("\(folder).npy")).tensor()
    return (0..<array.shape[0]).map { row in
      array.values[row * array.shape[1]..<(row + 1) * array.shape[1]].map(Double.init)
    }
  }

  private func distance(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// The distances of rows to their k-th nearest others.
  private func radii(_ rows: [[Double]], _ neighbors: Int) -> [Double] {
    rows.indices.map { row in
      rows.indices.filter { $0 != row }.map { distance(rows[row], rows[$0]) }
        .sorted()[neighbors - 1]
    }
  }

  /// The papers' definitions, pair by pair.
  private func expected(
    _ real: [[Double]], _ made: [[Double]], neighbors: (manifold: Int, density: Int)
  ) -> [Double] {
    let balls = (real: radii(real, neighbors.manifold), made: radii(made, neighbors.manifold))
    let precision = made.count { one in
      zip(real, balls.real).contains { distance(one, $0) <= $1 }
    }
    let recall = real.count { one in
      zip(made, balls.made).contains { distance(one, $0) <= $1 }
    }
    let open = radii(real, neighbors.density)
    let inside = made.reduce(0) { sum, one in
      sum + zip(real, open).count { distance(one, $0) < $1 }
    }
    let covered = zip(real, open).count { one, radius in
      made.contains { distance(one, $0) < radius }
    }
    return [
      Double(precision) / Double(made.count), Double(recall) / Double(real.count),
      Double(inside) / Double(neighbors.density * made.count),
      Double(covered) / Double(real.count),
    ]
  }

  @Test func areWhatTheirDefinitionsSayOfTheFeaturesThatAreWritten() throws {
    let faces = try Faces(9, side: 64)
    let real = try features(faces, of: "reference")
    let made = try features(faces, of: "generated")
    let usual = try metrics(faces)
    try expect(usual, expected(real, made, neighbors: (3, 5)))
    let narrow = try metrics(faces, "--manifold-neighbors", "2")
    try expect(narrow, expected(real, made, neighbors: (2, 2)))
    for name in Self.names {
      #expect(usual[name]?["n"] as? [Int] == [9, 9])
      #expect(
        usual[name]?["fingerprint"] as? String != narrow[name]?["fingerprint"] as? String, "\(name)"
      )
    }
    #expect(Set(usual.values.compactMap { $0["fingerprint"] as? String }).count >= 2)
  }

  @Test func dependOnNoThreadAndNoCache() throws {
    let faces = try Faces(7, side: 64)
    let found = try values(metrics(faces, "--jobs", "1"))
    #expect(try values(metrics(faces, "--jobs", "3", "--no-cache")) == found)
  }

  @Test func refuseFewerImagesThanNeighbors() throws {
    let faces = try Faces(5, side: 64)
    func score(_ metric: String, _ further: String...) throws -> Outcome {
      try Program.run(
        Faces.scoring(metric, weights: SyntheticWeights.inception) + ["--quiet"] + further,
        in: faces.path)
    }
    try score("coverage").expectRefusal(6, "at least 6", "5 real")
    try score("precision", "--manifold-neighbors", "0").expectRefusal(64, "from 1 to 1000")
    try score("precision", "--manifold-features", "vgg").expectRefusal(64, "'inception'", "clip")
    try score("precision", "--manifold-features", "clip").expectRefusal(6, "for 'clip'")
  }
}
