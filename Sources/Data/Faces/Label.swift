/// CelebAMask-HQ's classes, by index; left is the person's left, the image's right.
package enum Label {
  package static let background: UInt8 = 0
  package static let skin: UInt8 = 1
  package static let nose: UInt8 = 2
  package static let glasses: UInt8 = 3
  package static let leftEye: UInt8 = 4
  package static let rightEye: UInt8 = 5
  package static let leftBrow: UInt8 = 6
  package static let rightBrow: UInt8 = 7
  package static let leftEar: UInt8 = 8
  package static let rightEar: UInt8 = 9
  package static let mouth: UInt8 = 10
  package static let upperLip: UInt8 = 11
  package static let lowerLip: UInt8 = 12
  package static let hair: UInt8 = 13
  package static let hat: UInt8 = 14
  package static let earring: UInt8 = 15
  package static let necklace: UInt8 = 16
  package static let neck: UInt8 = 17
  package static let cloth: UInt8 = 18
}
