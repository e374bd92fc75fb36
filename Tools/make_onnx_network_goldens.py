"""Exports small networks with PyTorch's own exporters and writes what PyTorch computes of them.

    python Tools/make_onnx_network_goldens.py

writes Tests/Models/ONNXTests/Goldens/onnx_networks.json: a CLIP image tower of either kind and a plain
ResNet, by the TorchScript and the dynamo exporter, for several operator sets, and
Tests/Models/NetworksTests/Goldens/mobilefacenet.onnx.json: MobileFaceNet at its full size.

Weights are no part of the files. Tensors that the exporter kept under their state dict's names became
external data, in order, of a file `weights` that the test writes from seeded parameters; `stored` lists
them. Outputs are PyTorch's in float64 on the seeded input, rounded to float32.

Made with Python 3.11, torch 2.15.0, onnx 1.23.2, onnxscript 0.7.2, numpy 2.4.6.
"""

import base64
import io
import json
import math
import pathlib
import warnings

import numpy
import onnx
import torch
from onnx import version_converter
from torch import nn

import seeded_parameters
from reference_networks import MobileFaceNet
from reference_networks.clip import ModifiedResNet, VisionTransformer

TESTS = pathlib.Path(__file__).resolve().parent.parent / "Tests"
SEED = 47
IR_VERSION = 10


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride > 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (self.downsample(x) if self.downsample else x))


class ResNet(nn.Module):
    """He et al., "Deep Residual Learning", of two stages."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(BasicBlock(8, 8, 1), BasicBlock(8, 8, 1))
        self.layer2 = nn.Sequential(BasicBlock(8, 16, 2), BasicBlock(16, 16, 1))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        return self.fc(torch.flatten(self.avgpool(self.layer2(self.layer1(x))), 1))


def seeded(network):
    """A network in evaluation mode on seeded parameters."""
    state = {
        name: torch.tensor(seeded_parameters.parameter(name, tuple(value.shape), SEED)).reshape(
            value.shape)
        for name, value in network.state_dict().items()}
    network.load_state_dict(state)
    return network.eval()


def exported(network, x, opset, dynamo=False):
    """The model as exported, its parameters under their own names."""
    file = io.BytesIO()
    if dynamo:
        program = torch.onnx.export(
            network, (x,), dynamo=True, opset_version=opset, optimize=False, verbose=False)
        return program.model_proto
    # Batch norms stay nodes of their own, and weights what they are.
    torch.onnx.export(
        network, (x,), file, dynamo=False, opset_version=opset, do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE, input_names=["image"],
        output_names=["feature"], dynamic_axes={"image": {0: "N"}, "feature": {0: "N"}})
    return onnx.load_from_string(file.getvalue())


def stripped(model, network):
    """The model without its weights and without what nobody reads, and what became of the weights."""
    state = network.state_dict()
    stored, offset = [], 0
    for tensor in model.graph.initializer:
        value = state.get(tensor.name)
        if value is None or list(value.shape) != list(tensor.dims) or not value.is_floating_point():
            continue
        assert tensor.data_type == onnx.TensorProto.FLOAT, tensor.name
        size = 4 * math.prod(tensor.dims)
        tensor.ClearField("raw_data")
        tensor.ClearField("float_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, text in [("location", "weights"), ("offset", offset), ("length", size)]:
            tensor.external_data.add(key=key, value=str(text))
        stored.append({"name": tensor.name, "shape": list(tensor.dims)})
        offset += size
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
        node.name = ""
    del model.graph.value_info[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    shorten(model)
    model.ir_version = min(model.ir_version, IR_VERSION)
    return model, stored


def shorten(model):
    """Gives every edge between nodes a short name."""
    names = {}
    for node in model.graph.node:
        for index, edge in enumerate(node.input):
            if edge in names:
                node.input[index] = names[edge]
        for index, edge in enumerate(node.output):
            if edge and edge not in [result.name for result in model.graph.output]:
                names[edge] = f"e{len(names)}"
                node.output[index] = names[edge]


def golden(name, network, shape, opset, dynamo=False, convert=None):
    x = torch.tensor(seeded_parameters.network_input(shape, SEED))[None]
    network = seeded(network)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = exported(network, x, opset, dynamo)
        if convert:
            model = version_converter.convert_version(model, convert)
        if hasattr(network, "taps"):
            network.taps = {}
        expected = network.double()(x.double())[0].numpy()
    model, stored = stripped(model, network)
    data = model.SerializeToString()
    print(f"{name}: {len(data)} bytes, {sorted({node.op_type for node in model.graph.node})}")
    return {
        "name": name, "seed": SEED, "input": list(shape), "stored": stored,
        "model": base64.b64encode(data).decode(),
        "output": base64.b64encode(expected.astype("<f4").tobytes()).decode()}


class Untapped(nn.Module):
    """Keeps the exporters from seeing taps, which copy."""

    def tap(self, name, value):
        return value


def vision(size=24, patch=8):
    class Tower(Untapped, VisionTransformer):
        pass

    return Tower(24, size, 128, 2, patch)


def modified_resnet():
    class Tower(Untapped, ModifiedResNet):
        pass

    return Tower(24, 64, 8, (1, 1, 1, 1))


def write(path, content):
    (TESTS / path).write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n")


def main():
    # One fused operation has no form in ONNX.
    torch.backends.mha.set_fastpath_enabled(False)
    image = (3, 24, 24)
    networks = [
        golden("vision transformer, operator set 14", vision(), image, 14),
        golden("vision transformer, operator set 17", vision(), image, 17),
        golden(
            "vision transformer by dynamo, operator set 18", vision(224, 56), (3, 224, 224), 18,
            dynamo=True),
        golden("CLIP's ResNet, operator set 16", modified_resnet(), (3, 64, 64), 16),
        golden("ResNet, operator set 11", ResNet(), (3, 33, 40), 11),
        golden("ResNet, operator set 21", ResNet(), (3, 33, 40), 17, convert=21),
    ]
    write("Models/ONNXTests/Goldens/onnx_networks.json", networks)

    class Face(Untapped, MobileFaceNet):
        pass

    write(
        "Models/NetworksTests/Goldens/mobilefacenet.onnx.json",
        golden("mobilefacenet", Face(), (3, 112, 96), 13))


main()
