import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct CatalogueTests {
  /// The networks that `evalkit features --network` names.
  private static let networks: Set = [
    "inception-fid", "alexnet", "vgg16", "squeezenet1_1", "dists", "ir-se50", "ir-50", "ir-101",
    "iresnet18", "iresnet34", "iresnet50", "iresnet100", "mobilefacenet", "bisenet",
    "celebamask-unet", "clip-vit-b32", "clip-vit-b16", "clip-vit-l14", "clip-vit-l14-336",
    "clip-rn50", "clip-rn101", "clip-rn50x4", "clip-rn50x16", "clip-rn50x64", "mtcnn",
    "adm-ffhq", "adm-lsun", "ddpm-celebahq", "sdg-guide", "ldm-collaborative",
    "dynamic-diffuser", "bert-text", "mask-encoder", "kl-f4", "kl-f8",
    "vq-f4",
    "sca-dm-unet", "sca-dm-style",
  ]

  @Test func entriesAreWellFormed() {
    let files = WeightCatalogue.files
    #expect(Set(files.map(\.fileName)).count == files.count)
    for file in files {
      #expect(Self.networks.isSuperset(of: file.networks) && !file.networks.isEmpty)
      #expect(!file.license.isEmpty && file.source.hasPrefix("https://"))
      switch file.digest {
      case .exact(let digits):
        #expect(digits.count == 64 && digits.allSatisfy { "0123456789abcdef".contains($0) })
      case .prefix(let digits):
        #expect(file.fileName.contains("-\(digits)."), "\(file.fileName)")
      case .md5(let digits): #expect(digits.count == 32)
      case .unknown: break
      }
    }
    #expect(Set(files.flatMap(\.networks)) == Self.networks)
    // No file goes by another's name.
    let names = files.flatMap { [$0.fileName] + $0.otherNames }
    #expect(Set(names).count == names.count)
    #expect(WeightCatalogue.files(for: "alexnet").map(\.role) == [.lpipsTrunk, .lpipsHeads])
    #expect(WeightCatalogue.files(for: "dists").map(\.role) == [.lpipsTrunk, .distsWeights])
  }

  @Test func everyVerdictIsReached() throws {
    let folder = try TemporaryFolder()
    try folder.write(Data(count: 10), to: "lpips_v0.1/alex.pth")
    try folder.write(Data(count: 7289), to: "lpips_v0.1/vgg.pth")
    try folder.write(Data(count: 3), to: "squeezenet1_1-b8a52dc0.pth")
    try folder.write(Data("abc".utf8), to: "parsenet/model.pth")
    try folder.write(Data("abc".utf8), to: "model-4432000.ckpt")
    try FileManager.default.createDirectory(
      atPath: folder.path("79999_iter.pth"), withIntermediateDirectories: false)
    let verdicts = WeightCatalogue.verify(folder.url.path)
    func state(_ file: String) -> WeightVerification.State? {
      verdicts.first { $0.weights.fileName == file }?.state
    }
    #expect(verdicts.count == WeightCatalogue.files.count)
    #expect(state("lpips_v0.1/alex.pth") == .wrongSize(found: 10, expected: 6009))
    #expect(state("model_ir_se50.pth") == .missing)
    #expect(
      state("model.pth")
        == .unknownHash(found: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    // RFC 1321's MD5 of "abc".
    #expect(
      state("ema_diffusion_lsun_church_model/model-4432000.ckpt")
        == .wrongHash(
          found: "900150983cd24fb0d6963f7d28e17f72", expected: "fdc68a23938c2397caba4a260bc2445f"))
    guard case .wrongHash? = state("lpips_v0.1/vgg.pth"),
      case .wrongHash(_, "b8a52dc0…")? = state("squeezenet1_1-b8a52dc0.pth"),
      case .unreadable? = state("79999_iter.pth")
    else {
      Issue.record("\(verdicts.map(\.state))")
      return
    }
  }

  @Test(.enabled(if: Fixtures.arePresent)) func publishedFilesAreRecognized() {
    let verdicts = WeightCatalogue.verify(Fixtures.path("weights"))
    let recognized = verdicts.filter { if case .ok = $0.state { true } else { false } }
    #expect(
      recognized.map(\.weights.fileName) == [
        "lpips_v0.1/alex.pth", "lpips_v0.1/vgg.pth", "lpips_v0.1/squeeze.pth", "068.ckpt",
        "bpe_simple_vocab_16e6.txt.gz",
      ])
  }
}
