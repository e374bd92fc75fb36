"""Makes the goldens of the ONNX import: what onnxruntime computes on small models and on the parser.

    python Tools/make_onnx_goldens.py [PARSER.onnx]

writes Tests/Models/ONNXTests/Goldens/onnx_cases.json: one small model for every operation that can be
imported (base64, with onnxruntime's results on a seeded input as base64 of float32) and for every
refusal (with words that the message must hold). With the parser's file it also writes onnx_parser.json:
sum, sum of squares and 256 evenly spaced values of its logits, and of one tap, on a seeded input.

Made with Python 3.11, onnx 1.23.2, onnxruntime 1.31.1 and 1.32.0 (the same bytes), numpy 2.4.6.
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

GOLDENS = pathlib.Path(__file__).parent.parent / "Tests/Models/ONNXTests/Goldens"
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
    for mode in ["nearest", "linear", "cubic"]:
        for position in ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric",
                         "half_pixel_symmetric"]:
            for size in [(10, 4), (5, 13)]:
                case(f"{mode}, {position}, to {size[0]}×{size[1]}",
                     [helper.make_node("Resize", ["x", "", "", "s"], ["y"], "resize", mode=mode,
                                       coordinate_transformation_mode=position)],
                     {"s": integers(1, 1, *size)}, input=(1, 7, 6), opset=19)
    for rounding in ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]:
        for position in ["half_pixel", "asymmetric", "tf_half_pixel_for_nn"]:
            case(f"nearest, {position}, {rounding}",
                 [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize",
                                   nearest_mode=rounding,
                                   coordinate_transformation_mode=position)],
                 {"s": scales(1.5, 0.7)}, input=(1, 7, 6))
    for opset, position in [(11, "half_pixel"), (13, "align_corners"), (18, "asymmetric"),
                            (21, "half_pixel")]:
        case(f"linear by factors, operator set {opset}",
             [node("Resize", "x roi s", "y", mode="linear",
                   coordinate_transformation_mode=position)],
             {"roi": numpy.zeros(0, numpy.float32), "s": scales(1.3, 0.6)}, opset=opset)
    case("cubic of Catmull and Rom, outside excluded",
         [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize", mode="cubic",
                           cubic_coeff_a=-0.5, exclude_outside=1)], {"s": scales(2, 1.5)})
    case("cubic to smaller sizes without aliasing",
         [helper.make_node("Resize", ["x", "", "", "s"], ["y"], "resize", mode="cubic",
                           antialias=1)], {"s": integers(1, 3, 4, 3)}, opset=18)
    case("linear to smaller sizes without aliasing",
         [helper.make_node("Resize", ["x", "", "", "s"], ["y"], "resize", mode="linear",
                           antialias=1)], {"s": integers(1, 3, 3, 4)}, opset=18)
    case("resize along axes, shape kept",
         [helper.make_node("Resize", ["x", "", "", "s"], ["y"], "resize", mode="linear",
                           axes=[2, 3], keep_aspect_ratio_policy="not_larger")],
         {"s": integers(14, 9)}, opset=18)
    case("upsample, linear", [node("Upsample", "x s", "y", mode="linear")],
         {"s": scales(2, 2)}, opset=9)
    case("nearest to part of a pixel",
         [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize")], {"s": scales(1.3, 2)})


def transformers():
    """Views, products of results and the softmax between them."""
    three = {"t": integers(1, 12, 10)}
    rows = node("Reshape", "x t", "r")
    case("transpose to channels last and back",
         [node("Transpose", "x", "a", perm=[0, 2, 3, 1]), node("Relu", "a", "b"),
          node("Transpose", "b", "y", perm=[0, 3, 1, 2])], {})
    case("transpose of rows and columns", [node("Transpose", "x", "y", perm=[0, 1, 3, 2])], {})
    case("softmax of channels", [node("Softmax", "x", "y", axis=1)], {})
    case("softmax of columns", [node("Softmax", "x", "y")], {})
    case("softmax of old over all", [node("Softmax", "x", "y")], {}, opset=11)
    case("logarithm of softmax", [node("LogSoftmax", "x", "y", axis=-3)], {})
    case("matrix product of rows", [rows, node("MatMul", "r w", "p"), node("Add", "p b", "y")],
         {**three, "w": random(10, 7), "b": random(7)}, input=(3, 8, 5))
    case("matrix product of a stored matrix and columns",
         [rows, node("MatMul", "w r", "y")], {**three, "w": random(5, 12)}, input=(3, 8, 5))
    case("matrix product of results",
         [rows, node("Sigmoid", "r", "a"), node("Transpose", "a", "b", perm=[0, 2, 1]),
          node("MatMul", "r b", "y")], three, input=(3, 8, 5))
    case("matrix product of results with broadcasting",
         [node("Slice", "x s e a", "k"), node("Transpose", "k", "l", perm=[0, 1, 3, 2]),
          node("MatMul", "x l", "y")],
         {"s": integers(0), "e": integers(1), "a": integers(1)})
    case("gemm of results",
         [node("Reshape", "x t", "a"), node("Gemm", "a a", "p", transB=1, alpha=0.5),
          node("Unsqueeze", "p z", "y")], {"t": integers(6, 21), "z": integers(0)})
    heads = {"t": integers(1, 12, 3, 2, 5), "u": integers(1, 12, 10)}
    split = [node("Conv", "x w b", "c"), node("Reshape", "c v", "d"),
             node("Transpose", "d", "e", perm=[0, 2, 1]), node("Reshape", "e t", "f"),
             node("Transpose", "f", "g", perm=[2, 0, 3, 1, 4]),
             node("Gather", "g zero", "q"), node("Gather", "g one", "k"),
             node("Gather", "g two", "l"), node("Transpose", "k", "m", perm=[0, 1, 3, 2])]
    stored = {**heads, "w": random(30, 3, 1, 1), "b": random(30), "v": integers(1, 30, 12),
              "zero": numpy.int64(0), "one": numpy.int64(1), "two": numpy.int64(2)}
    joined = [node("MatMul", "p l", "o"), node("Transpose", "o", "n", perm=[0, 2, 1, 3]),
              node("Reshape", "n u", "y")]
    case("attention",
         split + [node("MatMul", "q m", "s"), node("Mul", "s f2", "i"), node("Softmax", "i", "p")]
         + joined, {**stored, "f2": numpy.float32(5 ** -0.5)}, input=(3, 4, 3))
    case("attention with factors on queries and keys",
         split + [node("Mul", "q f2", "q2"), node("Mul", "m f2", "m2"),
                  node("MatMul", "q2 m2", "s"), node("Softmax", "s", "p")]
         + joined, {**stored, "f2": numpy.float32(5 ** -0.25)}, input=(3, 4, 3))
    case("attention with a bias on the scores",
         split + [node("MatMul", "q m", "s"), node("Add", "s f2", "i"), node("Softmax", "i", "p")]
         + joined, {**stored, "f2": random(2, 12, 12)}, input=(3, 4, 3))
    case("class token and positions",
         [rows, node("Expand", "c e", "d"), node("Concat", "d r", "g", axis=1),
          node("Add", "g p", "h"), node("Gather", "h i", "y", axis=1)],
         {**three, "c": random(1, 1, 10), "e": integers(1, 1, 10), "p": random(13, 10),
          "i": numpy.int64(0)}, input=(3, 8, 5))
    case("rows in another order",
         [rows, node("Gather", "r i", "y", axis=1)], {**three, "i": integers(3, 0, -1, 3)},
         input=(3, 8, 5))
    case("every second row backwards",
         [rows, node("Slice", "r s e a k", "y")],
         {**three, "s": integers(-1), "e": integers(-100), "a": integers(1), "k": integers(-2)},
         input=(3, 8, 5))
    case("split by sizes",
         [node("Split", "x s", "a b", axis=1), node("Mul", "a g", "c"),
          node("Concat", "b c", "y", axis=1)],
         {"s": integers(1, 2), "g": random(1, 1, 1, 1)})
    case("split and slice of old",
         [node("Split", "x", "a b", axis=2, split=[3, 4]),
          node("Slice", "b", "c", starts=[1], ends=[4], axes=[2]), node("Sub", "a c", "y")],
         {}, opset=9)
    case("split by number", [node("Split", "x", "a b c", axis=2, num_outputs=3),
                             node("Concat", "c a", "y", axis=2)], {}, opset=18)
    case("channel shuffle",
         [node("Reshape", "x t", "a"), node("Transpose", "a", "b", perm=[0, 2, 1, 3, 4]),
          node("Reshape", "b u", "y")],
         {"t": integers(0, 2, 2, 7, 6), "u": integers(0, -1, 7, 6)}, input=(4, 7, 6))
    case("pixels to channels and a convolution",
         [node("Reshape", "x t", "a"), node("Transpose", "a", "b", perm=[0, 1, 3, 5, 2, 4]),
          node("Reshape", "b u", "c"), node("Conv", "c w", "y")],
         {"t": integers(1, 3, 3, 2, 2, 3), "u": integers(1, 18, 3, 2),
          "w": random(4, 18, 1, 1)}, input=(3, 6, 6))
    case("tiles", [node("Tile", "x n", "y")], {"n": integers(1, 2, 1, 3)})


def normalizations():
    case("layer norm of images in rows",
         [node("Transpose", "x", "a", perm=[0, 2, 3, 1]),
          node("LayerNormalization", "a s b", "c", epsilon=1e-3),
          node("Transpose", "c", "y", perm=[0, 3, 1, 2])], {"s": random(3), "b": random(3)})
    case("layer norm over two axes", [node("LayerNormalization", "x s", "y", axis=-2)],
         {"s": random(7, 6)})
    parts = [node("Reshape", "x t", "r"), node("ReduceMean", "r", "m", axes=[-1]),
             node("Sub", "r m", "c"), node("Pow", "c two", "s"),
             node("ReduceMean", "s", "v", axes=[-1]), node("Add", "v e", "u"),
             node("Sqrt", "u", "d"), node("Div", "c d", "n"), node("Mul", "n g", "h"),
             node("Add", "h b", "y")]
    numbers = {"t": integers(1, 12, 10), "two": numpy.float32(2), "e": numpy.float32(1e-5),
               "g": random(10), "b": random(10)}
    case("layer norm in parts", parts, numbers, input=(3, 8, 5), opset=14)
    squared = [made if made.op_type != "Pow" else node("Mul", "c c", "s") for made in parts]
    case("layer norm in parts, squared by a product", squared, numbers, input=(3, 8, 5), opset=13)
    case("instance norm", [node("InstanceNormalization", "x s b", "y")],
         {"s": random(3), "b": random(3)})
    case("group norm", [node("GroupNormalization", "x s b", "y", num_groups=2)],
         {"s": random(4), "b": random(4)}, input=(4, 7, 6), opset=21)
    case("group norm as exported",
         [node("Reshape", "x t", "a"), node("InstanceNormalization", "a one nil", "b"),
          node("Shape", "x", "u"), node("Reshape", "b u", "c"), node("Mul", "c s", "d"),
          node("Add", "d o", "y")],
         {"t": integers(0, 2, -1), "one": numpy.ones(2, numpy.float32),
          "nil": numpy.zeros(2, numpy.float32), "s": random(4, 1, 1), "o": random(4, 1, 1)},
         input=(4, 7, 6))
    case("length 1 along channels", [node("LpNormalization", "x", "y", axis=1, p=2)], {})
    case("sum of magnitudes 1", [node("LpNormalization", "x", "y", axis=-1, p=1)], {})
    case("batch norm behind a convolution",
         [node("Conv", "x w c", "a"), node("BatchNormalization", "a s b m v", "n"),
          node("Relu", "n", "y")],
         {"w": random(4, 3, 3, 3), "c": random(4), "s": random(4), "b": random(4),
          "m": random(4), "v": random(4) + 1.5}, opset=15)


def functions():
    for operation, settings in [
            ("Tanh", {}), ("Exp", {}), ("Abs", {}), ("Neg", {}), ("Erf", {}), ("Floor", {}),
            ("Ceil", {}), ("Sign", {}), ("Round", {}), ("Sin", {}), ("Cos", {}), ("Softsign", {}),
            ("Softplus", {}), ("HardSwish", {}), ("Elu", {"alpha": 0.7}), ("Selu", {}),
            ("Celu", {"alpha": 0.6}), ("HardSigmoid", {"alpha": 0.3}), ("Mish", {}),
            ("ThresholdedRelu", {"alpha": 0.2})]:
        case(operation.lower(), [node("Mul", "x c", "a"), node(operation, "a", "y", **settings)],
             {"c": numpy.float32(2.7)}, input=(1, 4, 5), opset=18)
    case("swish", [node("Sigmoid", "x", "s"), node("Mul", "s x", "y")], {})
    case("gelu", [node("Gelu", "x", "y")], {}, opset=20)
    case("gelu by tanh", [node("Gelu", "x", "y", approximate="tanh")], {}, opset=20)
    parts = [node("Div", "x r", "a"), node("Erf", "a", "b"), node("Add", "b one", "c")]
    numbers = {"r": numpy.float32(2 ** 0.5), "one": numpy.float32(1), "half": numpy.float32(0.5)}
    case("gelu in parts", parts + [node("Mul", "x c", "d"), node("Mul", "d half", "y")], numbers)
    case("gelu in parts, halved first",
         parts + [node("Mul", "x half", "d"), node("Mul", "c d", "y")], numbers)
    case("gelu by tanh in parts",
         [node("Pow", "x three", "a"), node("Mul", "a k", "b"), node("Add", "x b", "c"),
          node("Mul", "c q", "d"), node("Tanh", "d", "e"), node("Add", "e one", "f"),
          node("Mul", "x f", "g"), node("Mul", "g half", "y")],
         {**numbers, "three": numpy.float32(3), "k": numpy.float32(0.044715),
          "q": numpy.float32((2 / numpy.pi) ** 0.5)})
    case("clip from below", [node("Clip", "x", "y", min=-0.5, max=0.6)], {}, opset=9)
    case("logarithm, root and reciprocal",
         [node("Exp", "x", "a"), node("Sqrt", "a", "b"), node("Log", "b", "c"),
          node("Add", "a c", "d"), node("Add", "d f", "e"), node("Reciprocal", "e", "y")],
         {"f": numpy.float32(2)})
    case("add along columns", [node("Add", "x c", "y")], {"c": random(6)})
    case("subtract from a plane", [node("Sub", "c x", "y")], {"c": random(7, 6)})
    case("multiply by one map", [node("Mul", "x c", "y")], {"c": random(1, 1, 7, 6)})
    case("divide results", [node("Exp", "x", "a"), node("Div", "x a", "y")], {})
    case("divide a number", [node("Exp", "x", "a"), node("Div", "c a", "y")],
         {"c": numpy.float32(0.7)})
    case("gate per pixel",
         [node("ReduceMax", "x", "m", axes=[1]), node("Sigmoid", "m", "g"),
          node("Mul", "x g", "y")], {})
    case("power, largest and smallest",
         [node("Exp", "x", "a"), node("Pow", "a x", "b"), node("Max", "b x c", "d"),
          node("Min", "d a", "y")], {"c": numpy.float32(0.3)})
    case("outer product", [node("ReduceMean", "x", "a", axes=[2]),
                           node("ReduceMean", "x", "b", axes=[3]), node("Mul", "a b", "y")], {})
    case("sum of three", [node("Relu", "x", "a"), node("Sum", "x a x", "y")], {})
    for operation in ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2",
                      "ReduceProd", "ReduceSumSquare", "ReduceLogSumExp"]:
        case(f"{operation} of channels", [node(operation, "x a", "y", keepdims=0)],
             {"a": integers(1)}, opset=18)
    case("ReduceLogSum of rows",
         [node("Exp", "x", "e"), node("ReduceLogSum", "e", "y", axes=[-2])], {}, opset=13)
    case("mean over all", [node("ReduceMean", "x", "y")], {})
    case("sum over pixels by operand", [node("ReduceSum", "x a", "y")], {"a": integers(2, 3)},
         opset=13)


def borders():
    pads = integers(0, 0, 1, 2, 0, 0, 3, 1)
    for mode in ["constant", "edge", "reflect"]:
        case(f"pad, {mode}", [node("Pad", "x p", "y", mode=mode)], {"p": pads}, opset=13)
    case("pad, wrap", [node("Pad", "x p", "y", mode="wrap")], {"p": pads}, opset=19)
    case("pad with a number", [node("Pad", "x p v", "y")], {"p": pads, "v": numpy.float32(-2)},
         opset=13)
    case("pad of old", [node("Pad", "x", "y", pads=[0, 0, 1, 0, 0, 0, 0, 1], value=0.5)], {},
         opset=10)
    case("pad channels by axes", [node("Pad", "x p v a", "y")],
         {"p": integers(1, 2), "v": numpy.float32(0), "a": integers(1)}, opset=18)
    case("pad and cut", [node("Pad", "x p", "y")],
         {"p": integers(0, 0, -2, 1, 0, 0, 1, -1)}, opset=13)
    weights = {"w": random(2, 3, 3, 3), "b": random(2)}
    case("conv, uneven pads", [node("Conv", "x w b", "y", pads=[0, 1, 1, 2])], weights)
    case("conv, uneven strides", [node("Conv", "x w b", "y", strides=[1, 2])], weights)
    case("conv, uneven dilations",
         [node("Conv", "x w b", "y", dilations=[2, 1], pads=[2, 1, 2, 1])], weights)
    case("conv, uneven same",
         [node("Conv", "x w b", "y", auto_pad="SAME_UPPER", strides=[2, 2])], weights)
    case("conv, uneven same, lower",
         [node("Conv", "x w b", "y", auto_pad="SAME_LOWER", strides=[2, 2])], weights)
    up = {"w": random(3, 2, 3, 3), "b": random(2)}
    case("transposed, output padding",
         [node("ConvTranspose", "x w b", "y", strides=[2, 2], pads=[1, 1, 1, 1],
               output_padding=[1, 1])], up)
    case("transposed, output padding without border",
         [node("ConvTranspose", "x w b", "y", strides=[2, 2], output_padding=[1, 0])], up)
    case("transposed, uneven pads",
         [node("ConvTranspose", "x w b", "y", strides=[2, 2], pads=[1, 0, 0, 2])], up)
    case("transposed, output shape",
         [node("ConvTranspose", "x w b", "y", strides=[2, 2], output_shape=[14, 12])], up)
    case("transposed, same",
         [node("ConvTranspose", "x w b", "y", strides=[2, 2], auto_pad="SAME_UPPER")], up)
    case("max pool, uneven strides and pads",
         [node("MaxPool", "x", "y", kernel_shape=[3, 2], strides=[1, 2], pads=[0, 1, 2, 0])], {})
    case("average pool, uneven strides and pads",
         [node("AveragePool", "x", "y", kernel_shape=[3, 2], strides=[1, 2], pads=[0, 1, 2, 0])],
         {})
    case("average pool, ceil mode",
         [node("AveragePool", "x", "y", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)], {},
         opset=19)
    case("average pool, ceil mode with border",
         [node("AveragePool", "x", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1,
               pads=[1, 1, 1, 1], count_include_pad=1)], {}, input=(3, 8, 7), opset=19)


def folding():
    """Shapes and numbers that are known before any image is."""
    case("factor from a shape, as attention is exported",
         [node("Shape", "x", "s"), node("Slice", "s a b", "n"), node("Squeeze", "n z", "m"),
          node("Cast", "m", "f", to=1), node("Sqrt", "f", "r"), node("Div", "one r", "d"),
          node("Mul", "x d", "y")],
         {"a": integers(-1), "b": integers(2**63 - 1), "z": integers(0),
          "one": numpy.float32(1)})
    case("shape by choice",
         [node("Shape", "x", "s"), node("ConstantOfShape", "k", "o",
                                        value=numpy_helper.from_array(integers(1), "v")),
          node("Mul", "o minus", "m"), node("Equal", "t m", "e"), node("Where", "e o t", "w"),
          node("Expand", "c w", "d"), node("Add", "d x", "y")],
         {"k": integers(4), "minus": integers(-1), "t": integers(-1, 3, 1, 6),
          "c": random(1, 1, 1, 6)})
    case("counted positions",
         [node("Range", "z n one", "r"), node("Mod", "r two", "m"), node("Less", "m one", "l"),
          node("Not", "l", "k"), node("Where", "k p q", "v"), node("Add", "x v", "y")],
         {"z": numpy.int64(0), "n": numpy.int64(6), "one": numpy.int64(1),
          "two": numpy.int64(2), "p": numpy.float32(1), "q": numpy.float32(0)})
    case("comparisons",
         [node("Greater", "a b", "c"), node("GreaterOrEqual", "a b", "d"),
          node("LessOrEqual", "a b", "e"), node("And", "d e", "f"), node("Or", "f c", "g"),
          node("Cast", "g", "h", to=1), node("CastLike", "h x", "i"), node("Size", "x", "n"),
          node("Cast", "n", "o", to=1), node("Div", "i o", "j"), node("Mul", "x j", "y")],
         {"a": random(6), "b": random(6)}, opset=19)
    case("matrix transposed in the file",
         [node("Transpose", "w", "v", perm=[1, 0]), node("MatMul", "x v", "y")],
         {"w": random(4, 5)}, input=(5,))


def casts():
    zero = {"zero": numpy.float32(0)}
    ties = numpy.array(
        [1 + 2**-11, 1 + 3 * 2**-11, -1 - 2**-11, 1 + 2**-11 + 2**-20]
        + [1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-8, 1 + 2**-8 + 2**-16], numpy.float32)
    made = node("Mul", "x zero", "o"), node("Add", "o c", "a")
    for name, number in ("float16", 10), ("bfloat16", 16), ("float64", 11):
        back = node("Cast", "h", "y", "back", to=1)
        case(f"cast to {name}", [node("Cast", "x", "h", to=number), back], {})
        case(f"cast of small results to {name}",
             [node("Mul", "x s", "a"), node("Cast", "a", "h", to=number), back],
             {"s": numpy.float32(2e-7)})
        case(f"cast of halves to {name}", [*made, node("Cast", "a", "h", to=number), back],
             {**zero, "c": ties}, input=(8,))
        case(f"cast of stored halves to {name}",
             [node("Cast", "c", "h", to=number), node("Cast", "h", "d", "back", to=1),
              node("Mul", "x zero", "o"), node("Add", "o d", "y")],
             {**zero, "c": ties}, input=(8,))
    half = numpy.zeros(1, numpy.float16)
    case("cast like a stored half", [node("CastLike", "x h", "a"), node("Cast", "a", "y", to=1)],
         {"h": half})
    case("cast like a result of halves",
         [node("Cast", "x", "a", to=10), node("Relu", "a", "b"), node("CastLike", "x b", "h"),
          node("Cast", "h", "y", "back", to=1)], {})
    case("cast of an integer to float16",
         [node("Cast", "n", "h", to=10), node("Cast", "h", "f", "back", to=1),
          node("Mul", "x f", "y")], {"n": numpy.int64(2049)})
    case("cast of stored numbers to uint8",
         [node("Cast", "c", "i", to=2), node("Cast", "i", "f", "back", to=1),
          node("Mul", "x f", "y")], {"c": numpy.array([[[1.7]], [[200.2]], [[0.5]]], numpy.float32)})


def refusals():
    refusal("cast to float8", ["float8e4m3fn"],
            [node("Cast", "x", "h", to=17), node("Cast", "h", "y", "back", to=1)], {})
    refusal("cast to text", ["string"], [node("Cast", "x", "y", to=8)], {})
    refusal("cast of a result to integers", ["a result", "to int64"],
            [node("Cast", "x", "h", to=7), node("Cast", "h", "y", "back", to=1)], {})
    refusal("cast beyond a type", ["300", "uint8"],
            [node("Cast", "c", "h", to=2), node("Cast", "h", "f", "back", to=1),
             node("Mul", "x f", "y")], {"c": integers(300)})
    weights = {"w": random(2, 3, 3, 3)}
    refusal("lacking operations", ["Einsum (1×, first 'einsum')", "Hardmax (2×, first 't1')"],
            [node("Hardmax", "x", "a", name="t1"), node("Einsum", "a", "b", equation="nchw->nc"),
             node("Hardmax", "b", "y", name="t2")], {})
    refusal("foreign operations", ["com.example.Conv (1×, first 'conv')"],
            [node("Conv", "x w", "y", domain="com.example")], weights)
    refusal("operator set too new", ["operator set 22", "7 to 21"], [node("Relu", "x", "y")], {},
            opset=22)
    refusal("operator set too old", ["operator set 6"], [node("Relu", "x", "y")], {}, opset=6)
    refusal("conv, stride 0", ["strides [0, 0]"], [node("Conv", "x w", "y", strides=[0, 0])],
            weights)
    refusal("conv, huge pads", ["pads [99999, 99999, 99999, 99999]"],
            [node("Conv", "x w", "y", pads=[99999] * 4)], weights)
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
    refusal("max pool, dilated", ["dilations"],
            [node("MaxPool", "x", "y", kernel_shape=[2, 2], dilations=[2, 2])], {})
    refusal("max pool, window in the border", ["pads 2×2"],
            [node("MaxPool", "x", "y", kernel_shape=[2, 2], pads=[2, 2, 2, 2])], {})
    refusal("max pool, indices", ["'i'", "training"],
            [node("MaxPool", "x", "p i", kernel_shape=[2, 2]), node("Identity", "i", "y")], {})
    refusal("gemm, other size", ["[4, 6]", "5 numbers"], [node("Gemm", "x w", "y", transB=1)],
            {"w": random(4, 6)}, input=(5,))
    refusal("batch norm in training", ["training_mode 1"],
            [node("BatchNormalization", "x s s s s", "y m v", training_mode=1)], {"s": random(3)})
    refusal("concat of other sizes", ["operand 2", "axis 1"],
            [node("MaxPool", "x", "a", kernel_shape=[2, 2]), node("Concat", "x a", "y", axis=1)],
            {})
    refusal("reshape to several samples", ["not one sample"], [node("Reshape", "x s", "y")],
            {"s": integers(3, -1)})
    refusal("reshape beyond all bounds", ["does not fit"], [node("Reshape", "x s", "y")],
            {"s": integers(2**62, 2**62, -1)})
    refusal("squeeze of all", ["not one sample"],
            [node("GlobalAveragePool", "x", "m"), node("Squeeze", "m", "y")], {})
    refusal("squeeze of rows", ["1 along [2]"], [node("Squeeze", "x a", "y")],
            {"a": integers(2)})
    refusal("nearest by NaN", ["leave nothing"],
            [helper.make_node("Resize", ["x", "", "s"], ["y"], "resize")],
            {"s": numpy.array([1, 1, numpy.nan, 2], numpy.float32)})
    refusal("tf_crop_and_resize", ["tf_crop_and_resize"],
            [node("Resize", "x roi s", "y",
                  coordinate_transformation_mode="tf_crop_and_resize")],
            {"roi": numpy.array([0, 0, 0, 0, 1, 1, 1, 1], numpy.float32),
             "s": numpy.array([1, 1, 2, 2], numpy.float32)})
    refusal("transposed, uneven strides", ["strides 1×2"],
            [node("ConvTranspose", "x w", "y", strides=[1, 2])], {"w": random(3, 2, 3, 3)})
    refusal("transpose by no order", ["[0, 1, 1, 3]"],
            [node("Transpose", "x", "y", perm=[0, 1, 1, 3])], {})
    refusal("slice of nothing", ["leaves nothing"], [node("Slice", "x s s a", "y")],
            {"s": integers(2), "a": integers(1)})
    refusal("slice by steps of 0", ["in steps [0]"], [node("Slice", "x s e a z", "y")],
            {"s": integers(0), "e": integers(2), "a": integers(1), "z": integers(0)})
    refusal("gather beyond the end", ["takes [3]"], [node("Gather", "x i", "y", axis=1)],
            {"i": integers(3)})
    refusal("gather by a result", ["known integers"],
            [node("Relu", "x", "i"), node("Gather", "x i", "y", axis=1)], {})
    refusal("split into other sizes", ["[1, 1]"], [node("Split", "x s", "y z", axis=1)],
            {"s": integers(1, 1)})
    refusal("expand to other sizes", ["expands [1, 3, 7, 6]"], [node("Expand", "x s", "y")],
            {"s": integers(1, 3, 8, 6)})
    refusal("expand beyond all bounds", ["too large"], [node("Expand", "x s", "y")],
            {"s": integers(2**40, 1, 3, 7, 6)})
    refusal("constant beyond all bounds", ["too large"],
            [node("ConstantOfShape", "s", "c"), node("Add", "x c", "y")],
            {"s": integers(2**31, 2**31)})
    refusal("count beyond all bounds", ["no known integer"],
            [node("Range", "z n o", "r"), node("Add", "x r", "y")],
            {"z": numpy.int64(0), "n": numpy.int64(2**62), "o": numpy.int64(1)})
    refusal("tiles beyond all bounds", ["repeats"], [node("Tile", "x n", "y")],
            {"n": integers(2**40, 1, 1, 1)})
    refusal("product of other sizes", ["cannot multiply"], [node("MatMul", "x x", "y")], {})
    refusal("sum of other sizes", ["cannot combine"], [node("Add", "x c", "y")],
            {"c": random(5)})
    refusal("choice by a result", ["known Booleans"],
            [node("Where", "x x x", "y")], {})
    refusal("pad by no mode", ["mode mirror"], [node("Pad", "x p", "y", mode="mirror")],
            {"p": integers(0, 0, 1, 0, 0, 0, 0, 0)})
    refusal("pad of other axes", ["has pads"], [node("Pad", "x p", "y")], {"p": integers(1, 2)})
    refusal("layer norm of other sizes", ["6 stored numbers"],
            [node("LayerNormalization", "x s", "y")], {"s": random(5)})
    refusal("groups that do not divide", ["2 groups of 3"],
            [node("GroupNormalization", "x s s", "y", num_groups=2)], {"s": random(3)}, opset=21)
    refusal("gelu of another form", ["approximates by sinh"],
            [node("Gelu", "x", "y", approximate="sinh")], {}, opset=20)
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
    transformers()
    normalizations()
    functions()
    borders()
    folding()
    casts()
    refusals()
    write("onnx_cases.json", {"seed": SEED, "cases": CASES, "refusals": REFUSALS})
    if len(sys.argv) > 1:
        parser(sys.argv[1])


main()
