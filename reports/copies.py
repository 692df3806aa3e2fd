"""Copies: how close samples are to training images, compared with held-out real images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from benchmark.api import Array, Section, Source, hookimpl
from reports._histogram import histogram
from reports._kinds import bar, key
from reports._png import is_ink, sheet
from reports._rows import Row, first_cells, index, working
from reports._template import render
from reports._text import fixed, percent
from reports._views import NOTHING, views

METRIC = "nearest_neighbour"
BINS, CLOSEST = 36, 4
HIGHEST = 2.5  # times the tallest bin of real images; taller bins are cut off and labelled with their share
LINES = {"to_train": "nearest_distance", "to_held_out": "synthetic_to_held_out", "real_to_train": "held_out_to_train"}


class Copies(Section):
    """Histograms of distances to the nearest training image, and the closest pairs."""

    name = "copies"
    title = "Copies"
    question = (
        "Are the samples new, or training images again? In colour: the distance from each sample to its nearest "
        "training image. Dashed outline: the same for held-out real images."
    )
    order = 60

    def collect(self, source: Source) -> Any:
        """Return histograms on one scale and the four closest pairs, per generator, class and regime."""
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
                            **_words(
                                panel,
                                shares.get((*place, "copied_share")) or shares.get((*place, "copy_share")),
                                shares.get((*place, "duplicate_share")),
                            ),
                            **_kinds(kinds.get(place), generator),
                        }
                    )
            return {"panels": shown, "missing": missing}

        shape = report["run"]["data"]["shape"]
        return render(
            "copies.html.j2",
            views=views(report, content),
            pixels=f"{int(np.prod(shape)):,}",
            seen=report["run"]["data"].get("seen", ""),
            thresholds=any(p["threshold"] is not None for p in data or []),
            kinds=bool(kinds),
            disguised=any("moved" in row["shares"] for row in kinds.values()),
        )


def top_share(panels: Sequence[Row]) -> float:
    """Return the share at the top of all figures, limited so that exact copies in one bin do not flatten the rest."""
    real = max((max(p["real_to_train"]) for p in panels), default=0.0)
    return min(max((max(p[name]) for p in panels for name in LINES), default=1.0), HIGHEST * real or 1.0)


def _panel(source: Source, cell: Row, kept: Mapping[str, Array], edges: Array) -> dict[str, Any]:
    bins = {name: _shares(kept[array], edges) for name, array in LINES.items()}
    q01 = float(np.quantile(kept["held_out_to_train"], 0.01))
    to_train = np.asarray(kept["nearest_distance"])
    closest = np.argsort(to_train, kind="stable")[:CLOSEST]
    train = source.real(cell["class"], "train", cell["n_real"], cell["seed"])
    images = source.samples(cell["cell"])[closest]
    partners = train[np.asarray(kept["nearest_train"])[closest]]
    ink = is_ink(train)
    return {
        "configuration": cell["configuration"],
        "class": cell["class"],
        "n_real": cell["n_real"],
        "seed": cell["seed"],
        "end": round(float(edges[-1]), 5),
        **bins,
        "q01": round(q01, 5),
        "threshold": round(float(kept["threshold"]), 5) if "threshold" in kept else None,
        "close": round(float((to_train < q01).mean()), 5),
        "ink": ink,
        "pairs": sheet(np.concatenate([images, partners]), len(images), ink=ink, gap=3),
        "distances": [round(float(d), 3) for d in to_train[closest]],
    }


def _shares(values: Array, edges: Array) -> list[float]:
    """Return the share of values in each bin; values beyond the last edge count in the last bin."""
    counts, _ = np.histogram(np.minimum(values, edges[-1]), bins=edges)
    return [round(float(c), 5) for c in counts / max(1, len(values))]


def _kinds(found: Row | None, generator: Row) -> dict[str, Any]:
    return {"bar": bar(found["shares"], generator), "key": key(found["shares"], generator)} if found else {"bar": ""}


def _words(panel: Row, copied: Row | None, repeated: Row | None) -> dict[str, str]:
    def share(row: Row | None) -> str:
        return percent(row["mean"]) if row is not None and row["mean"] is not None else ""

    return {
        "close_text": percent(panel["close"]),
        "copied_text": share(copied),
        "repeated_text": share(repeated),
        "distance_text": ", ".join(fixed(d, 1) for d in panel["distances"]),
    }


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Copies]
