import Checkpoints
import Foundation
import Graphs
import ModelTestSupport
import Models
import Networks
import Provenance
import TestSupport
import Testing

/// Where systems get their U-Net and guide.
///
/// Checkpoints are made by `Tools/make_diffusion_checkpoint_goldens.py`.
@Suite struct DiffusionRoleTests {
  private static let goldens = GoldenFolder()
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func loader(_ roles: String) throws -> ModelLoader {
    try folder.write(
      "directory: '\(Self.goldens.url.path)'\nroles: {\(roles)}\n".utf8, to: "weights.yaml")
    return ModelLoader(try WeightSuite(parsing: folder.path("weights.yaml")))
  }

  /// What is said of a U-Net that cannot be had; one line in any case.
  private func refusal(_ choice: String) throws -> String {
    let loader = try loader("unet: \(choice)")
    do {
      _ = try loader.unet()
      Issue.record("\(choice) was taken")
      return ""
    } catch {
      let text = "\(error)"
      #expect(!text.contains("\n"), "\(text)")
      return text
    }
  }

  @Test func publishedStateDictsBindInWhole() throws {
    let suite = try WeightSuite(parsing: "published:\(Self.goldens.url.path)")
    let ffhq = try ModelLoader(suite).unet()
    #expect(ffhq.network.name == "adm-ffhq" && ffhq.weights.name == "ffhq_10m.pt")
    let faces = try ModelLoader(suite).unet(default: "ddpm-celebahq")
    #expect(faces.network.name == "ddpm-celebahq" && faces.weights.name == "celeba_hq.ckpt")
  }

  @Test(arguments: [("wrapped.pth", "unet"), ("states.pth", "4"), ("states.pth", "0")])
  func aManifestNamesThePart(file: String, part: String) throws {
    let loader = try loader("unet: {network: ddpm-celebahq, file: \(file), part: \(part)}")
    #expect(try loader.unet().weights.part?.name == part)
  }

  @Test func theReasonOfAMisfitIsOneSentence() throws {
    let wrapped = try refusal("{network: ddpm-celebahq, file: wrapped.pth}")
    #expect(wrapped.contains("holds the network's tensors under 'unet.'; name the part"))
    #expect(wrapped.contains("'part: unet'"))
    let states = try refusal("{network: ddpm-celebahq, file: states.pth}")
    #expect(states.contains("under '0.module.' and '4.'") && states.contains("'part: 4'"))
    let pairs = try refusal("{network: ddpm-celebahq, file: t500_pairs.pth}")
    #expect(pairs.contains("holds a list of 15 tensors without names, such as precomputed latents"))
    #expect(pairs.contains("not the state dict of a network; 'unet' is ddpm-celebahq"))
    let small = try refusal("{network: ddpm-celebahq, file: ddpm-small.ckpt}")
    #expect(
      small.contains(
        "tensors 1 of another shape, such as shape: conv_in.weight is [64, 3, 3, 3], expected [128, "
      ))
    #expect(small.contains("'evalkit weights inspect'"))
    let wrongPart = try refusal("{network: ddpm-celebahq, file: wrapped.pth, part: unit}")
    #expect(wrongPart.hasSuffix("has no part named unit; its parts are unet, step"))
  }

  @Test func weightsOfAnotherNetworkAreRecognized() throws {
    let swapped = try refusal("{file: celeba_hq.ckpt}")
    #expect(swapped.contains("celeba_hq.ckpt holds ddpm-celebahq, but 'unet' is adm-ffhq"))
    #expect(swapped.contains("name 'network: ddpm-celebahq' for it in the weights manifest"))
    let path = try SeededCheckpoint.write(in: folder)
    #expect(
      try refusal("{file: '\(path)'}").contains("holds squeezenet1_1, but 'unet' is adm-ffhq"))
    let other = try refusal("{network: squeezenet1_1, file: '\(path)'}")
    #expect(
      other.contains("'unet' brings an image [3, S, S] and a timestep [1] to [3, S, S] or [6"))
    #expect(other.contains("squeezenet1_1 brings [3, 256, 256] to [512, "))
  }

  @Test func missingFilesAreNamedWithWhatToDo() throws {
    let missing = try refusal("{network: adm-lsun}")
    #expect(missing.hasPrefix("needs lsun_bedroom.pt for 'unet', which is not in "))
    #expect(missing.contains("'evalkit weights list'"))
    #expect(missing.hasSuffix("'roles: {unet: {network: adm-lsun, file: PATH}}'"))
    #expect(try refusal("{file: none.pt}").hasPrefix("needs none.pt for 'unet', which is not in "))
    #expect(try refusal("{network: adm-fhq}").contains("did you mean 'adm-ffhq'?"))
  }

  /// One architecture serves several data sets.
  @Test func severalFilesAreNoChoice() throws {
    for name in ["lsun_cat.pt", "lsun_horse.pt"] { try folder.write([0], to: name) }
    try folder.write("roles: {unet: {network: adm-lsun}}".utf8, to: "weights.yaml")
    let loader = ModelLoader(try WeightSuite(parsing: "published:\(folder.url.path)"))
    let error = try #require(#expect(throws: HarnessError.self) { try loader.unet() })
    #expect(
      error.description.hasSuffix(
        "has several files of adm-lsun for 'unet': lsun_cat.pt, lsun_horse.pt; name one in a weights "
          + "manifest, as in 'roles: {unet: {network: adm-lsun, file: lsun_cat.pt}}'"))
  }

  @Test func suitesWithoutThemDoEverythingElse() throws {
    let suite = try WeightSuite(parsing: "published:\(folder.url.path)")
    #expect(try ModelLoader(suite).denoiser().weights.isOfProgram)
    let error = #expect(throws: UnavailableMetric.self) { try ModelLoader(suite).unet() }
    #expect(error?.description.hasPrefix("needs ffhq_10m.pt for 'unet'") == true)
    #expect(throws: (any Error).self) { try ModelLoader(suite).guide() }
  }

  @Test func theCompactSuiteNamesItsOwn() {
    #expect(WeightSuite.compact.roles[.unet]?.network == "compact-unet")
    #expect(WeightSuite.compact.roles[.guide]?.file == "compact:compact-guide.safetensors")
  }
}
