import Essentials
import Testing

@Suite struct SpellingTests {
  @Test(arguments: [
    ("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("flaw", "lawn", 2),
    ("same", "same", 0), ("ab", "ba", 2), ("größe", "grosse", 3),
  ])
  func countsEdits(left: String, right: String, distance: Int) {
    #expect(Spelling.editDistance(left, right) == distance)
    #expect(Spelling.editDistance(right, left) == distance)
    #expect(Spelling.nearest(to: left, among: [right]) == right)
  }

  private static let metrics = [
    "fid", "kid", "lpips-alex", "lpips-vgg", "lpips-squeeze", "ssim", "ms-ssim", "miou", "time",
  ]

  @Test func suggestsWhatIsNear() {
    #expect(Spelling.suggestions(for: "lpips-alexx", among: Self.metrics).first == "lpips-alex")
    #expect(Spelling.suggestions(for: "FDI", among: Self.metrics).contains("fid"))
    let parts = Spelling.suggestions(for: "lpips", among: Self.metrics)
    #expect(parts == ["lpips-vgg", "lpips-alex", "lpips-squeeze"])
    #expect(Spelling.suggestions(for: "ssim-skimage", among: Self.metrics) == ["ssim"])
    #expect(Spelling.suggestions(for: "completely-else", among: Self.metrics).isEmpty)
    #expect(Spelling.suggestions(for: "", among: Self.metrics).isEmpty)
    #expect(Spelling.suggestions(for: "xy", among: ["ab", "a"]).isEmpty)
  }

  @Test func reachesAThirdOfTheWord() {
    #expect(Spelling.suggestions(for: "abcdefghi", among: ["abcdef123"]) == ["abcdef123"])
    #expect(Spelling.suggestions(for: "abcdefghi", among: ["abcde1234"]).isEmpty)
    let long = String(repeating: "a", count: 257)
    #expect(Spelling.suggestions(for: long, among: [long]).isEmpty)
  }

  @Test func asksWhatWasMeant() {
    #expect(Spelling.question(for: "fidd", among: ["fid", "id"]) == "did you mean 'fid'?")
    #expect(Spelling.question(for: "ssi", among: ["ssim"]) == "did you mean 'ssim'?")
    #expect(
      Spelling.question(for: "ab", among: ["ac", "ad", "ae"])
        == "did you mean 'ac', 'ad' or 'ae'?")
    // Where none is near, beginnings count.
    #expect(
      Spelling.question(for: "cmd", among: ["folder", "command"]) == "did you mean 'command'?")
    #expect(Spelling.question(for: "nothing", among: []) == nil)
    #expect(
      Spelling.refusal(of: "fidd", as: "metric", known: ["fid", "ssim"])
        == "unknown metric 'fidd'; did you mean 'fid'? Known: fid, ssim")
  }

  @Test func prefersPartsThenFewEditsThenTheAlphabet() {
    #expect(
      Spelling.nearest(to: "unet", among: ["bisenet", "celebamask-unet"]) == "celebamask-unet")
    #expect(Spelling.nearest(to: "b", among: ["c", "a"]) == "a")
    #expect(Spelling.nearest(to: "MASK", among: ["text", "mask"]) == "mask")
    #expect(Spelling.nearest(to: "x", among: []) == nil)
    #expect(Spelling.suggestions(for: "ab", among: ["ad", "ac", "ac"]) == ["ac", "ad"])
  }
}
