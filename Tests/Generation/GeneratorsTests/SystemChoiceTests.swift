import Generators
import ModelTestSupport
import Pipelines
import Testing

/// `--method NAME=builtin:ID[:OPTION=VALUE,…]`.
@Suite struct SystemChoiceTests {
  private let systems = SystemRegistry([PaintingSystem()])

  private func parsed(_ text: String) throws -> MethodSpecification {
    try MethodSpecification(parsing: text, systems: systems)
  }

  @Test(arguments: [
    ("a=builtin:painting", "builtin:painting"),
    ("a=builtin:painting:mode=text", "builtin:painting:mode=text"),
    ("a=builtin:painting:strength=0.25,mode=edit", "builtin:painting:mode=edit,strength=0.25"),
    ("a=builtin:blurred", "builtin:blurred"), ("a=folder:x:y=z", "folder:x:y=z"),
    ("a=command:python3 x.py", "command:python3 x.py"),
  ])
  func whatIsStoredReadsAsTheSame(text: String, stored: String) throws {
    let method = try parsed(text)
    #expect(method.text == stored)
    #expect(try parsed("a=\(stored)") == method)
  }

  @Test func whatNobodyChoseHasItsDefault() throws {
    guard case .system(let choice) = try parsed("a=builtin:painting:steps=7").source else {
      Issue.record("no system")
      return
    }
    #expect(choice.chosen == ["steps": "7"])
    #expect(choice.options.text == "mode=text steps=7 strength=0.5")
    #expect(choice.description == "painting (mode=text steps=7 strength=0.5)")
  }

  @Test func aListBelongsToItsOption() throws {
    let text = "builtin:diffusionclip:mixture=300:1,0;0:0.3,0.7,mode=mix,weights=a.pth,b.pth"
    let method = try MethodSpecification(parsing: "a=\(text)")
    guard case .system(let choice) = method.source else {
      Issue.record("no system")
      return
    }
    #expect(choice.chosen["weights"] == "a.pth,b.pth")
    #expect(choice.chosen["mixture"] == "300:1,0;0:0.3,0.7")
    #expect(method.text == text)
  }

  @Test(arguments: [
    ("builtin:paintng", "did you mean 'painting'? Known: ground-truth, shuffled"),
    ("builtin:retreive", "did you mean 'retrieve'?"),
    ("builtin:blurred:x=1", "builtin:blurred has no options, but 'x=1' was given"),
    ("builtin:blurred:", "builtin:blurred has no options, but '' was given"),
    (
      "builtin:painting:",
      "'' is not OPTION=VALUE; the options of painting are mode, strength, steps"
    ),
    ("builtin:painting:mode", "'mode' is not OPTION=VALUE"),
    ("builtin:painting:mode=", "'mode=' is not OPTION=VALUE"),
    ("builtin:painting:=text", "'=text' is not OPTION=VALUE"),
    ("builtin:painting:mode=text,", "'' is not OPTION=VALUE"),
    ("builtin:painting:mode=text,mode=edit", "painting: 'mode' is given twice"),
    ("builtin:painting:mod=text", "unknown option of painting 'mod'; did you mean 'mode'?"),
    ("builtin:painting:mode=txt", "painting: 'mode' is 'txt', expected text, edit"),
    (
      "builtin:painting:mode=edit,strength=2",
      "painting: 'strength' is '2', expected a number from 0.0 to 1.0"
    ),
    ("builtin:painting:strength=0.7", "painting: 'strength' belongs to mode=edit"),
  ])
  func oneSentenceSaysWhatIsWrong(specification: String, message: String) throws {
    let error = try #require(throws: MethodError.self) { try parsed("a=\(specification)") }
    #expect(error.description.contains(message), "\(error)")
    #expect(!error.description.contains("\n"))
  }

  @Test func idsOfSystemsAreNoneOfBuiltInMethods() {
    let ids = SystemRegistry.standard.ids
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { BuiltinMethod(rawValue: $0) == nil })
  }
}
