import Graphs
import Images
import Networks
import Provenance

/// How images reach a network when its features are asked for.
package enum FeaturePreprocessing {
  /// ImageNet's mean and deviation at the image's own size, which is what LPIPS's scaling layer
  /// makes of its input.
  static let imageNet = Preprocessing(
    name: "imagenet",
    tensorSteps: [
      .divide(by: 255),
      .normalize(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225]),
    ])

  /// What each network of the catalogue was published with.
  package static let published: [String: Preprocessing] = [
    "inception-fid": .fidPytorch, "alexnet": imageNet, "vgg16": imageNet,
    "squeezenet1_1": imageNet, "dists": .dists, "bisenet": .biSeNet512,
    "celebamask-unet": .celebAMaskUNet512(),
    CompactNetworks.inception.name: .compact128, CompactNetworks.biSeNet.name: .compact128,
    CompactNetworks.alexNet.name: imageNet, CompactNetworks.iResNet.name: .compactFace96,
    CompactNetworks.clip.name: .compact96, CompactNetworks.judge.name: .compact96,
  ].merging(identity) { $1 }.merging(clip) { $1 }

  /// OpenAI's, at each image tower's own size.
  private static let clip = Dictionary(
    uniqueKeysWithValues: CLIPModels.imageTowers.map { tower in
      (tower.name, Preprocessing.clip(size: tower.inputShape[1]))
    })

  /// What each face embedding of the catalogue was published with.
  package static let identity: [String: Preprocessing] = [
    "ir-se50": .irSE50Crop, "ir-50": .aligned112, "ir-100": .aligned112, "ir-101": .aligned112,
    "mobilefacenet": .mobileFaceNet112x96, "iresnet18": .aligned112,
    "iresnet34": .aligned112, "iresnet50": .aligned112, "iresnet100": .aligned112,
  ]

  /// Every preprocessing that can be named.
  package static var names: [String] { known.map(\.name) }

  private static var known: [Preprocessing] { Preprocessing.all + [imageNet] }

  /// The preprocessing of a name.
  ///
  /// - Throws: ``HarnessError`` of kind `usage` that offers the nearest name.
  package static func named(_ name: String) throws -> Preprocessing {
    try choose(name, as: "preprocessing", from: names) { name in
      known.first { $0.name == name }
    }
  }
}
