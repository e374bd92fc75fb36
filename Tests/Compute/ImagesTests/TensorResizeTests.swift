import Images
import Tensors
import TestSupport
import Testing

@Suite struct TensorResizeTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let filter: String
    let old: [Int]
    let new: [Int]
    let values: [Float]
    var testDescription: String { "\(filter) from \(old) to \(new)" }
  }

  static let filters: [TensorFilter] =
    PillowFilter.allCases.map { .pillow($0) }
    + [
      .torchNearest, .torchBilinear(alignCorners: false), .torchBilinear(alignCorners: true),
      .torchBicubic, .tensorFlow1Bilinear, .adaptiveAverage,
    ]

  @Test(arguments: try Goldens.cases("tensors.json") as [Case])
  func equalsReference(golden: Case) throws {
    let filter = try #require(Self.filters.first { $0.description == golden.filter })
    var planes = Goldens.picture(golden.old[0], golden.old[1], 2).planes
    for index in planes.values.indices { planes.values[index] = planes.values[index] / 4 - 20 }
    let found = planes.resized(width: golden.new[0], height: golden.new[1], filter: filter)
    #expect(found.shape == [2, golden.new[1], golden.new[0]])
    let agreement = Agreement(found.values, golden.values)
    // Pillow sums in double and must agree to the bit. PyTorch may fuse or reorder sums: of k
    // products whose magnitudes sum to s, Float32 is off by k · s · 2⁻²⁴ at most. Values reach 45,
    // and the bicubic weights' magnitudes sum to 2 over both axes.
    let tolerance: Double
    switch filter {
    case .pillow, .torchNearest: tolerance = 0
    case .torchBilinear, .tensorFlow1Bilinear: tolerance = 4 * 45 * 0x1p-24
    case .torchBicubic: tolerance = 16 * 90 * 0x1p-24
    case .adaptiveAverage: tolerance = 36 * 45 * 0x1p-24
    }
    #expect(agreement.maximum <= tolerance, "\(agreement)")
  }

  /// A single one at column 8 of 16; published responses, to six decimals.
  @Test(
    arguments: [
      (
        TensorFilter.pillow(.bicubic), 8, 0, [0, 0, -0.011719, 0.113281, 0.433594, -0.035156, 0, 0]
      ),
      (.pillow(.bilinear), 8, 0, [0, 0, 0, 0.125, 0.375, 0, 0, 0]),
      (.torchBilinear(alignCorners: false), 8, 0, [0, 0, 0, 0, 0.5, 0, 0, 0]),
      (
        .pillow(.bicubic), 32, 13,
        [-0.023438, -0.070312, 0.226562, 0.867188, 0.867188, 0.226562, -0.070312, -0.023438]
      ),
      (
        .torchBicubic, 32, 13,
        [-0.035156, -0.105469, 0.261719, 0.878906, 0.878906, 0.261719, -0.105469, -0.035156]
      ),
    ] as [(TensorFilter, Int, Int, [Float])])
  func impulseResponse(filter: TensorFilter, width: Int, first: Int, expected: [Float]) {
    var impulse = Tensor(shape: [1, 1, 16])
    impulse.values[8] = 1
    let response = impulse.resized(width: width, height: 1, filter: filter).values
    let part = Array(response[first..<first + expected.count])
    #expect(Agreement(part, expected).maximum <= 0.5e-6 + 1e-7, "\(part)")
  }

  @Test(arguments: filters)
  func keepsASingleValueEverywhere(filter: TensorFilter) {
    let flat = Tensor(shape: [2, 9, 14], repeating: 0.75)
    let resized = flat.resized(width: 23, height: 5, filter: filter)
    // Up to four weights an axis, and as many sums, are each rounded at 2⁻²⁴.
    #expect(resized.values.allSatisfy { abs($0 - 0.75) <= 16 * 0x1p-24 })
  }

  @Test func nearestFiltersDifferByHalfAStep() {
    let ramp = Tensor(shape: [1, 1, 512], values: (0..<512).map(Float.init))
    let torch = ramp.resized(width: 32, height: 1, filter: .torchNearest).values
    let pillow = ramp.resized(width: 32, height: 1, filter: .pillow(.nearest)).values
    #expect(torch.prefix(3) == [0, 16, 32])
    #expect(pillow.prefix(3) == [8, 24, 40])
  }
}
