import Checkpoints
import Graphs
import Testing

/// Archives of arrays that hold other things too: what is asked for is read, and nothing else.
@Suite struct NPZFileTests {
  @Test(arguments: ["mixed.npz", "mixed_packed.npz"])
  func statisticsBesideOtherThingsAreRead(file: String) throws {
    let archive = try NPZFile.read(Goldens.path(file))
    #expect(archive.names == ["mu", "sigma"])
    #expect(try archive.tensor(named: "sigma").doubles().count == 64)
    let reasons = [
      "name": "elements of type <U4", "files": "pickled Python objects, which are never unpickled",
      "made": "elements of type <M8[D]", "rows": "holds records", "phase": "elements of type <c16",
      "__MACOSX/._mu": "is not a NumPy array",
    ]
    #expect(Set(archive.unread.map(\.name)) == Set(reasons.keys))
    for (name, words) in reasons {
      let error = try #require(throws: CheckpointError.self) { try archive.tensor(named: name) }
      #expect(error.reason.contains(words), "\(error)")
    }
  }

  @Test func textsAreRead() throws {
    let path = Goldens.path("texts.npz")
    #expect(
      try NPZFile.texts(named: "letters", in: path) == ["a", "", "Zoë 好", "longest of all"])
    #expect(try NPZFile.texts(named: "bytes", in: path) == ["one", "three"])
    #expect(try NPZFile.texts(named: "swapped", in: path) == ["ab", "c"])
    #expect(try NPZFile.texts(named: "none", in: path) == [])
    #expect(try NPZFile.texts(named: "ids", in: path) == nil)
    for (name, type) in [("square", "<U1"), ("numbers", "<i8")] {
      let error = try #require(throws: CheckpointError.self) {
        try NPZFile.texts(named: name, in: path)
      }
      #expect(error.reason.contains(type), "\(error)")
    }
  }

  @Test func whatIsThereIsListed() throws {
    let archive = try NPZFile.read(Goldens.path("mixed.npz"))
    let error = try #require(throws: CheckpointError.self) {
      try archive.tensor(named: "covariance")
    }
    #expect(
      error.reason
        == "has no tensor named covariance; there are mu, sigma, name, files, made, rows, "
        + "phase, __MACOSX/._mu")
  }

  /// A network takes every tensor of a file, so one that cannot be read is told.
  @Test func bindingNamesWhatCannotBeRead() throws {
    let archive = try NPZFile.read(Goldens.path("mixed.npz"))
    let wanted = archive.tensors.map { ParameterSpecification(name: $0.name, shape: $0.shape) }
    let error = try #require(throws: BindingError.self) { try archive.bind(to: wanted) }
    #expect(error.problems.count == 6)
    #expect(error.description.contains("unreadable: files: array files holds pickled"))
  }

  @Test func anArchiveWithoutArraysIsNone() throws {
    let archive = TestArchive(entries: [
      .init(name: "a.txt", data: [1]), .init(name: "b", data: []),
    ])
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint.decode(archive.bytes, named: "test")
    }
    #expect(error?.kind == .unknownFormat)
  }
}
