"""Reads the report dictionary: who took part, which cells to show images of, and rows by their keys."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from reports._text import counted, sentence, words_of

Row: TypeAlias = Mapping[str, Any]

REAL = "real"  # the control that marks 1 on the calibrated scale
HELD_OUT = {"id": "held-out", "label": "Held-out real", "slot": 0, "kind": "control", "real": True}


def generators(report: Row) -> list[Row]:
    """Return the generators that the user asked for, whether or not they worked."""
    return [g for g in report["configurations"] if g["kind"] == "generator"]


def working(report: Row) -> list[Row]:
    """Return the generators that have at least one result."""
    return [g for g in generators(report) if g["status"] in ("ok", "partly failed")]


def controls(report: Row) -> list[Row]:
    """Return the controls, real images first."""
    return sorted((g for g in report["configurations"] if g["kind"] == "control"), key=lambda g: g["id"] != REAL)


def index(rows: Iterable[Row], *keys: str) -> dict[tuple[Hashable, ...], Row]:
    """Return the rows in a dictionary, keyed by the values of some of their columns."""
    return {tuple(row[key] for key in keys): row for row in rows}


def regimes(report: Row) -> list[int]:
    """Return the numbers of training images, ascending."""
    return sorted(report["run"]["data"]["n_real"])


def regime_title(report: Row, n_real: int) -> str:
    """Return a sub-heading for a number of training images, "" if the run has only one."""
    return f"{counted(n_real, 'training image')} per {noun(report)}" if len(regimes(report)) > 1 else ""


def noun(report: Row) -> str:
    """Return what the dataset calls a class: 'digit', or 'class'."""
    return str(report["run"]["data"].get("noun") or "class")


def class_title(report: Row, entry: Row) -> str:
    """Return 'Digit 3' for a class named by a number, else its name."""
    name = str(entry["name"])
    return f"{noun(report).capitalize()} {name}" if name.isdecimal() else name[:1].upper() + name[1:]


def measure_title(measure: Row) -> str:
    """Return a measure's name in words."""
    return words_of(str(measure["id"]))


def undecided(report: Row, n_real: int) -> str:
    """Return which copies would pass for new images, in which classes, as sentences; "" if there are none."""
    return " ".join(sentence(row["text"]) for row in report.get("undecided", ()) if row["n_real"] == n_real)


def first_cells(report: Row, *, real: bool = False) -> Iterator[Row]:
    """Yield the cell of the first seed that worked, for each generator, class and number of training images.

    With `real`, the control `real` comes first.
    """
    wanted = [g for g in controls(report) if real and g["id"] == REAL] + working(report)
    worked = sorted((c for c in report["cells"] if c["status"] == "ok"), key=lambda c: c["seed"], reverse=True)
    cells = index(worked, "configuration", "class", "n_real")
    for generator in wanted:
        for entry in report["classes"]:
            for n_real in regimes(report):
                cell = cells.get((generator["id"], entry["label"], n_real))
                if cell is not None:
                    yield cell


def warnings_of(report: Row, generator: str, n_real: int) -> list[str]:
    """Return the warnings of a generator's cells, each once, with the number of cells if it is not all of them."""
    cells = [c for c in report["cells"] if c["configuration"] == generator and c["n_real"] == n_real]
    found: dict[str, int] = {}
    for cell in cells:
        for warning in dict.fromkeys(cell["warnings"]):
            found[warning] = found.get(warning, 0) + 1
    total = counted(len(cells), "cell")
    return [w if n == len(cells) else f"{w.rstrip('.')} ({n} of {total})" for w, n in found.items()]
