/// Where a face's features lie, in centimeters on its front view.
///
/// The origin is between the pupils; x points to the image's right, y down. Proportions follow the
/// means of adult anthropometry (pupils 6.3 apart, mouth 5 wide, eyes to chin 11.6), moved by the
/// person's own factors and by the expression.
struct FaceForm: Sendable {
  let eyeX, eyeHalfWidth, upperLid, lowerLid: Float
  /// Rise of the eyes' outer corners as a slope.
  let eyeSlope: Float
  let browY, browHalfThickness, browArch, browSlope, browStart, browEnd: Float
  /// Where the nose ends below.
  let noseBase: Float
  let noseHalfWidth: Float
  let mouthY, mouthHalfWidth, upperLip, lowerLip, bow: Float
  /// Distance between the lips at the middle.
  let gap: Float
  /// How far the mouth's corners lie above (positive) its middle.
  let cornerLift: Float
  let chinY: Float
  let smile: Float
  /// How old the skin looks, 0…1.
  let aging: Float

  /// Measures a scene's face.
  init(_ scene: Scene) {
    let (person, view) = (scene.identity, scene.view)
    let length = person.skull.length
    smile = view.smile
    aging = smooth(35, 75, scene.look.age)
    eyeX = 3.15 * person.eyes.spacing
    eyeHalfWidth = 1.45 * person.eyes.width
    let lids = view.lids * (1 - 0.12 * aging)
    upperLid = 0.62 * person.eyes.opening * lids
    lowerLid = 0.4 * person.eyes.opening * (0.45 + 0.55 * lids) * (1 - 0.3 * view.smile)
    eyeSlope = Exact.sine(Exact.radians(person.eyes.tilt))
    browY = -person.brows.height - 0.4 * view.browRaise + 0.2 * aging
    browHalfThickness = 0.45 * person.brows.thickness
    browArch = person.brows.arch
    browSlope = Exact.sine(Exact.radians(person.brows.tilt)) + 0.06 * view.browRaise
    browStart = 1.05
    browEnd = 1.05 + 4.35 * person.brows.length
    noseBase = 5.15 * person.nose.length * length
    noseHalfWidth = 1.75 * person.nose.width * (1 + 0.1 * view.smile)
    mouthHalfWidth = 2.6 * person.mouth.width * (1 + 0.2 * view.smile)
    let thinning = (1 - 0.22 * view.smile) * (1 - 0.25 * aging)
    upperLip = 0.78 * person.mouth.upper * thinning
    lowerLip = 1.12 * person.mouth.lower * thinning
    bow = person.mouth.bow
    gap = view.mouthOpening * mix(1.6, 1.5, view.smile)
    cornerLift = 0.75 * view.smile + 0.02 - 0.12 * aging
    mouthY = noseBase + 2.1 * length + person.mouth.height - 0.25 * view.smile
    chinY = 11.7 * length + 0.75 * view.mouthOpening + 0.25 * (person.skull.chin - 1)
  }
}

/// The eyes and mouth that a photo is cropped by: as the person looks without any expression.
struct CropLandmarks {
  let eyeX, mouthX, mouthY: Float

  init(_ person: Identity) {
    let length = person.skull.length
    eyeX = 3.15 * person.eyes.spacing
    mouthX = 2.45 * person.mouth.width
    mouthY = 7.25 * length + 0.6 * (person.nose.length - 1) * 5 + person.mouth.height
  }
}
