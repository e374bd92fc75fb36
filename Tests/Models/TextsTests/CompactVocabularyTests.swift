import Tensors
import Testing
import Texts

@Suite struct CompactVocabularyTests {
  @Test func numbersAreSmallAndTheEndIsTheLargest() throws {
    let tokenizer = try CLIPTokenizer()
    let known = Set(tokenizer.tokens(of: "a woman with brown hair"))
    let vocabulary = try CompactVocabulary(tokens: known, size: 32)
    let numbers = vocabulary.numbers(of: try tokenizer.sequence(of: "a man with brown hair"))
    #expect(numbers.count == CLIPTokenizer.contextLength)
    let end = try #require(numbers.firstIndex(of: 31))
    #expect(numbers.max() == 31 && numbers[(end + 1)...].allSatisfy { $0 == 0 })
    // Start, a, ?, with, brown, hair, end: one word is not known.
    #expect(end == 6 && numbers[..<end].filter { $0 == 1 }.count == 1)
    #expect(Set(numbers[..<end]).count == 6)
  }

  @Test func survivesItsCheckpoint() throws {
    let vocabulary = try CompactVocabulary(tokens: [320, 49_405, 7], size: 512)
    #expect(try CompactVocabulary(stored: vocabulary.tensor.tensor) == vocabulary)
    let reader = try TokenReader(vocabulary: vocabulary)
    let input = try reader.input(of: "anything at all")
    #expect(input.shape == [77] && input.values.max() == 511)
  }

  @Test(
    arguments: [[], [7, .nan, 512], [7, 3e9, 512], [9, 7, 512], [1, 2, 4], [-1, 2, 512]]
      as [[Float]])
  func damagedVocabulariesAreRefused(values: [Float]) {
    #expect(throws: DamagedVocabulary.self) {
      try CompactVocabulary(stored: Tensor(shape: [values.count], values: values))
    }
  }

  @Test func refusesMoreTokensThanNumbers() {
    let error = #expect(throws: VocabularyTooLarge.self) {
      try CompactVocabulary(tokens: Set(0..<30), size: 32)
    }
    #expect(error?.description.contains("31 tokens do not fit a vocabulary of 32") == true)
  }
}
