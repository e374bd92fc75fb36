import Kernels
import Testing

/// Which layers take which way.
@Suite struct ConvolutionPathTests {
  private func path(
    _ geometry: ConvolutionGeometry, _ inputs: Int, _ outputs: Int, size: Extent? = nil,
    arithmetic: Arithmetic = .fast
  ) -> ConvolutionPath {
    .fastest(geometry, inputs: inputs, outputs: outputs, size: size, arithmetic: arithmetic)
  }

  @Test func squareFiltersOfStrideOneAreWinograds() {
    let three = ConvolutionGeometry(kernel: 3, padding: 1)
    #expect(path(three, 64, 64, size: 256) == .winograd(.outputs4Kernel3))
    #expect(path(three, 512, 512) == .winograd(.outputs4Kernel3))
    let five = ConvolutionGeometry(kernel: 5, padding: 2)
    #expect(path(five, 48, 64, size: 35) == .winograd(.outputs2Kernel5))
  }

  @Test func rowsAndColumnsOfStrideOneAreWinograds() {
    let row = ConvolutionGeometry(kernel: Extent(1, 7), padding: Extent(0, 3))
    #expect(path(row, 128, 192, size: 17) == .winograd(.outputs4Row7))
    let column = ConvolutionGeometry(kernel: Extent(3, 1), padding: Extent(1, 0))
    #expect(path(column, 384, 384, size: 8) == .winograd(.outputs4Column3))
  }

  /// A map of 2×2 fills a quarter of a 4×4 tile.
  @Test func smallMapsTakeSmallTiles() {
    let three = ConvolutionGeometry(kernel: 3, padding: 1)
    #expect(path(three, 64, 64, size: 2) == .winograd(.outputs2Kernel3))
    #expect(path(three, 64, 64, size: 1) == .direct)
  }

  @Test(arguments: [
    ConvolutionGeometry(kernel: 3, stride: 2, padding: 1),
    ConvolutionGeometry(kernel: 3, padding: 2, dilation: 2),
    ConvolutionGeometry(kernel: 3, padding: 1, groups: 2),
    ConvolutionGeometry(kernel: 3, isTransposed: true), ConvolutionGeometry(kernel: 1),
    ConvolutionGeometry(kernel: 7, padding: 3),
  ])
  func othersAreDirect(geometry: ConvolutionGeometry) {
    #expect(path(geometry, 64, 64, size: 64) == .direct)
  }

  @Test func threeChannelsAreDirect() {
    #expect(path(ConvolutionGeometry(kernel: 3, padding: 1), 3, 64, size: 256) == .direct)
  }

  @Test func exactArithmeticIsAlwaysDirect() {
    for taps in 1...7 {
      let geometry = ConvolutionGeometry(kernel: Extent(taps), padding: 1)
      #expect(path(geometry, 64, 64, size: 64, arithmetic: .exact) == .direct)
    }
  }
}
