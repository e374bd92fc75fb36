import Testing

/// How many files know a thing: that many are touched where another of its kind is added.
@Suite struct AdditionTests {
  /// Every Swift file of the program with the words of its code, by path.
  private static let words: Result<[String: Set<String>], any Error> = Result {
    let files = try House.files(in: "Sources").filter { $0.hasSuffix(".swift") }
    return Dictionary(
      uniqueKeysWithValues: try files.map { file in
        let tokens = SwiftTokens(try ProjectFile.text(file)).tokens
        return (file, Set(tokens.lazy.filter(\.isWord).map(\.text)))
      })
  }

  /// Types that a file declares with a conformance, by the file.
  private func types(
    conformingTo conformance: String, below folder: String
  ) throws -> [(type: String, file: String)] {
    try House.files(in: folder).filter { $0.hasSuffix(".swift") }.flatMap { file in
      try ProjectFile.text(file).split(separator: "\n").compactMap { line in
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[1].contains(conformance) else { return nil }
        let words = parts[0].split(separator: " ")
        guard words.dropLast().last == "struct", let name = words.last else { return nil }
        return (String(name), file)
      }
    }
  }

  private func files(naming word: String) throws -> Set<String> {
    Set(try Self.words.get().filter { $0.value.contains(word) }.keys)
  }

  /// With its formula: three.
  @Test func aMetricIsItsFileAndAWordInTheRegistry() throws {
    let folder = "Sources/Evaluation/Measurement"
    let families = try types(conformingTo: "MetricFamily", below: "\(folder)/Metrics")
    #expect(families.count > 10)
    // Statistics of FID's features may stand for real images, tables have --fid-mode, and the parser decides the
    // size at which faces are drawn.
    let others: [String: Set<String>] = [
      "FrechetDistances": [
        "Sources/Program/Harness/Tables/TableJob.swift",
        "Sources/Program/Scores/FeatureScoreJob.swift",
        "Sources/Program/Scores/ScoreJob.swift",
        "Sources/Program/Scores/ScoreSides.swift",
      ],
      // A CLIP model that is asked for holds for all metrics that use one.
      "CLIPScores": ["\(folder)/Metrics/CLIPTower.swift"],
      "FaceParsing": ["\(folder)/Evaluators/WeightSuite+Evaluation.swift"],
    ]
    for (family, file) in families {
      let knowing = try files(naming: family).subtracting(others[family] ?? [])
      #expect(knowing == [file, "\(folder)/Evaluators/MetricRegistry.swift"], "\(family)")
    }
  }

  /// Beside its reference and goldens.
  @Test func aNetworkIsItsFileAndALineOfACatalogue() throws {
    let folder = "Sources/Models/Networks"
    let networks = try types(conformingTo: "PublishedNetwork", below: folder)
    #expect(networks.count > 8)
    let describing = Set(networks.map(\.file))
    for (network, file) in networks {
      let knowing = try files(naming: network).filter { $0.hasPrefix(folder) }
      // One network may be a part of another.
      let catalogues = knowing.subtracting(describing)
      #expect(knowing.contains(file))
      #expect(catalogues.count <= 2, "\(network): \(catalogues.sorted())")
    }
  }

  /// Beside its networks, and the recipes that train it.
  @Test func aSystemIsItsFolderAndALineOfTheRegistry() throws {
    let folder = "Sources/Generation"
    let systems = try types(conformingTo: "GenerationSystem", below: "\(folder)/Systems")
    #expect(!systems.isEmpty)
    for (system, file) in systems {
      let knowing = try files(naming: system).filter {
        !$0.hasPrefix("\(folder)/Systems/") && !$0.hasPrefix("\(folder)/SystemRecipes/")
      }
      #expect(knowing == ["\(folder)/Generators/Systems/SystemRegistry.swift"], "\(file)")
    }
  }

  /// Beside the README.
  @Test func aCommandIsItsFileAndAWordInTheOneAboveIt() throws {
    let folder = "Sources/Program/evalkit"
    let commands = try types(conformingTo: "ParsableCommand", below: folder)
      .filter { $0.type.hasSuffix("Command") }
    #expect(commands.count > 20)
    for (command, file) in commands {
      let knowing = try files(naming: command)
      #expect(knowing.contains(file))
      #expect(knowing.count <= 2, "\(command): \(knowing.sorted())")
    }
  }
}
