import Pipelines

extension DiffusionCLIPSystem {
  /// The modes, then what they read.
  package var options: [SystemOption] {
    [
      .mode([
        .init("reconstruct", "up with the original model and down again"),
        .init("edit", "up with the original model, down with a fine-tuned one"),
        .init("unseen", "from a domain that no model knows to the trained one"),
        .init("unseen-edit", "the same, and then an edit"),
        .init("mix", "up with the original model, down with several fine-tuned ones"),
        .init("optimize", "up, and then the latent is optimized in place of the model"),
      ]),
      SystemOption(
        "weights",
        "files of fine-tuned models, separated by commas; without it each image's own edit is made",
        .text, standard: nil),
      SystemOption(
        "models",
        "folder of fine-tuned models, each called like its edit's target, as tanned-face.safetensors; "
          + "without it small models are fine-tuned when an image needs them", .text, standard: nil),
      SystemOption(
        "t0", "the last timestep on the way up", .integer(1...999), standard: "500"),
      SystemOption(
        "inversion-steps", "timesteps of the way up", .integer(2...1000), standard: "200"),
      SystemOption(
        "generation-steps", "timesteps of the way down", .integer(2...1000), standard: "40"),
      SystemOption(
        "ratio", "share of the fine-tuned model in edits", .number(0...1), standard: "1"),
      SystemOption(
        "mixture", "weights of models from a timestep on, as 300:1,0;0:0.3,0.7", .text,
        standard: nil),
      SystemOption(
        "rounds", "how often an unseen domain's image is noised and generated", .integer(1...100),
        standard: "10"),
      SystemOption("round-steps", "timesteps of a round", .integer(2...1000), standard: "6"),
    ] + optimizing
  }

  private var optimizing: [SystemOption] {
    [
      SystemOption(
        "text", "what all optimized images are to show; without it each image's own edit counts",
        .text, standard: nil),
      SystemOption("source", "what images show before", .text, standard: nil),
      SystemOption("edit", "both texts by their name in the dictionary", .text, standard: nil),
      SystemOption(
        "dictionary", "whose texts 'edit' names",
        .choice([
          .init("corrected", "gray hair asks for gray hair"),
          .init("released", "gray hair asks for red hair, as in the repository"),
        ]), standard: "corrected"),
      SystemOption(
        "objective", "what CLIP's loss compares",
        .choice([
          .init("global", "the image with the text, as in the repository"),
          .init("directional", "both changes, as where models are fine-tuned"),
        ]), standard: "global"),
      SystemOption(
        "optimizing-steps", "timesteps of the way down while latents are optimized",
        .integer(2...1000), standard: "6"),
      SystemOption(
        "iterations", "how often a latent changes", .integer(1...10_000), standard: "50"),
      SystemOption("rate", "Adam's learning rate", .number(1e-6...10), standard: "0.02"),
      SystemOption("clip-weight", "weight of CLIP's loss", .number(0...1000), standard: "3"),
      SystemOption(
        "identity-weight", "weight of the face's identity", .number(0...1000), standard: "0.3"),
      SystemOption(
        "difference-weight", "weight of the difference from the source", .number(0...1000),
        standard: "0.3"),
    ]
  }
}

extension SystemOptions {
  /// A whole number that has a default.
  ///
  /// - Throws: ``SystemError/conflict(system:reason:)`` if it is not there.
  func requiredInteger(_ name: String, of system: any GenerationSystem) throws(SystemError) -> Int {
    guard let value = integer(name) else { throw missing(name, of: system) }
    return value
  }

  /// A number that has a default.
  ///
  /// - Throws: ``SystemError/conflict(system:reason:)`` if it is not there.
  func requiredNumber(
    _ name: String, of system: any GenerationSystem
  ) throws(SystemError) -> Double {
    guard let value = number(name) else { throw missing(name, of: system) }
    return value
  }

  private func missing(_ name: String, of system: any GenerationSystem) -> SystemError {
    .conflict(system: system.id, reason: "option '\(name)' has no value")
  }
}
