import Foundation
import Harness

extension ProgressLine {
  /// Shows how many pieces are done, with rate and remaining time, behind a bar on a terminal.
  func show(_ progress: JobProgress) {
    let moment: Moment =
      progress.finished == progress.total ? .end : progress.finished == 0 ? .start : .middle
    show(moment) { elapsed in
      (isTerminal ? progress.bar + " " : "") + progress.text(unit: unit, elapsed: elapsed)
    }
  }

  /// Shows how far a training has come, and its loss.
  func show(_ progress: TrainProgress) {
    show(progress.done == progress.total ? .end : .middle) { _ in
      let loss = progress.loss.map { String(format: ", loss %.4f", $0) } ?? ""
      return "\(progress.activity): \(progress.done) of \(progress.total)\(loss)"
    }
  }

  /// Shows the bytes of a file that are there, of all if their number is known.
  func show(_ file: String, _ count: Int, of total: Int?) {
    show { _ in
      let megabytes = String(format: "%.1f", Double(count) / 1e6)
      let share = total.map {
        String(format: " of %.1f MB, %d %%", Double($0) / 1e6, 100 * count / max($0, 1))
      }
      return "\(file): \(megabytes)\(share ?? " MB")"
    }
  }
}

extension JobProgress {
  fileprivate var bar: String {
    let width = 24
    let filled = total == 0 ? width : finished * width / total
    return "[" + String(repeating: "=", count: filled)
      + String(repeating: " ", count: width - filled) + "]"
  }

  fileprivate func text(unit: String, elapsed: TimeInterval) -> String {
    var text = "\(finished) of \(total) \(unit)"
    if finished > 0 && elapsed > 0 {
      let rate = Double(finished) / elapsed
      let left = Double(total - finished) / rate
      text += String(format: ", %.1f a second", rate)
      text +=
        finished == total
        ? ", took \(Self.duration(elapsed))" : ", \(Self.duration(left)) left"
    }
    if failures > 0 { text += ", \(failures) failed" }
    return text
  }

  private static func duration(_ seconds: TimeInterval) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}
