"""Per-image verdicts: the kind of each image, its values from the metrics, and images.csv with one row per image."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.images.supplied import Given
from benchmark.results.csv import field, lines

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.plan.cells import Cell
    from benchmark.results.read import Outcome

DISGUISED = ("moved", "warped", "recoloured")  # copies that no distance of pixels shows
BLENDED = ("blended of two", "blended of three")
KINDS = ("exact copy", "near copy", *DISGUISED, *BLENDED, "new")  # each image is of one kind
BENT, MOVED = 0.25, 0.5  # pixels: displacements, affine or not, above which a copy is warped or moved
KEYS = ("dataset", "class", "config", "n_real", "seed", "cell", "index", "file")
SOURCES = ("source", "source_2", "source_3")  # the training images that an image comes from; three of a blend
DERIVED = ("kind", *SOURCES)
INDICES = (*SOURCES, "parent_1", "parent_2", "parent_3", "match")  # of training images
NONE = -1  # in place of an index; an empty field in the file
OWN = {  # plain columns, each of one metric; any other is `<metric>.<name>`
    "nearest_train": "nearest_neighbour",
    "nearest_distance": "nearest_neighbour",
    "copy": "nearest_neighbour",
    "blended": "nearest_neighbour",
    "blended_of_three": "nearest_neighbour",
    "parent_1": "nearest_neighbour",
    "parent_2": "nearest_neighbour",
    "parent_3": "nearest_neighbour",
    "copied": "disguised",
    "match": "disguised",
    "match_distance": "disguised",
    "moved": "disguised",
    "bent": "disguised",
    "duplicate": "nearest_neighbour",
    "leaked": "leaks",
    "class_probability": "classifier",
    "real_neighbours": "mixing",
    "plausible_strokes": "strokes",
    "components": "strokes",
    "blank": "blank",
}

JUDGED: Mapping[str, Callable[[Array], Array]] = {  # the checks by column; the kind is checked too
    "copy": lambda copied: ~copied,
    "copied": lambda copied: ~copied,
    "duplicate": lambda double: ~double,
    "blank": lambda blank: ~blank,
    "leaked": lambda leaked: ~leaked,
    "plausible_strokes": lambda plausible: plausible,
    "class_probability": lambda probability: probability >= 0.5,
}


def columns_of(outcome: Outcome, cell: Cell) -> dict[str, Array]:
    """Return the per-image values of a cell's metrics (n,) by column, with `kind` and the sources if they are known."""
    found = {
        name if OWN.get(name) == metric.name else f"{metric.name}.{name}": values
        for config, metric in outcome.plan.metrics_for(cell).items()
        for name, values in outcome.columns(cell, config).items()
    }
    kind = kinds(found)
    return found if kind is None else {"kind": kind, **sources(kind, found), **found}


def kinds(columns: Mapping[str, Array]) -> Array | None:
    """Return the kind of each image (n,), or None if the distances to training images are not known.

    An image that is of several kinds counts as an exact copy, a blend of two or three training images (most blends are
    near copies, too), a near copy, or a copy in disguise, in this order. The latter only occur if the metric
    `disguised` ran: warped if registering the image bends it, moved if it only shifts, turns, scales or shears it, and
    recoloured if it does neither: other tones, strokes or noise.
    """
    if not {"nearest_distance", "blended", "copy"} <= set(columns):
        return None
    exact = columns["nearest_distance"] == 0
    no, still = np.zeros(len(exact), dtype=bool), np.zeros(len(exact))
    copied = columns.get("copied", no)
    moved, bent = (columns.get(name, still) > limit for name, limit in (("moved", MOVED), ("bent", BENT)))
    fits = {
        "exact copy": exact,
        "blended of two": columns["blended"],
        "blended of three": columns.get("blended_of_three", no),
        "near copy": columns["copy"],
        "warped": copied & bent,
        "moved": copied & moved,
        "recoloured": copied,
    }
    return np.select(list(fits.values()), list(fits), "new")


def sources(kind: Array, columns: Mapping[str, Array]) -> dict[str, Array]:
    """Return the training images that each image comes from, int64 (n,), by column; -1 where there is none.

    A copy has one source: the best match if it is disguised, the nearest training image otherwise. A blend has two or
    three, the one with the largest weight first.
    """
    none = np.full(len(kind), NONE)
    match = columns.get("match", none)
    first = np.where(np.isin(kind, DISGUISED) & (match != NONE), match, columns["nearest_train"])
    blended = np.isin(kind, BLENDED)
    found = {
        name: np.where(blended, columns.get(f"parent_{place}", none), first if place == 1 else NONE)
        for place, name in enumerate(SOURCES, 1)
    }
    return {name: np.where(kind == "new", NONE, values).astype(np.int64) for name, values in found.items()}


