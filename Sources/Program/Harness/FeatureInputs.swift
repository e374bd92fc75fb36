import Checkpoints
import Graphs
import Networks
import Provenance
import Tensors

/// Prepared samples of a network that reads several things, one `.npy` file for each.
struct FeatureInputs: Sendable {
  /// How many samples there are.
  let count: Int
  private let entries: [Entry]

  private struct Entry: Sendable {
    let name: String
    let array: CheckpointTensor
    /// Whether the file has tokens before their values, as PyTorch's code has.
    let isTokensFirst: Bool

    func row(_ row: Int) throws -> Tensor {
      let tensor = try array.row(row)
      guard isTokensFirst else {
        return tensor.shape.isEmpty ? Tensor(shape: [1], values: tensor.values) : tensor
      }
      let (count, width) = (tensor.shape[0], tensor.shape[1])
      var tokens = Tensor(shape: [width, count, 1])
      for token in 0..<count {
        for place in 0..<width {
          tokens.values[place * count + token] = tensor.values[token * width + place]
        }
      }
      return tokens
    }
  }

  /// Opens the files and finds each one's input.
  ///
  /// - Parameters:
  ///   - files: each with the name of an input, or its symbol; whole numbers or floats, `[N, …]` with the input's
  ///     axes. Tokens may also be `[N, T, D]`, scalars `[N]`.
  ///   - network: what reads them.
  /// - Throws: ``HarnessError`` for unknown, missing and repeated inputs, other types and axes, and files of another
  ///   number of samples; `CheckpointError`.
  init(_ files: [NamedFile], of network: any PublishedNetwork) throws {
    let inputs = network.inputs
    func wanted() -> String {
      inputs.map { input in
        input.name + (NetworkInput.symbols[input.name].map { " (\($0))" } ?? "")
          + (input.isOptional ? ", optional" : "")
      }.joined(separator: ", ")
    }
    var entries: [Entry] = []
    for file in files {
      guard let name = file.name else {
        throw HarnessError(
          .usage,
          "\(network.name) reads several inputs; name each by --input NAME=FILE.npy: \(wanted())")
      }
      let found = inputs.first { $0.name == name || NetworkInput.symbols[$0.name] == name }
      guard let input = found else {
        throw NamedChoice.refusal(
          of: name, as: "input of \(network.name)", from: inputs.map(\.name))
      }
      guard !entries.contains(where: { $0.name == input.name }) else {
        throw HarnessError(.usage, "two files are given for '\(input.name)'")
      }
      entries.append(try Self.entry(file.path, for: input))
    }
    let given = Set(entries.map(\.name))
    if let missing = inputs.first(where: { !$0.isOptional && !given.contains($0.name) }) {
      throw HarnessError(
        .usage, "\(network.name) reads \(wanted()); --input \(missing.name)=FILE.npy is missing")
    }
    count = entries.first?.array.shape[0] ?? 0
    for (file, entry) in zip(files, entries) where entry.array.shape[0] != count {
      throw HarnessError(
        .runtime,
        "\(file.path) holds \(entry.array.shape[0]) samples, \(files[0].path) \(count); "
          + "all inputs need the same number")
    }
    self.entries = entries
  }

  private static func entry(_ path: String, for input: NetworkInput) throws -> Entry {
    let array = try NPYFile.read(path)
    guard array.elementType == .float32 || !array.elementType.isFloatingPoint else {
      throw HarnessError(
        .runtime,
        "\(path) holds \(array.elementType.rawValue), but inputs are float32 or whole numbers")
    }
    let (found, axes) = (array.shape.count - 1, input.shape.count)
    let (isScalar, isTokens) = (input.shape == [1], axes == 3 && input.shape[2] == 1)
    let isTokensFirst = isTokens && found == 2
    guard found == axes || isScalar && found == 0 || isTokensFirst,
      array.shape.allSatisfy({ $0 > 0 })
    else {
      let whole = "[N, \(input.shape.map(String.init).joined(separator: ", "))]"
      let other =
        isScalar ? " or [N]" : isTokens ? " or [N, \(input.shape[1]), \(input.shape[0])]" : ""
      throw HarnessError(
        .runtime, "\(path) has shape \(array.shape), but '\(input.name)' is \(whole)\(other)")
    }
    return Entry(name: input.name, array: array, isTokensFirst: isTokensFirst)
  }

  /// One sample by the names of the inputs.
  ///
  /// - Throws: `CheckpointError`.
  func sample(_ row: Int) throws -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: try entries.map { ($0.name, try $0.row(row)) })
  }
}
