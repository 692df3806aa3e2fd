"""Copies: which samples come from training images and how, and how close samples are to them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from benchmark.api import Array, Images, Section, Source, hookimpl
from reports._histogram import histogram
from reports._kinds import bar, key
from reports._pairs import pairs
from reports._png import is_ink
from reports._rows import Row, first_cells, index, working
from reports._template import render
from reports._text import percent
from reports._views import NOTHING, views

METRIC, LEAKS = "nearest_neighbour", "leaks"
BINS, SHOWN = 36, 4
NEW = "new"
SCORED = {
    "copied_share": "not new",
    "copy_share": "near copies",
    "duplicate_share": "duplicates",
    "leak_share": "test or held-out images",
}
HIGHEST = 2.5  # times the tallest bin of real images; taller bins are cut off and labelled with their share
LINES = {"to_train": "nearest_distance", "to_held_out": "synthetic_to_held_out", "real_to_train": "held_out_to_train"}


class Copies(Section):
    """The kinds of samples, histograms of distances, and the surest copies with what differs from their sources."""

    name = "copies"
    title = "Copies"
    question = (
        "Are the samples new, or training images again? For each generator: which kind each sample is, how far samples "
        "are from training images, and the surest copies next to the images they come from."
    )
    order = 60

    def collect(self, source: Source) -> Any:
        """Return histograms on one scale, the surest copies and leaks, per generator, class and regime."""
        kept = [
            (c, {**source.kept(c["cell"], METRIC), **source.per_image(c["cell"])}) for c in first_cells(source.report)
        ]
        kept = [(c, k) for c, k in kept if all(name in k for name in LINES.values())]
        if not kept:
            return []
        longest = max(float(np.quantile(k[name], 0.995)) for _, k in kept for name in LINES.values())
        edges = np.linspace(0, longest * 1.03 or 1, BINS + 1)
        return [_panel(source, cell, k, edges) for cell, k in kept]

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return one panel per generator, all on the same scales."""
        if not working(report):
            return NOTHING
        panels = index(data or [], "configuration", "class", "n_real")
        kinds = index(report.get("kinds", []), "configuration", "class", "n_real")
        shares = index(report["results"], "configuration", "class", "n_real", "measure")
        top = top_share(data or [])

        def content(entry: Row, n_real: int) -> dict[str, Any]:
            shown, missing = [], []
            for generator in working(report):
                place = (generator["id"], entry["label"], n_real)
                panel = panels.get(place)
                if panel is None:
                    missing.append(generator["label"])
                else:
                    shown.append(
                        {
                            **panel,
                            "generator": generator,
                            "svg": histogram(panel, generator, top),
                            "close_text": percent(panel["close"]),
                            "shown_text": _shown(panel["pairs"]["named"]),
                            "scored": _scored({name: shares.get((*place, name)) for name in SCORED}),
                            **_kinds(kinds.get(place), generator),
                        }
                    )
            leaks = [{**panel, "leaked": _leaked(shares, panel)} for panel in shown if panel["leaks"]]
            return {"panels": shown, "leaks": leaks, "missing": missing}

        shape = report["run"]["data"]["shape"]
        return render(
            "copies.html.j2",
            views=views(report, content),
            pixels=f"{int(np.prod(shape)):,}",
            seen=report["run"]["data"].get("seen", ""),
            thresholds=any(p["threshold"] is not None for p in data or []),
            kinds=bool(kinds),
            ink=any(p["pairs"]["ink"] for p in data or []),
            disguised=any("moved" in row["shares"] for row in kinds.values()),
        )


def top_share(panels: Sequence[Row]) -> float:
    """Return the share at the top of all figures, limited so that exact copies in one bin do not flatten the rest."""
    real = max((max(p["real_to_train"]) for p in panels), default=0.0)
    return min(max((max(p[name]) for p in panels for name in LINES), default=1.0), HIGHEST * real or 1.0)


