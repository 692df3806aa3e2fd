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
SCRIPTS = ("page.js", "sort.js", "save.js", "map.js")  # ours alone: a section brings none
LARGEST = 10_000_000  # bytes; above, the footer and the command say which section is the largest


@dataclass(frozen=True)
class Page:
    """The page as text, what is to be said of its size ("" where it is small), and the files beside it by name."""

    html: str
    warning: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


def render_page(report: Mapping[str, Any], sections: Sequence[Section]) -> str:
    """Return the report as HTML: the same bytes for the same dictionary and sections."""
    return compose(report, sections).html


def compose(report: Mapping[str, Any], sections: Sequence[Section], assets: str = "") -> Page:
    """Return the page; with `assets`, the address of a folder, its images are files there and not in the page."""
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
    """Return style, script, and the policy that allows these and `images`: what every page of ours is put into."""
    style, script = _style(), _script()
    policy = (
        f"default-src 'none'; img-src {images}; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return {"policy": policy, "style": Markup(style), "script": Markup(script)}


def _body(section: Section, report: Row) -> Markup:
    """Return a section's HTML; one that breaks is one sentence, and the others stay."""
    try:
        body = escape(section.render(report, report["sections"].get(section.name)))
    except Exception as error:  # noqa: BLE001 - whatever a section raises is its own fault
        return _failed(f"{type(error).__name__}: {error}")
    ours = type(section).__module__.startswith("reports.")
    return body if ours or is_closed(body) else _failed("its HTML does not close what it opens")


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
    runs = counted(len(report["run"]["seeds"]), "run")
    return [
        f"{data.get('title') or data['name']}, {chosen}",
        f"{sizes} training images a {noun(report)}",
        runs,
        day_of(report["run"]["started"]),
    ]


def _warnings(run: Row) -> list[str]:
    """Return what a reader must know before any number."""
    unfinished = ["The run was interrupted: cells are missing, and the same command goes on with them"]
    quick = ["A quick run: small sizes, for trying things out; its numbers decide nothing"]
    return unfinished * (not run.get("finished", True)) + quick * bool(run.get("quick")) + list(run["warnings"])


def _weight(shown: Sequence[Row]) -> str:
    """Return a sentence that names the largest section of a page that is too large, else ""."""
    sizes = {section["title"]: len(section["body"].encode()) for section in shown}
    total = sum(sizes.values()) + len(_style()) + len(_script())
    if total <= LARGEST:
        return ""
    largest = max(sizes, key=lambda title: sizes[title])
    return (
        f"This page has {total / 1e6:.1f} MB; {sizes[largest] / 1e6:.1f} MB of them are the section {largest}. "
        "bench report --assets DIR writes the images as files beside it."
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
