"""What the program measured, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Mapping, Optional, TypeVar

Value = TypeVar("Value")


class _Named(Mapping[str, Value]):
    """Values by name, in the program's order."""

    _values: Dict[str, Value]

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True)
class Score:
    """One metric of one set of images, in the scale that JSON and the database have."""

    #: Name of the metric.
    metric: str
    value: Optional[float]
    #: Images or pairs behind it; for distances of sets the real and the generated ones.
    n: Any = None
    #: Of the value; None where none is known.
    standard_error: Optional[float] = None
    #: Hash of everything that can move the value: numbers of different fingerprints do not compare.
    fingerprint: str = ""
    #: Everything else that the program says of it.
    details: Mapping[str, Any] = field(default_factory=dict)

    def __float__(self) -> float:
        return float("nan") if self.value is None else float(self.value)


class Scores(_Named[Score]):
    """Scores by the names of their metrics."""

    def __init__(self, document: Mapping[str, Any], per_image: Optional[List[dict]] = None) -> None:
        #: The program's own JSON.
        self.document = document
        self._values = {name: _score(name, entry) for name, entry in document["metrics"].items()}
        #: One dictionary an image: ``image``, ``state`` and the metrics that single images have.
        self.per_image = per_image or []

    @property
    def run(self) -> str:
        """Id of the stored run."""
        return self.document.get("run", "")

    @property
    def counts(self) -> Mapping[str, int]:
        """Images: ``reference``, ``generated``, ``paired``, ``failed`` and more."""
        return self.document.get("counts", {})

    @property
    def failures(self) -> List[Mapping[str, Any]]:
        """Images without scores: ``id``, ``state`` and ``reason``."""
        return self.document.get("failures", [])

    @property
    def notes(self) -> List[str]:
        """What to know before comparing the numbers."""
        return list(self.document.get("findings", [])) + list(self.document.get("notes", []))

    def __repr__(self) -> str:
        return "Scores(" + ", ".join(f"{name}={float(score):.6g}" for name, score in self.items()) + ")"

    def to_frame(self) -> Any:
        """A pandas frame with one metric a row."""
        import pandas

        return pandas.DataFrame(
            [
                {"metric": s.metric, "value": s.value, "n": s.n, "standard_error": s.standard_error,
                 "fingerprint": s.fingerprint}
                for s in self.values()
            ]
        ).set_index("metric")

    def per_image_frame(self) -> Any:
        """A pandas frame with one image a row."""
        import pandas

        frame = pandas.DataFrame(self.per_image)
        return frame.set_index("image") if len(frame) else frame


def _score(name: str, entry: Mapping[str, Any]) -> Score:
    known = {"value", "n", "standardError", "fingerprint", "details"}
    return Score(
        metric=name, value=entry.get("value"), n=entry.get("n"),
        standard_error=entry.get("standardError"), fingerprint=entry.get("fingerprint", ""),
        details={key: value for key, value in entry.items() if key not in known} | entry.get("details", {}),
    )


@dataclass(frozen=True)
class Cell:
    """One method in one column, in the scale that the table prints."""

    value: Optional[float]
    standard_error: Optional[float]
    #: Images behind the value.
    n: Optional[int]
    #: The paper's value; None where it has none.
    published: Optional[float]
    #: Whether it is the best measured value among methods that share their inputs.
    best: bool
    fingerprint: str


class Row(_Named[Cell]):
    """One method of a table: cells by column."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.method: str = document["method"]
        self.section: str = document["section"]
        #: ``method`` or ``anchor``.
        self.kind: str = document["kind"]
        self._values = {
            cell["column"]: Cell(
                cell.get("measured"), cell.get("standardError"), cell.get("n"), cell.get("published"),
                bool(cell.get("best")), cell.get("fingerprint") or "",
            )
            for cell in document["cells"]
        }


class Table(_Named[Row]):
    """A measured table: rows by method; where a method has several, the measured one."""

    def __init__(self, document: Mapping[str, Any], results: str) -> None:
        #: The program's own JSON.
        self.document = document
        #: Folder of the database.
        self.results = results
        #: All rows, top to bottom.
        self.rows = [Row(row) for row in document["rows"]]
        self.columns: List[str] = [column["id"] for column in document["columns"]]
        self._values = {}
        for row in self.rows:
            if row.method not in self._values or any(cell.value is not None for cell in row.values()):
                self._values[row.method] = row

    @property
    def run(self) -> str:
        """Id of the stored run."""
        return self.document.get("facts", {}).get("run", "")

    def to_frame(self) -> Any:
        """A pandas frame of the measured values, one method a row."""
        import pandas

        measured = [row for row in self.rows if any(cell.value is not None for cell in row.values())]
        return pandas.DataFrame(
            [{"method": row.method, **{name: cell.value for name, cell in row.items()}} for row in measured]
        ).set_index("method")


@dataclass(frozen=True)
class Verdict:
    """What a gate says."""

    #: 0 pass, 2 regression, 3 undecided, 5 not comparable, 6 invalid.
    code: int
    outcome: str
    sentence: str
    checks: List[Mapping[str, Any]]

    @property
    def ok(self) -> bool:
        """Whether nothing got worse."""
        return self.code == 0


@dataclass(frozen=True)
class Run:
    """A stored run."""

    id: str
    table: str
    created: str
    status: str
    dataset: str
    weights: str
    pairs: int
    methods: List[str]
    failed: int
    #: Folder of the database.
    results: str
