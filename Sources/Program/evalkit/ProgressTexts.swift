import Foundation

extension ProgressLine {
  /// Shows how many bytes of a file have arrived, and of how many if that is known.
  func show(_ file: String, _ count: Int, of total: Int?) {
    let megabytes = String(format: "%.1f", Double(count) / 1e6)
    let share = total.map {
      String(format: " of %.1f MB, %d %%", Double($0) / 1e6, 100 * count / max($0, 1))
    }
    show("\(file): \(megabytes)\(share ?? " MB")")
  }
}
