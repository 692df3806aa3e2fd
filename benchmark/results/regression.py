"""Compares two finished runs: what changed between them, and whether it is more than noise."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmark.errors import InputError
from benchmark.judging import comparison
from benchmark.judging.aspects import ASPECTS
from benchmark.judging.comparison import Comparison, Pair
from benchmark.results.summary_json import FORMAT
from benchmark.store import sums
from benchmark.store.checks import check_cell, check_scores
from benchmark.store.records import MOST_SAID, is_key, read_bytes, read_json, read_record

READABLE = (FORMAT, "bench.summary/1")  # the parts that are read here are the same in both
Where = tuple[str, str, int, int, int]  # config, class, n_real, n_synthetic, seed
Group = tuple[str, int, str]  # config, n_real, aspect


@dataclass(frozen=True)
class Side:
    """One run: its summary, and the rows of its generators by cell."""

    folder: Path
    summary: Mapping[str, Any]
    rows: Mapping[Where, list[dict[str, str]]]

    @cached_property
    def calibrated(self) -> dict[Where, dict[str, float]]:
        """The calibrated measures of each cell that worked."""
        return {
            where: {row["measure"]: float(row["calibrated"]) for row in rows if row["calibrated"]}
            for where, rows in self.rows.items()
            if rows[0]["measure"]
        }

    def record(self, where: Where) -> dict[str, Any]:
        """Return the record of a cell in the store, or {} if it is no longer there."""
        key = self.rows[where][0]["cell"]
        path = self.folder / "cells" / key[:2] / key
        try:
            if not is_key(key):
                raise ValueError(key)
            found = read_record(path / "cell.json")
            check_cell(found, key)
            scores = [(file.stem, read_record(file)) for file in path.glob("scores/*.json")]
            for _, record in scores:
                check_scores(record)
        except (OSError, ValueError):
            return {}
        return {**found, "metrics": {record["metric"]: name for name, record in scores}}


@dataclass(frozen=True)
class Change:
    """One aspect of one generator in both runs; `found` compares B with A: its difference is B - A."""

    config: str
    n_real: int
    aspect: str
    a: float
    b: float
    found: Comparison

    @property
    def word(self) -> str:
        """'the same', 'worse', 'better', 'no more than noise' or 'too few pairs to tell'."""
        if not self.found.nonzero:
            return "the same"
        words = {"<": "worse", ">": "better", "no clear difference": "no more than noise"}
        return words.get(self.found.word, self.found.word)


def read(folder: Path) -> Side:
    """Read a run's summary.json and scores.csv. Raises InputError."""
    try:
        summary = read_json(folder / "summary.json")
        text = read_bytes(folder / "scores.csv").decode("utf-8")
        lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows: dict[Where, list[dict[str, str]]] = {}
        for row in lines:
            if row["control"] == "false" and row["class"]:
                where = (row["config"], row["class"], int(row["n_real"]), int(row["n_synthetic"]), int(row["seed"]))
                rows.setdefault(where, []).append(row)
        found = Side(folder, summary, rows)
        _check(found)
        sums.check(folder / "summary.json", folder / "scores.csv")
    except OSError as error:
        raise InputError(
            f"{str(folder)!r} has no results ({error.strerror}: {Path(error.filename).name}); "
            "name the output folder of a run."
        ) from None
    except (ValueError, LookupError, TypeError, csv.Error) as error:
        raise InputError(
            f"{str(folder)!r} has damaged results ({str(error)[:MOST_SAID]}); run the same command again."
        ) from None
    if summary.get("format") not in READABLE:
        known = str(summary.get("format"))[:40]
        raise InputError(f"{str(folder)!r} has results in the format {known!r}; expected {FORMAT!r}.")
    return found


def _check(side: Side) -> None:
    """Raise ValueError unless everything that is compared has the type that it must have."""
    for name, kind in (("sha256", str), ("dataset", str), ("features", str), ("n_synthetic", int)):
        if "format" in side.summary and side.summary["format"] in READABLE and type(side.summary.get(name)) is not kind:
            raise ValueError(f"the {name} in summary.json is {side.summary.get(name)!r}")
    for rows in side.rows.values():
        if any(row[name] is None for row in rows for name in ("measure", "calibrated", "cell")):
            raise ValueError("a row of scores.csv is incomplete")
    if not all(math.isfinite(value) for at in side.calibrated.values() for value in at.values()):
        raise ValueError("a calibrated value in scores.csv is not finite")


