import Terms

extension [Metric] {
  /// Metrics that protocols and gates of these tests may name.
  static let known: [Metric] = [
    "fid", "kid", "fid-infinity", "cmmd", "lpips-alex", "lpips-vgg", "lpips-squeeze",
    "lpips-diversity", "ssim", "ms-ssim", "mae", "psnr", "id", "accuracy", "miou",
    "segmentation-consistency", "clip", "clip-directional", "retrieval", "time",
  ].map { Metric($0, $0, .lower, of: .image, digits: 2) }
}
