/// A part of CelebA-HQ's 30,000 images, by the names that evalkit gives the published splits.
package enum CelebASplit: String, CaseIterable, Equatable, Sendable {
  /// Every image.
  case all
  /// Ids 0…27999: `ErgastiAlex/SCA-DM`, whose test images begin at 28000 (`gradio_img2img.py`).
  case scaDMTrain = "sca-dm-train"
  /// Ids 28000…29999.
  case scaDMTest = "sca-dm-test"
  /// Ids 0…26999: `ziqihuangg/Collaborative-Diffusion`, `ldm/data/celebahq.py`, which takes the last
  /// 3000 keys of its caption file for testing; the file is sorted by id.
  case collaborativeTrain = "collaborative-train"
  /// Ids 27000…29999.
  case collaborativeTest = "collaborative-test"
  /// Images that CelebA has for training: 24,183 of them.
  case celebATrain = "celeba-train"
  /// Images that CelebA has for validation: 2,993 of them.
  case celebAVal = "celeba-val"
  /// Images that CelebA has for testing: 2,824 of them.
  case celebATest = "celeba-test"

  /// The ids of the split, ascending.
  ///
  /// CelebA's own splits are read from `CelebA-HQ-to-CelebA-mapping.txt`: training below CelebA's id
  /// 162771, validation below 182638, testing from there on (`switchablenorms/CelebAMask-HQ`,
  /// `face_parsing/Data_preprocessing/g_partition.py`).
  ///
  /// - Deviation: that script renumbers the images of each split from 0; ids stay as they are here.
  /// - Parameter root: the dataset's folder.
  /// - Returns: ids of CelebA-HQ.
  /// - Throws: `DatasetError.unreadable` or `.malformedLine` for the mapping.
  package func ids(in root: String) throws(DatasetError) -> [Int] {
    switch self {
    case .all: return Array(0..<30_000)
    case .scaDMTrain: return Array(0..<28_000)
    case .scaDMTest: return Array(28_000..<30_000)
    case .collaborativeTrain: return Array(0..<27_000)
    case .collaborativeTest: return Array(27_000..<30_000)
    case .celebATrain, .celebAVal, .celebATest:
      let mapping = try CelebAMapping(contentsOf: "\(root)/\(CelebAMapping.fileName)")
      let wanted = celebAIDs
      return mapping.celebAIDs.filter { wanted.contains($0.value) }.keys.sorted()
    }
  }

  private var celebAIDs: Range<Int> {
    switch self {
    case .celebATrain: 0..<162_771
    case .celebAVal: 162_771..<182_638
    default: 182_638..<Int.max
    }
  }
}

/// Which image of CelebA an image of CelebA-HQ was made from.
package struct CelebAMapping: Equatable, Sendable {
  /// The file's name in the dataset's folder.
  package static let fileName = "CelebA-HQ-to-CelebA-mapping.txt"

  /// CelebA's id, counted from 0, of each id of CelebA-HQ.
  package let celebAIDs: [Int: Int]

  /// Reads lines of `idx orig_idx orig_file`, in any order of these columns, below a line that names
  /// them.
  ///
  /// - Throws: `DatasetError.unreadable`; `.malformedLine` for a missing heading, a line without two
  ///   numbers, and an id that appears twice.
  package init(contentsOf path: String) throws(DatasetError) {
    let lines = String(decoding: try TextFile.contents(of: path), as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { $0.split(whereSeparator: \.isWhitespace) }
    guard let heading = lines.first, let ours = heading.firstIndex(of: "idx"),
      let theirs = heading.firstIndex(of: "orig_idx")
    else {
      // Numbers in the first line would shift every id by one if the heading were passed over.
      throw .malformedLine(
        path: path, line: 1, reason: "expected a heading with 'idx' and 'orig_idx'")
    }
    var found: [Int: Int] = [:]
    for (index, words) in lines.enumerated().dropFirst() where !words.isEmpty {
      guard words.count > max(ours, theirs), let id = Int(words[ours]),
        let original = Int(words[theirs]), id >= 0, original >= 0
      else {
        throw .malformedLine(path: path, line: index + 1, reason: "expected two ids")
      }
      guard found.updateValue(original, forKey: id) == nil else {
        throw .malformedLine(path: path, line: index + 1, reason: "the id \(id) appears twice")
      }
    }
    celebAIDs = found
  }
}
