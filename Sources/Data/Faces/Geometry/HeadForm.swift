/// The head without its features: an outline of half-widths and depths at every height.
///
/// Centimeters; y as in ``FaceForm``, z from the ears' axis toward the viewer.
struct HeadForm: Sendable {
  /// Height of the crown (negative) and of the chin.
  let top, chin: Float
  private let halfWidth, front, back, middle: Tabulated

  /// One horizontal section.
  struct Section {
    var halfWidth, front, back, middle: Float

    /// A point of the outline; `angle` 0 is the front, positive toward the image's right.
    @inline(__always) func point(sine: Float, cosine: Float) -> (x: Float, z: Float) {
      // Flatter in front than an ellipse.
      let z =
        cosine > 0
        ? middle + (front - middle) * cosine * (1 + 0.45 * (1 - cosine)) : middle + back * cosine
      return (halfWidth * sine, z)
    }
  }

  /// Builds a person's head.
  init(_ person: Identity, _ face: FaceForm) {
    let skull = person.skull
    let top = -11.3 - 0.5 * skull.forehead
    let chin = face.chinY
    (self.top, self.chin) = (top, chin)
    let (w, l, jaw) = (skull.width, chin / 11.7, skull.jaw)
    let full = skull.fullness * 0.5
    let cheek = 6.4 * w + 0.12 * skull.cheekbones
    let lip = 5.5 * w * mix(Float(1), jaw, 0.7) + full
    let corner = 4.6 * w * jaw + full
    let under = 3.45 * w * jaw + 0.8 * full
    let tip = mix(Float(0.85), 1, skull.chin)
    let side = 2.4 * w * mix(Float(1), jaw, 0.6) * tip + 0.4 * full
    let low = 1.6 * mix(Float(0.8), 1.05, skull.chin)
    let high = 6.1 * w + 0.5 * full
    let widths = Curve([
      (top, 0), (top + 0.12, 1.5), (top + 0.5, 2.9), (top + 1.3, 4.45), (top + 2.6, 5.85),
      (-6.4, 6.75 * w), (-4, 7 * w), (-1.5, 6.8 * w), (0.8, 6.5 * w), (2.6, cheek),
      (4.6 * l, high), (6.6 * l, lip), (8.4 * l, corner), (9.8 * l, under), (10.8 * l, side),
      (11.4 * l, low), (chin, 0.3),
    ])
    let fronts = Curve([
      (top, 0.5), (top + 0.12, 2.2), (top + 0.5, 4), (top + 1.3, 6), (top + 2.6, 7.7), (-6.4, 8.9),
      (-4, 9.4),
      (-2, 9.55), (0, 9.1), (2.6, 9.1), (5, 9.25), (7.2 * l, 9.35), (9.2 * l, 9.1), (10.4 * l, 9),
      (11.2 * l, 8.5), (chin - 0.08, 7.2), (chin, 6),
    ])
    let backs = Curve([
      (top, 0.5), (top + 0.5, 4), (top + 1.3, 6), (top + 2.6, 7.7), (-5, 9.3), (-1, 9.4), (3, 8),
      (6, 5.5), (9, 3.2), (chin, 1.5),
    ])
    let middles = Curve([(top, 0), (2, 0), (6, 0.8), (8.5, 2.6), (10.5, 4.8), (chin, 5.6)])
    func tabulated(_ curve: Curve) -> Tabulated {
      Tabulated(from: top, to: chin, steps: 400) { curve($0) }
    }
    halfWidth = tabulated(widths)
    front = tabulated(fronts)
    back = tabulated(backs)
    middle = tabulated(middles)
  }

  /// The section at a height, from crown to chin.
  @inline(__always) func section(_ y: Float) -> Section {
    Section(halfWidth: halfWidth(y), front: front(y), back: back(y), middle: middle(y))
  }
}
