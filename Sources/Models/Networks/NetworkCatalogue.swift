import Essentials
import Graphs

/// All networks that the package can evaluate, by the names of the command line.
package enum NetworkCatalogue {
  /// Every network, in the order in which people read them.
  package static let networks: [any PublishedNetwork] =
    published + diffusion + latentDiffusion + stableDiffusion + generators + CompactNetworks.all

  /// Those that look at images or texts, with published weights.
  package static let published: [any PublishedNetwork] =
    [InceptionV3(), AlexNet(), VGG16(), SqueezeNet(), DISTSNetwork()]
    + IRBackbone.Variant.allCases.map(IRBackbone.init) + [MobileFaceNet()]
    + IResNet.Depth.allCases.map(IResNet.init)
    + [BiSeNet(), CelebAMaskUNet()]
    + CLIPModels.imageTowers + CLIPModels.textTowers

  /// Those of diffusion models that make pixels, with published weights.
  package static let diffusion: [any PublishedNetwork] = [
    ADMUNet.ffhq, ADMUNet.lsun, DDPMUNet(), TimeConditionedCLIPImage.published,
  ]

  /// Those of diffusion models that make latents: first stages, U-Nets, encoders of conditions.
  package static let latentDiffusion: [any PublishedNetwork] = [
    LatentAutoencoder.kl4, LatentAutoencoder.kl8, LatentAutoencoder.vq4,
    LatentUNet.collaborativeBranch, LatentUNet.collaborativeDiffuser, BERTEmbedder.collaborative,
    MaskEncoder.collaborative, SCADMUNet.published, SCADMStyleEncoder.published,
  ]

  /// Stable Diffusion 1.5's, with and without ControlNet.
  package static let stableDiffusion: [any PublishedNetwork] = [
    LatentUNet.stableDiffusion, ControlledUNet.stableDiffusion, LatentAutoencoder.stableDiffusion,
    CLIPModels.stableDiffusionText,
  ]

  /// Those that make pictures of codes, and those that find codes.
  package static let generators: [any PublishedNetwork] =
    StyleGAN2.published.flatMap { [$0.mapping, $0.synthesis] as [any PublishedNetwork] }
    + [EG3D.ffhq.mapping, EG3D.ffhq.planes, EG3D.ffhq.decoder, EG3D.ffhq.superresolution]
    + [CodeMapping.published, StyleModulation.published]

  /// Names of all networks.
  package static var names: [String] { networks.map(\.name) }

  /// The network of a name.
  ///
  /// - Throws: ``UnknownNetwork`` that offers the nearest name.
  package static func named(_ name: String) throws(UnknownNetwork) -> any PublishedNetwork {
    guard let network = networks.first(where: { $0.name == name }) else {
      throw UnknownNetwork(name: name, known: names)
    }
    return network
  }

  /// The trunk of a name, for LPIPS.
  ///
  /// - Throws: ``UnknownNetwork`` that offers the nearest trunk.
  package static func perceptualTrunk(named name: String) throws(UnknownNetwork)
    -> any PerceptualTrunk
  {
    let trunks = networks.compactMap { $0 as? any PerceptualTrunk }
    guard let trunk = trunks.first(where: { $0.name == name }) else {
      throw UnknownNetwork(name: name, known: trunks.map(\.name))
    }
    return trunk
  }
}

/// A network name that nobody answers to.
package struct UnknownNetwork: Error, Equatable, CustomStringConvertible {
  /// What was asked for.
  package let name: String
  /// What there is.
  package let known: [String]

  /// What was asked for and what there is.
  package var description: String { Spelling.refusal(of: name, as: "network", known: known) }
}
