import Datasets
import Faces
import Foundation
import Generators
import Harness
import Images
import Measurement
import Metrics
import Provenance
import Scores
import Tensors
import Terms
import TestSupport
import Testing

/// Known mistakes of a method or of whoever measures it, each of which must move the right columns of the
/// compact suite and leave the others where they are.
@Suite struct PlantedErrorTests {
  private static let count = 48
  private static let side = 256

  /// Columns of a table, and what they say of one set of images.
  private typealias Scores = [Metric: Double]

  /// Drawn faces with maps and captions; the images to score are JPEG copies unless something is planted.
  private struct Faces {
    let folder: TemporaryFolder
    let portraits: [Portrait]
    let scenes: [Scene]
    let captions: [String]

    init() throws {
      folder = try TemporaryFolder()
      let scenes = (0..<count).map { World.test.scene($0, seed: 9) }
      let portraits = Workers().map(count) { number, _ in
        Portrait(scenes[number], size: side)
      }
      captions = zip(scenes, portraits).map { scene, portrait in
        MultiModalCaption.text(
          FaceTraits(scene, labels: portrait.labels), index: 0, seed: scene.identity.seed)
      }
      self.scenes = scenes
      self.portraits = portraits
      for (number, portrait) in portraits.enumerated() {
        try folder.write(ImageEncoder.png(portrait.image), to: "real/\(id(number)).png")
      }
    }

    func id(_ number: Int) -> String { "face-\(100 + number)" }

    /// Scores what somebody made, told or mixed up.
    func scores(
      _ name: String, image: (Int) throws -> Raster, labels: (Int) -> Raster,
      caption: (Int) -> String
    ) throws -> Scores {
      var lines = ""
      for number in 0..<count {
        try folder.write(
          ImageEncoder.jpeg(try image(number), quality: 95), to: "\(name)/\(id(number)).jpg")
        try folder.write(
          ImageEncoder.labelMapPNG(labels(number)), to: "\(name)-masks/\(id(number)).png")
        lines += #"{"id": "\#(id(number))", "text": "\#(caption(number))"}"# + "\n"
      }
      try folder.write(Array(lines.utf8), to: "\(name).jsonl")
      var options = ScoreOptions()
      options.reference = folder.path("real")
      options.generated = folder.path(name)
      options.masks = folder.path("\(name)-masks")
      options.captions = folder.path("\(name).jsonl")
      options.results = folder.path("results")
      options.configuration = MetricConfiguration(metrics: [
        .fid, .lpipsAlex, .id, .accuracy, .miou, .clip,
      ])
      let result = try ScoreJob(options).run()
      return Dictionary(
        uniqueKeysWithValues: result.scores.map { ($0.metric, $0.value ?? .nan) })
    }

    /// Scores with one thing planted.
    func scores(_ plant: Plant) throws -> Scores {
      try scores(
        plant.rawValue, image: { try plant.image($0, of: self) },
        labels: { plant.labels($0, of: self) },
        caption: { captions[plant == .shuffledCaptions ? ($0 + 1) % count : $0] })
    }
  }

  private enum Plant: String, CaseIterable {
    case nothing, swappedSides, shuffledCaptions, shuffledMasks, swappedIdentity, colorShift
    case duplicates

    func image(_ number: Int, of faces: Faces) throws -> Raster {
      switch self {
      case .swappedIdentity:
        let scene = faces.scenes[number]
        let other = Scene(
          identity: Identity(seed: World.test.identitySeed(500 + number, seed: 9)),
          look: scene.look, view: scene.view)
        return Portrait(other, size: side).image
      case .colorShift:
        var image = faces.portraits[number].image
        for index in stride(from: 0, to: image.samples.count, by: 3) {
          image.samples[index] = UInt8(min(255, Int(image.samples[index]) * 5 / 4))
          image.samples[index + 2] = UInt8(Int(image.samples[index + 2]) * 3 / 4)
        }
        return image
      case .duplicates: return faces.portraits[number % (count / 2)].image
      default: return faces.portraits[number].image
      }
    }

    func labels(_ number: Int, of faces: Faces) -> Raster {
      switch self {
      case .swappedSides:
        var labels = faces.portraits[number].labels
        // Left and right eye, brow and ear in CelebAMask-HQ's order.
        let partner: [UInt8: UInt8] = [4: 5, 5: 4, 6: 7, 7: 6, 8: 9, 9: 8]
        labels.samples = labels.samples.map { partner[$0] ?? $0 }
        return labels
      case .shuffledMasks: return faces.portraits[(number + 1) % count].labels
      default: return faces.portraits[number].labels
      }
    }
  }

  @Test func eachMovesTheRightColumns() throws {
    let faces = try Faces()
    let sound = try faces.scores(.nothing)
    func change(_ metric: Metric, _ planted: Scores) throws -> Double {
      try #require(planted[metric]) - (try #require(sound[metric]))
    }
    #expect(try #require(sound[.miou]) > 0.8 && (try #require(sound[.id])) > 0.9, "\(sound)")

    let sides = try faces.scores(.swappedSides)
    #expect(try change(.miou, sides) < -0.2, "\(sound) \(sides)")
    for metric in [Metric.fid, .lpipsAlex, .id, .clip] {
      #expect(try change(metric, sides) == 0, "\(metric)")
    }

    let captions = try faces.scores(.shuffledCaptions)
    #expect(try #require(captions[.clip]) < 0.6 * (try #require(sound[.clip])), "\(captions)")
    for metric in [Metric.fid, .lpipsAlex, .id, .accuracy, .miou] {
      #expect(try change(metric, captions) == 0, "\(metric)")
    }

    let masks = try faces.scores(.shuffledMasks)
    #expect(try change(.accuracy, masks) < -0.15 && change(.miou, masks) < -0.3, "\(masks)")
    for metric in [Metric.fid, .lpipsAlex, .id, .clip] {
      #expect(try change(metric, masks) == 0, "\(metric)")
    }

    let identity = try faces.scores(.swappedIdentity)
    #expect(try change(.id, identity) < -0.4, "\(sound) \(identity)")
    #expect(try change(.lpipsAlex, identity) > 0.05, "\(sound) \(identity)")

    let colors = try faces.scores(.colorShift)
    #expect(try #require(colors[.fid]) > 2 * (try #require(sound[.fid])), "\(sound) \(colors)")
    #expect(try change(.lpipsAlex, colors) > 0.05, "\(sound) \(colors)")

    let duplicates = try faces.scores(.duplicates)
    #expect(
      try #require(duplicates[.fid]) > 2 * (try #require(sound[.fid])), "\(sound) \(duplicates)")
    #expect(try change(.id, duplicates) < -0.2, "\(sound) \(duplicates)")
  }
}
