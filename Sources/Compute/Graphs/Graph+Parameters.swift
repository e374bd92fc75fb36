extension Graph {
  /// Parameters that training changes: all but the buffers and counters.
  package var trainableParameters: [ParameterSpecification] {
    let buffers = bufferNames
    return parameters.filter { !$0.isCounter && !buffers.contains($0.name) }
  }

  /// Batch norms' running means and variances, which training updates without a gradient.
  package var buffers: [ParameterSpecification] {
    let names = bufferNames
    return parameters.filter { names.contains($0.name) }
  }

  private var bufferNames: Set<String> {
    Set(nodes.flatMap(\.operation.statisticNames))
  }
}

extension String {
  /// The full name of a parameter under this prefix.
  package func parameter(_ name: String) -> String { isEmpty ? name : "\(self).\(name)" }
}