def passed(columns: Mapping[str, Array]) -> Array | None:
    """Return which images (n,) pass every per-image check of the metrics that ran; None if there are no such checks.

    They are no copies (in any disguise that was found), blends or duplicates, have plausible strokes, and belong to
    their class.
    """
    checks = [test(columns[name]) for name, test in JUDGED.items() if name in columns]
    if "kind" in columns:
        checks.append(columns["kind"] == "new")
    return np.logical_and.reduce(checks) if checks else None


def breakdown(outcome: Outcome) -> dict[tuple[str, int, int | None], dict[str, Any]]:
    """Return {"fits", "shares": by kind} by configuration, n_real and label, as means over seeds.

    The label None stands for the mean over all classes.
    """
    cells: dict[tuple[str, int, int], list[dict[str, Array]]] = {}
    for cell in outcome.plan.cells:
        columns = {} if cell.control else columns_of(outcome, cell)
        if "kind" in columns:
            cells.setdefault((cell.config, cell.task.n_real, cell.task.label), []).append(columns)
    found: dict[tuple[str, int, int | None], dict[str, Any]] = {}
    over: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for (config, n_real, label), fits in cells.items():
        found[config, n_real, label] = shares = _shares(fits)
        over.setdefault((config, n_real), []).append(shares)
    for (config, n_real), classes in over.items():
        means = {kind: float(np.mean([c["shares"].get(kind, 0.0) for c in classes])) for kind in classes[0]["shares"]}
        found[config, n_real, None] = {"fits": sum(c["fits"] for c in classes), "shares": means}
    return found


def _shares(fits: list[dict[str, Array]]) -> dict[str, Any]:
    same = [columns for columns in fits if "copied" in columns] or fits  # not some with these kinds and some without
    known = [kind for kind in KINDS if kind not in DISGUISED or "copied" in same[0]]
    return {"fits": len(same), "shares": {k: float(np.mean([(c["kind"] == k).mean() for c in same])) for k in known}}


def to_csv(outcome: Outcome) -> Iterator[str]:
    """Yield images.csv in pieces: the header, then the rows of one generator's cell at a time."""
    made = [c for c in outcome.plan.cells if not c.control and outcome.records[c.key]["status"] == "ok"]
    foreign = {name for cell in made for name in columns_of(outcome, cell)} - {*DERIVED, *OWN}
    names = [*DERIVED, *OWN, *sorted(foreign)]
    yield lines([[*KEYS, *DERIVED, "source_file", *map(field, names[len(DERIVED) :])]])
    for cell in made:
        task, columns = cell.task, columns_of(outcome, cell)
        keys = [task.dataset, task.class_name, cell.config, task.n_real, task.seed, cell.key]
        texts: list[Iterable[Any]] = [_texts(columns[name], name) if name in columns else repeat("") for name in names]
        texts.insert(len(DERIVED), _source_files(outcome, cell, columns))
        yield lines(
            zip(
                *(repeat(field(key)) for key in keys),
                range(task.n_synthetic),
                map(field, _files(cell) or repeat("", task.n_synthetic)),
                *texts,
                strict=False,
            )
        )


def _files(cell: Cell) -> tuple[str, ...]:
    """Return the file of each image, as the user named it; () if the images were made here or are in one file."""
    return cell.generator.files.get(cell.task.label, ()) if isinstance(cell.generator, Given) else ()


def _source_files(outcome: Outcome, cell: Cell, columns: Mapping[str, Array]) -> Iterable[str]:
    """Return the file of the training image that each image comes from, if the user gave training images as files."""
    seen = outcome.plan.data.seen
    names = seen.files.get(cell.task.label, ()) if seen else ()
    if not names or "source" not in columns:
        return repeat("")
    return [field(names[place]) if place != NONE else "" for place in columns["source"].tolist()]


def _texts(values: Array, name: str) -> list[Any]:
    if values.dtype == bool:
        return list(np.where(values, "true", "false").tolist())
    gap = NONE if name in INDICES else None
    return ["" if value != value or value == gap else value for value in values.tolist()]  # noqa: PLR0124 - NaN is a gap
