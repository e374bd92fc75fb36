import Kernels
import Tensors
import Testing

struct MapViewTests {
  /// Two rows of three pixels of two channels with a gap behind each pixel.
  private func view() -> MapView {
    MapView(
      copying: (0..<18).map(Float.init), rows: 2, columns: 3, channels: 2, pixelStride: 3)
  }

  @Test func valuesStandWhereTheStrideSays() {
    let view = view()
    #expect(view.withValues { $0.count } == 17)
    #expect(view.withValues { $0[view.pixelStride * 4 + 1] } == 13)
    #expect(
      view.planar(shape: [2, 2, 3]).values == [0, 3, 6, 9, 12, 15, 1, 4, 7, 10, 13, 16])
  }

  @Test func rowsShareTheMemory() {
    let view = view()
    let second = view.rows(1..<2)
    second.withMutableValues { $0[4] = -1 }
    #expect(view.withValues { $0[13] } == -1)
    #expect((second.rows, second.columns, second.channels, second.pixelStride) == (1, 3, 2, 3))
  }

  @Test func aViewOutlivesWhoeverMadeTheMemory() {
    var memory: AlignedMemory? = AlignedMemory(copying: [1, 2, 3, 4])
    weak let watched = memory
    var view = memory.map {
      MapView(
        FeatureMap(base: $0.base, rows: 2, columns: 1, channels: 2, pixelStride: 2), in: $0)
    }
    memory = nil
    #expect(watched != nil)
    #expect(view?.withValues { $0[3] } == 4)
    view = nil
    #expect(watched == nil)
  }
}
