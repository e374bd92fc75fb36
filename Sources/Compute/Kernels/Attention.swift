import CKernels
import Tensors

/// Attention of several heads, each an equal part of the channels, in order.
package struct Attention: Hashable, Sendable {
  /// Where queries, keys and values lie.
  package enum Operands: Hashable, Sendable {
    /// In maps of their own.
    case separate
    /// In one map of three times the channels, head by head: a head's queries, then its keys, then its values.
    ///
    /// Source: `openai/guided-diffusion`, `guided_diffusion/unet.py` (`QKVAttentionLegacy`).
    case joinedByHead
  }

  /// Queries, keys and values as the channels of a head begin.
  enum Role: Int {
    case queries, keys, values
  }

  /// Number of heads.
  package let heads: Int
  /// Whether a token sees only itself and those before it.
  package let isCausal: Bool
  /// Factor on the products of queries and keys; nil is `1 / √d` for `d` channels a head.
  package let scale: Float?
  /// Where queries, keys and values lie.
  package let operands: Operands

  /// Describes an attention.
  package init(
    heads: Int, isCausal: Bool = false, scale: Float? = nil, operands: Operands = .separate
  ) {
    self.heads = heads
    self.isCausal = isCausal
    self.scale = scale
    self.operands = operands
  }

  /// Channels of an operand's map beside `channels` of the result.
  func width(for channels: Int) -> Int { operands == .separate ? channels : 3 * channels }

  /// Where a head's channels begin in an operand's map.
  func start(of head: Int, _ role: Role, depth: Int) -> Int {
    operands == .separate ? head * depth : (3 * head + role.rawValue) * depth
  }

  /// Factor on the products of queries and keys for `depth` channels a head.
  func factor(depth: Int) -> Float { scale ?? 1 / Float(depth).squareRoot() }
}

extension FeatureMap {
  /// `y[t] = Σ_s p[t, s] · v[s]`, `p[t] = softmax(q[t] · kᵀ · scale)`, head by head with `d` channels
  /// each.
  ///
  /// - Parameters:
  ///   - attention: heads and order.
  ///   - queries: `[T, D]`, like the output; where operands are joined, the same map of `3 D` channels thrice.
  ///   - keys: `[S, D]`; causal attention needs `S = T`.
  ///   - values: `[S, D]`.
  ///   - level: instruction set.
  ///   - scratch: one per worker; holds one head's keys and values and one tile of scores.
  ///
  /// - Exactness: products and sums in Float32; a token's bits depend on nothing but its own query and
  ///   the keys and values that it sees.
  package func writeAttention(
    _ attention: Attention, queries: FeatureMap, keys: FeatureMap, values: FeatureMap,
    level: CPULevel = .current, scratch: KernelScratch
  ) {
    precondition(
      queries.pixels == pixels && keys.pixels == values.pixels
        && [queries, keys, values].allSatisfy { $0.channels == attention.width(for: channels) }
        && channels % attention.heads == 0 && (!attention.isCausal || keys.pixels == pixels),
      "queries, keys and values do not fit together")
    let job = AttentionJob(
      attention: attention, queries: queries, keys: keys, values: values, output: self,
      kernels: level.kernels, tokenKernels: level.tokenKernels)
    job.run(scratch: scratch)
  }
}

/// The loops of one attention call around the micro-kernels.
private struct AttentionJob {
  let attention: Attention
  let queries: FeatureMap
  let keys: FeatureMap
  let values: FeatureMap
  let output: FeatureMap
  let kernels: ek_kernels
  let tokenKernels: ek_token_kernels

  /// Softmax works on whole groups of this many scores.
  private static let lanes = 16

  private var depth: Int { output.channels / attention.heads }
  private var product: PanelProduct { PanelProduct(kernels: kernels) }
  private var keyPanels: Int { product.panels(keys.pixels) }
  private var packedKeyFloats: Int { product.packedFloats(rows: depth, columns: keys.pixels) }
  private var packedValueFloats: Int { product.packedFloats(rows: keys.pixels, columns: depth) }
  /// Floats from one row of scores to the next.
  private var scoreStride: Int {
    (keyPanels * kernels.tile_columns).dividedUp(by: Self.lanes) * Self.lanes
  }

