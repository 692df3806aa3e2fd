"""Missing: the real images that no synthetic image comes near, in groups, per generator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from benchmark.api import Array, Images, Section, Source, hookimpl
from reports._png import is_ink, sheet
from reports._rows import REAL, Row, first_cells, index, working
from reports._template import render
from reports._text import counted, listed
from reports._views import NOTHING, views

METRIC = "prdc"
GROUPS, COLUMNS = 3, 6


class Missing(Section):
    """Held-out images that are not covered: how many, how many chance explains, and pictures of the largest groups."""

    name = "missing"
    title = "Missing"
    question = (
        "Which real images does nobody make? Held-out real images with no synthetic image near them, the largest "
        "groups first."
    )
    order = 55

    def collect(self, source: Source) -> Any:
        """Return the numbers and a sheet of the largest groups, per generator, class and regime."""
        return [
            panel
            for cell in first_cells(source.report, real=True)
            if (panel := _panel(source, cell, source.kept(cell["cell"], METRIC))) is not None
        ]

    def render(self, report: Mapping[str, Any], data: Any) -> Markup:
        """Return one panel per generator; the control `real` gives the number that chance explains."""
        if not working(report):
            return NOTHING
        if not data:
            return Markup("")
        panels = index(data, "configuration", "class", "n_real")

        def content(entry: Row, n_real: int) -> dict[str, Any]:
            real = panels.get((REAL, entry["label"], n_real))
            found = [(g, panels.get((g["id"], entry["label"], n_real))) for g in working(report)]
            shown = [{**panel, "generator": g, **_words(panel, real)} for g, panel in found if panel]
            return {"panels": shown, "missing": [g["label"] for g, panel in found if not panel]}

        return render("missing.html.j2", views=views(report, content), columns=COLUMNS)


def _panel(source: Source, cell: Row, kept: Mapping[str, Array]) -> dict[str, Any] | None:
    if not {"reach", "group"} <= set(kept):
        return None
    group, reach = np.asarray(kept["group"]), np.asarray(kept["reach"])
    missed = group >= 0
    sizes = np.bincount(group[missed]) if missed.any() else np.zeros(0, dtype=np.int64)
    panel = {key: cell[key] for key in ("configuration", "class", "n_real", "seed")}
    panel |= {"held_out": len(group), "missed": int(missed.sum()), "sizes": sizes[:GROUPS].tolist(), "sheet": None}
    if cell["configuration"] != REAL and missed.any():
        real = source.real(cell["class"], "held_out", cell["n_real"], cell["seed"])
        panel["ink"] = is_ink(real)
        panel["sheet"] = _sheet(real, group, reach, len(panel["sizes"]))
    return panel


def _sheet(real: Images, group: Array, reach: Array, groups: int) -> dict[str, Any]:
    """Lay out one row per group, with the images that are farthest from synthetic ones first."""
    ink = is_ink(real)
    blank = np.zeros_like(real[0]) if ink else np.ones_like(real[0])
    rows = []
    for number in range(groups):
        members = np.flatnonzero(group == number)
        picked = members[np.argsort(-reach[members], kind="stable")][:COLUMNS]
        rows += [*real[picked], *[blank] * (COLUMNS - len(picked))]
    return sheet(np.stack(rows), COLUMNS, ink=ink)


def _words(panel: Row, real: Row | None) -> dict[str, str]:
    return {
        "missed_text": f"{panel['missed']} of {panel['held_out']}",
        "chance_text": f"{real['missed']} for fresh real images" if real else "",
        "groups_text": _groups(panel["sizes"]),
    }


def _groups(sizes: Sequence[int]) -> str:
    together = [str(size) for size in sizes if size > 1]
    alone = len(sizes) - len(together)
    said = [f"{'groups' if len(together) > 1 else 'a group'} of {listed(together)}"] if together else []
    return ", then ".join(said + ([counted(alone, "single image")] if alone else []))


@hookimpl
def bench_report_sections() -> list[type[Section]]:
    """Register the section."""
    return [Missing]
