"""Figures for papers, drawn from the same report as the page: one file per kind, each a function of the report."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports._rows import Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS = 300  # per inch, in PNG files
# No dates and no random names: the same report gives the same bytes. Text stays text in PDF and SVG.
SETTINGS: dict[str, Any] = {"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "synthassay"}
UNDATED: dict[str, dict[str, Any]] = {
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
    "svg": {"Date": None},
}


def first(report: Row) -> Figure:
    """Return the figure of the scores, for a notebook."""
    import matplotlib as mpl

    from reports._figures import scores
    from reports._figures.style import STYLE

    settings: Any = {**STYLE, **SETTINGS}
    with mpl.rc_context(settings):
        return next(figure for _, figure in scores.figures(report))


def write(report: Row, folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write every figure that the report has data for, in each format; return the files."""
    import matplotlib as mpl

    from reports._figures import copies, images, map, ranking, scores, training  # noqa: A004 - named as the section
    from reports._figures.style import STYLE

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    settings: Any = {**STYLE, **SETTINGS}
    with mpl.rc_context(settings):
        for kind in (scores, ranking, images, map, copies, training):
            for name, figure in kind.figures(report):
                written += [_save(figure, folder / f"{_plain(name)}.{end}", end) for end in formats]
    return written


def _save(figure: Figure, path: Path, end: str) -> Path:
    content = io.BytesIO()
    figure.savefig(content, format=end, dpi=DOTS, metadata=UNDATED[end])
    path.write_bytes(content.getvalue())
    return path


def _plain(name: str) -> str:
    """Return a name that every file system accepts: 'training-gan-steps-600'."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
