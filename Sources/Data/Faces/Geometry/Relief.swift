/// How far the face's features stand out from the head, in centimeters toward the viewer.
///
/// A sum of smooth hills: sockets and lids, brow ridge, nose, cheekbones, muzzle, lips, chin, and
/// the folds that smiling and age leave.
struct Relief: Sendable {
  private let person: Identity
  private let face: FaceForm
  private let bridge, noseWidth: Tabulated

  init(_ person: Identity, _ face: FaceForm) {
    self.person = person
    self.face = face
    let (nose, scale) = (person.nose, face.noseBase / 5.15)
    let height = Curve([
      (-1.6, 0), (-0.2, 0.25 * nose.bridge), (1.2, 0.75 * nose.bridge + nose.hump),
      (3, 1.42 + 0.3 * (nose.bridge - 1)), (4.05, 2.12 + 0.3 * nose.tip),
      (4.55, 2.0 + 0.2 * nose.tip),
      (4.95, 1.35), (5.3, 0.5), (5.8, 0.05), (6, 0),
    ])
    bridge = Tabulated(from: -2, to: 7, steps: 300) { height($0 / scale) }
    let width = Curve([
      (-1, 1.15), (0.5, 1), (2, 1.05), (3.4, 1.3), (4.4, 1.62), (5.2, 1.7), (5.8, 1.4),
    ])
    noseWidth = Tabulated(from: -2, to: 7, steps: 300) { 1.42 * width($0 / scale) * nose.width }
  }

  /// The height at a place of the front view.
  func callAsFunction(_ x: Float, _ y: Float) -> Float {
    // Both halves alike, but for the person's own small difference.
    let side = abs(x - person.skull.asymmetry * smooth(1, 5, y))
    return eyes(side, y) + nose(side, y) + cheeks(side, y) + mouth(side, y)
  }

  private func eyes(_ x: Float, _ y: Float) -> Float {
    guard y > -5.5, y < 4 else { return 0 }
    let ridge = 0.15 + 0.4 * person.masculinity
    var z = -0.95 * person.eyes.depth * hill(x - face.eyeX * 0.94, y - 0.1, 2.7, 2.0)
    z += 0.62 * hill(x - face.eyeX, y, 1.9, 1.4)
    z += ridge * hill(x - 2.7, y - face.browY - 0.1, 3.2, 1.3)
    z += 0.18 * hill(x, y + 2.2, 1.4, 1.5)
    // Bags under the eyes.
    z += (0.05 + 0.22 * face.aging) * hill(x - face.eyeX, y - 1.55, 1.7, 0.6)
    z -= 0.2 * hill(x - 6.4, y + 2.5, 1.6, 3)
    return z
  }

  private func nose(_ x: Float, _ y: Float) -> Float {
    guard y > -2, y < 7, x < 3.5 else { return 0 }
    let scale = face.noseBase / 5.15
    let u = x / noseWidth(y)
    let left = 1 - u * u
    var z = left > 0 ? bridge(y) * left * left : 0
    let wing = face.noseHalfWidth
    z += 0.62 * hill(x - wing * 0.78, y - 4.55 * scale, 0.72, 0.75)
    z += 0.3 * hill(x, y - (4.2 - 0.2 * person.nose.tip) * scale, 0.95, 0.85)
    z -= 0.16 * hill(x - wing * 0.8, y - 3.9 * scale, 0.6, 0.45)
    return z
  }

  private func cheeks(_ x: Float, _ y: Float) -> Float {
    guard y > -0.5, y < 11 else { return 0 }
    let smile = face.smile
    var z = (0.35 + 0.2 * person.skull.cheekbones) * hill(x - 4.7, y - 2.6, 2.7, 2.1)
    z += 0.5 * smile * hill(x - 3.9, y - 3.2, 1.9, 1.6)
    let hollow = 0.3 - 0.45 * person.skull.fullness + 0.25 * face.aging
    z -= hollow * hill(x - 4.6, y - 6.4, 2, 2.4)
    // The fold from the nose's wing past the mouth's corner.
    let depth = 0.06 + 0.24 * smile + 0.2 * face.aging
    let along = (y - 4.2) / 3.8
    if along > 0, along < 1.15 {
      let line =
        face.noseHalfWidth + 0.25 + (face.mouthHalfWidth + 0.75 - face.noseHalfWidth) * along
      let across = (x - line) / 0.55
      let left = 1 - across * across
      if left > 0 { z -= depth * left * left * smooth(0, 0.25, along) * smooth(1.15, 0.7, along) }
    }
    return z
  }

  private func mouth(_ x: Float, _ y: Float) -> Float {
    guard y > 4.5 else { return 0 }
    let (middle, gap) = (face.mouthY, face.gap)
    var z = 0.55 * hill(x, y - middle, 3.5, 2.7)
    let lift = face.cornerLift * squared(x / face.mouthHalfWidth)
    let lipY = y + lift
    let width = face.mouthHalfWidth * 1.05
    z +=
      0.3
      * hill(x, lipY - middle + 0.5 * face.upperLip + 0.3 * gap, width, 0.62 * face.upperLip + 0.2)
    z +=
      0.36
      * hill(
        x, lipY - middle - 0.5 * face.lowerLip - 0.7 * gap, width * 0.9, 0.7 * face.lowerLip + 0.2)
    z -= (0.2 + 0.35 * unit(gap)) * hill(x, lipY - middle - 0.2 * gap, width, 0.25 + 0.55 * gap)
    z -= 0.12 * hill(x, y - middle + 1.35, 0.4, 0.75)
    let below = middle + gap * 0.75 + face.lowerLip
    z -= 0.32 * hill(x, y - below - 0.75, 2, 0.75)
    z += (0.4 + 0.2 * person.skull.chin) * hill(x, y - face.chinY + 1.5, 1.9, 1.5)
    z -= 0.12 * hill(x - face.mouthHalfWidth - 0.35, y - middle + face.cornerLift, 0.5, 0.5)
    return z
  }
}