def _panel(source: Source, cell: Row, kept: Mapping[str, Array], edges: Array) -> dict[str, Any]:
    bins = {name: _shares(kept[array], edges) for name, array in LINES.items()}
    q01 = float(np.quantile(kept["held_out_to_train"], 0.01))
    train = source.real(cell["class"], "train", cell["n_real"], cell["seed"])
    samples, ink = source.samples(cell["cell"]), is_ink(train)
    surest, origin, named = _surest(kept)
    return {
        "configuration": cell["configuration"],
        "class": cell["class"],
        "n_real": cell["n_real"],
        "seed": cell["seed"],
        "end": round(float(edges[-1]), 5),
        **bins,
        "q01": round(q01, 5),
        "threshold": round(float(kept["threshold"]), 5) if "threshold" in kept else None,
        "close": round(float((np.asarray(kept["nearest_distance"]) < q01).mean()), 5),
        "pairs": pairs(samples[surest], train[origin], named, ink=ink),
        "leaks": _leaks(source.kept(cell["cell"], LEAKS), samples, ink=ink),
    }


def _surest(kept: Mapping[str, Array]) -> tuple[Array, Array, list[str]]:
    """Return the samples that are copies for certain, the training images they come from, and the kinds.

    Exact copies come first, then the closest matches, then blends, those that are least like one image first, and then
    new samples.
    """
    to_train = np.asarray(kept["nearest_distance"])
    kind = np.asarray(kept.get("kind", np.full(len(to_train), NEW)))
    new, blended = kind == NEW, np.char.startswith(kind, "blended")
    match = np.where(to_train == 0, -np.inf, kept.get("match_distance", to_train))
    surest = np.lexsort((to_train, np.where(blended, -to_train, match), 2 * new + blended))[:SHOWN]
    origin = np.where(new, kept["nearest_train"], kept.get("source", kept["nearest_train"]))
    return surest, origin[surest], kind[surest].tolist()


def _leaks(kept: Mapping[str, Array], samples: Images, *, ink: bool) -> dict[str, Any] | None:
    """Return the surest leaks with the real images that they come from; None without any."""
    if "surest" not in kept:
        return None
    named = ["test image" if tested else "held-out image" for tested in kept["from_test"]]
    return pairs(samples[kept["surest"]], np.asarray(kept["originals"]), named, ink=ink)


def _shares(values: Array, edges: Array) -> list[float]:
    """Return the share of values in each bin; values beyond the last edge count in the last bin."""
    counts, _ = np.histogram(np.minimum(values, edges[-1]), bins=edges)
    return [round(float(c), 5) for c in counts / max(1, len(values))]


def _kinds(found: Row | None, generator: Row) -> dict[str, Any]:
    return {"bar": bar(found["shares"], generator), "key": key(found["shares"], generator)} if found else {"bar": ""}


def _shown(named: Sequence[str]) -> str:
    """Return what the pairs of a panel are."""
    if set(named) == {NEW}:
        return "No sample is surely a copy; the four closest to training images, with these below and the difference"
    if all(name.startswith("blended") for name in named):
        return "The clearest blends, with the training image of the largest weight below and the difference"
    return "The surest copies, with their training images below and the difference"


def _scored(rows: Mapping[str, Row | None]) -> str:
    """Return '97% not new, 12% duplicates', as scored for the whole set; "" if neither was judged."""
    found = {name: row["mean"] for name, row in rows.items() if row is not None and row["mean"] is not None}
    if "copied_share" in found:  # near copies are among them
        found.pop("copy_share", None)
    if not found.get("leak_share"):
        found.pop("leak_share", None)
    return ", ".join(f"{percent(share)} {SCORED[name]}" for name, share in found.items())


def _leaked(shares: Mapping[tuple[Hashable, ...], Row], panel: Row) -> str:
    row = shares.get((panel["configuration"], panel["class"], panel["n_real"], "leak_share"))
    return percent(row["mean"]) if row is not None and row["mean"] is not None else "Some"


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Copies]
