"""Makes the goldens of the ONNX import: what onnxruntime computes on small models and on the parser.

    python Tools/make_onnx_goldens.py [PARSER.onnx]

writes Tests/CheckpointsTests/Goldens/onnx_cases.json: one small model for every operation that can be
imported (base64, with onnxruntime's results on a seeded input as base64 of float32) and for every
refusal (with words that the message must hold). With the parser's file it also writes onnx_parser.json:
sum, sum of squares and 256 evenly spaced values of its logits, and of one tap, on a seeded input.

Made with Python 3.11, onnx 1.23.2, onnxruntime 1.31.1, numpy 2.4.6.
"""

import base64
import json
import pathlib
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import seeded_parameters

GOLDENS = pathlib.Path(__file__).parent.parent / "Tests/CheckpointsTests/Goldens"
SEED = 31
RANDOM = numpy.random.default_rng(31)
IR_VERSION = 8

CASES = []
REFUSALS = []


def node(operation, inputs, outputs, name=None, **attributes):
    return helper.make_node(
        operation, inputs.split(), outputs.split(), name=name or operation.lower(), **attributes)


def random(*shape, type=numpy.float32):
    return RANDOM.uniform(-1, 1, shape).astype(type)


def integers(*values):
    return numpy.array(values, numpy.int64)


def model(nodes, constants, input, opset=17, result="y", inputs=None):
    """A model; `input` is the per-sample shape or, as strings, leaves sizes open."""
    for index, made in enumerate(nodes):
        if any(made.name == other.name for other in nodes[:index]):
            made.name += str(index)
    initializers = [
        value if isinstance(value, TensorProto) else numpy_helper.from_array(value, name)
        for name, value in constants.items()]
    graph = helper.make_graph(
        nodes, "graph",
        inputs or [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *input])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in result.split()],
        initializers)
    # The old IR lets small files do without what newer ones add.
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=IR_VERSION)


def encoded(made):
    return base64.b64encode(made.SerializeToString()).decode()


def case(name, nodes, constants, input=(3, 7, 6), declared=None, **options):
    """Runs a model and keeps its results."""
    made = model(nodes, constants, declared or input, **options)
    session = onnxruntime.InferenceSession(
        made.SerializeToString(), session_options(), providers=["CPUExecutionProvider"])
    x = seeded_parameters.network_input(input, SEED).astype(numpy.float32)
    results = session.run(None, {"x": x[None]})
    outputs = [
        {"name": output.name, "shape": list(value.shape[1:]), "values": as_bytes(value)}
        for output, value in zip(made.graph.output, results)]
    CASES.append(
        {"name": name, "model": encoded(made), "input": list(input), "outputs": outputs})


def refusal(name, words, nodes, constants, input=(3, 7, 6), **options):
    REFUSALS.append(
        {"name": name, "model": encoded(model(nodes, constants, input, **options)),
         "words": words})


def as_bytes(value):
    return base64.b64encode(value.astype("<f4").tobytes()).decode()


def as_floats(value):
    return [float(f"{number:.9g}") for number in value.ravel()]


def session_options():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Nothing is fused or folded: what is computed is what is written.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return options


