import Checkpoints
import Graphs
import Tensors
import TestSupport
import Testing

/// One tiny CLIP in every published spelling; made by `Tools/make_clip_checkpoint_goldens.py`.
struct SpellingTests {
  private static let scalars = ["input_resolution", "context_length", "vocab_size"]

  private let published: Checkpoint
  private let specifications: [ParameterSpecification]

  init() throws {
    published = try Checkpoint.open(path: Goldens.path("clip_openai.safetensors"))
    specifications = published.tensors.map {
      ParameterSpecification(name: $0.name, shape: $0.shape)
    }
  }

  /// Values are exact in float16 and bfloat16, so that nothing but equality will do.
  @Test(arguments: [
    ("clip_openai.safetensors", Checkpoint.Format.safetensors), ("clip_openai.pt", .torchScript),
    ("clip_openai.pth", .torchArchive), ("clip_huggingface.safetensors", .safetensors),
    ("clip_openclip.safetensors", .safetensors),
  ])
  func bindsAlikeFromEverySpelling(file: String, format: Checkpoint.Format) throws {
    let checkpoint = try Checkpoint.open(path: Goldens.path(file))
    #expect(checkpoint.format == format)
    let bound = try checkpoint.bind(to: specifications, ignoring: Self.scalars)
    #expect(bound.count == specifications.count)
    for tensor in published.tensors {
      #expect(bound[tensor.name] == (try tensor.tensor()), "\(file) \(tensor.name)")
    }
  }

  @Test func archivesOfOpenAIHoldHalvesAndThreeScalars() throws {
    let archive = try Checkpoint.open(path: Goldens.path("clip_openai.pt"))
    let halves = archive.tensors.filter { $0.elementType == .float16 }.map(\.name)
    // Eight in each of four blocks, the patches and both projections.
    #expect(halves.count == 4 * 8 + 3)
    #expect(halves.contains("visual.proj") && !halves.contains("token_embedding.weight"))
    let scalars = try Self.scalars.map { try archive.tensor(named: $0).floats() }
    #expect(scalars == [[8], [5], [12]])
    let error = #expect(throws: BindingError.self) { try archive.bind(to: specifications) }
    #expect(
      error?.problems.map { problem in
        if case .surplus(let name, _) = problem { name } else { "\(problem)" }
      }.sorted() == Self.scalars.sorted())
  }

  @Test func rulesReadBothWays() throws {
    let names = published.names + (0..<24).map { "visual.transformer.resblocks.\($0).ln_1.bias" }
    for spelling in [NameSpelling.huggingFace, .openCLIP] {
      for name in names where name != "logit_scale" {
        let theirs = try #require(spelling.theirs(for: name), "\(spelling.name) \(name)")
        for their in theirs { #expect(spelling.name(for: their) == name, "\(spelling.name)") }
      }
      #expect(spelling.theirs(for: "visual.layer1.0.conv1.weight") == nil || spelling == .openCLIP)
    }
    let packed = "transformer.resblocks.11.attn.in_proj_bias"
    #expect(
      NameSpelling.huggingFace.theirs(for: packed)
        == ["q", "k", "v"].map { "text_model.encoder.layers.11.self_attn.\($0)_proj.bias" })
    #expect(NameSpelling.openCLIP.theirs(for: packed) == ["text." + packed])
  }

  @Test func everyNameOfHuggingFaceIsKnown() throws {
    let file = try Checkpoint.open(path: Goldens.path("clip_huggingface.safetensors"))
    let respelled = file.respelled()
    #expect(Set(respelled.names) == Set(published.names))
    #expect(respelled.notes.last == "names in the spelling of Hugging Face")
    #expect(published.respelled() === published)
  }

  /// A part that is missing is named in the spelling that the network asks in, its siblings in theirs.
  @Test func missingPartsAreNamed() throws {
    let folder = try TemporaryFolder()
    let file = try Checkpoint.open(path: Goldens.path("clip_huggingface.safetensors"))
    let lost = "text_model.encoder.layers.1.self_attn.k_proj.weight"
    let path = folder.path("lost.safetensors")
    let kept = file.tensors.filter { $0.name != lost && $0.elementType == .float32 }
    try SafetensorsFile.write(try kept.map { ($0.name, try $0.tensor()) }, to: path)
    let error = #expect(throws: BindingError.self) {
      try Checkpoint.open(path: path).bind(to: specifications)
    }
    #expect(
      error?.problems == [
        .missing(name: "transformer.resblocks.1.attn.in_proj_weight", shape: [24, 8]),
        .surplus(name: "text_model.encoder.layers.1.self_attn.q_proj.weight", shape: [8, 8]),
        .surplus(name: "text_model.encoder.layers.1.self_attn.v_proj.weight", shape: [8, 8]),
      ])
  }

  /// NVIDIA's tensors lack axes of one that rosinality's have; fixed filters go.
  @Test func axesOfOneAreAdded() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("generator.safetensors")
    func counted(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, values: (0..<shape.elementCount).map(Float.init))
    }
    let theirs: [String: [Int]] = [
      "synthesis.b4.const": [2, 4, 4], "synthesis.b4.conv1.weight": [2, 3, 3, 3],
      "synthesis.b4.conv1.noise_strength": [], "synthesis.b4.conv1.noise_const": [4, 4],
      "synthesis.b4.conv1.resample_filter": [4, 4], "synthesis.b16.torgb.bias": [3],
      "synthesis.b16.conv1.affine.weight": [2, 5], "mapping.fc7.bias": [5], "mapping.w_avg": [5],
    ]
    try SafetensorsFile.write(theirs.map { ($0.key, counted($0.value)) }, to: path)
    let found = try Checkpoint.open(path: path).respelled()
    let ours: [String: [Int]] = [
      "input.input": [1, 2, 4, 4], "conv1.conv.weight": [1, 2, 3, 3, 3],
      "conv1.noise.weight": [1], "noises.noise_0": [1, 1, 4, 4], "to_rgbs.1.bias": [1, 3, 1, 1],
      "convs.3.conv.modulation.weight": [2, 5], "style.8.bias": [5], "latent_avg": [5],
    ]
    #expect(Set(found.names) == Set(ours.keys))
    for (name, shape) in ours {
      #expect(try found.tensor(named: name).tensor() == counted(shape), "\(name)")
    }
  }

  /// Nothing a file says can make two tensors take one name.
  @Test func aFileInTwoSpellingsKeepsBoth() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("both.safetensors")
    let one = Tensor(shape: [2, 2], values: [1, 2, 3, 4])
    let names = [
      "visual.proj", "visual_projection.weight", "text_model.embeddings.token_embedding.weight",
      "vision_model.encoder.layers.0.self_attn.q_proj.weight", "text_projection.weight",
    ]
    try SafetensorsFile.write(names.map { ($0, one) }, to: path)
    let found = try Checkpoint.open(path: path).respelled()
    #expect(Set(found.names).count == names.count && found.names.count == names.count)
    #expect(try found.tensor(named: "visual.proj").tensor() == one)
    let transposed = try found.tensor(named: "text_projection").tensor()
    #expect(transposed == Tensor(shape: [2, 2], values: [1, 3, 2, 4]))
  }
}
