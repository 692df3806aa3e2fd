"""The kinds of images that a generator makes, from exact copies to new ones: a bar, and its key as text."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from reports._rows import Row
from reports._svg import colour
from reports._text import percent

SEVERAL = {"exact copy": "exact copies", "near copy": "near copies"}
HEIGHT, SWATCH = 14, 12  # px


def bar(shares: Mapping[str, float], generator: Row) -> Markup:
    """Return the shares of the kinds, in order, as one bar; kinds differ by pattern, not by colour."""
    parts, start = [], 0.0
    for kind, share in shares.items():
        parts.append(_stretch(kind, start * 100, (start + share) * 100, HEIGHT))
        start += share
    return Markup('<svg class="kinds {}" width="100%" height="{}" role="img" aria-label="{}">{}{}</svg>').format(
        colour(generator), HEIGHT, f"Images of {generator['label']}: {in_words(shares)}", Markup("").join(parts), _FRAME
    )


def key(shares: Mapping[str, float], generator: Row) -> Markup:
    """Return the kinds that occur, each with its pattern, share and name."""
    item = Markup(
        '<span class="kind"><svg class="kinds {}" width="{s}" height="{s}" aria-hidden="true">{}{}</svg>{} {}</span>'
    )
    return Markup(" ").join(
        item.format(
            colour(generator), _stretch(kind, 0, 100, SWATCH), _FRAME, percent(share), SEVERAL.get(kind, kind), s=SWATCH
        )
        for kind, share in shares.items()
        if share > 0
    )


def in_words(shares: Mapping[str, float]) -> str:
    """Return '94% blended, 5% near copies, 1% new'."""
    return ", ".join(f"{percent(share)} {SEVERAL.get(kind, kind)}" for kind, share in shares.items() if share > 0)


_FRAME = Markup('<rect width="100%" height="100%"/>')


def _stretch(kind: str, start: float, end: float, height: int) -> Markup:
    line = Markup('<line class="k-{}" x1="{:.2f}%" x2="{:.2f}%" y1="{y:g}" y2="{y:g}" stroke-width="{w}"/>')
    return line.format(kind.replace(" ", "-"), start, end, y=height / 2, w=height)