def common(a: Side, b: Side) -> list[Where]:
    """Return the cells that both runs have. Raises InputError if there are none."""
    found = sorted(set(a.rows) & set(b.rows))
    if not found:
        sizes = {side.summary["n_synthetic"] for side in (a, b)}
        why = f": scores at {min(sizes)} and {max(sizes)} synthetic images are never compared" if len(sizes) > 1 else ""
        names = " and ".join(", ".join(sorted({where[0] for where in side.rows})) or "nothing" for side in (a, b))
        raise InputError(f"{str(a.folder)!r} and {str(b.folder)!r} have no cells in common ({names}){why}.")
    return found


def changes(a: Side, b: Side) -> list[Change]:
    """Return every aspect of every generator that both runs judged, Holm-adjusted within each aspect."""
    fits: dict[Group, dict[Pair, tuple[float, float]]] = {}
    classes = {name: i for i, name in enumerate(sorted({where[1] for where in a.rows}))}
    for where in common(a, b):
        one, two = a.calibrated.get(where, {}), b.calibrated.get(where, {})
        for kind in ASPECTS:
            parts = [part for part in kind.parts_at(where[2]) if part in one and part in two]
            if parts:
                pair = (classes[where[1]], where[4])
                ends = min(one[part] for part in parts), min(two[part] for part in parts)
                fits.setdefault((where[0], where[2], kind.name), {})[pair] = ends
    return [change for kind in ASPECTS for change in _family({g: f for g, f in fits.items() if g[2] == kind.name})]


def _family(fits: Mapping[Group, Mapping[Pair, tuple[float, float]]]) -> Iterator[Change]:
    found = {
        group: comparison.compare(
            {"a": {pair: two for pair, (_, two) in at.items()}, "b": {pair: one for pair, (one, _) in at.items()}}
        )[0]
        for group, at in fits.items()
    }
    adjusted = comparison.holm([each.p for each in found.values()])
    for (group, each), p in zip(found.items(), adjusted, strict=True):
        one, two = (math.fsum(ends[i] for ends in fits[group].values()) / len(fits[group]) for i in (0, 1))
        yield Change(*group, one, two, replace(each, holm=p, reachable=min(1.0, each.reachable * len(found))))


def newly_failed(a: Side, b: Side) -> list[Where]:
    """Return the cells that worked in A but not in B."""
    return [where for where in common(a, b) if where in a.calibrated and where not in b.calibrated]


def differences(a: Side, b: Side) -> list[str]:
    """Return the differences in data, versions and code, one sentence each."""
    said = []
    if a.summary["sha256"] != b.summary["sha256"]:
        said.append(
            f"data: {a.summary['dataset']} {a.summary['sha256'][:12]} -> {b.summary['dataset']} "
            f"{b.summary['sha256'][:12]}: the images differ, so the differences are not due to the generators alone"
        )
    if a.summary["features"] != b.summary["features"]:
        said.append(f"features: {a.summary['features']} -> {b.summary['features']}")
    codes: dict[str, set[tuple[str, str]]] = {}
    versions: set[tuple[str, str, str]] = set()
    metrics: set[str] = set()
    for where in common(a, b):
        one, two = a.record(where), b.record(where)
        if not one or not two:
            continue
        if one.get("code", "") != two.get("code", ""):
            codes.setdefault(where[0], set()).add((one.get("code", "?"), two.get("code", "?")))
        known = one["versions"].keys() | two["versions"].keys()
        old_new = {(name, one["versions"].get(name, "-"), two["versions"].get(name, "-")) for name in known}
        versions |= {(name, old, new) for name, old, new in old_new if old != new}
        both = one["metrics"].keys() & two["metrics"].keys()
        metrics |= {name for name in both if one["metrics"][name] != two["metrics"][name]}
    said += [f"code of {config}: {old} -> {new}" for config, pairs in codes.items() for old, new in sorted(pairs)]
    said += [f"{name}: {old} -> {new}" for name, old, new in sorted(versions)]
    if metrics and a.summary["sha256"] == b.summary["sha256"]:
        said.append(f"code of the metrics: {', '.join(sorted(metrics))}")
    for side, other in ((a, b), (b, a)):
        extra = set(side.rows) - set(other.rows)
        if extra:
            configs = ", ".join(sorted({where[0] for where in extra}))
            said.append(f"{len(extra)} cells are only in {side.folder}, of {configs}")
    return said


def seeds_needed(found: list[Change], a: Side) -> int:
    """Return how many seeds are needed before a difference in the largest family could be more than noise."""
    family = max(sum(c.aspect == kind.name for c in found) for kind in ASPECTS)
    return math.ceil(comparison.pairs_needed(max(family, 1)) / max(len({where[1] for where in a.rows}), 1))