  func run(scratch: KernelScratch) {
    let parts = scratch.parts(operations: 2 * queries.pixels * keys.pixels * output.channels)
    // Parts of one head pack its keys and values each for itself, so heads are divided first.
    let partsPerHead = parts.dividedUp(by: attention.heads)
    let pieces = attention.heads * partsPerHead
    scratch.forEachPart(of: parts) { part, scratch in
      for piece in pieces.part(part, of: parts) {
        run(
          piece / partsPerHead,
          queries.pixels.part(piece % partsPerHead, of: partsPerHead, unit: kernels.tile_rows),
          scratch: scratch)
      }
    }
  }

  /// One head for some of the queries.
  private func run(_ head: Int, _ range: Range<Int>, scratch: KernelScratch) {
    let rows = kernels.tile_rows
    scratch.reserve(
      pointers: 2 * rows,
      patches: packedKeyFloats + packedValueFloats + rows * scoreStride,
      zeros: kernels.tile_columns)
    packKeys(head, into: scratch.patches.base)
    packValues(head, into: scratch.patches.base + packedKeyFloats)
    for first in stride(from: range.lowerBound, to: range.upperBound, by: rows) {
      runBlock(head, first: first, count: min(rows, range.upperBound - first), scratch: scratch)
    }
  }

  /// One head's keys as weights `[panel][channel][tile columns]`.
  private func packKeys(_ head: Int, into target: UnsafeMutablePointer<Float>) {
    let width = kernels.tile_columns
    let depth = depth
    let keyStart = attention.start(of: head, .keys, depth: depth)
    for panel in 0..<keyPanels {
      let start = target + panel * depth * width
      for column in 0..<width {
        let token = panel * width + column
        if token < keys.pixels {
          let source = keys.base + token * keys.pixelStride + keyStart
          for channel in 0..<depth { start[channel * width + column] = source[channel] }
        } else {
          for channel in 0..<depth { start[channel * width + column] = 0 }
        }
      }
    }
  }

  /// One head's values as weights `[panel][token][tile columns]`.
  private func packValues(_ head: Int, into target: UnsafeMutablePointer<Float>) {
    product.pack(
      values.base + attention.start(of: head, .values, depth: depth), rows: values.pixels,
      columns: depth, stride: values.pixelStride, into: target)
  }

  /// Attention of one tile of queries: scores, softmax, mean of the values.
  private func runBlock(_ head: Int, first: Int, count: Int, scratch: KernelScratch) {
    let width = kernels.tile_columns
    let scores = scratch.patches.base + packedKeyFloats + packedValueFloats
    let inputs = scratch.pointers
    let outputs = inputs + kernels.tile_rows
    // The block's last token sees most.
    let seen = attention.isCausal ? first + count : keys.pixels
    let start = attention.start(of: head, .queries, depth: depth)
    var tile = product.tile(rows: count, depth: depth, scratch: scratch)
    for row in 0..<count {
      inputs[row] = UnsafePointer(queries.base + (first + row) * queries.pixelStride + start)
      outputs[row] = UnsafePointer(scores + row * scoreStride)
    }
    product.run(
      &tile, weights: scratch.patches.base, panelFloats: depth * width, columns: seen)

    softmax(scores, first: first, count: count, seen: seen)

    for row in 0..<count {
      inputs[row] = UnsafePointer(scores + row * scoreStride)
      outputs[row] = UnsafePointer(output.base + (first + row) * output.pixelStride + head * depth)
    }
    tile.channel_count = seen
    product.run(
      &tile, weights: scratch.patches.base + packedKeyFloats,
      panelFloats: keys.pixels * width, columns: depth)
  }

  private func softmax(
    _ scores: UnsafeMutablePointer<Float>, first: Int, count: Int, seen: Int
  ) {
    let padded = seen.dividedUp(by: Self.lanes) * Self.lanes
    let scale = attention.factor(depth: depth)
    for row in 0..<count {
      let own = attention.isCausal ? first + row + 1 : seen
      let start = scores + row * scoreStride
      (start + own).update(repeating: -.infinity, count: padded - own)
      tokenKernels.softmax(start, padded, scale)
    }
  }
}
