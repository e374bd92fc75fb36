/// The metrics that a column may ask for, spelled as on the command line.
package enum MetricName: String, CaseIterable, Sendable {
  case fid, kid
  case fidInfinity = "fid-infinity"
  case cmmd
  case lpipsAlex = "lpips-alex"
  case lpipsVGG = "lpips-vgg"
  case lpipsSqueeze = "lpips-squeeze"
  case lpipsDiversity = "lpips-diversity"
  case ssim
  case msSSIM = "ms-ssim"
  case mae, psnr, id, accuracy, miou
  case segmentationConsistency = "segmentation-consistency"
  case clip
  case clipDirectional = "clip-directional"
  case retrieval, time
}

/// Built-in methods that see conditions alone, and compete.
package enum DefaultMethod: String, CaseIterable, Sendable {
  /// The label map in flat colors.
  case paint
  /// The nearest face of another synthetic world.
  case retrieve
  /// A small diffusion network.
  case denoise
}

/// Built-in methods that give every column a floor and a ceiling.
package enum Anchor: String, CaseIterable, Sendable {
  /// The real image of the pair, re-encoded.
  case groundTruth = "ground-truth"
  /// Real images, each for the wrong mask.
  case shuffled
  /// The same average face for every pair.
  case meanFace = "mean-face"
  /// The real image of the pair, blurred.
  case blurred
}
