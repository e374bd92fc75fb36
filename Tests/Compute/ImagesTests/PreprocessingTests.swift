import Images
import Tensors
import TestSupport
import Testing

@Suite struct PreprocessingTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let old: [Int]
    let shape: [Int]
    let step: Int
    let pixels: String
    let values: [Float]
    var testDescription: String { "\(name) from \(old)" }
  }

  @Test(arguments: try Goldens.cases("preprocessing.json") as [Case])
  func equalsReference(golden: Case) throws {
    let image = Goldens.gentle(golden.old[0], golden.old[1])
    #expect(Goldens.checksum(image.samples) == golden.pixels)
    let preprocessing = try #require(Preprocessing.named(golden.name))
    let found = try preprocessing.apply(image)
    #expect(found.shape == golden.shape)
    let samples = stride(from: 0, to: found.count, by: golden.step).map { found.values[$0] }
    // Values lie within about ±2.7; two roundings of Float32 at that size are 5e-7. PyTorch's
    // vectorized code may fuse a product and a sum and so round once less.
    #expect(Agreement(samples, golden.values).maximum <= 1e-6, "\(golden.name)")
  }

  @Test func everyNameIsTested() throws {
    let tested = Set((try Goldens.cases("preprocessing.json") as [Case]).map(\.name))
    #expect(tested == Set(Preprocessing.names))
    #expect(Preprocessing.names.count == tested.count, "a name is used twice")
    #expect(Preprocessing.named("no-such-thing") == nil)
  }

  @Test func fingerprintsTellAllApart() {
    #expect(Set(Preprocessing.all.map(\.fingerprint)).count == Preprocessing.all.count)
    #expect(
      Preprocessing.fidPytorch.fingerprint
        == "rgb8;float32;divide(255.0);torch-bilinear-half-pixel-no-antialias(299x299);"
        + "scale(2.0,offset=-1.0)")
    #expect(
      Preprocessing.clip(size: 224).fingerprint
        == "rgb8;pillow-bicubic(shorter-side=224);centre-crop(224);float32;divide(255.0);"
        + "normalise(mean=[0.48145467, 0.4578275, 0.40821072],"
        + "deviation=[0.26862955, 0.2613026, 0.2757771])")
  }

  @Test(arguments: [Preprocessing.aligned112, .mobileFaceNet112x96])
  func refusesFacesThatAreNotAligned(preprocessing: Preprocessing) {
    #expect {
      try preprocessing.apply(Goldens.picture(112, 96), named: "a.png")
    } throws: { error in
      (error as? ImageError)?.state == .wrongSize
        && "\(error)".contains("112×96") && "\(error)".contains("112×112")
        && "\(error)".hasPrefix("a.png: ")
    }
  }

  @Test func refusesCropsThatLeaveTheImage() {
    let crop = Preprocessing(
      name: "crop", tensorSteps: [.crop(rows: 35..<223, columns: 32..<220)])
    #expect(throws: ImageError.self) { try crop.apply(Goldens.picture(256, 222)) }
    let center = Preprocessing(name: "centre", pixelSteps: [.centerCrop(64)], tensorSteps: [])
    #expect(throws: ImageError.self) { try center.apply(Goldens.picture(63, 64)) }
  }
}
