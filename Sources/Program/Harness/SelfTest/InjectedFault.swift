import Datasets
import Essentials
import Foundation
import Generators
import Images
import Tensors

/// One thing that happens to a method between two nights, and what a gate must say of it.
struct InjectedFault: Sendable {
  /// What was done.
  let name: String
  /// The code that the gate must end with.
  let code: Int32
  /// The check that must be named among those that fail; nil where none fails.
  var check: String?
  /// What the night before made.
  var before = Images.copies
  /// What this night makes.
  let now: Images
  /// How many of the canary's faces take part.
  var count = CanaryFaces.count
  /// Another weight file than the night before.
  var hasOtherWeights = false
  /// Bounds asked besides the baseline.
  var requirements: [String] = []
  /// Whether an undecided gate fails.
  var isStrict = false

  /// Images of a method.
  enum Images: String, Sendable {
    /// The faces after a mild JPEG.
    case copies
    /// The same, less sharp.
    case blurred
    /// The same, redder and less blue.
    case colorShift
    /// The copy of the next person.
    case shuffled
    /// The first half of the copies twice.
    case duplicated
    /// Every eighth copy is missing.
    case dropped
    /// The same pictures after a slightly stronger JPEG.
    case slightlyWorse
    /// Colors of the caption in the regions of the label map.
    case painted
    /// The same from label maps in the order of another parser.
    case paintedInOtherOrder
    /// None.
    case none
  }

  /// Everything that is planted.
  static let all = [
    InjectedFault(name: "no change", code: 0, now: .copies),
    InjectedFault(name: "blur", code: 2, check: "lpips-alex", now: .blurred),
    InjectedFault(name: "colour shift", code: 2, check: "fid", now: .colorShift),
    InjectedFault(
      name: "masks in another class order", code: 2, check: "miou", before: .painted,
      now: .paintedInOtherOrder),
    InjectedFault(name: "shuffled pairing", code: 2, check: "id", now: .shuffled),
    InjectedFault(name: "duplicated images", code: 2, check: "repeated images", now: .duplicated),
    InjectedFault(name: "dropped files", code: 6, check: "images", now: .dropped),
    InjectedFault(
      name: "another weight file", code: 5, check: "id", now: .copies, hasOtherWeights: true),
    InjectedFault(name: "no images", code: 6, now: .none),
    InjectedFault(
      name: "a metric that does not exist", code: 64, now: .copies, requirements: ["lpps<=1"]),
    InjectedFault(
      name: "too few pairs to decide", code: 3, check: "ssim", now: .slightlyWorse, count: 3,
      isStrict: true),
  ]
}

extension InjectedFault.Images {
  /// The images, one an id; nil for those that are missing.
  ///
  /// - Throws: `MethodError` from painting.
  func made(of faces: CanaryFaces, in folder: ScratchFolder) throws -> [Raster?] {
    switch self {
    case .copies, .slightlyWorse: faces.pictures
    case .blurred: faces.pictures.map { GaussianBlur(sigma: 1).apply(to: $0) }
    case .colorShift: faces.pictures.map(Self.redder)
    case .shuffled:
      faces.pictures.indices.map {
        faces.pictures[($0 + CanaryFaces.photos) % CanaryFaces.count]
      }
    case .duplicated: faces.pictures.indices.map { faces.pictures[$0 % (CanaryFaces.count / 2)] }
    case .dropped: faces.pictures.enumerated().map { $0.offset % 8 == 7 ? nil : $0.element }
    case .painted: try painted(faces, order: .celebAMaskHQ, folder)
    case .paintedInOtherOrder: try painted(faces, order: .biSeNet, folder)
    case .none: faces.pictures.map { _ in nil }
    }
  }

  /// How they are written.
  var form: ScratchFolder.Form { .jpeg(quality: self == .slightlyWorse ? 78 : 80) }

  private static func redder(_ picture: Raster) -> Raster {
    var picture = picture
    for pixel in stride(from: 0, to: picture.samples.count, by: 3) {
      picture.samples[pixel] = UInt8(min(255, Int(picture.samples[pixel]) * 6 / 5))
      picture.samples[pixel + 2] = UInt8(Int(picture.samples[pixel + 2]) * 4 / 5)
    }
    return picture
  }

  private func painted(
    _ faces: CanaryFaces, order: LabelOrder, _ folder: ScratchFolder
  ) throws -> [Raster] {
    let masks = "masks-\(order.name)"
    try folder.write(
      faces.labels.map { $0.relabeled(from: .celebAMaskHQ, to: order) }, as: .labelMap, to: masks)
    let method = PaintMethod(size: CanaryFaces.side)
    return try zip(CanaryFaces.ids, faces.captions).map { id, caption in
      var pair = Pair(id: id)
      pair.maskPath = folder.path("\(masks)/\(id).png")
      pair.text = caption
      return try method.image(for: pair)
    }
  }
}
