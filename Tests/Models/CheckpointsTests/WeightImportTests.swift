import Checkpoints
import Essentials
import Foundation
import TestSupport
import Testing

@Suite struct WeightImportTests {
  /// A file whose published digest is unknown can only be imported by name.
  private static let unknown = WeightCatalogue.files.first { $0.digest == .unknown }

  @Test func namesAreFoundByDigestOrGiven() throws {
    let folder = try TemporaryFolder()
    let unknown = try #require(Self.unknown)
    try folder.write("weights".utf8, to: "download.bin")
    let target = folder.path("weights")
    let work = WeightImport(into: target, manner: .copy)
    #expect(throws: WeightImport.Refusal.self) { try work.run(folder.path("download.bin")) }
    let path = try work.run(folder.path("download.bin"), as: unknown.fileName)
    #expect(path == "\(target)/\(unknown.fileName)")
    #expect(FileManager.default.contents(atPath: path) == Data("weights".utf8))
    // Once more is no error; other bytes under the name are.
    #expect(try work.run(folder.path("download.bin"), as: unknown.fileName) == path)
    try folder.write("others".utf8, to: "other.bin")
    #expect(throws: WeightImport.Refusal.self) {
      try work.run(folder.path("other.bin"), as: unknown.fileName)
    }
  }

  @Test func wrongBytesUnderAKnownNameAreRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write("weights".utf8, to: "download.bin")
    let work = WeightImport(into: folder.path("weights"), manner: .link)
    let error = #expect(throws: WeightImport.Refusal.self) {
      try work.run(folder.path("download.bin"), as: "ViT-B-32.pt")
    }
    #expect(error?.description.contains(FileDigest.sha256(of: "weights".utf8)) == true)
    let misspelled = #expect(throws: WeightImport.Refusal.self) {
      try work.run(folder.path("download.bin"), as: "ViT-B-23.pt")
    }
    #expect(misspelled?.description.contains("ViT-B-32.pt") == true)
    let church = #expect(throws: WeightImport.Refusal.self) {
      try work.run(
        folder.path("download.bin"), as: "ema_diffusion_lsun_church_model/model-4432000.ckpt")
    }
    // md5sum of the seven letters.
    #expect(church?.description.contains("has MD5 63f4f1e9b725370f459720575cd5f953, which") == true)
  }

  /// What a refusal advises can be done.
  @Test func refusalsNameWhatHelps() throws {
    let folder = try TemporaryFolder()
    try folder.write("<html>Sign in".utf8, to: "download.bin")
    let work = WeightImport(into: folder.path("weights"), manner: .copy)
    let error = try #require(throws: WeightImport.Refusal.self) {
      try work.run(folder.path("download.bin"))
    }
    let unknown = try #require(Self.unknown)
    #expect(error.description.contains("weights manifest, or, if it is "))
    #expect(error.description.contains(unknown.fileName))
    #expect(error.description.contains("It is an HTML page"))
    #expect(!error.description.contains("ViT-B-32.pt"))
    let misspelled = #expect(throws: WeightImport.Refusal.self) {
      try work.run(folder.path("download.bin"), as: "ViT-B-23.pt")
    }
    let question = misspelled?.description.split(separator: "; ").last ?? ""
    #expect(question.hasPrefix("did you mean '") && question.contains("'ViT-B-32.pt'"))
  }

  @Test func linksPointToTheFile() throws {
    let folder = try TemporaryFolder()
    let unknown = try #require(Self.unknown)
    try folder.write("weights".utf8, to: "download.bin")
    let path = try WeightImport(into: folder.path("weights"), manner: .link)
      .run(folder.path("download.bin"), as: unknown.fileName)
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: path) == folder.path("download.bin")
    )
  }
}
