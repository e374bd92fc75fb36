import Graphs
import Kernels

/// What stands at the places of a ``UNetTrunk``.
protocol UNetBlocks {
  /// A residual block that may change the number of channels.
  ///
  /// - Parameters:
  ///   - scope: of the block.
  ///   - x: `[C, H, W]`.
  ///   - channels: of the result.
  ///   - path: where in the network it stands.
  /// - Returns: `[channels, H, W]`.
  func residual(_ scope: Scope, _ x: Value, to channels: Int, on path: UNetPath) -> Value
  /// Whether attention follows the residual blocks of a level, the finest being 0.
  func attends(_ x: Value, level: Int) -> Bool
  /// What exchanges values between pixels; always in the middle, elsewhere where ``attends(_:level:)`` says so.
  func attention(_ scope: Scope, _ x: Value) -> Value
  /// Half the rows and columns.
  func halved(_ scope: Scope, _ x: Value) -> Value
  /// Twice the rows and columns.
  func doubled(_ scope: Scope, _ x: Value) -> Value
}

/// Parts of a U-Net.
enum UNetPath {
  case down, middle, up
}

/// The way down, the middle and the way up of OpenAI's U-Net, which ADM's and latent diffusion's models share.
///
/// Parameters are under `input_blocks.K`, `middle_block` and `output_blocks.K`, whose results are the taps.
///
/// Sources: `openai/guided-diffusion`, `guided_diffusion/unet.py`; `CompVis/latent-diffusion`,
/// `ldm/modules/diffusionmodules/openaimodel.py` (`UNetModel`).
struct UNetTrunk<Blocks: UNetBlocks> {
  /// Channels of each level, the finest first.
  let widths: [Int]
  /// Residual blocks of a level on the way down; there is one more on the way up.
  let residualBlocks: Int
  /// What stands at the places.
  let blocks: Blocks
  /// What the names of taps begin with.
  var tapPrefix = ""

  /// The way down and the middle, which the way up reads.
  struct Encoding {
    /// Results of the way down, the finest first.
    var skips: [Value]
    /// The coarsest map.
    var middle: Value
  }

  /// Describes all but the last norm and convolution.
  ///
  /// - Returns: a map of the input's size with the channels of the finest level.
  func describe(_ scope: Scope, _ input: Value) -> Value {
    decoded(scope, encoded(scope, input))
  }

  /// Describes the way down and the middle.
  ///
  /// - Parameters:
  ///   - scope: of the network.
  ///   - input: `[C, H, W]`.
  ///   - hint: added to the first layer's result; nil for nothing.
  /// - Returns: what the way up reads.
  func encoded(_ scope: Scope, _ input: Value, adding hint: Value? = nil) -> Encoding {
    var skips: [Value] = []
    var x = descend(scope["input_blocks"], input, adding: hint, keeping: &skips)
    let middle = scope["middle_block"]
    x = blocks.residual(middle[0], x, to: x.channels, on: .middle)
    x = blocks.attention(middle[1], x)
    x = blocks.residual(middle[2], x, to: x.channels, on: .middle)
    return Encoding(skips: skips, middle: x.tapped("\(tapPrefix)middle_block"))
  }

  /// Describes the way up.
  ///
  /// - Returns: as ``describe(_:_:)``.
  func decoded(_ scope: Scope, _ encoding: Encoding) -> Value {
    var skips = encoding.skips
    return ascend(scope["output_blocks"], encoding.middle, joining: &skips)
  }

  /// One place after the other; every one is kept for the way up.
  private func descend(
    _ scope: Scope, _ input: Value, adding hint: Value?, keeping skips: inout [Value]
  ) -> Value {
    func keep(_ value: Value) -> Value {
      skips.append(value.tapped("\(tapPrefix)input_blocks.\(skips.count)"))
      return value
    }
    var x = scope[0][0].convolution(input, to: widths[0], kernel: 3, padding: 1)
    if let hint { x = x + hint }
    x = keep(x)
    for level in widths.indices {
      for _ in 0..<residualBlocks {
        let place = scope[skips.count]
        x = blocks.residual(place[0], x, to: widths[level], on: .down)
        if blocks.attends(x, level: level) { x = blocks.attention(place[1], x) }
        x = keep(x)
      }
      if level < widths.count - 1 { x = keep(blocks.halved(scope[skips.count][0], x)) }
    }
    return x
  }

  private func ascend(_ scope: Scope, _ middle: Value, joining skips: inout [Value]) -> Value {
    var x = middle
    var place = 0
    for level in widths.indices.reversed() {
      for index in 0...residualBlocks {
        var part = 0
        func next() -> Scope {
          defer { part += 1 }
          return scope[place][part]
        }
        x = blocks.residual(
          next(), .concatenated([x, skips.removeLast()]), to: widths[level], on: .up)
        if blocks.attends(x, level: level) { x = blocks.attention(next(), x) }
        if level > 0, index == residualBlocks {
          x = x.tapped("\(tapPrefix)output_blocks.\(place).\(part - 1)")
          x = blocks.doubled(next(), x)
        }
        x = x.tapped("\(tapPrefix)output_blocks.\(place)")
        place += 1
      }
    }
    return x
  }
}

extension Scope {
  /// The time's embedding as every residual block reads it: sines and cosines, two layers, SiLU.
  ///
  /// Parameters `0` and `2`; tap `time_embed`, before the last SiLU.
  ///
  /// - Parameters:
  ///   - timestep: `[1]`.
  ///   - width: of the sines and cosines.
  ///   - tapPrefix: what the tap's name begins with.
  /// - Returns: `[4 · width]`.
  func timeCondition(_ timestep: Value, width: Int, tapPrefix: String = "") -> Value {
    let embedding = timestep.timestepEmbedding(TimestepEmbedding(width: width, form: .cosinesFirst))
    let hidden = self[0].linear(embedding, to: 4 * width).silu()
    return self[2].linear(hidden, to: 4 * width).tapped("\(tapPrefix)time_embed").silu()
  }
}
