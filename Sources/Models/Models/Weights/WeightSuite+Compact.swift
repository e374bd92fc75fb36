import Checkpoints
import Graphs
import Images
import Networks

extension WeightSuite {
  /// The networks that are part of the program, trained on the synthetic face world.
  package static let compact: WeightSuite = {
    var roles: [WeightRole: RoleChoice] = [:]
    roles[.fid] = role(CompactNetworks.inception, .compact128)
    roles[.fid]?.tap = Graph.mainOutput
    roles[.id] = role(CompactNetworks.iResNet, .compactFace96)
    roles[.parser] = role(CompactNetworks.biSeNet, .compact128)
    roles[.parser]?.classes = LabelOrder.celebAMaskHQ.name
    for perceptual in [WeightRole.lpipsAlex, .lpipsVGG, .lpipsSqueeze] {
      roles[perceptual] = role(CompactNetworks.alexNet, nil)
      roles[perceptual]?.heads = CompactWeights.path(of: CompactNetworks.alexNet.name + "-heads")
    }
    for (diffusion, name) in [
      (WeightRole.unet, "compact-unet"), (.guide, "compact-guide"),
      (.collaborative, "compact-collaborative"), (.scadm, "compact-sca-dm"),
      (.firstStage, "compact-autoencoder"), (.controlNet, CompactNetworks.controlName),
      (.generator, StyleGAN2.compact.synthesis.name),
      (.inversion, CompactNetworks.inversion.name),
      (.headGenerator, CompactNetworks.headPlanes.synthesis.name),
      (.headInversion, CompactNetworks.headInversion.name),
    ] { roles[diffusion] = role(name, nil) }
    for clip in [WeightRole.clip, .cmmd, .guidingCLIP] {
      roles[clip] = role(CompactNetworks.clip, .compact96)
    }
    // What follows a CLIP is overrated by it, so another one measures directions and retrieval.
    for judged in [WeightRole.clipDirectional, .retrieval] {
      roles[judged] = role(CompactNetworks.judge, .compact96)
    }
    return WeightSuite(
      name: "compact", directory: "the program",
      note: "Compact suite, synthetic faces: compare only with itself.", roles: roles)
  }()

  private static func role(
    _ network: any PublishedNetwork, _ preprocessing: Preprocessing?
  ) -> RoleChoice { role(network.name, preprocessing) }

  private static func role(_ network: String, _ preprocessing: Preprocessing?) -> RoleChoice {
    var choice = RoleChoice()
    choice.network = network
    choice.file = CompactWeights.path(of: network)
    choice.preprocessing = preprocessing?.name
    return choice
  }

  /// Whether every number is of networks that stand for no published ones.
  package var isCompact: Bool { name == Self.compact.name }

  /// Whether a network of the compact suite does a job, by this suite or by a manifest that names it.
  package func isCompactNetwork(for role: WeightRole) -> Bool {
    CompactNetworks.contains(roles[role]?.network)
  }
}

extension CompactNetworks {
  /// Whether a name is that of a compact network.
  package static func contains(_ name: String?) -> Bool { all.contains { $0.name == name } }
}
