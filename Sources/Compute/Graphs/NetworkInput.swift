import Tensors

/// One of a network's inputs, by name.
package struct NetworkInput: Hashable, Sendable {
  /// What callers and the description call it, for example `noise`.
  package let name: String
  /// Per-sample shape of the published network: `[C, H, W]` of a map, `[D, T, 1]` of tokens, `[D]` of a
  /// vector, `[1]` of a scalar.
  package let shape: [Int]
  /// Whether the network can be traced without it.
  package let isOptional: Bool

  /// Letters and words by which the papers' code calls some inputs: `x`, `t`, `mask` and `style`.
  package static let symbols = [
    "latent": "x", "image": "x", "timestep": "t", "map": "mask", "codes": "style",
  ]

  /// Describes an input.
  package init(_ name: String, shape: [Int], isOptional: Bool = false) {
    self.name = name
    self.shape = shape
    self.isOptional = isOptional
  }

  /// A map `[C, H, W]`: an image, a label map with one channel a class, a residual of another network.
  package static func map(
    _ name: String, channels: Int, rows: Int, columns: Int, isOptional: Bool = false
  ) -> NetworkInput {
    NetworkInput(name, shape: [channels, rows, columns], isOptional: isOptional)
  }

  /// `T` tokens of `D` values, `[D, T, 1]`.
  package static func tokens(
    _ name: String, count: Int, width: Int, isOptional: Bool = false
  ) -> NetworkInput {
    NetworkInput(name, shape: [width, count, 1], isOptional: isOptional)
  }

  /// A vector `[D]`.
  package static func vector(
    _ name: String, _ width: Int, isOptional: Bool = false
  ) -> NetworkInput {
    NetworkInput(name, shape: [width], isOptional: isOptional)
  }

  /// One number, `[1]`, for example a timestep.
  package static func scalar(_ name: String, isOptional: Bool = false) -> NetworkInput {
    NetworkInput(name, shape: [1], isOptional: isOptional)
  }
}

/// The inputs of a network that is being described, by name.
package struct TracedInputs {
  let builder: GraphBuilder
  let values: [String: Value]
  /// Every name that the network declares, whether present or not.
  let declared: [String]

  /// The input of a name.
  ///
  /// A name that the network does not declare, and an optional input that is absent, make the tracing fail
  /// with a ``GraphError``.
  package subscript(_ name: String) -> Value {
    if let value = values[name] { return value }
    builder.refuse(
      declared.contains(name)
        ? .missingInput(network: builder.network, name: name)
        : .unknownInput(network: builder.network, name: name, available: declared))
    return builder.add(.input(name), [], shape: [1], scope: "")
  }

  /// The inputs of a network that is described as a part of this one.
  ///
  /// - Parameter values: by the part's names; optional inputs that are left out are absent.
  /// - Returns: what to hand to the part.
  package func forPart(_ values: [String: Value]) -> TracedInputs {
    TracedInputs(builder: builder, values: values, declared: values.keys.sorted())
  }

  /// An optional input, nil where it is absent.
  ///
  /// A name that the network does not declare makes the tracing fail with a ``GraphError``.
  package subscript(optional name: String) -> Value? {
    values[name] ?? (declared.contains(name) ? nil : self[name])
  }
}

extension Graph {
  /// One of the inputs that a graph was traced with.
  package struct Input: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Per-sample shape.
    package let shape: [Int]
    /// The node that holds it.
    package let node: Int
  }

  /// The input of a name.
  ///
  /// - Throws: ``GraphError/unknownInput(network:name:available:)``.
  package func input(_ name: String) throws(GraphError) -> Input {
    guard let input = inputs.first(where: { $0.name == name }) else {
      throw .unknownInput(network: network, name: name, available: inputs.map(\.name))
    }
    return input
  }

  /// One sample's tensors in the order of ``inputs``.
  ///
  /// - Throws: ``GraphError`` for tensors that are missing, misshapen or belong to no input.
  package func arranged(_ sample: [String: Tensor]) throws(GraphError) -> [Tensor] {
    var tensors: [Tensor] = []
    for input in inputs {
      guard let tensor = sample[input.name] else {
        throw .missingInput(network: network, name: input.name)
      }
      try check(tensor, for: input)
      tensors.append(tensor)
    }
    if sample.count > inputs.count {
      for name in sample.keys.sorted() { _ = try input(name) }
    }
    return tensors
  }

  /// The tensors of several samples, each in the order of ``inputs``.
  ///
  /// - Throws: as ``arranged(_:)`` of one.
  func arranged(_ samples: [[String: Tensor]]) throws(GraphError) -> [[Tensor]] {
    var arranged: [[Tensor]] = []
    for sample in samples { arranged.append(try self.arranged(sample)) }
    return arranged
  }

  /// - Throws: ``GraphError/misshapenInput(network:name:expected:found:)``.
  package func check(_ tensor: Tensor, for input: Input) throws(GraphError) {
    guard tensor.shape == input.shape else {
      throw .misshapenInput(
        network: network, name: input.name, expected: input.shape, found: tensor.shape)
    }
  }

  /// - Throws: ``GraphError/misshapenInput(network:name:expected:found:)`` for a tensor that is not the only input's.
  package func checkSole(_ tensor: Tensor) throws(GraphError) {
    for input in inputs { try check(tensor, for: input) }
  }

  /// The only input's tensor as a sample, for callers that know that there is one.
  ///
  /// - Precondition: the graph has one input, and the tensor has its shape.
  package func sole(_ tensor: Tensor) -> [Tensor] {
    precondition(
      inputs.count == 1, "\(network) reads \(inputs.map(\.name)); give its inputs by name")
    precondition(
      tensor.shape == inputShape, "input \(tensor.shape), compiled for \(inputShape)")
    return [tensor]
  }
}
