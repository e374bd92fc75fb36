import Graphs
import Kernels

/// Convolutions and linear layers.
extension DifferentiableStepBuilder {
  func layer(_ index: Int, output: Int, isReLU: Bool) throws(GraphError)
    -> any DifferentiableStep
  {
    let node = graph.nodes[index]
    let source = graph.nodes[node.inputs[0]]
    let (inputs, outputs) = (source.shape[0], node.shape[0])
    let layer: LayerStep.Layer
    switch node.operation {
    case .convolution(let geometry, let weight, let bias):
      layer = convolution(
        geometry, inputs: inputs, outputs: outputs, size: source.extent, input: node.inputs[0],
        names: (weight, bias))
    case .linear(let weight, let bias):
      layer = matrix(
        from: inputs, to: outputs, isTransposed: false, input: node.inputs[0],
        names: (weight, bias))
    case .projection(let weight):
      layer = matrix(
        from: inputs, to: outputs, isTransposed: true, input: node.inputs[0],
        names: (weight, nil))
    default: throw noGradient(node)
    }
    return LayerStep(
      layer, input: node.inputs[0], output: output, size: node.extent, isReLU: isReLU)
  }

  private func convolution(
    _ geometry: ConvolutionGeometry, inputs: Int, outputs: Int, size: Extent, input: Int,
    names: (weight: String, bias: String?)
  ) -> LayerStep.Layer {
    let arithmetic = settings.arithmetic
    // The inputs of the ordinary convolution that a transposed one reverses are the latter's
    // outputs.
    let plain = ConvolutionGeometry(
      kernel: geometry.kernel, stride: geometry.stride, padding: geometry.padding,
      dilation: geometry.dilation, groups: geometry.groups)
    let forward = UpdatableConvolution(
      geometry, inputs: inputs, outputs: outputs, size: size, level: level, arithmetic: arithmetic)
    return LayerStep.Layer(
      forward: forward,
      gradient: isActive[input]
        ? UpdatableConvolution(
          gradientOf: geometry, sharing: forward, inputs: inputs, outputs: outputs, size: size,
          level: level, arithmetic: arithmetic) : nil,
      filters: FilterGradient(
        plain, inputs: geometry.isTransposed ? outputs : inputs,
        outputs: geometry.isTransposed ? inputs : outputs,
        size: geometry.isTransposed ? geometry.outputSize(size) : size,
        isInputFirst: geometry.isOutputFirst, level: level,
        arithmetic: settings.filterArithmetic),
      isTrained: settings.parameters.contains(names.weight), exchanges: geometry.isTransposed,
      weight: names.weight, bias: names.bias)
  }

  private func matrix(
    from inputs: Int, to outputs: Int, isTransposed: Bool, input: Int,
    names: (weight: String, bias: String?)
  ) -> LayerStep.Layer {
    let forward = UpdatableConvolution(
      matrixFrom: inputs, to: outputs, isTransposed: isTransposed, level: level)
    return LayerStep.Layer(
      forward: forward,
      gradient: isActive[input]
        ? UpdatableConvolution(
          matrixFrom: outputs, to: inputs, isTransposed: !isTransposed, gradientOf: forward,
          level: level) : nil,
      filters: FilterGradient(
        matrixFrom: inputs, to: outputs, isTransposed: isTransposed, level: level),
      isTrained: settings.parameters.contains(names.weight), exchanges: false, weight: names.weight,
      bias: names.bias)
  }
}
