import Essentials
import Testing

@Suite struct NumberRangeTests {
  @Test(arguments: ["1", "7", "1024", "+7"])
  func takesWhatLiesInside(text: String) throws {
    #expect(try NumberRange(1...1024).value(of: text) == Int(text))
  }

  @Test(arguments: [
    "", "0", "-1", "1025", "9223372036854775807", "9223372036854775808", "1e3", "7.0", "seven",
    "nan",
  ])
  func refusesEverythingElse(text: String) {
    let error = #expect(throws: NumberError.self) { try NumberRange(1...1024).value(of: text) }
    #expect(error?.description == "must be a whole number from 1 to 1024")
  }

  @Test(arguments: ["0", "1e308", "inf", "nan", "-nan", "-0.5", "1e999", "x"])
  func decimalsHaveBoundsToo(text: String) {
    let error = #expect(throws: NumberError.self) {
      try NumberRange(0.001...3600).value(of: text)
    }
    #expect(error?.description == "must be a number from 0.001 to 3600")
  }

  @Test func boundsBelong() throws {
    #expect(try NumberRange(0.001...3600).value(of: "3600") == 3600)
    #expect(try NumberRange<UInt64>(0 ... .max).value(of: "18446744073709551615") == .max)
    #expect(NumberRange(0.5...2).description == "0.5…2")
  }
}
