extension NameSpelling {
  /// NVIDIA's generators, StyleGAN2 and EG3D, in rosinality's names; EG3D's further halves keep the names of their parts.
  ///
  /// Sources: `NVlabs/stylegan2-ada-pytorch`, `training/networks.py`; `NVlabs/eg3d`, `eg3d/training/triplane.py`;
  /// `rosinality/stylegan2-pytorch`, `model.py`.
  package static let nvidia: NameSpelling = {
    let parts = ["", "backbone."].map(generator) + [superresolution]
    return NameSpelling(
      name: "NVIDIA", marks: ["synthesis.b4.const", "backbone.synthesis.b4.const"],
      rules: parts.flatMap(\.rules) + [NameRule("decoder.**", "decoder.**")],
      dropped: Set(parts.flatMap(\.dropped)))
  }()

  /// A generator of up to 1024 pixels.
  private static func generator(_ prefix: String) -> Names {
    let synthesis = "\(prefix)synthesis"
    var names = Names(rules: [
      NameRule("\(prefix)mapping.w_avg", "latent_avg"),
      NameRule("\(prefix)mapping.embed.*", "embed.*"),
      NameRule("\(synthesis).b4.const", "input.input", .axes(before: 1, behind: 0)),
    ])
    for layer in 0..<8 {
      names.rules.append(NameRule("\(prefix)mapping.fc\(layer).*", "style.\(layer + 1).*"))
    }
    names.add(styled("\(synthesis).b4.conv1", "conv1", noise: 0))
    names.add(colors("\(synthesis).b4.torgb", "to_rgb1"))
    names.dropped.append("\(synthesis).b4.resample_filter")
    for level in 0..<8 {
      let block = "\(synthesis).b\(8 << level)"
      for place in 0..<2 {
        let index = 2 * level + place
        names.add(styled("\(block).conv\(place)", "convs.\(index)", noise: index + 1))
      }
      names.add(colors("\(block).torgb", "to_rgbs.\(level)"))
      names.dropped.append("\(block).resample_filter")
    }
    return names
  }

  /// EG3D's two blocks behind the renderer; their noise is never added.
  private static var superresolution: Names {
    var names = Names()
    for level in 0..<2 {
      let block = "superresolution.block\(level)"
      for place in 0..<2 {
        let layer = "\(block).conv\(place)"
        names.add(styled(layer, "superresolution.convs.\(2 * level + place)", noise: nil))
        names.dropped += ["noise_const", "noise_strength"].map { "\(layer).\($0)" }
      }
      names.add(colors("\(block).torgb", "superresolution.to_rgbs.\(level)"))
      names.dropped.append("\(block).resample_filter")
    }
    return names
  }

  /// A modulated convolution with its noise and rectifier.
  private static func styled(_ theirs: String, _ ours: String, noise: Int?) -> Names {
    var rules = [
      NameRule("\(theirs).weight", "\(ours).conv.weight", .axes(before: 1, behind: 0)),
      NameRule("\(theirs).affine.*", "\(ours).conv.modulation.*"),
      NameRule("\(theirs).bias", "\(ours).activate.bias"),
    ]
    if let noise {
      rules += [
        NameRule("\(theirs).noise_strength", "\(ours).noise.weight", .axes(before: 1, behind: 0)),
        NameRule(
          "\(theirs).noise_const", "noises.noise_\(noise)", .axes(before: 2, behind: 0)),
      ]
    }
    return Names(rules: rules, dropped: ["\(theirs).resample_filter"])
  }

  private static func colors(_ theirs: String, _ ours: String) -> Names {
    Names(rules: [
      NameRule("\(theirs).weight", "\(ours).conv.weight", .axes(before: 1, behind: 0)),
      NameRule("\(theirs).affine.*", "\(ours).conv.modulation.*"),
      NameRule("\(theirs).bias", "\(ours).bias", .axes(before: 1, behind: 2)),
    ])
  }
}

/// Rules of a part, and its names without use.
private struct Names {
  var rules: [NameRule] = []
  var dropped: [String] = []

  mutating func add(_ other: Names) {
    rules += other.rules
    dropped += other.dropped
  }
}
