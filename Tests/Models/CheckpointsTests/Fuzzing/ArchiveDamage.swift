import Tensors
import TestSupport

/// Damages what lies inside an archive and writes the archive anew around it.
enum ArchiveDamage {
  /// A damaged copy, whose checksums fit.
  static func damaged(_ mutator: inout Mutator, _ file: [UInt8], _ other: [UInt8]) -> [UInt8] {
    guard var archive = TestArchive(parsing: file), !archive.entries.isEmpty else {
      return mutator.mutated(file, with: other)
    }
    for _ in 0...mutator.random.nextIndex(below: 2) {
      damage(&archive, &mutator, other: TestArchive(parsing: other))
    }
    return archive.bytes
  }

  private static func damage(
    _ archive: inout TestArchive, _ mutator: inout Mutator, other: TestArchive?
  ) {
    guard !archive.entries.isEmpty else { return }
    let index = place(in: archive, &mutator)
    let second = mutator.random.nextIndex(below: archive.entries.count)
    switch mutator.random.nextIndex(below: 12) {
    case 0: archive.entries.append(archive.entries[index])
    case 1: archive.entries.remove(at: index)
    case 2: archive.entries[index].name = archive.entries[second].name
    case 3: archive.entries[index].name += "\u{0}/../constants.pkl"
    case 4: archive.entries[index].claimedOffset = mutator.random.nextIndex(below: 1 << 16)
    case 5: archive.entries[index].claimedSize = mutator.random.nextIndex(below: 1 << 32)
    case 6:
      let data = archive.entries[index].data
      archive.entries[index].data = archive.entries[second].data
      archive.entries[second].data = data
      archive.entries[index].checksum = nil
      archive.entries[second].checksum = nil
    default:
      let name = archive.entries[index].name
      let like = other?.entries.first { $0.name.hasSuffix(name.suffix(4)) }?.data ?? []
      archive.entries[index].data = mutator.mutated(archive.entries[index].data, with: like)
      archive.entries[index].claimedSize = nil
      archive.entries[index].checksum = nil
    }
  }

  /// Every second time one that describes, else any.
  private static func place(in archive: TestArchive, _ mutator: inout Mutator) -> Int {
    let any = mutator.random.nextIndex(below: archive.entries.count)
    guard mutator.random.nextIndex(below: 2) == 0 else { return any }
    let described = archive.entries.indices.filter { archive.entries[$0].name.hasSuffix(".pkl") }
    return described.isEmpty ? any : described[mutator.random.nextIndex(below: described.count)]
  }
}

/// Damages the text of a header and writes its length anew before it.
enum HeaderDamage {
  /// A safetensors file with another header.
  static func safetensors(_ mutator: inout Mutator, _ file: [UInt8], _ other: [UInt8]) -> [UInt8] {
    replaced(&mutator, file, other, lengthAt: 0, width: 8)
  }

  /// A NumPy array with another header.
  static func array(_ mutator: inout Mutator, _ file: [UInt8], _ other: [UInt8]) -> [UInt8] {
    replaced(&mutator, file, other, lengthAt: 8, width: file.count > 6 && file[6] == 1 ? 2 : 4)
  }

  /// Every fourth time the file is damaged anywhere.
  private static func replaced(
    _ mutator: inout Mutator, _ file: [UInt8], _ other: [UInt8], lengthAt place: Int, width: Int
  ) -> [UInt8] {
    let start = place + width
    guard file.count >= start, mutator.random.nextIndex(below: 4) > 0 else {
      return mutator.mutated(file, with: other)
    }
    let length = (0..<width).reversed().reduce(0) { $0 << 8 | Int(file[place + $1]) }
    guard length >= 0, length <= file.count - start else {
      return mutator.mutated(file, with: other)
    }
    let header = mutator.mutated(
      Array(file[start..<start + length]), with: Array(other.dropFirst(start)))
    let field = (0..<width).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return Array(file[..<place]) + field + header + file[(start + length)...]
  }
}
