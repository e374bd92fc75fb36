"""What all reference networks share: a module that writes down named intermediate results."""

from torch import nn


class TappedModule(nn.Module):
    """A network whose forward pass names intermediate results.

    `taps` maps a name to the tensor of the last forward pass, in order of computation. Names and
    meanings are the same as in Sources/Models/Networks.
    """

    def __init__(self):
        super().__init__()
        self.taps = {}

    def tap(self, name, value):
        """Writes a result down and returns it."""
        assert name not in self.taps, name
        # A later in-place activation must not rewrite what was seen here.
        self.taps[name] = value.detach().clone()
        return value

    def run(self, network_input):
        """Taps of one forward pass; the main output is the last one, named `output`."""
        self.taps = {}
        self.tap("output", self(network_input))
        return self.taps


def in_order(*modules):
    """`nn.Sequential` without a class name in the way."""
    return nn.Sequential(*modules)
