/// Exponentials, logarithms, sines and cosines with the same bits on every machine.
///
/// C libraries, and the variants that one library chooses by processor, round these functions differently
/// in the last place, and a training repeats such a difference until no byte is left as it was. Here every
/// function is a chain of operations that IEEE 754 rounds in one way (`+ − × ÷`, the fused multiply-add),
/// so a result depends on its argument alone.
///
/// `Faces` has a coarser sine of its own, on which the bytes of drawn faces rest.
package enum Elementary {
  /// `e^x` within 0.502 ulp; 0 and ∞ where Float32 ends, NaN for NaN.
  ///
  /// `x = (32 k + i)/32 · ln 2 + r` with a table of `2^(i/32)` and a polynomial in Float64. The kernel
  /// `exponentials` of `CKernels` gives the same bits for rows of values.
  ///
  /// Source: ARM's optimized routines, `math/expf.c`, with the fused operations of glibc's version for
  /// processors with FMA.
  package static func exponential(_ x: Float) -> Float {
    // Beyond these the result is 0 or ∞; comparisons are false for NaN and let it through.
    let wide = Double(x < -104 ? -104 : x > 89 ? 89 : x)
    let perStep = 0x1.71547652b82fep5
    // Adding 1.5·2⁵² rounds to an integer and leaves it in the low bits.
    let shift = 0x1.8p52
    let shifted = shift.addingProduct(wide, perStep)
    let steps = shifted.bitPattern
    let rest = (shift - shifted).addingProduct(perStep, wide)
    let high = 0x1.ebfce50fac4f3p-13.addingProduct(0x1.c6af84b912394p-20, rest)
    let low = 1.0.addingProduct(rest, 0x1.62e42ff0c52d6p-6)
    let scale = Double(bitPattern: thirtySeconds[Int(steps & 31)] &+ (steps << 47))
    return Float(low.addingProduct(high, rest * rest) * scale)
  }

  /// Bits of `2^(i/32)`, from whose exponent field `i/32` is taken away.
  private static let thirtySeconds: InlineArray<32, UInt64> = [
    0x3ff0_0000_0000_0000, 0x3fef_d9b0_d315_8574, 0x3fef_b558_6cf9_890f, 0x3fef_9301_d012_5b51,
    0x3fef_72b8_3c7d_517b, 0x3fef_5487_3168_b9aa, 0x3fef_387a_6e75_6238, 0x3fef_1e9d_f51f_dee1,
    0x3fef_06fe_0a31_b715, 0x3fee_f1a7_373a_a9cb, 0x3fee_dea6_4c12_3422, 0x3fee_ce08_6061_892d,
    0x3fee_bfda_d536_2a27, 0x3fee_b42b_569d_4f82, 0x3fee_ab07_dd48_5429, 0x3fee_a47e_b03a_5585,
    0x3fee_a09e_667f_3bcd, 0x3fee_9f75_e8ec_5f74, 0x3fee_a114_73eb_0187, 0x3fee_a589_994c_ce13,
    0x3fee_ace5_422a_a0db, 0x3fee_b737_b0cd_c5e5, 0x3fee_c491_82a3_f090, 0x3fee_d503_b23e_255d,
    0x3fee_e89f_995a_d3ad, 0x3fee_ff76_f2fb_5e47, 0x3fef_199b_dd85_529c, 0x3fef_3720_dcef_9069,
    0x3fef_5818_dcfb_a487, 0x3fef_7c97_337b_9b5f, 0x3fef_a4af_a2a4_90da, 0x3fef_d076_5b6e_4540,
  ]

  /// `ln 2` in two parts; few multiples of the first need rounding.
  private static let logarithmOfTwo = (
    high: 6.931_471_803_691_238_164_90e-01, low: 1.908_214_929_270_587_700_02e-10
  )

  /// `e^x` within 1 ulp: 0 below −745.2, ∞ above 709.8, NaN for NaN.
  ///
  /// Source: Sun's fdlibm, `e_exp.c`.
  package static func exponential(_ x: Double) -> Double {
    if x.isNaN { return x }
    if x > 709.782712893383973096 { return .infinity }
    if x < -745.13321910194110842 { return 0 }
    let twos = (x * 1.442_695_040_888_963_387).rounded(.toNearestOrEven)
    let high = x - twos * logarithmOfTwo.high
    let low = twos * logarithmOfTwo.low
    let rest = high - low
    let square = rest * rest
    let even =
      1.66666666666666019037e-01
      + square
      * (-2.77777777770155933842e-03
        + square
        * (6.61375632143793436117e-05
          + square * (-1.65339022054652515390e-06 + square * 4.13813679705723846039e-08)))
    let c = rest - square * even
    let value = 1 - ((low - rest * c / (2 - c)) - high)
    return Double(sign: .plus, exponent: Int(twos), significand: value)
  }

  /// `ln x` within 1 ulp: −∞ at 0, NaN below and for NaN.
  package static func logarithm(_ x: Double) -> Double {
    if x == 0 { return -.infinity }
    guard x > 0, x < .infinity else { return x > 0 ? x : .nan }
    let (twos, rest) = reduced(x)
    return logarithm(twos: twos, rest: rest, correction: 0)
  }

  /// `ln (1 + x)` within 1 ulp, also where `1 + x` has lost most of `x`: −∞ at −1, NaN below and for NaN.
  package static func logarithm(ofOnePlus x: Double) -> Double {
    if x == -1 { return -.infinity }
    guard x > -1, x < .infinity else { return x > -1 ? x : .nan }
    if abs(x) < 0x1p-53 { return x }
    // √½ − 1 … √2 − 1: nothing to reduce, and x has all its digits.
    if x > -0.2928, x < 0.4142 { return logarithm(twos: 0, rest: x, correction: 0) }
    let sum = 1 + x
    let (twos, rest) = reduced(sum)
    // What the sum lost by rounding; nothing that shows where x is large.
    let lost = sum >= 2 ? 1 - (sum - x) : x - (sum - 1)
    return logarithm(twos: twos, rest: rest, correction: twos < 54 ? lost / sum : 0)
  }

  /// `x = 2^twos · (1 + rest)` with `1 + rest` between √½ and √2, for positive finite `x`.
  private static func reduced(_ x: Double) -> (twos: Double, rest: Double) {
    if x < .leastNormalMagnitude {
      let (twos, rest) = reduced(x * 0x1p54)
      return (twos - 54, rest)
    }
    let bits = x.bitPattern
    let fraction = bits & 0x000f_ffff_ffff_ffff
    // From √2 on the next power of two is nearer.
    let isUpper = fraction > 0x6_a09e_667f_3bcd
    let exponent = Int(bits >> 52) - (isUpper ? 1022 : 1023)
    return (
      Double(exponent),
      Double(bitPattern: fraction | (isUpper ? 0x3fe0_0000_0000_0000 : 0x3ff0_0000_0000_0000)) - 1
    )
  }

  /// `twos·ln 2 + ln (1 + f) + correction` for `f` between √½ − 1 and √2 − 1.
  ///
  /// Source: Sun's fdlibm, `e_log.c` and `s_log1p.c`: a series in `s = f / (2 + f)`.
  private static func logarithm(twos: Double, rest f: Double, correction: Double) -> Double {
    let s = f / (2 + f)
    let z = s * s
    let w = z * z
    let odd =
      w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    let even =
      z
      * (6.666666666666735130e-01
        + w
        * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)))
    let half = 0.5 * f * f
    let small = s * (half + (even + odd)) + (twos * logarithmOfTwo.low + correction)
    return small - half + f + twos * logarithmOfTwo.high
  }
}
