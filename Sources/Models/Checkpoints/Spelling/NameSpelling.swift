/// A way in which somebody else publishes a network: other names, and elements that lie otherwise.
///
/// A value that can be read both ways; applying it to a file copies nothing, see ``Checkpoint/respelled()``.
package struct NameSpelling: Hashable, Sendable {
  /// Whose it is, for people.
  package let name: String
  /// Names of which a file in this spelling has at least one.
  let marks: Set<String>
  /// One rule for every tensor; the first that covers a name applies.
  let rules: [NameRule]
  /// Names that carry nothing a network needs.
  let dropped: Set<String>

  /// Whether a file's names are in this spelling.
  package func isSpelling(of names: some Sequence<String>) -> Bool {
    names.contains(where: marks.contains)
  }

  /// Our name of one of their tensors, its place among those that are joined, and what is done to it.
  func ours(for name: String) -> (name: String, part: Int, rule: NameRule)? {
    for rule in rules {
      if let found = rule.ours(for: name) { return (found.name, found.part, rule) }
    }
    return nil
  }

  /// Our name of one of their tensors; nil where no rule covers it.
  package func name(for theirs: String) -> String? { ours(for: theirs)?.name }

  /// Their names of one of our tensors; nil where they have none.
  package func theirs(for name: String) -> [String]? {
    rules.lazy.compactMap { $0.theirs(for: name) }.first
  }

  /// Hugging Face's `CLIPModel` and its two halves.
  ///
  /// Source: huggingface/transformers, `models/clip/modeling_clip.py` and
  /// `convert_clip_original_pytorch_to_hf.py`.
  package static let huggingFace = NameSpelling(
    name: "Hugging Face",
    marks: [
      "vision_model.embeddings.patch_embedding.weight",
      "text_model.embeddings.token_embedding.weight",
    ],
    rules: [
      NameRule("vision_model.embeddings.class_embedding", "visual.class_embedding"),
      NameRule("vision_model.embeddings.patch_embedding.weight", "visual.conv1.weight"),
      NameRule(
        "vision_model.embeddings.position_embedding.weight", "visual.positional_embedding"),
      // The missing e is theirs.
      NameRule("vision_model.pre_layrnorm.*", "visual.ln_pre.*"),
      NameRule("vision_model.post_layernorm.*", "visual.ln_post.*"),
      NameRule("visual_projection.weight", "visual.proj", .transposed),
      NameRule("text_model.embeddings.token_embedding.weight", "token_embedding.weight"),
      NameRule("text_model.embeddings.position_embedding.weight", "positional_embedding"),
      NameRule("text_model.final_layer_norm.*", "ln_final.*"),
      NameRule("text_projection.weight", "text_projection", .transposed),
    ] + blocks("vision_model", "visual.") + blocks("text_model", ""),
    dropped: [
      "vision_model.embeddings.position_ids", "text_model.embeddings.position_ids",
    ])

  private static func blocks(_ tower: String, _ prefix: String) -> [NameRule] {
    let theirs = "\(tower).encoder.layers.*"
    let ours = "\(prefix)transformer.resblocks.*"
    func joined(_ kind: String) -> NameRule {
      NameRule(
        joining: ["q", "k", "v"].map { "\(theirs).self_attn.\($0)_proj.\(kind)" },
        "\(ours).attn.in_proj_\(kind)")
    }
    return [joined("weight"), joined("bias")]
      + [
        ("self_attn.out_proj", "attn.out_proj"), ("layer_norm1", "ln_1"), ("layer_norm2", "ln_2"),
        ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"),
      ].map { NameRule("\(theirs).\($0.0).*", "\(ours).\($0.1).*") }
  }

  /// open_clip's models with a text tower of its own; its others have OpenAI's names already.
  ///
  /// Source: mlfoundations/open_clip, `src/open_clip/model.py` (`CustomTextCLIP`).
  package static let openCLIP = NameSpelling(
    name: "open_clip", marks: ["text.token_embedding.weight"],
    rules: [
      NameRule("visual.**", "visual.**"), NameRule("logit_scale", "logit_scale"),
      NameRule("text.**", "**"),
    ],
    dropped: ["attn_mask", "text.attn_mask"])

  /// All spellings but our own.
  package static let known = [huggingFace, openCLIP, nvidia]
}
