"""What a record of a store must look like before anything is done with it: a stranger may have written it.

Each function raises ValueError, with half a sentence that says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.store.records import is_key

if TYPE_CHECKING:
    from benchmark.api import Array
    from benchmark.images.image_set import ImageSet

ARRAYS = re.compile(r"(samples|history)\.npz")  # the files that a cell can have
LONGEST = 10**6  # characters of a text
NUMBER, TEXT, NONE = (int, float), (str,), (type(None),)
Kinds = Mapping[str, tuple[type, ...]]

CELL: Kinds = {"key": TEXT, "files": (dict,), "result": (dict,)}
ABOUT: Kinds = {  # what `benchmark.plan.cells.describe` returns
    "cell": TEXT,
    "generator": TEXT,
    "config": TEXT,
    "control": (bool,),
    "parameters": (dict,),
    "dataset": TEXT,
    "label": (int, *NONE),
    "class": TEXT,
    "n_real": (int,),
    "n_synthetic": (int,),
    "seed": (int,),
}
RESULT: Kinds = {"status": TEXT}
TIMES: Kinds = {"fit_seconds": NUMBER, "sample_seconds": NUMBER}
OPTIONAL: Kinds = {
    "reason": TEXT,
    "phase": TEXT,
    "unit": TEXT,
    "warnings": (list,),
    "peak_rss_mib": (*NUMBER, *NONE),
    "clipped_share": (*NUMBER, *NONE),
    "fit_cpu_seconds": (*NUMBER, *NONE),
    "sample_cpu_seconds": (*NUMBER, *NONE),
    "versions": (dict,),
    "code": TEXT,
}
SCORES: Kinds = {
    "metric": TEXT,
    "status": TEXT,
    "reason": TEXT,
    "scores": (dict,),
    "seconds": (*NUMBER, *NONE),
    "arrays": (bool,),
}
SCORE: Kinds = {"value": (*NUMBER, *NONE), "sd": (*NUMBER, *NONE), "reason": TEXT, "note": TEXT}
STORED: Kinds = {"size": (int,), "sha256": TEXT}
MAP: Kinds = {"key": TEXT, "strata": (list,), "cells": (list,), "failed": (dict,), "preserved": (dict,), "sha256": TEXT}


def check_cell(record: Mapping[str, Any], key: str) -> None:
    """Check the record of a cell or a group."""
    _have(record, CELL)
    if record["key"] != key:
        raise ValueError(f"it is the record of {record['key'][:40]!r}")
    for name, stored in record["files"].items():
        if not ARRAYS.fullmatch(name):
            raise ValueError(f"it names the file {name[:40]!r}")
        _have(stored, STORED)
    _have(record, ABOUT)
    result = record["result"]
    _have(result, RESULT)
    _have(result, {name: kinds for name, kinds in OPTIONAL.items() if name in result})
    _have(record, {name: kinds for name, kinds in OPTIONAL.items() if name in record})
    _texts(result.get("warnings", []))
    _texts(record.get("versions", {}).values())
    if result["status"] == "ok" and record["label"] is not None:  # a group has no times
        _have(result, TIMES)


def check_scores(record: Mapping[str, Any]) -> None:
    """Check a metric's record."""
    _have(record, SCORES)
    if record["arrays"]:
        _have(record, STORED)
    for score in record["scores"].values():
        _have(score, SCORE)
    _have(record, {name: kinds for name, kinds in OPTIONAL.items() if name in record})
    _texts(record.get("warnings", []))
    _texts(record.get("versions", {}).values())


def check_map(record: Mapping[str, Any], key: str) -> None:
    """Check the record of a joint map."""
    _have(record, MAP)
    if record["key"] != key:
        raise ValueError(f"it is the record of {record['key'][:40]!r}")
    if not all(is_key(cell) for cell in record["cells"]):
        raise ValueError("it names a cell by something other than a key")
    for stratum in record["strata"]:
        match stratum:
            case [str(), int(), int()]:
                continue
        raise ValueError("its strata are not sources, labels and numbers")
    _texts(record["failed"].values())
    if not all(isinstance(share, NUMBER) for share in record["preserved"].values()):
        raise ValueError("one of its shares is not a number")


def check_samples(images: ImageSet, record: Mapping[str, Any]) -> None:
    """Check the images of a cell."""
    if images.shape[3] not in (1, 3):
        raise ValueError("samples.npz does not hold images")
    if len(images) != record.get("n_synthetic", len(images)):
        raise ValueError(f"samples.npz holds {len(images)} images")
    floats = images.blocks() if images.array.dtype == np.float32 else ()
    if not all(block.min() >= 0 and block.max() <= 1 for block in floats):
        raise ValueError("samples.npz holds values outside [0, 1]")


def check_arrays(arrays: Mapping[str, Array]) -> None:
    """Check the arrays that are stored with a metric's scores."""
    for name, array in arrays.items():
        kind = name.split("/")[0]
        if kind == "kept":
            continue
        fits = array.ndim == 1 and array.size and array.dtype.kind in "biuf"
        if kind != "image" or not fits or np.isinf(array).any():
            raise ValueError(f"the array {name[:40]!r} is not a list of numbers or gaps")


def _have(record: Any, kinds: Kinds) -> None:
    if not isinstance(record, Mapping):
        raise ValueError(f"it holds {type(record).__name__} where it should hold names and values")  # noqa: TRY004
    for name, allowed in kinds.items():
        if name not in record:
            raise ValueError(f"it has no {name!r}")
        if type(record[name]) not in allowed:
            raise ValueError(f"its {name!r} is of the type {type(record[name]).__name__}")
        if allowed is TEXT and len(record[name]) > LONGEST:
            raise ValueError(f"its {name!r} has {len(record[name]):,} characters")


def _texts(values: Any) -> None:
    if not all(isinstance(value, str) for value in values):
        raise ValueError("it holds something else where it should hold texts")
