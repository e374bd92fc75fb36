import Foundation
import Tensors
import Testing

/// Every function against values of 200 bits, and its bits against those of the machine it was written on.
@Suite struct ElementaryTests {
  @Test(
    arguments: [
      (1, 0x402d_f854), (-0.5, 0x3f1b_4598), (3.25, 0x41ce_529e), (-87.9, 0x0048_dcca),
      (88.7, 0x7f7a_37fc), (-103.5, 1), (0.0001, 0x3f80_0347), (-17.125, 0x331c_ea76),
    ] as [(Float, UInt32)])
  func exponentialOfFloat32(x: Float, bits: UInt32) {
    #expect(Elementary.exponential(x).bitPattern == bits)
  }

  @Test(
    arguments: [
      (1, 0x4005_bf0a_8b14_576a), (-0.5, 0x3fe3_68b2_fc6f_960a), (3.25, 0x4039_ca53_b781_114b),
      (-700.5, 0x00c4_ff47_5c68_ca02), (709.5, 0x7fe8_1e9b_4b52_d0c9), (-744, 2),
      (1e-5, 0x3ff0_000a_7c5e_340e), (-17.125, 0x3e63_9d4e_c6b9_f3d3),
    ] as [(Double, UInt64)])
  func exponentialOfFloat64(x: Double, bits: UInt64) {
    #expect(Elementary.exponential(x).bitPattern == bits)
  }

  @Test(
    arguments: [
      (2, 0x3fe6_2e42_fefa_39ef), (0.75, 0xbfd2_6962_1134_db92), (1.3, 0x3fd0_ca93_7be1_b9dc),
      (1e300, 0x4085_9634_47f8_7fb5), (0x1.8p-1029, 0xc086_4189_1851_9e41),
      (19, 0x4007_8e36_0604_b32c), (0.7071, 0xbfd6_2e6b_3842_a25e), (1.4143, 0x3fd6_2f43_58c0_3e8a),
    ] as [(Double, UInt64)])
  func logarithm(x: Double, bits: UInt64) {
    if x > .leastNormalMagnitude { #expect(Elementary.logarithm(x).bitPattern == bits) }
    #expect(abs(Elementary.logarithm(x) - log(x)) <= 2 * log(x).ulp)
  }

  @Test(
    arguments: [
      (1, 0x3fe6_2e42_fefa_39ef), (1e-9, 0x3e11_2e0b_e801_f1d9), (-0.75, 0xbff6_2e42_fefa_39ef),
      (0.3, 0x3fd0_ca93_7be1_b9dc), (1e17, 0x4043_926c_d770_aa67), (0.5, 0x3fd9_f323_ecbf_984c),
    ] as [(Double, UInt64)])
  func logarithmOfOnePlus(x: Double, bits: UInt64) {
    #expect(Elementary.logarithm(ofOnePlus: x).bitPattern == bits)
  }

  @Test(
    arguments: [
      (0.5, 0x3fde_aee8_744b_05f0, 0x3fec_1528_065b_7d50),
      (2.6, 0x3fe0_7efc_bba0_85bb, 0xbfeb_6ba1_f680_f470),
      (3, 0x3fc2_1038_6db6_d55b, 0xbfef_ae04_be85_e5d2),
      (-1, 0xbfea_ed54_8f09_0cee, 0x3fe1_4a28_0fb5_068c),
      (12345.678, 0xbfe6_87d5_8909_74a5, 0x3fe6_b94c_3bbe_24b8),
      (.pi / 2, 0x3ff0_0000_0000_0000, 0x3c91_a626_3314_5c07),
    ] as [(Double, UInt64, UInt64)])
  func angles(x: Double, sine: UInt64, cosine: UInt64) {
    #expect(Elementary.sine(x).bitPattern == sine)
    #expect(Elementary.cosine(x).bitPattern == cosine)
  }

  /// Both sides are within 1 ulp of the exact value.
  @Test func valuesAreThoseOfTheCLibrary() {
    var random = SplitMix64(seed: 31)
    func isNear(_ found: Double, _ expected: Double) -> Bool {
      abs(found - expected) <= 2 * expected.ulp
    }
    for _ in 0..<20_000 {
      let unit = Double(random.nextUnit()) + Double(random.nextUnit()) * 0x1p-24
      let (exponent, positive) = (1400 * unit - 700, exp(1400 * unit - 700))
      #expect(isNear(Elementary.exponential(exponent), exp(exponent)), "\(exponent)")
      #expect(isNear(Elementary.logarithm(positive), log(positive)), "\(positive)")
      for x in [unit, -unit * 0.999, unit * 1e-9, positive] {
        #expect(isNear(Elementary.logarithm(ofOnePlus: x), log1p(x)), "\(x)")
      }
      let angle = 2000 * unit - 1000
      #expect(isNear(Elementary.sine(angle), sin(angle)), "\(angle)")
      #expect(isNear(Elementary.cosine(angle), cos(angle)), "\(angle)")
      let narrow = Float(unit * 170 - 85)
      let value = exp(Double(narrow))
      #expect(
        abs(Double(Elementary.exponential(narrow)) - value) <= 0.502 * Double(Float(value).ulp),
        "\(narrow)")
    }
  }

  @Test func endsAreThoseOfTheFunctions() {
    #expect(Elementary.exponential(0.0) == 1 && Elementary.exponential(Float(0)) == 1)
    #expect(Elementary.exponential(Double.infinity) == .infinity)
    #expect(Elementary.exponential(-Double.infinity) == 0)
    #expect(Elementary.exponential(Double.nan).isNaN && Elementary.exponential(Float.nan).isNaN)
    #expect(Elementary.exponential(Float.infinity) == .infinity)
    #expect(Elementary.exponential(-Float.infinity) == 0)
    #expect(Elementary.logarithm(0) == -.infinity && Elementary.logarithm(-1).isNaN)
    #expect(Elementary.logarithm(.infinity) == .infinity && Elementary.logarithm(.nan).isNaN)
    #expect(Elementary.logarithm(1) == 0 && Elementary.logarithm(ofOnePlus: 0) == 0)
    #expect(Elementary.logarithm(ofOnePlus: -1) == -.infinity)
    #expect(Elementary.logarithm(ofOnePlus: -2).isNaN)
    #expect(Elementary.logarithm(ofOnePlus: .infinity) == .infinity)
    #expect(Elementary.sine(0) == 0 && Elementary.cosine(0) == 1 && Elementary.cosine(.pi) == -1)
  }
}
