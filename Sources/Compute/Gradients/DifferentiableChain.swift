import Graphs
import Kernels
import Tensors

/// Programs of which some read what others compute, with gradients through all of them.
///
/// A generator's image, brought to the size that a critic takes, read by the critic: that is a chain of three.
/// Several links may read one result, whose gradients then add up. Every program keeps its own parameters,
/// settings and memory, so networks that name parameters alike, or of which one learns and another is used as
/// it is, go together.
///
/// Fill the inputs that nothing feeds (``program(_:)``), then ``forward(count:repacks:)``, write the gradients
/// of any link's results, then ``backward(into:)``. Images are independent and sums are made as in
/// ``GradientProgram``, so no bit depends on the number of workers.
package final class DifferentiableChain {
  /// A result of an earlier link.
  package struct Source: Hashable, Sendable {
    /// The link's name.
    package let link: String
    /// The result's name.
    package let output: String

    /// Names a result of a link.
    package static func result(_ output: String = Graph.mainOutput, of link: String) -> Source {
      Source(link: link, output: output)
    }
  }

  /// One program, what its network holds, and what feeds its inputs.
  package struct Link {
    let name: String
    let program: GradientProgram
    let parameters: ParameterBlock
    let buffers: ParameterBlock
    let reads: [String: Source]

    /// Describes a link.
    ///
    /// - Parameters:
    ///   - name: its name in the chain.
    ///   - program: what runs; it must ask for the gradients of the inputs that other links feed.
    ///   - parameters: as in ``GradientProgram/forward(count:parameters:buffers:repacks:)``.
    ///   - buffers: likewise.
    ///   - reads: results of earlier links by the name of the input that they feed; callers fill the others.
    package init(
      _ name: String, _ program: GradientProgram, parameters: ParameterBlock,
      buffers: ParameterBlock = ParameterBlock([]), reads: [String: Source] = [:]
    ) {
      self.name = name
      self.program = program
      self.parameters = parameters
      self.buffers = buffers
      self.reads = reads
    }
  }

  /// Images of the largest batch.
  package let capacity: Int

  private let links: [Link]
  /// What each link reads, inputs in the order of their names.
  private let feeds: [[Feed]]

  /// A result that is copied into an input.
  private struct Feed {
    let source: GradientProgram
    let output: String
    let input: String
  }

  /// Joins programs.
  ///
  /// - Parameter links: each after those that it reads.
  /// - Throws: ``GraphError`` for names that do not exist or are used twice, for results of another shape than
  ///   the inputs that they feed, and for programs that do not differentiate such an input.
  package init(_ links: [Link]) throws(GraphError) {
    var known: [String: GradientProgram] = [:]
    var feeds: [[Feed]] = []
    for link in links {
      var own: [Feed] = []
      for (input, source) in link.reads.sorted(by: { $0.key < $1.key }) {
        own.append(try Self.feed(input, of: link, from: source, among: known))
      }
      guard known[link.name] == nil, !known.values.contains(where: { $0 === link.program }) else {
        throw Self.refusal(link, "another link has this name or runs the same program")
      }
      known[link.name] = link.program
      feeds.append(own)
    }
    self.links = links
    self.feeds = feeds
    capacity = links.map(\.program.capacity).min() ?? 0
  }

  private static func feed(
    _ name: String, of link: Link, from source: Source, among known: [String: GradientProgram]
  ) throws(GraphError) -> Feed {
    guard let program = known[source.link] else {
      throw refusal(link, "no earlier link is called '\(source.link)'")
    }
    guard program.outputs.contains(source.output),
      let shape = program.graph.shape(of: source.output)
    else { throw .unknownOutput(name: source.output, available: program.outputs) }
    let input = try link.program.graph.input(name)
    guard input.shape == shape else {
      throw .misshapenInput(
        network: link.program.graph.network, name: name, expected: input.shape, found: shape)
    }
    guard link.program.differentiates(input: name) else {
      throw refusal(
        link,
        "its input '\(name)' is fed by '\(source.link)', but its program was not made to give "
          + "that input's gradient; add it to GradientSettings.inputs")
    }
    return Feed(source: program, output: source.output, input: name)
  }

  private static func refusal(_ link: Link, _ reason: String) -> GraphError {
    .refused(network: "link '\(link.name)'", reason: reason)
  }

  /// The program of a link, to fill its inputs, read its results and write their gradients.
  ///
  /// - Precondition: the chain has a link of this name.
  package func program(_ name: String) -> GradientProgram {
    guard let link = links.first(where: { $0.name == name }) else {
      preconditionFailure("the chain has no link '\(name)'; there are \(links.map(\.name))")
    }
    return link.program
  }

  /// Computes all results of all links.
  ///
  /// - Parameters:
  ///   - count: images in the batch, at most ``capacity``.
  ///   - repacks: whether parameters may have changed since the last call.
  package func forward(count: Int, repacks: Bool = true) {
    for (link, feeds) in zip(links, feeds) {
      for feed in feeds {
        link.program.input(feed.input, count: count).map.writeCopy(
          of: feed.source.values(of: feed.output).map)
      }
      link.program.forward(
        count: count, parameters: link.parameters, buffers: link.buffers, repacks: repacks)
    }
  }

  /// Takes the results' gradients back to the parameters and inputs of all links.
  ///
  /// - Parameter gradients: the gradients of links' parameters by the link's name, which are added to.
  /// - Precondition: a forward pass came before.
  package func backward(into gradients: [String: ParameterBlock] = [:]) {
    for (link, feeds) in zip(links, feeds).reversed() {
      link.program.backward(into: gradients[link.name])
      for feed in feeds {
        feed.source.gradients(of: feed.output).map.add(
          link.program.gradients(ofInput: feed.input).map)
      }
    }
  }
}
