"""Parameters made from a seed and a name alone: the twin of Sources/Core/Tensors/SeededParameters.swift.

Both languages hold the same network without exchanging a file. One SplitMix64 sequence belongs to
each parameter, seeded with FNV-1a(name) XOR seed; the unit values u in [0, 1) are mapped by role:

    name ends in "weight", two axes or more   (2u - 1) * sqrt(6 / fan-in)
    name ends in "weight", one axis           0.5 + u
    name ends in "running_var"                0.5 + u
    name ends in "num_batches_tracked"        0
    anything else                             (2u - 1) * 0.1

fan-in is the product of all axes but the first. Every value is an exact float32.
"""

import math

import numpy

GOLDEN_GAMMA = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def fowler_noll_vo(name):
    """64-bit FNV-1a over the UTF-8 bytes of a name."""
    digest = 0xCBF29CE484222325
    for byte in name.encode("utf-8"):
        digest = ((digest ^ byte) * 0x00000100000001B3) & MASK
    return digest


def split_mix_64(seed, count):
    """The first `count` outputs of SplitMix64 as uint64.

    The state is a counter (state_i = seed + (i + 1) * gamma), so all outputs are computed at once.
    """
    steps = numpy.arange(1, count + 1, dtype=numpy.uint64)
    mixed = numpy.uint64(seed & MASK) + steps * numpy.uint64(GOLDEN_GAMMA)
    mixed = (mixed ^ (mixed >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> numpy.uint64(31))


def unit_values(name, count, seed):
    """`count` float32 values in [0, 1) with 24 random bits, from the sequence of a name."""
    outputs = split_mix_64(fowler_noll_vo(name) ^ seed, count)
    return (outputs >> numpy.uint64(40)).astype(numpy.float32) * numpy.float32(2.0**-24)


def parameter(name, shape, seed):
    """The float32 values of one parameter."""
    role = name.rsplit(".", 1)[-1]
    if role == "num_batches_tracked":
        return numpy.zeros(shape, numpy.float32)
    units = unit_values(name, math.prod(shape), seed).reshape(shape)
    if role == "weight" and len(shape) >= 2:
        bound = numpy.float32(math.sqrt(6 / math.prod(shape[1:])))
        return (2 * units - 1) * bound
    if role in ("weight", "running_var"):
        return numpy.float32(0.5) + units
    return (2 * units - 1) * numpy.float32(0.1)


def network_input(shape, seed):
    """A float32 network input in [-1, 1), from the sequence named `input`."""
    return 2 * unit_values("input", math.prod(shape), seed).reshape(shape) - 1


def signs(count, seed):
    """+1 or -1 for every position, from the sequence named `signs`: top bit set means -1."""
    tops = split_mix_64(fowler_noll_vo("signs") ^ seed, count) >> numpy.uint64(63)
    return 1.0 - 2.0 * tops.astype(numpy.float64)
