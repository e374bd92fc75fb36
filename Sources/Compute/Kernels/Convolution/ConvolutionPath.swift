/// How a convolution is computed.
package enum ConvolutionPath: Hashable, Sendable {
  /// Sums over taps and channels.
  case direct
  /// Winograd's minimal filtering.
  case winograd(WinogradForm)

  /// The faster way that an arithmetic allows.
  ///
  /// The choice knows the layer alone, never the number of images: an image's bits must not depend on the
  /// images beside it.
  ///
  /// - Parameters:
  ///   - geometry: shape arithmetic.
  ///   - inputs: channels read, `C`.
  ///   - outputs: channels written, `O`.
  ///   - size: rows and columns of the input; nil if unknown, which counts as large.
  ///   - arithmetic: what is allowed.
  /// - Returns: the path.
  package static func fastest(
    _ geometry: ConvolutionGeometry, inputs: Int, outputs: Int, size: Extent? = nil,
    arithmetic: Arithmetic = .fast
  ) -> ConvolutionPath {
    guard arithmetic == .fast, geometry.isPlain, inputs >= fewestChannels else { return .direct }
    let forms = WinogradForm.allCases.filter { geometry.kernel == $0.taps }
    let costs = forms.map { form in
      (form: form, share: form.share(of: size.map { geometry.outputSize($0) }))
    }
    guard let best = costs.min(by: { $0.share < $1.share }), best.share < 0.8 else {
      return .direct
    }
    return .winograd(best.form)
  }

  /// With fewer channels the transforms cost more than the products that they save.
  private static let fewestChannels = 8
}

extension ConvolutionGeometry {
  /// Whether every output reads neighboring inputs of all channels with stride 1.
  var isPlain: Bool { stride == 1 && dilation == 1 && groups == 1 && !isTransposed }

  /// Rows and columns of the output of an input.
  package func outputSize(_ input: Extent) -> Extent {
    Extent(outputRows(input.rows), outputColumns(input.columns))
  }
}

extension WinogradForm {
  /// Products as a share of the plain sum's, the tiles' overhang over the map's edges included.
  func share(of size: Extent?) -> Double {
    let taps = Double(taps.rows * taps.columns)
    guard let size, size.rows > 0, size.columns > 0 else {
      return Double(products) / (Double(outputs.rows * outputs.columns) * taps)
    }
    let tiles = tileCount(size)
    return Double(products * tiles.rows * tiles.columns) / (Double(size.rows * size.columns) * taps)
  }

  /// Tiles that cover a map of outputs.
  func tileCount(_ size: Extent) -> Extent {
    Extent(
      (size.rows + outputs.rows - 1) / outputs.rows,
      (size.columns + outputs.columns - 1) / outputs.columns)
  }
}
