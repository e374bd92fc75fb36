/// CelebAMask-HQ's classes, by index; left is the person's left, the image's right.
package enum Label {
  /// Everything that belongs to no other class.
  package static let background: UInt8 = 0
  /// Skin of the face.
  package static let skin: UInt8 = 1
  /// Nose.
  package static let nose: UInt8 = 2
  /// Glasses, lenses included.
  package static let glasses: UInt8 = 3
  /// The person's left eye.
  package static let leftEye: UInt8 = 4
  /// The person's right eye.
  package static let rightEye: UInt8 = 5
  /// The person's left brow.
  package static let leftBrow: UInt8 = 6
  /// The person's right brow.
  package static let rightBrow: UInt8 = 7
  /// The person's left ear.
  package static let leftEar: UInt8 = 8
  /// The person's right ear.
  package static let rightEar: UInt8 = 9
  /// Inside of the mouth, teeth included.
  package static let mouth: UInt8 = 10
  /// Upper lip.
  package static let upperLip: UInt8 = 11
  /// Lower lip.
  package static let lowerLip: UInt8 = 12
  /// Hair of the head.
  package static let hair: UInt8 = 13
  /// Hat.
  package static let hat: UInt8 = 14
  /// Earrings.
  package static let earring: UInt8 = 15
  /// Necklace.
  package static let necklace: UInt8 = 16
  /// Neck.
  package static let neck: UInt8 = 17
  /// Clothes.
  package static let cloth: UInt8 = 18
}
