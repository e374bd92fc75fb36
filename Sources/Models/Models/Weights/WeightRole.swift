import Checkpoints

/// The jobs that networks do in a run.
package enum WeightRole: String, CaseIterable, Sendable {
  case fid
  case lpipsAlex = "lpips-alex"
  case lpipsVGG = "lpips-vgg"
  case lpipsSqueeze = "lpips-squeeze"
  case dists
  case id
  case parser
  case clip
  case clipDirectional = "clip-directional"
  case cmmd
  case retrieval
  /// The CLIP that systems follow, where another one measures what they made; see ``WeightSuite/guiding(_:)``.
  case guidingCLIP = "guiding-clip"
  /// What the built-in method `denoise` makes images with.
  case denoiser
  /// The U-Net of a diffusion in pixels, which systems make images with.
  case unet
  /// The encoder of noisy images that steers such a diffusion.
  case guide
  /// Collaborative Diffusion's file of all its networks.
  case collaborative
  /// Its model of label maps by itself, as it was published before the system.
  case collaborativeMap = "collaborative-map"
  /// Its model of texts by itself.
  case collaborativeText = "collaborative-text"
  /// SCA-DM's file of all its networks.
  case scadm = "sca-dm"
  /// The autoencoder of systems that diffuse in latents; in the system's own file unless named.
  case firstStage = "first-stage"
  /// The diffusion model by text and hint that DDGI reads.
  case controlNet = "controlnet"
  /// The generator of faces that codes are found for.
  case generator
  /// DDGI's networks that find codes.
  case inversion
  /// The generator of heads that codes are found for.
  case headGenerator = "head-generator"
  /// DDGI's networks that find codes of heads.
  case headInversion = "head-inversion"

  /// The trunk of a perceptual role, by the name that the catalogue has for it.
  package var trunk: String? {
    switch self {
    case .lpipsAlex: "alexnet"
    case .lpipsVGG: "vgg16"
    case .lpipsSqueeze: "squeezenet1_1"
    case .dists: "dists"
    case .fid, .id, .parser, .clip, .clipDirectional, .cmmd, .retrieval, .guidingCLIP, .denoiser,
      .unet, .guide, .collaborative, .collaborativeMap, .collaborativeText, .scadm, .firstStage,
      .controlNet, .generator, .inversion, .headGenerator, .headInversion:
      nil
    }
  }
}

/// Which network does a job, where its weights are and how images reach it; nil means the default.
package struct RoleChoice: Hashable, Sendable {
  /// A name of the network catalogue; with ``onnx`` only the CLIP model whose text tower reads the texts.
  package var network: String?
  /// Path of the checkpoint.
  package var file: String?
  /// Which of several sets of tensors in ``file`` is meant; nil takes averaged weights before raw ones.
  package var part: String?
  /// Path of an ONNX model that stands in for a network.
  package var onnx: String?
  /// Path of LPIPS's linear heads, or of DISTS's weights.
  package var heads: String?
  /// Which result to read, for example `768`.
  package var tap: String?
  /// Name of the preprocessing.
  package var preprocessing: String?
  /// Name of a parser's class order.
  package var classes: String?
  /// What a reader of the numbers must know about these weights.
  package var note: String?

  /// A choice that leaves everything to the defaults.
  package init() {}

  /// Where in ``file`` the tensors are.
  var root: CheckpointRoot { part.map(CheckpointRoot.named) ?? .automatic }
}
