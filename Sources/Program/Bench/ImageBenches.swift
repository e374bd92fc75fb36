import Images
import Provenance
import Tensors

/// What images need between the disk and a network, on pictures of 512×512.
enum ImageBenches {
  private static let side = 512

  static var subjects: [BenchSubject] { codecs + preparations }

  private static var codecs: [BenchSubject] {
    [
      subject("decode-jpeg", "512×512, quality 95", "a JPEG file in memory to RGB") { picture in
        let file = ImageEncoder.jpeg(picture, quality: 95)
        return { try ImageDecoder.rgb(decoding: file, named: "picture").lastSample }
      },
      subject("decode-png", "512×512", "a PNG file in memory to RGB") { picture in
        let file = ImageEncoder.png(picture)
        return { try ImageDecoder.rgb(decoding: file, named: "picture").lastSample }
      },
      subject("decode-label-map", "512×512", "a palette PNG in memory to classes") { _ in
        let file = ImageEncoder.labelMapPNG(BenchPictures.labels(side: side))
        return { try ImageDecoder.labelMap(decoding: file, named: "labels").lastSample }
      },
      subject("encode-png", "512×512", "RGB to a PNG file in memory") { picture in
        { Double(ImageEncoder.png(picture).count) }
      },
      subject("hash-pixels", "512×512", "SHA-256 of decoded pixels, the key of remembered results")
      {
        picture in
        { Double(ContentHash(picture).text.utf8.first ?? 0) }
      },
      subject("resize-bicubic", "512×512 to 256×256", "Pillow's bicubic on 8 bits") { picture in
        { picture.resized(width: 256, height: 256, filter: .bicubic).lastSample }
      },
    ]
  }

  /// The published way of an image into each kind of network.
  private static var preparations: [BenchSubject] {
    [Preprocessing.fidPytorch, .irSE50Crop, .biSeNet512, .clip(size: 224)].map { preprocessing in
      subject("prepare-\(preprocessing.name)", "512×512", preprocessing.fingerprint) { picture in
        { Double(try preprocessing.apply(picture).values.last ?? 0) }
      }
    }
  }

  private static func subject(
    _ name: String, _ input: String, _ summary: String,
    _ make: @escaping @Sendable (Raster) throws -> @Sendable () throws -> Double
  ) -> BenchSubject {
    BenchSubject(name: name, kind: .host, input: input, summary: summary) { _ in
      let work = try make(BenchPictures.color(side: side))
      return BenchWork { _ in try work() }
    }
  }
}

extension Raster {
  fileprivate var lastSample: Double { Double(samples.last ?? 0) }
}
