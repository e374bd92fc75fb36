"""What the program refuses, as exceptions with its own sentence."""

from __future__ import annotations


class EvalkitError(Exception):
    """The program ended with an error; the text is its sentence."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        #: The program's exit code.
        self.code = code


class UsageError(EvalkitError):
    """Something that was asked for is not understood (64)."""


class ProgramError(EvalkitError):
    """Something went wrong while the program ran (1, or a signal)."""


class NotComparable(EvalkitError):
    """Nothing comparable is stored (5)."""


class InvalidRun(EvalkitError):
    """The run was measured as far as possible and does not count (6)."""


class Stopped(EvalkitError):
    """The program was interrupted; a second call goes on where it stopped (129, 130, 131, 143)."""


def error(code: int, message: str) -> EvalkitError:
    """The exception of an exit code."""
    kinds = {5: NotComparable, 6: InvalidRun, 64: UsageError}
    if code in (129, 130, 131, 143):
        return Stopped(message, code)
    return kinds.get(code, ProgramError)(message, code)
