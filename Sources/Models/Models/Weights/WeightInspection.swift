import Checkpoints
import Essentials
import Graphs
import Networks
import ONNX
import Provenance
import Tensors

/// What a checkpoint holds and which network of the catalogue it fits.
package struct WeightInspection: Encodable, Sendable {
  /// One tensor.
  package struct Entry: Encodable, Equatable, Sendable {
    /// Full name.
    package let name: String
    /// Extents.
    package let shape: [Int]
    /// Type of the stored elements.
    package let type: String
    /// Number of elements.
    package let count: Int

    init(_ name: String, _ shape: [Int], _ type: ElementType) {
      self.name = name
      self.shape = shape
      self.type = type.rawValue
      count = shape.elementCount
    }

    var isReal: Bool { ElementType(rawValue: type)?.isFloatingPoint == true }
    var byteCount: Int { count * (ElementType(rawValue: type)?.byteCount ?? 0) }
  }

  /// How well a network's parameters agree with the file by names and shapes.
  package struct Match: Encodable, Equatable, Sendable {
    /// Name of the network, or of the linear heads that LPIPS puts behind a trunk.
    package let network: String
    /// Tensors that both have in the same shape, the file's with real elements.
    package let agreeing: Int
    /// Tensors that the file lacks.
    package let missing: Int
    /// Tensors of another shape or with integer elements.
    package let misshapen: Int
    /// Tensors of the file that the network does not ask for.
    package let surplus: Int

    /// Whether the file binds.
    package var fits: Bool { missing + misshapen + surplus == 0 }

    var text: String {
      if fits { return "fits \(network)" }
      return "nearest is \(network): \(agreeing) tensors agree, \(missing) are missing, "
        + "\(misshapen) have another shape or type, \(surplus) are not asked for"
    }
  }

  /// The file.
  package let path: String
  /// Its container.
  package let format: String
  /// How the names were found.
  package let notes: [String]
  /// SHA-256 of the file.
  package let sha256: String
  /// Every tensor in file order.
  package let tensors: [Entry]
  /// Elements in all.
  package let count: Int
  /// Bytes of all elements as they are stored.
  package let bytes: Int
  /// The networks that it fits; else the nearest one; empty where nothing agrees.
  package let matches: [Match]

  /// Opens a checkpoint without reading its elements, or an ONNX model.
  ///
  /// - Throws: `CheckpointError`, `ONNXError`.
  package init(_ path: String) throws {
    let content = try Content.of(path)
    self.path = path
    format = content.format
    notes = content.notes
    sha256 = try FileDigest.sha256(ofFile: path)
    let tensors = content.tensors
    self.tensors = tensors
    let bound = content.boundTensors
    count = tensors.reduce(0) { $0 + $1.count }
    bytes = tensors.reduce(0) { $0 + $1.byteCount }
    let all = try Self.candidates().map { Self.match($0, with: bound) }
    let fitting = all.filter(\.fits)
    let nearest = all.filter { $0.agreeing > 0 }.max { $0.agreeing < $1.agreeing }
    matches = fitting.isEmpty ? [nearest].compactMap(\.self) : fitting
  }

  /// What either kind of file says of itself.
  private struct Content {
    let format: String
    let notes: [String]
    let tensors: [Entry]
    /// Under the names by which networks ask.
    let boundTensors: [Entry]

    static func of(_ path: String) throws -> Content {
      do {
        return Content(try Checkpoint.open(path: path))
      } catch let error where error.kind == .unknownFormat {
        // Protocol buffers have no mark of their own, so a model is what reads as one.
        guard let model = try model(path, isSurely: path.hasSuffix(".onnx")) else { throw error }
        return try Content(model)
      }
    }

    private static func model(_ path: String, isSurely: Bool) throws -> ONNXModel? {
      do { return try ONNXModel.open(path: path) } catch {
        if isSurely { throw error }
        return nil
      }
    }

    private init(_ checkpoint: Checkpoint) {
      let respelled = checkpoint.respelled()
      format = checkpoint.format.rawValue
      notes = respelled.notes
      tensors = checkpoint.tensors.map { Entry($0.name, $0.shape, $0.elementType) }
      boundTensors = respelled.tensors.map { Entry($0.name, $0.shape, $0.elementType) }
    }

    private init(_ model: ONNXModel) throws {
      let graph = try Graph(tracing: model.network)
      format = "ONNX model"
      notes =
        ["\(graph.inputShape.extents) to \((graph.shape(of: Graph.mainOutput) ?? []).extents)"]
        + model.rearranged.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      tensors = graph.parameters.map { Entry($0.name, $0.shape, .float32) }
      boundTensors = tensors
    }
  }

  private struct Candidate {
    let name: String
    let parameters: [ParameterSpecification]
    let ignored: [String]
  }

  private static func candidates() throws -> [Candidate] {
    try NetworkCatalogue.networks.flatMap { network in
      var candidates = [
        Candidate(
          name: network.name, parameters: try Graph(tracing: network).parameters,
          ignored: network.ignorableCheckpointPrefixes)
      ]
      if let trunk = network as? any PerceptualTrunk {
        let heads = PerceptualNetwork(trunk: trunk).heads
        candidates.append(
          Candidate(name: "LPIPS heads of \(trunk.name)", parameters: heads, ignored: []))
      }
      return candidates
    }
  }

  /// Binding's rules, without converting a single element.
  private static func match(_ candidate: Candidate, with tensors: [Entry]) -> Match {
    let found = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    let asked = Set(candidate.parameters.map(\.name))
    let wanted = candidate.parameters.filter { !$0.isCounter }
    let present = wanted.filter { found[$0.name] != nil }
    let agreeing = present.count { parameter in
      found[parameter.name].map { $0.shape == parameter.shape && $0.isReal } ?? false
    }
    let surplus = tensors.count { tensor in
      !asked.contains(tensor.name) && !candidate.ignored.contains(where: tensor.name.hasPrefix)
    }
    return Match(
      network: candidate.name, agreeing: agreeing, missing: wanted.count - present.count,
      misshapen: present.count - agreeing, surplus: surplus)
  }

  /// A table for terminals with the totals below.
  package var text: String {
    var table = TextTable([
      ("tensor", .left), ("shape", .right), ("type", .left), ("count", .right),
    ])
    for tensor in tensors {
      table.add([tensor.name, tensor.shape.extents, tensor.type, tensor.count.grouped])
    }
    let fit = matches.isEmpty ? ["fits no network of the catalogue"] : matches.map(\.text)
    return
      ([
        "\(path): \(format)" + notes.map { ", \($0)" }.joined(), "", table.text, "",
        "\(tensors.count) tensors, \(count.grouped) values, \(bytes.inBytes)", "SHA-256 \(sha256)",
      ] + fit).joined(separator: "\n")
  }
}
