import Essentials
import Metrics
import Models
import Provenance
import Tensors
import Terms

extension GroupMeasurement {
  /// Compares the labels of each image with those of the real image that it was edited from, at the
  /// parser's own size.
  func measureConsistency(
    _ parser: FaceParser, _ mode: SegmentationConsistency, _ meter: Meter,
    _ pairs: [PairSubjects], _ items: inout [ItemResult]
  ) throws {
    func key(_ pair: SubjectPair) -> String {
      ContentHash.key(parser.fingerprint, pair.real.content, pair.other.content)
    }
    let batch = collect(items, pairs, meter) { (pair, subject, batch: inout Batch<SubjectPair>) in
      guard let real = try? pair.comparable else { return }
      let comparison = SubjectPair(real: real, other: subject)
      batch.add(comparison, key: key(comparison))
    }
    let counts = try recall.values(batch) { parser.agreement(of: $0, in: memory) }
    update(&items, pairs, meter) { pair, subject, found in
      let comparison = SubjectPair(real: try pair.comparable, other: subject)
      let matrix = try ConfusionMatrix(
        counts: try counts[key(comparison)]?.value
          ?? parser.agreement(of: [comparison], in: memory)[0].get())
      found.consistency = matrix
      found.scores[.segmentationConsistency] = mode.score(of: matrix)
    }
  }
}

extension FaceParser {
  /// Confusion counts of two images' labels for each pair, each distinct image parsed once.
  fileprivate func agreement(
    of pairs: [SubjectPair], in memory: WorkerMemory
  ) -> [Result<[Int64], ImageFailure>] {
    var subjects = Batch<Subject>()
    for pair in pairs {
      for subject in [pair.real, pair.other] { subjects.add(subject, key: subject.content.text) }
    }
    let labels = Dictionary(
      uniqueKeysWithValues: zip(
        subjects.entries.map(\.key), self.labels(of: subjects.entries.map(\.request), in: memory)))
    return pairs.map { pair in
      ImageFailure.catching {
        var matrix = ConfusionMatrix()
        if let before = try labels[pair.real.content.text]?.get(),
          let after = try labels[pair.other.content.text]?.get()
        {
          try matrix.add(groundTruth: before, prediction: after)
        }
        return matrix.counts
      }
    }
  }
}
