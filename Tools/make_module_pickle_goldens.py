"""Makes a small pickle of whole modules as NVIDIA's generators are published, with classes of its own.

    python3 Tools/make_module_pickle_goldens.py

needs torch and numpy; made with torch 2.13.0, numpy 2.4.6. Writes modules.pkl, modules_protocol3.pkl and
modules_tensorflow.pkl to Tests/Models/CheckpointsTests/Goldens: a generator and its averages, whose parameters are ones
and twos, with a buffer, a buffer that a state dict leaves out, a plain class below it, a tensor that is a plain
attribute, NumPy's numbers and dictionaries with attributes; and a record of another framework's networks.
"""

import pathlib
import pickle
import sys
import types

import numpy
import torch
from torch import nn

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "Tests/Models/CheckpointsTests/Goldens"


def module(name):
    """An empty module, so that classes can be pickled by their names."""
    for depth in range(1, name.count(".") + 2):
        part = ".".join(name.split(".")[:depth])
        sys.modules.setdefault(part, types.ModuleType(part))
    return sys.modules[name]


def named(place, name):
    """Puts a class or function where pickles look for it."""

    def decorate(found):
        found.__module__, found.__qualname__, found.__name__ = place, name, name
        setattr(module(place), name, found)
        return found

    return decorate


@named("torch_utils.persistence", "_reconstruct_persistent_obj")
def reconstruct(record):
    raise NotImplementedError(record)


@named("dnnlib.util", "EasyDict")
class EasyDict(dict):
    pass


class Persistent(nn.Module):
    """Pickled as a record of its attributes."""

    def __reduce__(self):
        record = dict(
            type="class", version=6, module_src="# The class would be here.\n", class_name=type(self).__name__,
            state=self.__dict__,
        )
        return reconstruct, (record,)


@named("training.volumetric_rendering.renderer", "Renderer")
class Renderer(nn.Module):
    def __init__(self):
        super().__init__()
        self.plane_axes = torch.arange(12, dtype=torch.float32).reshape(3, 2, 2)


class Mapping(Persistent):
    def __init__(self, value):
        super().__init__()
        self.weight = nn.Parameter(torch.full((2, 3), value))
        self.gain = numpy.sqrt(2)
        self.register_parameter("bias", None)
        self.register_buffer("w_avg", torch.full((2,), value + 0.5))
        self.register_buffer("left_out", torch.zeros(2), persistent=False)


class Generator(Persistent):
    def __init__(self, value):
        super().__init__()
        self.init_kwargs = EasyDict(z_dim=3, rendering_kwargs=EasyDict(box_warp=1.0))
        self.neural_rendering_resolution = 64
        self.mapping = Mapping(value)
        self.renderer = Renderer()
        self.decoder = nn.Sequential(nn.Linear(2, 1), nn.Softplus())
        nn.init.constant_(self.decoder[0].weight, value)
        nn.init.constant_(self.decoder[0].bias, value)


def main():
    content = dict(
        G=Generator(1.0), D=Mapping(3.0), G_ema=Generator(2.0), training_set_kwargs=EasyDict(path="x"),
        augment_pipe=None,
    )
    (GOLDENS / "modules.pkl").write_bytes(pickle.dumps(content, protocol=4))
    (GOLDENS / "modules_protocol3.pkl").write_bytes(pickle.dumps(content, protocol=3))

    @named("dnnlib.tflib.network", "Network")
    class Network:
        pass

    (GOLDENS / "modules_tensorflow.pkl").write_bytes(pickle.dumps((Network(), Network(), Network()), protocol=4))


if __name__ == "__main__":
    main()
