"""Scores face generation and editing the way five papers did; a thin client of the program ``evalkit``."""

from ._calls import features, gate, run_program, runs, score, table
from ._errors import EvalkitError, InvalidRun, NotComparable, ProgramError, Stopped, UsageError
from ._images import Images
from ._program import program_path, version
from ._results import Cell, Row, Run, Score, Scores, Table, Verdict

__all__ = [
    "Cell",
    "EvalkitError",
    "Images",
    "InvalidRun",
    "NotComparable",
    "ProgramError",
    "Row",
    "Run",
    "Score",
    "Scores",
    "Stopped",
    "Table",
    "UsageError",
    "Verdict",
    "features",
    "gate",
    "program_path",
    "run_program",
    "runs",
    "score",
    "table",
    "version",
]
__version__ = "0.1.0"
