"""The page: a pure function of the report dictionary, in one file that fetches nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup, escape

from benchmark.api import Section
from reports._assets import taken_out
from reports._closed import is_closed
from reports._judgement import headline
from reports._rows import Row, class_title, noun, regimes
from reports._template import render
from reports._text import counted, day_of, listed, plural, shortened
from reports._tokens import TOKENS

STYLES = ("page.css", "figures.css", "map.css", "media.css")
SCRIPTS = ("page.js", "sort.js", "save.js", "map.js")  # no others run: sections cannot add scripts
LARGEST = 10_000_000  # bytes; above this, the footer and the command name the largest section


@dataclass(frozen=True)
class Page:
    """The page as text, a warning if it is large (else ""), and the files that go next to it, by name."""

    html: str
    warning: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


def render_page(report: Mapping[str, Any], sections: Sequence[Section]) -> str:
    """Return the report as HTML: the same dictionary and sections give the same bytes."""
    return compose(report, sections).html


def compose(report: Mapping[str, Any], sections: Sequence[Section], assets: str = "") -> Page:
    """Return the page. With `assets`, the address of a folder, its images are files in that folder instead."""
    shown: list[dict[str, Any]] = []
    beside: dict[str, bytes] = {}
    for section in sorted(sections, key=lambda s: (s.order, s.name)):
        body = _body(section, report)
        if assets:
            text, found = taken_out(body, assets)
            body, beside = Markup(text), beside | found
        if body.strip():
            shown.append({"name": section.name, "title": section.title, "question": section.question, "body": body})
    warning = _weight(shown)
    html = render(
        "page.html.j2",
        headline=headline(report),
        eyebrow=_eyebrow(report),
        warnings=_warnings(report["run"]),
        sections=shown,
        footer=warning,
        alone=not assets,
        **frame("'self' data:" if assets else "data:"),
    )
    return Page(str(html), warning, beside)


def frame(images: str = "data:") -> dict[str, Any]:
    """Return the style, the script and the policy that allows only these and `images`: every page starts from them."""
    style, script = _style(), _script()
    policy = (
        f"default-src 'none'; img-src {images}; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"policy": policy, "style": Markup(style), "script": Markup(script)}


def _body(section: Section, report: Row) -> Markup:
    """Return a section's HTML; if it fails, one sentence says so and the other sections stay."""
    try:
        body = escape(section.render(report, report["sections"].get(section.name)))
    except Exception as error:  # noqa: BLE001 - a section can be anybody's and raise anything
        return _failed(f"{type(error).__name__}: {error}")
    ours = type(section).__module__.startswith("reports.")
    return body if ours or is_closed(body) else _failed("its HTML has unclosed or mismatched tags")


def _failed(reason: str) -> Markup:
    return Markup('<p class="note">This section could not be shown: {}</p>').format(shortened(reason))


def _eyebrow(report: Row) -> list[str]:
    data = report["run"]["data"]
    classes = [str(c["name"]) for c in report["classes"]]
    if len(classes) == 1:
        chosen = class_title(report, report["classes"][0]).lower()
    else:
        chosen = f"{plural(noun(report))} {listed(classes)}"
    sizes = listed([f"{n:,}" for n in regimes(report)])
    seeds = counted(len(report["run"]["seeds"]), "seed")
    return [
        f"{data.get('title') or data['name']}, {chosen}",
        f"{sizes} training images per {noun(report)}",
        seeds,
        day_of(report["run"]["started"]),
    ]


def _warnings(run: Row) -> list[str]:
    """Return what a reader must know before looking at the numbers."""
    unfinished = ["The run was interrupted and cells are missing; run the same command again to continue"]
    quick = ["This was a quick run, with small sizes, for trying things out; do not base decisions on its numbers"]
    return unfinished * (not run.get("finished", True)) + quick * bool(run.get("quick")) + list(run["warnings"])


def _weight(shown: Sequence[Row]) -> str:
    """Return a warning that names the largest section if the page is too large, else ""."""
    sizes = {section["title"]: len(section["body"].encode()) for section in shown}
    total = sum(sizes.values()) + len(_style()) + len(_script())
    if total <= LARGEST:
        return ""
    largest = max(sizes, key=lambda title: sizes[title])
    return (
        f"This page is {total / 1e6:.1f} MB, of which {sizes[largest] / 1e6:.1f} MB are the section {largest}. "
        "To keep the images in separate files, use bench report --assets DIR."
    )


@cache
def _style() -> str:
    blocks = {
        theme: "".join(f"--{name}:{pair[i]};" for name, pair in TOKENS.items())
        for i, theme in enumerate(("light", "dark"))
    }
    text = str(render("tokens.css.j2", **{name: Markup(block) for name, block in blocks.items()}))
    return "\n" + text + "".join(_asset(name) for name in STYLES)


@cache
def _script() -> str:
    return "\n" + "".join(_asset(name) for name in SCRIPTS)


def _asset(name: str) -> str:
    return (files("reports") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
