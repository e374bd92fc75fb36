import Graphs
import Images
import Kernels
import Metrics
import Models
import Networks
import Tensors

/// FID's features of pictures, by the program's own compact extractor.
package struct CompactFeatures {
  private let extractor: LoadedNetwork
  private let workers: Workers

  /// Reads the extractor.
  ///
  /// - Throws: errors of the embedded file.
  package init(workers: Workers) throws {
    self.workers = workers
    extractor = try LoadedNetwork(ofProgram: CompactNetworks.inception)
  }

  /// Features of pictures, one row each.
  ///
  /// - Throws: `GraphError` if a feature is not finite; what `picture` throws.
  package func features(
    of count: Int, _ picture: @Sendable (Int) throws -> Raster
  ) throws -> FeatureMatrix {
    try FeatureMatrix(
      stacking: try extractor.vectors(count, workers: workers) {
        try Preprocessing.compact128.apply(try picture($0))
      })
  }
}

/// Parts of faces, as the program's own compact parser sees them.
package struct CompactParser {
  private let parser: LoadedNetwork
  private let workers: Workers

  /// Reads the parser.
  ///
  /// - Throws: errors of the embedded file.
  package init(workers: Workers) throws {
    self.workers = workers
    parser = try LoadedNetwork(ofProgram: CompactNetworks.biSeNet)
  }

  /// How the parts seen on pictures agree with label maps.
  ///
  /// - Parameters:
  ///   - pictures: of any size.
  ///   - labels: classes 0…18, 128 pixels, one a picture.
  /// - Returns: counts over all pictures.
  /// - Throws: `GraphError` if a result is not finite.
  package func agreement(of pictures: [Raster], with labels: [Raster]) throws -> ConfusionMatrix {
    let matrices = try parser.map(pictures.count, workers: workers) {
      try Preprocessing.compact128.apply(pictures[$0])
    } read: { index, result in
      let logits = result(Graph.mainOutput)
      let found = Raster(
        width: logits.columns, height: logits.rows, channels: 1, samples: logits.largestChannels())
      var matrix = ConfusionMatrix()
      try matrix.add(groundTruth: labels[index], prediction: found)
      return matrix
    }
    var total = ConfusionMatrix()
    for matrix in matrices { try total.merge(matrix) }
    return total
  }
}

/// Persons, as the program's own compact identity network tells them apart.
package struct CompactPersons {
  private let network: LoadedNetwork
  private let workers: Workers

  /// Reads the network.
  ///
  /// - Throws: errors of the embedded file.
  package init(workers: Workers) throws {
    self.workers = workers
    network = try LoadedNetwork(ofProgram: CompactNetworks.iResNet)
  }

  /// The mean cosine of pictures and the faces that they are to show, −1…1.
  ///
  /// - Parameters:
  ///   - pictures: of any size.
  ///   - faces: as many.
  /// - Returns: the mean.
  /// - Throws: `GraphError` if an embedding is not finite.
  package func likeness(of pictures: [Raster], to faces: [Raster]) throws -> Double {
    let cosines = zip(try embeddings(pictures), try embeddings(faces)).map {
      $0.unitVector.dot($1.unitVector)
    }
    return cosines.reduce(0, +) / Double(cosines.count)
  }

  private func embeddings(_ pictures: [Raster]) throws -> [[Float]] {
    let side = SyntheticTrainingSet.drawnSide
    return try network.vectors(pictures.count, workers: workers) {
      try Preprocessing.compactFace96.apply(
        pictures[$0].resized(width: side, height: side, filter: .bicubic))
    }
  }
}
