/// Ranks from 1 on; equal values share the mean of theirs.
enum MidRanks {
  /// The ranks of values, doubled, so that they are whole.
  static func doubled(_ values: [Double]) -> [Int] {
    values.map { value in
      let smaller = values.count { $0 < value }
      let equal = values.count { $0 == value }
      return 2 * smaller + equal + 1
    }
  }
}