def convolutions():
    case("conv", [node("Conv", "x w b", "y", pads=[1, 1, 1, 1], kernel_shape=[3, 3])],
         {"w": random(4, 3, 3, 3), "b": random(4)})
    case("conv without bias, 1×3", [node("Conv", "x w", "y", pads=[0, 1, 0, 1], strides=[2, 2])],
         {"w": random(2, 3, 1, 3)}, opset=9)
    case("conv in groups, dilated",
         [node("Conv", "x w b", "y", pads=[2, 2, 2, 2], group=2, dilations=[2, 2])],
         {"w": random(4, 2, 3, 3), "b": random(4)}, input=(4, 7, 6))
    case("conv depthwise", [node("Conv", "x w b", "y", pads=[1, 1, 1, 1], group=3, strides=[2, 2])],
         {"w": random(3, 1, 3, 3), "b": random(3)})
    case("conv same", [node("Conv", "x w", "y", auto_pad="SAME_UPPER", kernel_shape=[3, 5])],
         {"w": random(2, 3, 3, 5)})
    case("conv valid", [node("Conv", "x w", "y", auto_pad="VALID")], {"w": random(2, 3, 3, 2)})
    case("conv with shared weights",
         [node("Conv", "x w", "a", pads=[1, 1, 1, 1]), node("Identity", "w", "v"),
          node("Conv", "a v", "y", pads=[1, 1, 1, 1])], {"w": random(3, 3, 3, 3)})
    half = random(2, 3, 3, 3, type=numpy.float16)
    case("conv with float16 weights",
         [node("Cast", "h", "w", to=1), node("Conv", "x w", "y")], {"h": half})
    case("conv with bfloat16 weights", [node("Cast", "h", "w", to=1), node("Conv", "x w", "y")],
         {"h": helper.make_tensor(
             "h", TensorProto.BFLOAT16, [2, 3, 3, 3],
             (random(54).view(numpy.uint32) >> 16).astype(numpy.uint16).tobytes(), raw=True)})
    case("conv with float64 weights", [node("Cast", "h", "w", to=1), node("Conv", "x w", "y")],
         {"h": random(2, 3, 3, 3).astype(numpy.float64)})
    case("conv with weights in typed fields", [node("Conv", "x w b", "y")],
         {"w": helper.make_tensor("w", TensorProto.FLOAT, [2, 3, 3, 3], random(54).tolist()),
          "b": helper.make_tensor("b", TensorProto.FLOAT, [2], random(2).tolist())})
    weights = numpy_helper.from_array(random(2, 3, 3, 3), "w")
    case("conv with weights in a node",
         [node("Constant", "", "w", value=weights), node("Conv", "x w", "y")], {})
    case("conv transposed", [node("ConvTranspose", "x w b", "y", strides=[2, 2])],
         {"w": random(3, 4, 2, 2), "b": random(4)})
    case("conv transposed with border",
         [node("ConvTranspose", "x w", "y", strides=[2, 2], pads=[1, 1, 1, 1])],
         {"w": random(3, 2, 4, 3)})
    case("conv transposed in groups, dilated",
         [node("ConvTranspose", "x w b", "y", strides=[2, 2], group=2, dilations=[2, 2])],
         {"w": random(4, 3, 3, 3), "b": random(6)}, input=(4, 5, 4))


def activations():
    case("relu", [node("Relu", "x", "y")], {})
    case("sigmoid", [node("Sigmoid", "x", "y")], {})
    case("prelu on maps", [node("PRelu", "x s", "y")], {"s": random(3, 1, 1)})
    case("prelu with one slope", [node("PRelu", "x s", "y")], {"s": random(1)})
    case("prelu on vectors", [node("PRelu", "x s", "y")], {"s": random(5)}, input=(5,))
    case("leaky relu", [node("LeakyRelu", "x", "y", alpha=0.2)], {})
    case("clip from zero", [node("Clip", "x l", "y")], {"l": numpy.float32(0)})
    case("clip to a bound", [node("Clip", "x l u", "y")],
         {"l": numpy.float32(0), "u": numpy.float32(0.4)})
    case("clip of old", [node("Clip", "x", "y", min=0.0, max=6.0)], {}, opset=9)


