/// A metric by the name under which people ask for it and databases store it.
package enum MetricIdentifier: String, CaseIterable, Codable, Sendable {
  case fid
  case kid
  case fidInfinity = "fid-infinity"
  case cmmd
  case lpipsAlex = "lpips-alex"
  case lpipsVGG = "lpips-vgg"
  case lpipsSqueeze = "lpips-squeeze"
  case lpipsDiversity = "lpips-diversity"
  case ssim
  case msSSIM = "ms-ssim"
  case mae
  case psnr
  case id
  case accuracy
  case miou
  case segmentationConsistency = "segmentation-consistency"
  case clip
  case clipDirectional = "clip-directional"
  case retrieval
  case time

  /// Whether it is the distance between two sets, each of which has its own number of images.
  package var comparesSets: Bool {
    switch self {
    case .fid, .kid, .fidInfinity, .cmmd: true
    default: false
    }
  }

  /// What reports and gates need to know about the metric.
  package var descriptor: MetricDescriptor {
    switch self {
    case .fid: MetricDescriptor("FID", .lower, of: .set, digits: 2)
    case .kid: MetricDescriptor("KID", .lower, of: .set, digits: 5)
    case .fidInfinity: MetricDescriptor("FID∞", .lower, of: .set, digits: 2)
    case .cmmd: MetricDescriptor("CMMD", .lower, of: .set, digits: 3)
    case .lpipsAlex: MetricDescriptor("LPIPS (AlexNet)", .lower, of: .image, digits: 3)
    case .lpipsVGG: MetricDescriptor("LPIPS (VGG16)", .lower, of: .image, digits: 3)
    case .lpipsSqueeze: MetricDescriptor("LPIPS (SqueezeNet)", .lower, of: .image, digits: 3)
    case .lpipsDiversity: MetricDescriptor("LPIPS diversity", .higher, of: .set, digits: 3)
    case .ssim: MetricDescriptor("SSIM", .higher, of: .image, digits: 3)
    case .msSSIM: MetricDescriptor("MS-SSIM", .higher, of: .image, digits: 3)
    case .mae: MetricDescriptor("MAE", .lower, of: .image, digits: 4)
    case .psnr: MetricDescriptor("PSNR", .higher, of: .image, unit: .decibels, digits: 2)
    case .id: MetricDescriptor("ID", .higher, of: .image, digits: 3)
    case .accuracy: MetricDescriptor("ACC", .higher, of: .counts, unit: .percent, digits: 2)
    case .miou: MetricDescriptor("mIoU", .higher, of: .counts, unit: .percent, digits: 2)
    case .segmentationConsistency:
      MetricDescriptor("SC", .higher, of: .counts, unit: .percent, digits: 2)
    case .clip: MetricDescriptor("CLIP", .higher, of: .image, digits: 2)
    case .clipDirectional: MetricDescriptor("S_dir", .higher, of: .image, digits: 3)
    case .retrieval: MetricDescriptor("Retrieval top-1", .higher, of: .set, digits: 3)
    case .time: MetricDescriptor("Time", .lower, of: .set, unit: .seconds, digits: 3)
    }
  }
}
