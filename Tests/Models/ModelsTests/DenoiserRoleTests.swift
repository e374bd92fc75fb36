import Checkpoints
import Graphs
import Kernels
import Models
import Networks
import Provenance
import TestSupport
import Testing

/// Where the built-in method `denoise` gets its network.
@Suite struct DenoiserRoleTests {
  private let folder: TemporaryFolder
  private static let own = CompactNetworks.denoiser.name

  init() throws { folder = try TemporaryFolder() }

  private func loader(_ choice: String?, isExact: Bool = false) throws -> ModelLoader {
    let roles = choice.map { "{denoiser: \($0)}" } ?? "{}"
    try folder.write("roles: \(roles)\n".utf8, to: "weights.yaml")
    return ModelLoader(
      try WeightSuite(parsing: folder.path("weights.yaml")), isExact: isExact)
  }

  @Test func suitesThatNameNoneGetTheProgramsOwn() throws {
    for choice in [nil, "{}", "{network: \(Self.own)}", "{note: a note}"] {
      let network = try loader(choice).denoiser()
      #expect(network.weights.isOfProgram && network.network.name == Self.own)
    }
    #expect(try ModelLoader(.compact).denoiser().weights.isOfProgram)
  }

  @Test func aManifestNamesAnotherFile() throws {
    let bytes = try #require(CompactWeights.bytes(of: CompactWeights.path(of: Self.own)))
    try folder.write(bytes, to: "copy.safetensors")
    let copy = try loader("{file: copy.safetensors}", isExact: true).denoiser()
    let own = try ModelLoader(.compact).denoiser()
    #expect(!copy.weights.isOfProgram && copy.weights.sha256 == own.weights.sha256)
    #expect(copy.arithmetic == .exact && own.arithmetic == .fast)
  }

  @Test func aMissingFileIsNamed() throws {
    #expect(throws: UnavailableMetric.self) { try loader("{file: missing.safetensors}").denoiser() }
    let error = #expect(throws: UnavailableMetric.self) {
      try loader("{network: compact-bisenet}").denoiser()
    }
    #expect(error?.description.contains("'denoiser'") == true)
  }

  @Test func aNetworkOfAnotherFormIsRefused() throws {
    let parser = CompactNetworks.biSeNet.name
    let loader = try loader("{network: \(parser), file: '\(CompactWeights.path(of: parser))'}")
    let error = try #require(#expect(throws: HarnessError.self) { try loader.denoiser() })
    for part in ["picture [3, 128, 128], labels ", parser, "[3, 128, 128] to [19, 128, 128]"] {
      #expect(error.description.contains(part), "\(error)")
    }
  }
}
