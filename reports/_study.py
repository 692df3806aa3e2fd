"""The page of a reproduced study: each claim with its measurement, and the figures redrawn."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from reports._page import frame
from reports._template import render

MARKS = {"PASS": "✓", "FAIL": "✗", "CANNOT TELL": "?", "REDUCED": "–"}  # noqa: RUF001 - a dash as a mark


def render_study(report: Mapping[str, Any], folder: Path) -> str:
    """Return study.html from the content of study.json; figures (PNG) are read from `folder` and embedded."""
    figures = [
        {**figure, "image": _inline(folder / figure["file"]) if figure["file"] else ""} for figure in report["figures"]
    ]
    words = [claim["verdict"] for claim in report["claims"]]
    counts = [(word, words.count(word)) for word in dict.fromkeys(words)]
    return str(render("study.html.j2", **{**report, "figures": figures}, marks=MARKS, counts=counts, **frame()))


def _inline(path: Path) -> Markup:
    return Markup("data:image/png;base64,{}").format(base64.b64encode(path.read_bytes()).decode())
