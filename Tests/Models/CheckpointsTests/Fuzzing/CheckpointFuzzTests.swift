import Checkpoints
import Graphs
import Tensors
import TestSupport
import Testing

/// Every container of tensors, damaged without end: each file is read or refused in a sentence, with
/// memory in proportion to its length.
@Suite struct CheckpointFuzzTests {
  private static let archives = [
    "types_zip.pth", "nested_zip.pth", "tree_zip.pth", "views_zip.pth", "protocol4_zip.pth",
    "script.pt", "arrays.npz", "ema_module_zip.pth", "lightning_zip.pth",
  ]
  private static let legacy = [
    "types_legacy.pth", "views_legacy.pth", "nested_legacy.pth", "python2_legacy.pth",
    "tree_legacy.pth", "parameter_legacy.pth", "protocol5_legacy.pth", "lightning_legacy.pth",
  ]
  private static let clip = [
    "clip_openai.pt", "clip_openai.pth", "clip_openai.safetensors",
    "clip_huggingface.safetensors", "clip_openclip.safetensors",
  ]

  /// A byte of a pickle can be an empty dictionary, which is a value on the stack and a container in the
  /// list, both of which double their room as they grow.
  private static func permitted(_ count: Int) -> Int { 1 << 18 + 512 * count }

  /// Deflate packs up to 1032 : 1, and what is unpacked is widened.
  private static func permittedPacked(_ count: Int) -> Int { 1 << 18 + 1032 * 32 * count }

  /// Opens a file and converts what is not larger than the file.
  private static func parse(_ bytes: [UInt8]) -> FuzzOutcome {
    do throws(CheckpointError) {
      let checkpoint = try Checkpoint.decode(bytes, named: "fuzz")
      if let unread = checkpoint.unread.first { throw unread.error }
      for tensor in checkpoint.tensors where tensor.count <= bytes.count {
        guard try tensor.floats().count == tensor.count else { return .wrong("lost elements") }
        _ = try tensor.doubles()
      }
      return .read
    } catch {
      return error.path == "fuzz" ? .refused(error.reason) : .wrong("names \(error.path)")
    }
  }

  private static func files(_ names: [String]) throws -> [[UInt8]] {
    try names.map { try Goldens.bytes($0) }
  }

  private func expect(_ target: FuzzTarget, cases: Int) {
    let report = target.run(cases: cases)
    #expect(report.failure == nil, "\(report)")
    #expect(report.refused > 0 && report.sentences > 3, "\(target.name): \(report)")
  }

  @Test func bytesOfArchives() throws {
    expect(
      FuzzTarget(
        "archives", corpus: try Self.files(Self.archives), tokens: ["PK\u{1}\u{2}", "data.pkl"],
        permitted: Self.permitted, parse: Self.parse), cases: 3000)
  }

  @Test func bytesOfPackedArchives() throws {
    expect(
      FuzzTarget(
        "packed archives", corpus: try Self.files(["arrays_packed.npz"]),
        permitted: Self.permittedPacked, parse: Self.parse), cases: 1000)
  }

  /// With checksums that fit, damage reaches the pickle, the constants and the arrays inside.
  @Test func entriesOfArchives() throws {
    expect(
      FuzzTarget(
        "entries", corpus: try Self.files(Self.archives), damage: ArchiveDamage.damaged,
        permitted: Self.permittedPacked, parse: Self.parse), cases: 3000)
  }

  @Test func bytesOfPickledModules() throws {
    expect(
      FuzzTarget(
        "modules", corpus: try Self.files(["modules.pkl", "modules_protocol3.pkl"]),
        tokens: ["_load_from_bytes", "_reconstruct_persistent_obj"], permitted: Self.permitted,
        parse: Self.parse), cases: 3000)
  }

  @Test func bytesOfLegacyFiles() throws {
    expect(
      FuzzTarget(
        "legacy", corpus: try Self.files(Self.legacy),
        tokens: ["ctorch\nFloatStorage\n", "}q\u{1}"],
        permitted: Self.permitted, parse: Self.parse), cases: 4000)
  }

  @Test func writtenPickles() throws {
    expect(
      FuzzTarget(
        "pickles", corpus: [[]], damage: { mutator, _, _ in PickleGrammar.file(&mutator) },
        permitted: Self.permitted, parse: Self.parse), cases: 6000)
  }

  @Test func headersOfSafetensors() throws {
    expect(
      FuzzTarget(
        "safetensors", corpus: try Self.files(["types.safetensors"]),
        tokens: ["{", "[", "\"", "\\u", "\"dtype\":\"F16\",", "\"shape\":[],", "-1", "[[[[", ","],
        damage: HeaderDamage.safetensors, permitted: Self.permitted, parse: Self.parse),
      cases: 4000)
  }

  @Test func headersOfArrays() throws {
    expect(
      FuzzTarget(
        "npy", corpus: try Self.files(["version1.npy", "version2.npy", "version3.npy"]),
        tokens: ["'descr': '<f8', ", "'fortran_order': True, ", "(", ")", "L", "{"],
        damage: HeaderDamage.array, permitted: Self.permitted, parse: Self.parse),
      cases: 4000)
  }

  /// CLIP in all spellings is opened, respelled and matched with a network.
  @Test(arguments: clip) func clipFiles(name: String) throws {
    let sound = try Checkpoint.open(path: Goldens.path(name)).respelled()
    let specifications = sound.tensors.map {
      ParameterSpecification(
        name: $0.name, shape: $0.shape, isCounter: !$0.elementType.isFloatingPoint)
    }
    func parse(_ bytes: [UInt8]) -> FuzzOutcome {
      do {
        let checkpoint = try Checkpoint.decode(bytes, named: "fuzz")
        let source = try checkpoint.bound(to: specifications, workers: Workers(count: 1))
        for specification in specifications where !specification.isCounter {
          let tensor = try source.tensor(named: specification.name)
          guard tensor?.shape == specification.shape else { return .wrong(specification.name) }
        }
        return .read
      } catch let error as CheckpointError {
        return .refused(error.reason)
      } catch let error as BindingError {
        return .refused(error.description)
      } catch {
        return .wrong("\(error)")
      }
    }
    let isArchive = name.hasSuffix(".pt") || name.hasSuffix(".pth")
    let target = FuzzTarget(
      name, corpus: [try Goldens.bytes(name)], tokens: ["visual.", "transformer.resblocks.0."],
      damage: { mutator, file, other in
        isArchive
          ? ArchiveDamage.damaged(&mutator, file, other)
          : HeaderDamage.safetensors(&mutator, file, other)
      }, permitted: Self.permitted, parse: parse)
    expect(target, cases: 250)
  }
}
