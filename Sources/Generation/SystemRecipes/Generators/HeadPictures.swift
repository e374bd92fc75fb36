import Kernels
import Systems

/// Renderings of heads as a batch of pictures that losses read, and what the losses say of the renderings.
struct HeadPictures {
  /// `[N · S, S, 3]`, −1…1.
  let values: MapView
  /// What losses add their gradients to, of the same shape.
  let gradients: MapView
  private let count: Int
  private let channels: Int

  /// Renderings of `side` rows and columns.
  init(_ renderings: [PlaneRenderer.Rendering], side: Int) {
    let pixels = side * side
    let channels = (renderings.first?.colors.count ?? 0) / pixels
    func map(_ values: [Float]) -> MapView {
      MapView(copying: values, rows: renderings.count * side, columns: side, channels: 3)
    }
    values = map(
      renderings.flatMap { rendering -> [Float] in
        (0..<3 * pixels).map { place in
          2 * rendering.colors[place / 3 * channels + place % 3] - 1
        }
      })
    gradients = map([Float](repeating: 0, count: 3 * renderings.count * pixels))
    (count, self.channels) = (renderings.count, channels)
  }

  /// What ``gradients`` say of the renderings.
  ///
  /// - Parameter opacities: gradients by the opacities, `[pixels]` of each picture; nil for zeros.
  /// - Returns: gradients by colors and opacities, one rendering a picture.
  func changes(opacities: [[Float]]? = nil) -> [PlaneRenderer.Rendering] {
    (0..<count).map { index in
      let own = gradients.image(index, of: count).pixelValues()
      let pixels = own.count / 3
      var change = PlaneRenderer.Rendering()
      change.colors = (0..<channels * pixels).map { place in
        let channel = place % channels
        return channel < 3 ? 2 * own[place / channels * 3 + channel] : 0
      }
      change.opacities = opacities?[index] ?? [Float](repeating: 0, count: pixels)
      return change
    }
  }
}
