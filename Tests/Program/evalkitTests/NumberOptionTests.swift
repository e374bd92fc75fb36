import Foundation
import TestSupport
import Testing

/// Every number of the command line has a range, which its help tells; 64 beyond it, and nothing is begun.
@Suite struct NumberOptionTests {
  /// Options whose value is a choice among few numbers, or a number or a word.
  private static let choices = ["--fid-dims", "--caption-index"]

  @Test func everyNumberHasARange() throws {
    let folder = try TemporaryFolder()
    let commands = try CommandCatalogue.ofProgram(in: folder.url.path).commands
    #expect(commands.count > 20)
    let numeric = ["n", "s", "k", "seconds", "hours", "pixels", "dims"]
    for (words, arguments) in commands {
      for argument in arguments where numeric.contains(argument.valueName ?? "") {
        guard let option = argument.option, !Self.choices.contains(option) else { continue }
        #expect(argument.range != nil, "\(words) \(option): \(argument.abstract ?? "")")
      }
    }
  }

  /// The parser tells no default of what is read by a transformation, as numbers with a range are.
  @Test func everyDefaultIsToldOnce() throws {
    let folder = try TemporaryFolder()
    let usual: [String: [String]] = [
      "--seed": ["0"], "--kid-subsets": ["100"], "--command-timeout": ["600"], "--max-age": ["any"],
    ]
    var seen: Set<String> = []
    for (words, arguments) in try CommandCatalogue.ofProgram(in: folder.url.path).commands {
      for argument in arguments {
        guard let option = argument.option, let expected = usual[option] else { continue }
        seen.insert(option)
        let told = (argument.abstract ?? "").matches(of: /\(default: ([^)]*)\)/)
        #expect(told.map { String($0.1) } == expected, "\(words) \(option)")
      }
    }
    #expect(seen == Set(usual.keys))
    let help = try Program.run(["blame", "--help"], in: folder.url.path).output
    #expect(help.matches(of: /\(default:\s+10\)/).count == 1, "\(help)")
  }

  @Test func numbersBeyondARangeAreUsageErrors() throws {
    let folder = try TemporaryFolder()
    var seen: Set<String> = []
    for (words, arguments) in try CommandCatalogue.ofProgram(in: folder.url.path).commands {
      for argument in arguments {
        guard let option = argument.option, let range = argument.range,
          // What many commands share is tried once.
          seen.insert("\(option) \(range)").inserted
        else { continue }
        for value in ["9223372036854775807", "-1", "1e308", "nan", "0"] {
          let number = Double(value) ?? .nan
          if number >= Double(range.lowest) ?? 0, number <= Double(range.highest) ?? 0 { continue }
          let outcome = try Program.run(words + ["\(option)=\(value)"], in: folder.url.path)
          outcome.expectRefusal(64, option, "must be a", "from \(range.lowest) to \(range.highest)")
        }
      }
    }
    #expect(seen.count > 15)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test(arguments: [
    ["pairs", "--caption-index", "9223372036854775807"], ["pairs", "--caption-index=-1"],
    ["score", "--generated", "x", "--fid-dims", "9223372036854775807"],
    ["table1", "--shard", "1/9223372036854775807"], ["table1", "--shard", "0/2"],
    ["table1", "--set", "n_images=9223372036854775807"], ["table1", "--set", "n_images=0"],
    ["table1", "--set", "seg_size=9223372036854775807"],
    ["networks", "show", "alexnet", "--input-size", "9223372036854775807x1"],
    ["score", "--generated", "x", "--kid-subsets", "10000", "--kid-subset-size", "100000"],
    ["cache", "--limit", "1e308GB"], ["score", "--generated", "x", "--memory", "nan"],
    ["score", "--generated", "x", "--memory", "1kB"],
    ["score", "--generated", "x", "--memory", "99999999999TB"],
  ])
  func numbersInsideTextsHaveRangesToo(_ arguments: [String]) throws {
    let folder = try TemporaryFolder()
    try Program.run(arguments, in: folder.url.path).expectRefusal(64)
  }
}