def poolings():
    case("max pool", [node("MaxPool", "x", "y", kernel_shape=[2, 2], strides=[2, 2])], {})
    case("max pool with border",
         [node("MaxPool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])], {})
    case("max pool, ceil mode",
         [node("MaxPool", "x", "y", kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1)], {})
    case("max pool as subsampling",
         [node("MaxPool", "x", "y", kernel_shape=[1, 1], strides=[2, 2])], {})
    case("average pool without border",
         [node("AveragePool", "x", "y", kernel_shape=[3, 3], pads=[1, 1, 1, 1])], {})
    case("average pool with border",
         [node("AveragePool", "x", "y", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2],
               count_include_pad=1)], {})
    case("average pool, exact ceil mode",
         [node("AveragePool", "x", "y", kernel_shape=[3, 2], strides=[2, 2], ceil_mode=1)], {},
         opset=19)
    case("global average pool", [node("GlobalAveragePool", "x", "y")], {})
    case("global max pool", [node("GlobalMaxPool", "x", "y")], {})
    case("mean over pixels", [node("ReduceMean", "x", "y", axes=[2, 3])], {})
    case("mean over pixels, dropped", [node("ReduceMean", "x a", "y", keepdims=0)],
         {"a": integers(-1, -2)}, opset=18)


def arithmetic():
    scale, channels = random(3, 1, 1), random(1, 3, 1, 1)
    case("add a number", [node("Add", "x c", "y")], {"c": numpy.float32(0.3)})
    case("add per channel", [node("Add", "c x", "y")], {"c": channels})
    case("add to vectors", [node("Add", "x c", "y")], {"c": random(5)}, input=(5,))
    case("subtract per channel", [node("Sub", "x c", "y")], {"c": scale})
    case("subtract from a number", [node("Sub", "c x", "y")], {"c": numpy.float32(0.3)})
    case("multiply per channel", [node("Mul", "x c", "y")], {"c": channels})
    case("divide per channel", [node("Div", "x c", "y")], {"c": scale + 2})
    case("add results", [node("Relu", "x", "a"), node("Add", "x a", "y")], {})
    case("subtract results", [node("Relu", "x", "a"), node("Sub", "a x", "y")], {})
    case("multiply results", [node("Sigmoid", "x", "a"), node("Mul", "x a", "y")], {})
    case("gate per channel",
         [node("GlobalAveragePool", "x", "m"), node("Sigmoid", "m", "g"), node("Mul", "g x", "y")],
         {})
    case("batch norm", [node("BatchNormalization", "x s b m v", "y", epsilon=1e-3)],
         {"s": random(3), "b": random(3), "m": random(3), "v": random(3) + 1.5})
    case("batch norm on vectors", [node("BatchNormalization", "x s b m v", "y")],
         {"s": random(5), "b": random(5), "m": random(5), "v": random(5) + 1.5}, input=(5,),
         opset=9)
    case("length 1", [node("LpNormalization", "x", "y", axis=1, p=2)], {}, input=(5,))
    case("length 1 in steps",
         [node("ReduceL2", "x", "n", axes=[1]), node("Clip", "n e", "c"), node("Shape", "x", "s"),
          node("Expand", "c s", "d"), node("Div", "x d", "y")],
         {"e": numpy.float32(1e-12)}, input=(5,), opset=13)


def linear_layers():
    case("gemm", [node("Gemm", "x w b", "y", transB=1)], {"w": random(4, 5), "b": random(4)},
         input=(5,))
    case("gemm, matrix transposed", [node("Gemm", "x w b", "y")],
         {"w": random(5, 4), "b": random(1, 4)}, input=(5,))
    case("gemm without bias", [node("Gemm", "x w", "y", transB=1)], {"w": random(4, 5)},
         input=(5,))
    case("matrix product", [node("MatMul", "x w", "p"), node("Add", "b p", "y")],
         {"w": random(5, 4), "b": random(4)}, input=(5,))
    case("one matrix in both layouts",
         [node("Gemm", "x w", "a", transB=1), node("MatMul", "a w", "y")], {"w": random(5, 5)},
         input=(5,))


def shapes():
    fc = {"w": random(2, 24)}
    case("flatten", [node("Flatten", "x", "f"), node("Gemm", "f w", "y", transB=1)], fc,
         input=(2, 4, 3))
    case("flatten, last", [node("Flatten", "x", "y")], {}, input=(2, 4, 3))
    case("reshape", [node("Reshape", "x s", "f"), node("Gemm", "f w", "y", transB=1)],
         {**fc, "s": integers(0, -1)}, input=(2, 4, 3))
    case("reshape as views are exported",
         [node("Shape", "x", "s"), node("Gather", "s i", "n", axis=0),
          node("Unsqueeze", "n a", "u"), node("Concat", "u minus", "t", axis=0),
          node("Reshape", "x t", "f"), node("Gemm", "f w", "y", transB=1)],
         {**fc, "i": numpy.int64(0), "a": integers(0), "minus": integers(-1)}, input=(2, 4, 3))
    case("squeeze", [node("GlobalAveragePool", "x", "m"), node("Squeeze", "m", "y", axes=[2, 3])],
         {}, opset=11)
    case("squeeze one by one",
         [node("GlobalAveragePool", "x", "m"), node("Squeeze", "m a", "n"),
          node("Squeeze", "n b", "o"), node("Gemm", "o w", "y", transB=1)],
         {"a": integers(-1), "b": integers(2), "w": random(4, 3)})
    case("squeeze and excite",
         [node("GlobalAveragePool", "x", "m"), node("Flatten", "m", "f"),
          node("Gemm", "f w", "h", transB=1), node("Relu", "h", "r"), node("Gemm", "r v", "e"),
          node("Sigmoid", "e", "s"), node("Unsqueeze", "s a", "u"),
          node("Unsqueeze", "u b", "g"), node("Mul", "x g", "y")],
         {"w": random(2, 3), "v": random(2, 3), "a": integers(2), "b": integers(3)})
    case("vector to map",
         [node("Reshape", "x s", "m"), node("Conv", "m w", "y")],
         {"s": integers(-1, 5, 1, 1), "w": random(4, 5, 1, 1)}, input=(5,))
    case("concat", [node("Relu", "x", "a"), node("Concat", "x a x", "y", axis=1)], {})
    case("concat from the end",
         [node("Sigmoid", "x", "a"), node("Concat", "a x", "y", axis=-3)], {})
    case("concat of vectors", [node("Relu", "x", "a"), node("Concat", "x a", "y", axis=1)], {},
         input=(5,))
    case("identity", [node("Identity", "x", "i"), node("Dropout", "i", "y")], {})
    case("dropout of old", [node("Dropout", "x", "d", ratio=0.5), node("Relu", "d", "y")], {},
         opset=9)
    case("cast", [node("Cast", "x", "c", to=1), node("Relu", "c", "y")], {})
    case("several results", [node("Relu", "x", "y"), node("Sigmoid", "x", "z")], {},
         result="y z")
    case("open sizes", [node("Relu", "x", "y")], {}, declared=("C", "H", "W"))


def resizes():
    def scales(rows, columns):
        return numpy.array([1, 1, rows, columns], numpy.float32)

    case("nearest ×2, ×3",
         [node("Resize", "x roi s", "y", mode="nearest",
               coordinate_transformation_mode="asymmetric", nearest_mode="floor")],
         {"roi": numpy.zeros(0, numpy.float32), "s": scales(2, 3)})
    case("nearest by default ×2", [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize")],
         {"s": scales(2, 2)})
    case("nearest by default ×3", [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize")],
         {"s": scales(3, 3)})
    case("nearest ×2, asymmetric, rounded",
         [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize",
                           coordinate_transformation_mode="asymmetric")], {"s": scales(2, 2)})
    case("nearest to smaller sizes",
         [helper.make_node("Resize", ["x", "", "", "s"], ["y"], "resize", nearest_mode="floor",
                           coordinate_transformation_mode="asymmetric")],
         {"s": integers(1, 3, 4, 5)})
    case("upsample", [node("Upsample", "x s", "y", mode="nearest")], {"s": scales(2, 2)}, opset=9)
    case("upsample by setting", [node("Upsample", "x", "y", scales=[1.0, 1.0, 2.0, 3.0])], {},
         opset=7)
    case("resize of old", [node("Resize", "x s", "y", mode="nearest")], {"s": scales(2, 2)},
         opset=10)
    case("bilinear, half pixels",
         [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize", mode="linear",
                           coordinate_transformation_mode="half_pixel")], {"s": scales(2, 2)})
    case("bilinear, PyTorch's half pixels, to sizes",
         [helper.make_node("Resize", ["x", "", "", "s"], ["y"], "resize", mode="linear",
                           coordinate_transformation_mode="pytorch_half_pixel")],
         {"s": integers(1, 3, 10, 4)})
    case("bilinear, aligned corners",
         [helper.make_node("Resize", ["x", "", "", "s"], ["y"], "resize", mode="linear",
                           coordinate_transformation_mode="align_corners")],
         {"s": integers(1, 3, 10, 11)}, opset=21)
    case("bilinear to another result's size",
         [node("MaxPool", "x", "p", kernel_shape=[2, 2], strides=[2, 2]), node("Shape", "x", "a"),
          node("Slice", "a i j k", "size"), node("Shape", "p", "c"),
          node("Slice", "c k i k", "front"),
          node("Concat", "front size", "t", axis=0),
          helper.make_node("Resize", ["p", "", "", "t"], ["y"], "resize", mode="linear",
                           coordinate_transformation_mode="half_pixel")],
         {"i": integers(2), "j": integers(2**63 - 1), "k": integers(0)})
    case("sizes by arithmetic",
         [node("Shape", "x", "a", start=2), node("Mul", "a two", "b"), node("Sub", "b one", "c"),
          node("Cast", "c", "d", to=7), node("Concat", "front d", "t", axis=0),
          helper.make_node("Resize", ["x", "", "", "t"], ["y"], "resize", nearest_mode="floor",
                           coordinate_transformation_mode="asymmetric")],
         {"two": integers(2), "one": integers(1), "front": integers(1, 3)}, opset=15)


def refusals():
    weights = {"w": random(2, 3, 3, 3)}
    refusal("lacking operations", ["Softmax (1×, first 'softmax')", "Transpose (2×, first 't1')"],
            [node("Transpose", "x", "a", name="t1"), node("Softmax", "a", "b"),
             node("Transpose", "b", "y", name="t2")], {})
    refusal("foreign operations", ["com.example.Conv (1×, first 'conv')"],
            [node("Conv", "x w", "y", domain="com.example")], weights)
    refusal("operator set too new", ["operator set 22", "7 to 21"], [node("Relu", "x", "y")], {},
            opset=22)
    refusal("operator set too old", ["operator set 6"], [node("Relu", "x", "y")], {}, opset=6)
    refusal("conv, uneven pads", ["Conv 'c'", "pads [0, 0, 1, 1]"],
            [node("Conv", "x w", "y", name="c", pads=[0, 0, 1, 1])], weights)
    refusal("conv, uneven strides", ["strides [1, 2]"],
            [node("Conv", "x w", "y", strides=[1, 2])], weights)
    refusal("conv, stride 0", ["strides [0, 0]"], [node("Conv", "x w", "y", strides=[0, 0])],
            weights)
    refusal("conv, huge pads", ["pads [99999, 99999, 99999, 99999]"],
            [node("Conv", "x w", "y", pads=[99999] * 4)], weights)
    refusal("conv, uneven same", ["differ from side to side"],
            [node("Conv", "x w", "y", auto_pad="SAME_UPPER", strides=[2, 2])], weights)
    refusal("conv, other channels", ["weights [2, 4, 3, 3]", "3 channels"],
            [node("Conv", "x w", "y")], {"w": random(2, 4, 3, 3)})
    refusal("conv, kernel_shape of other weights", ["kernel_shape 5×5"],
            [node("Conv", "x w", "y", kernel_shape=[5, 5])], weights)
    refusal("conv, computed weights", ["stored float tensor"],
            [node("Relu", "x", "a"), node("Conv", "x a", "y")], {})
    refusal("conv, integer weights", ["stored float tensor", "integers"],
            [node("Conv", "x w", "y")], {"w": numpy.ones((2, 3, 3, 3), numpy.int8)})
    refusal("conv, larger than the image", ["conv 9×9", "[3, 7, 6]"], [node("Conv", "x w", "y")],
            {"w": random(1, 3, 9, 9)})
    refusal("conv along one axis", ["axes"], [node("Conv", "x w", "y")], {"w": random(2, 3, 3)})
    refusal("transposed, output padding", ["output_padding [1, 1]"],
            [node("ConvTranspose", "x w", "y", strides=[2, 2], output_padding=[1, 1])],
            {"w": random(3, 2, 3, 3)})
    refusal("transposed, output shape", ["output_shape"],
            [node("ConvTranspose", "x w", "y", output_shape=[16, 16])], {"w": random(3, 2, 3, 3)})
    refusal("max pool, dilated", ["dilations"],
            [node("MaxPool", "x", "y", kernel_shape=[2, 2], dilations=[2, 2])], {})
    refusal("max pool, window in the border", ["pads 2×2"],
            [node("MaxPool", "x", "y", kernel_shape=[2, 2], pads=[2, 2, 2, 2])], {})
    refusal("max pool, indices", ["'i'", "training"],
            [node("MaxPool", "x", "p i", kernel_shape=[2, 2]), node("Identity", "i", "y")], {})
    refusal("average pool, ceil mode", ["ceil_mode"],
            [node("AveragePool", "x", "y", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)], {})
    refusal("gemm, alpha", ["alpha 0.5"], [node("Gemm", "x w", "y", alpha=0.5, transB=1)],
            {"w": random(4, 5)}, input=(5,))
    refusal("gemm, other size", ["[4, 6]", "5 numbers"], [node("Gemm", "x w", "y", transB=1)],
            {"w": random(4, 6)}, input=(5,))
    refusal("matrix product of maps", ["needs [N, D]"], [node("MatMul", "x w", "y")],
            {"w": random(6, 6)})
    refusal("batch norm in training", ["training_mode 1"],
            [node("BatchNormalization", "x s s s s", "y m v", training_mode=1)], {"s": random(3)})
    refusal("add along columns", ["cannot combine", "[6]"], [node("Add", "x c", "y")],
            {"c": random(6)})
    refusal("multiply by one map", ["cannot combine"], [node("Mul", "x c", "y")],
            {"c": random(1, 1, 7, 6)})
    refusal("divide results", ["cannot combine"],
            [node("Sigmoid", "x", "a"), node("Div", "x a", "y")], {})
    refusal("clip from below", ["-1.0"], [node("Clip", "x", "y", min=-1.0, max=1.0)], {}, opset=9)
    refusal("concat along rows", ["axis 2"], [node("Concat", "x x", "y", axis=2)], {})
    refusal("concat of other sizes", ["operand 2"],
            [node("MaxPool", "x", "a", kernel_shape=[2, 2]), node("Concat", "x a", "y", axis=1)],
            {})
    refusal("mean over channels", ["H and W"], [node("ReduceMean", "x", "y", axes=[1])], {})
    refusal("mean over all", ["H and W"], [node("ReduceMean", "x", "y")], {})
    refusal("flatten from axis 2", ["axis 2"], [node("Flatten", "x", "y", axis=2)], {})
    refusal("reshape to groups", ["reshapes"], [node("Reshape", "x s", "y")],
            {"s": integers(0, 3, 1, -1)})
    refusal("reshape to several samples", ["not one sample"], [node("Reshape", "x s", "y")],
            {"s": integers(3, -1)})
    refusal("reshape beyond all bounds", ["not one sample"], [node("Reshape", "x s", "y")],
            {"s": integers(2**62, 2**62, -1)})
    refusal("squeeze of all", ["names no axes"],
            [node("GlobalAveragePool", "x", "m"), node("Squeeze", "m", "y")], {})
    refusal("squeeze of rows", ["1 along [2]"], [node("Squeeze", "x a", "y")],
            {"a": integers(2)})
    refusal("bicubic", ["mode cubic"],
            [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize", mode="cubic")],
            {"s": numpy.array([1, 1, 2, 2], numpy.float32)})
    refusal("bilinear, asymmetric", ["asymmetric"],
            [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize", mode="linear",
                              coordinate_transformation_mode="asymmetric")],
            {"s": numpy.array([1, 1, 2, 2], numpy.float32)})
    refusal("nearest, half pixels, smaller", ["half_pixel"],
            [helper.make_node("Resize", ["x", "", "", "s"], ["y"], "resize")],
            {"s": integers(1, 3, 4, 5)})
    refusal("nearest to part of a pixel", ["no whole size"],
            [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize")],
            {"s": numpy.array([1, 1, 1.3, 2], numpy.float32)})
    refusal("nearest by NaN", ["no whole size"],
            [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize")],
            {"s": numpy.array([1, 1, numpy.nan, 2], numpy.float32)})
    refusal("length of maps", ["needs [N, D]"], [node("LpNormalization", "x", "y", axis=1)], {})
    refusal("a constant as result", ["result 'y'", "constant"], [node("Identity", "c", "y")],
            {"c": random(3)})
    two = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["N", 3, 4, 4]) for n in "xz"]
    refusal("two inputs", ["has 2 inputs"], [node("Add", "x z", "y")], {}, inputs=two)
    whole = [helper.make_tensor_value_info("x", TensorProto.INT64, ["N", 3, 4, 4])]
    refusal("integer input", ["element type 7"], [node("Relu", "x", "y")], {}, inputs=whole)
    refusal("three axes", ["3 axes"], [node("Relu", "x", "y")], {}, input=(3, 7))
    refusal("open sizes", ["[N, 3, ?, ?]"], [node("Relu", "x", "y")], {}, input=(3, "H", "W"))


def sampled(value):
    flat = value.ravel()
    exact = flat.astype(numpy.float64)
    return {
        "shape": list(value.shape), "sum": float(exact.sum()),
        "squares": float((exact * exact).sum()),
        "samples": as_floats(flat[numpy.arange(256) * flat.size // 256])}


def parser(path):
    made = onnx.load(path)
    tap = "/bottleneck/bottleneck.3/Relu_output_0"
    made.graph.output.append(helper.make_tensor_value_info(tap, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(made.SerializeToString(), session_options())
    x = seeded_parameters.network_input((3, 256, 256), SEED).astype(numpy.float32)
    logits, middle = session.run(None, {"image": x[None]})
    write("onnx_parser.json", {"seed": SEED, "output": sampled(logits[0]), tap: sampled(middle[0])})


def write(name, content):
    (GOLDENS / name).write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n")


def main():
    GOLDENS.mkdir(parents=True, exist_ok=True)
    convolutions()
    activations()
    poolings()
    arithmetic()
    linear_layers()
    shapes()
    resizes()
    refusals()
    write("onnx_cases.json", {"seed": SEED, "cases": CASES, "refusals": REFUSALS})
    if len(sys.argv) > 1:
        parser(sys.argv[1])


main()
