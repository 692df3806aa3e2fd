"""Splits a section into one block per class and, within it, one part per number of training images."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from reports._rows import Row, class_title, regime_title, regimes

NOTHING = Markup('<p class="note">No generator produced images.</p>')


def views(report: Row, content: Callable[[Row, int], dict[str, Any] | None]) -> list[dict[str, Any]]:
    """Return {"class", "title", "parts"} per class; `content(class, n_real)` fills a part or leaves it out (None)."""
    found = []
    for entry in report["classes"]:
        parts = []
        for n_real in regimes(report):
            part = content(entry, n_real)
            if part is not None:
                parts.append({"regime": regime_title(report, n_real), **part})
        if parts:
            found.append({"class": entry["label"], "title": class_title(report, entry), "parts": parts})
    return found
