import Checkpoints
import Detection
import Foundation
import Graphs
import Images
import Networks
import Tensors
import TestSupport
import Testing

struct FaceDetectorTests {
  /// Every result of the three networks against PyTorch in float64, on seeded parameters.
  @Test func networksAgree() throws {
    let cases: [DetectionGoldens.NetworkCase] = try GoldenFolder().decoded("networks.json")
    #expect(cases.count == MTCNN.Part.allCases.count)
    for golden in cases {
      let part = try #require(MTCNN.Part(rawValue: golden.network))
      let network = MTCNN(part)
      let graph = try Graph(tracing: network, inputShape: golden.inputShape)
      let executable = try Executable(
        graph, parameters: network.arranged(try DetectionGoldens.seeded(part)),
        outputs: network.results)
      let input = SeededParameters.input(shape: golden.inputShape, seed: DetectionGoldens.seed)
      let found = executable.run(input, in: executable.makeWorkspace())
      #expect(Set(golden.results.keys) == Set(network.results))
      for (name, expected) in golden.results {
        let tensor = try #require(found[name])
        #expect(tensor.shape == expected.shape, "\(network.name) \(name)")
        let agreement = Agreement(tensor.values, expected.values.map { Float($0) })
        // As for every network of the catalogue.
        #expect(agreement.nmse <= 1e-9, "\(network.name) \(name): \(agreement)")
      }
    }
  }

  /// The whole cascade on seeded parameters, whose boxes look like nothing but must agree.
  @Test func cascadeAgrees() throws {
    let golden: DetectionGoldens.Cascade = try GoldenFolder().decoded("cascade.json")
    var settings = FaceDetector.Settings()
    settings.thresholds = golden.thresholds
    let detector = try FaceDetector(
      parameters: Dictionary(
        uniqueKeysWithValues: try MTCNN.Part.allCases.map {
          ($0, try DetectionGoldens.seeded($0, heads: golden.heads))
        }), settings: settings)
    let image = DetectionGoldens.drawnImage(width: golden.width, height: golden.height)
    let found = try detector.faces(in: image, workspace: Workspace())
    try expect(found, golden.faces, "seed \(golden.seed)")
  }

  static let weights = MTCNN.Part.allCases.map { Fixtures.path("weights/\($0.rawValue).pt") }

  /// The published weights on real faces; they are no fixture, so that mostly there are none.
  @Test(.enabled(if: weights.allSatisfy(FileManager.default.fileExists)))
  func findsTheFacesThatFacenetFinds() throws {
    let parameters = try MTCNN.Part.allCases.enumerated().map { index, part in
      let checkpoint = try Checkpoint.open(path: Self.weights[index])
      return (part, try checkpoint.bind(to: try Graph(tracing: MTCNN(part)).parameters))
    }
    let detector = try FaceDetector(parameters: Dictionary(uniqueKeysWithValues: parameters))
    let workspace = Workspace()
    let pictures: [DetectionGoldens.Picture] = try GoldenFolder().decoded("faces.json")
    for picture in pictures {
      let found = try detector.faces(in: try image(of: picture), workspace: workspace)
      try expect(found, picture.faces, picture.file)
    }
  }

  private func image(of picture: DetectionGoldens.Picture) throws -> Raster {
    guard let tiles = picture.tiles else {
      return try ImageDecoder.rgb(contentsOf: Fixtures.path(picture.file))
    }
    if tiles.isEmpty { return DetectionGoldens.drawnImage(width: 150, height: 120) }
    var crowd = Raster(
      width: 420, height: 300, channels: 3, samples: [UInt8](repeating: 0, count: 420 * 300 * 3))
    for (index, tile) in tiles.enumerated() {
      let face = try ImageDecoder.rgb(contentsOf: Fixtures.path(tile))
        .resized(width: 140, height: 140, filter: .bicubic)
      let (left, top) = (10 + 200 * (index % 2), 5 + 150 * (index / 2))
      for y in 0..<140 {
        for x in 0..<140 {
          for c in 0..<3 {
            crowd[x: left + x, y: top + y, channel: c] = face[x: x, y: y, channel: c]
          }
        }
      }
    }
    return crowd
  }

  /// Pixels to a thousandth: rounding of Float32 in three networks moves a box of 400 pixels by less.
  private func expect(
    _ found: [DetectedFace], _ expected: [DetectionGoldens.Face], _ comment: String
  ) throws {
    try #require(found.count == expected.count, "\(comment)")
    for (face, golden) in zip(found, expected) {
      for (value, wanted) in zip(face.box, golden.box) {
        #expect(abs(value - wanted) <= 1e-3, "\(comment) \(face.box) \(golden.box)")
      }
      #expect(abs(face.score - golden.score) <= 1e-5, "\(comment)")
      for (point, wanted) in zip(face.landmarks, golden.landmarks) {
        #expect(abs(point.x - wanted[0]) <= 1e-3, "\(comment) \(point) \(wanted)")
        #expect(abs(point.y - wanted[1]) <= 1e-3, "\(comment) \(point) \(wanted)")
      }
    }
  }

  @Test(arguments: [(1, 1), (5, 300), (19, 19), (20, 20), (21, 20)])
  func smallImagesAreNoError(width: Int, height: Int) throws {
    let detector = try FaceDetector(
      parameters: Dictionary(
        uniqueKeysWithValues: try MTCNN.Part.allCases.map { ($0, try DetectionGoldens.seeded($0)) })
    )
    let image = DetectionGoldens.drawnImage(width: width, height: height)
    let workspace = Workspace()
    let faces = try detector.faces(in: image, workspace: workspace)
    // The least face has 20 pixels.
    if min(width, height) < 20 { #expect(faces.isEmpty) }
    #expect(try detector.faces(in: image, workspace: workspace) == faces)
  }

  @Test func missingParametersAreNamed() {
    #expect(throws: GraphError.self) { try FaceDetector(parameters: [:]) }
  }
}
