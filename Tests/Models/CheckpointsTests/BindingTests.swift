import Checkpoints
import Graphs
import Tensors
import TestSupport
import Testing

@Suite struct BindingTests {
  private let weights = [
    "conv.weight": Tensor(shape: [2, 1], values: [1, 2]), "conv.bias": Tensor(shape: [2]),
    "fc.weight": Tensor(shape: [1]),
  ]

  private func checkpoint(in folder: TemporaryFolder) throws -> Checkpoint {
    let path = folder.path("w.safetensors")
    try SafetensorsFile.write(
      weights.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, to: path)
    return try Checkpoint.open(path: path)
  }

  @Test func whatFitsIsBound() throws {
    let folder = try TemporaryFolder()
    let bound = try checkpoint(in: folder).bind(
      to: [
        ParameterSpecification(name: "conv.weight", shape: [2, 1]),
        ParameterSpecification(name: "conv.bias", shape: [2]),
        ParameterSpecification(name: "bn.num_batches_tracked", shape: [], isCounter: true),
      ], ignoring: ["fc.", "AuxLogits"])
    #expect(bound == weights.filter { $0.key != "fc.weight" })
  }

  @Test func everyDisagreementIsReportedAtOnce() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try checkpoint(in: folder)
    let error = #expect(throws: BindingError.self) {
      try checkpoint.bind(to: [
        ParameterSpecification(name: "conv.weight", shape: [2, 2]),
        ParameterSpecification(name: "conv.bais", shape: [2]),
        ParameterSpecification(name: "unlike.anything.here", shape: []),
      ])
    }
    #expect(
      error?.problems == [
        .misshapen(name: "conv.weight", expected: [2, 2], found: [2, 1]),
        .missing(name: "conv.bais", shape: [2]), .missing(name: "unlike.anything.here", shape: []),
        .surplus(name: "conv.bias", shape: [2]), .surplus(name: "fc.weight", shape: [1]),
      ])
    #expect(
      error?.description == """
        \(checkpoint.path): does not fit the network: tensors 2 missing, 1 of another shape, \
        2 not asked for
          missing: conv.bais [2] (nearest: conv.bias)
          missing: unlike.anything.here []
          shape: conv.weight is [2, 1], expected [2, 2]
          not asked for: conv.bias [2]
          not asked for: fc.weight [1]
        """)
  }

  /// One reason is told where it explains everything, and only there.
  @Test func aWrapperIsToldFromSingleTensors() throws {
    let folder = try TemporaryFolder()
    func cause(_ found: [String], _ asked: [String]) throws -> String? {
      let path = folder.path("w.safetensors")
      try SafetensorsFile.write(found.map { ($0, Tensor(shape: [1])) }, to: path)
      let checkpoint = try Checkpoint.open(path: path)
      let error = #expect(throws: BindingError.self) {
        try checkpoint.bind(to: asked.map { ParameterSpecification(name: $0, shape: [1]) })
      }
      return error?.cause
    }
    #expect(try cause(["net.a", "net.b", "c"], ["a", "b"])?.contains("'part: net'") == true)
    #expect(try cause(["net.a", "b"], ["a", "b"]) == nil)
    #expect(try cause(["net.a", "other.b"], ["a", "b"]) == nil)
    #expect(
      try cause(["0.0", "0.1", "1.0"], ["a"])?.hasPrefix("holds a list of 3 tensors") == true)
    #expect(try cause(["0.0", "x"], ["a"]) == nil)
    #expect(try cause(["0.a", "1.a"], ["a"])?.contains("under '0.' and '1.'") == true)
  }

  @Test func integersAreNoWeightsButCountersMayBeAny() throws {
    let checkpoint = try Checkpoint.open(path: Goldens.path("nested_zip.pth"))
    let counters = checkpoint.names.filter { $0.hasSuffix("num_batches_tracked") }
    #expect(counters == ["1.num_batches_tracked"])
    let specifications = checkpoint.tensors.map {
      ParameterSpecification(
        name: $0.name, shape: $0.shape, isCounter: counters.contains($0.name))
    }
    let bound = try checkpoint.bind(to: specifications)
    #expect(bound.count == checkpoint.names.count - 1)
    #expect(bound["1.num_batches_tracked"] == nil)
    let wrong = checkpoint.tensors.map {
      ParameterSpecification(name: $0.name, shape: $0.shape)
    }
    let error = #expect(throws: BindingError.self) { try checkpoint.bind(to: wrong) }
    #expect(error?.problems == [.wronglyTyped(name: counters[0], found: .int64)])
  }

  @Test func aSourceGivesTheSameTensorsOneByOne() throws {
    let checkpoint = try Checkpoint.open(path: Goldens.path("nested_zip.pth"))
    let specifications = checkpoint.tensors.map {
      ParameterSpecification(
        name: $0.name, shape: $0.shape, isCounter: $0.name.hasSuffix("num_batches_tracked"))
    }
    let source = try checkpoint.bound(to: specifications)
    let all = try checkpoint.bind(to: specifications)
    #expect(!all.isEmpty)
    for specification in specifications {
      // Asked twice, as for two input shapes.
      for _ in 0..<2 {
        #expect(try source.tensor(named: specification.name) == all[specification.name])
      }
    }
    let part = try checkpoint.bound(to: [specifications[0]], ignoring: checkpoint.names)
    #expect(try part.tensor(named: specifications[0].name) != nil)
    #expect(try part.tensor(named: specifications[1].name) == nil)
  }

  @Test func damagedElementsAreReportedByName() throws {
    var bytes = try Goldens.bytes("single_zip.pth")
    let one: [UInt8] = [0, 0, 0x80, 0x3F]
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: one) })
    bytes[place] = 1
    let checkpoint = try Checkpoint.decode(bytes, named: "damaged.pth")
    let error = #expect(throws: BindingError.self) {
      try checkpoint.bind(to: [ParameterSpecification(name: "value", shape: [2, 2])])
    }
    #expect(error?.problems.count == 1)
    #expect(error?.description.contains("single_zip/data/0 is damaged: its checksum") == true)
    #expect(throws: try #require(error)) {
      try checkpoint.bound(to: [ParameterSpecification(name: "value", shape: [2, 2])])
    }
  }

  @Test func allWidthsOfRealNumbersBindAlike() throws {
    for file in ["types_zip.pth", "types_legacy.pth", "types.safetensors"] {
      let checkpoint = try Checkpoint.open(path: Goldens.path(file))
      let names = ["float16", "bfloat16", "float32", "float64"]
      let bound = try checkpoint.bind(
        to: names.map { ParameterSpecification(name: $0, shape: [11]) },
        ignoring: checkpoint.names.filter { !names.contains($0) })
      for name in names { #expect(bound[name]?.values == (try checkpoint[name]?.floats())) }
    }
  }

  @Test func theNearestNamesAreSuggested() throws {
    let checkpoint = try Checkpoint.open(path: Goldens.path("nested_zip.pth"))
    let error = #expect(throws: CheckpointError.self) {
      try checkpoint.tensor(named: "1.running_mena")
    }
    #expect(error?.reason.hasPrefix("has no tensor named 1.running_mena; the nearest") == true)
    #expect(error?.reason.contains("1.running_mean") == true)
  }
}
