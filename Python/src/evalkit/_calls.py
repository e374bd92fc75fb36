"""The calls: each runs one command of the program."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from contextlib import ExitStack
from typing import Any, List, Mapping, Optional, Sequence, Tuple, Union

from . import _images, _program
from ._images import Images
from ._program import Progress
from ._results import Run, Scores, Table, Verdict

Path = Union[str, "os.PathLike[str]"]


def _progress(progress: Union[bool, Progress]) -> Optional[Progress]:
    return _program.shown() if progress is True else progress or None


def run_program(*words: Path, progress: Union[bool, Progress] = False) -> str:
    """Runs any command of the program and returns what it prints.

    Raises:
        EvalkitError: if it ends with another code than 0.
    """
    return _program.run([os.fspath(word) for word in words], progress=_progress(progress))


def score(
    real: Optional[Images],
    fake: Images,
    metrics: Optional[Sequence[str]] = None,
    *,
    weights: str = "compact",
    results: Optional[Path] = None,
    value_range: Tuple[float, float] = (0.0, 1.0),
    progress: Union[bool, Progress] = False,
    **options: Any,
) -> Scores:
    """Scores images against real ones.

    Args:
        real: folder, statistics (``.npz``) or images in memory; None for metrics that need none.
        fake: folder or images in memory.
        metrics: their names; None for the program's default.
        weights: ``compact``, ``published``, a folder of published weights or a manifest.
        results: folder of the database and the caches.
        value_range: what floats for black and white are.
        progress: whether to show it, or what gets its lines.
        options: further options of ``evalkit score``, as ``fid_mode="clean-fid"`` or ``masks="labels"``.

    Returns:
        The scores, with those of single images.

    Raises:
        EvalkitError: with the program's sentence.
    """
    with ExitStack() as stack:
        generated = stack.enter_context(_images.folder(fake, value_range))
        reference = None if real is None else stack.enter_context(_images.folder(real, value_range))
        table = os.path.join(stack.enter_context(tempfile.TemporaryDirectory()), "images.csv")
        output = _program.run(
            [
                "score", "--generated", generated, "--json", "--per-image", table,
                *_program.arguments(
                    {"reference": reference, "metrics": metrics, "weights": weights,
                     "results": _program.results_folder(results), **options}
                ),
            ],
            progress=_progress(progress),
        )
        return Scores(json.loads(output), _per_image(table))


def _per_image(path: str) -> List[dict]:
    if not os.path.exists(path):
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return [
            {key: value if key in ("image", "state") else (float(value) if value else None)
             for key, value in row.items()}
            for row in csv.DictReader(file)
        ]


def table(
    protocol: str = "ddgi.table1",
    *,
    methods: Optional[Mapping[str, str]] = None,
    results: Optional[Path] = None,
    reports: Optional[Path] = None,
    progress: Union[bool, Progress] = False,
    **options: Any,
) -> Table:
    """Measures a paper's table.

    Args:
        protocol: its id, as ``evalkit protocols`` lists it.
        methods: rows to measure, name to ``folder:DIR``, ``command:…`` or ``builtin:…``; None for the protocol's own.
        results: folder of the database and the caches.
        reports: folder of the report; None for one beside the results.
        progress: whether to show it, or what gets its lines.
        options: further options of ``evalkit table``, as ``pairs=100`` or ``dataset="celebamask-hq:DIR"``.

    Returns:
        The table.

    Raises:
        EvalkitError: with the program's sentence.
    """
    place = _program.results_folder(results)
    rows = [word for name, way in (methods or {}).items() for word in ("--method", f"{name}={way}")]
    output = _program.run(
        [
            "table", protocol, "--json", *rows,
            *_program.arguments(
                {"results": place, "reports": reports or os.path.join(place, "reports"), **options}
            ),
        ],
        progress=_progress(progress),
    )
    return Table(json.loads(output), place)


def gate(
    *,
    require: Sequence[str] = (),
    baseline: Optional[str] = None,
    run: Optional[str] = None,
    results: Optional[Path] = None,
    progress: Union[bool, Progress] = False,
    **options: Any,
) -> Verdict:
    """Judges a stored run.

    Args:
        require: bounds, as ``"fid<=47"``.
        baseline: name of a frozen run to compare with.
        run: id of the run, or what it begins with; None for the latest.
        results: folder of the database.
        progress: whether to show it, or what gets its lines.
        options: further options of ``evalkit gate``, as ``html="gate.html"``.

    Returns:
        The verdict, whatever it is.

    Raises:
        EvalkitError: if nothing could be judged.
    """
    output = _program.run(
        [
            "gate", "--json", *(word for bound in require for word in ("--require", bound)),
            *_program.arguments(
                {"baseline": baseline, "run": run, "results": _program.results_folder(results), **options}
            ),
        ],
        progress=_progress(progress),
        accepts=(0, 2, 3, 6),
    )
    found = json.loads(output)
    return Verdict(found["code"], found["outcome"], found["sentence"], found["checks"])


def runs(results: Optional[Path] = None, limit: int = 20) -> List[Run]:
    """Stored runs, the latest first.

    Raises:
        NotComparable: if nothing is stored yet.
    """
    place = _program.results_folder(results)
    output = _program.run(
        ["runs", "--json", *_program.arguments({"results": place, "limit": limit})], progress=None
    )
    return [Run(**entry, results=place) for entry in json.loads(output)]


def features(
    network: str,
    images: Images,
    *,
    tap: Optional[str] = None,
    checkpoint: Optional[Path] = None,
    value_range: Tuple[float, float] = (0.0, 1.0),
    progress: Union[bool, Progress] = False,
    **options: Any,
) -> Any:
    """A network's result for images, rows in the order of their ids.

    Args:
        network: its name, as ``evalkit networks`` lists it.
        images: folder or images in memory.
        tap: which result; None for the network's main one.
        checkpoint: file of its weights; None for the compact networks' own.
        value_range: what floats for black and white are.
        progress: whether to show it, or what gets its lines.
        options: further options of ``evalkit features``.

    Returns:
        A numpy array, float32.

    Raises:
        EvalkitError: with the program's sentence.
    """
    import numpy

    with _images.folder(images, value_range) as folder, tempfile.TemporaryDirectory() as temporary:
        path = os.path.join(temporary, "features.npy")
        _program.run(
            [
                "features", "--network", network, "--images", folder, "--output", path,
                *_program.arguments({"tap": tap, "checkpoint": checkpoint, **options}),
            ],
            progress=_progress(progress),
        )
        return numpy.load(path)
