"""What every section of the report must do, checked on the report of a real run."""

from __future__ import annotations

import copy
import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from benchmark.testing._subject import Fault

if TYPE_CHECKING:
    from benchmark.testing._subject import Subject

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
OUTSIDE = ("src", "href", "xlink:href", "srcset", "action")
HOSTILE = '<script>alert("1")</script>'


def check_titled(subject: Subject) -> None:
    """It has a title and a place in the order."""
    section = subject.new()
    if not (isinstance(getattr(section, "title", None), str) and section.title.strip()):
        raise Fault("title, the heading of the section, is missing")
    if not isinstance(section.order, int):
        raise Fault(f"order is {section.order!r}; it must be a whole number (smaller ones come first)")


def check_collects_json(subject: Subject) -> None:
    """It collects only data that JSON can hold, because the page can be made again from the file."""
    data = _collected(subject)
    try:
        again = json.loads(json.dumps(data, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise Fault(f"collect returned data that JSON cannot hold: {error}") from None
    if str(subject.new().render(_report(subject), data)) != str(subject.new().render(_report(subject), again)):
        raise Fault("rendered from the file, the section differs; collect plain lists and dicts with string keys")


def check_renders(subject: Subject) -> None:
    """For a run with a generator that worked and one that failed, it makes HTML with matching tags."""
    _Tags().feed(_rendered(subject))


def check_same_twice(subject: Subject) -> None:
    """Rendering does not change the report, and gives the same HTML again."""
    report, data = _report(subject), _collected(subject)
    before = copy.deepcopy(report)
    if str(subject.new().render(report, data)) != str(subject.new().render(report, data)):
        raise Fault("the same report gives different HTML the second time")
    if report != before:
        raise Fault("render changed the report; work on a copy")


def check_escapes(subject: Subject) -> None:
    """Text from a run, such as the reason for a failure, is escaped."""
    report = _hostile(_report(subject))
    html = str(_escaped(subject.new().render(report, _collected(subject))))
    if HOSTILE in html:
        raise Fault("text of the report is not escaped; use markupsafe, or a template with autoescape")


def check_offline(subject: Subject) -> None:
    """It fetches nothing, so that the page can be opened offline."""
    tags = _Tags()
    tags.feed(_rendered(subject))
    if tags.fetched:
        raise Fault(f"it fetches {tags.fetched[0]!r}; embed it in the page instead (data: URLs are allowed)")


def _rendered(subject: Subject) -> str:
    return str(_escaped(subject.new().render(_report(subject), _collected(subject))))


def _escaped(html: Any) -> Any:
    from markupsafe import escape

    return escape(html)  # as the page does: plain text is not HTML


def _report(subject: Subject) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((_run(subject) / "report.json").read_text(encoding="utf-8"))
    return report


def _collected(subject: Subject) -> Any:
    """Return what the section collects from the run."""
    from benchmark.results.page import StoredSource
    from benchmark.results.results import Results
    from benchmark.store.store import Store

    run = _run(subject)
    return subject.new().collect(StoredSource(Results(_plan(run), Store(run)), _report(subject)))


def _run(subject: Subject) -> Any:
    """Return the folder of a quick run on digits, made by the first check of a session that needs it."""
    from benchmark.execution import execute

    run = subject.shared / "run"
    with FileLock(f"{run}.lock"):
        if not (run / "report.json").is_file():
            execute(_plan(run))
    return run


def _plan(run: Any) -> Any:
    from pathlib import Path

    from benchmark.execution import make_plan
    from benchmark.plugins.registry import discover
    from benchmark.settings import from_mapping

    settings = from_mapping(
        {
            "generators": "smote,affine,broken",
            "classes": "3,5",
            "dataset": "digits",
            "seeds": 2,
            "metrics": "mixing,clipped,nearest_neighbour,prdc,classifier",
            "out": str(run),
            "workers": 1,
            "plugins": [str(Path(__file__).with_name("_broken.py"))],
        },
        "the kit",
    )
    return make_plan(settings, discover(settings.plugins))


def _hostile(value: Any) -> Any:
    """Return a report in which each reason, help text, description and command is HTML."""
    words = ("reason", "help", "description", "command")
    if isinstance(value, dict):
        return {k: HOSTILE if k in words and isinstance(v, str) else _hostile(v) for k, v in value.items()}
    return [_hostile(v) for v in value] if isinstance(value, list) else value


class _Tags(HTMLParser):
    """Raises Fault if tags do not match; records what would be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self.handle_startendtag(tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [
            value
            for name, value in attrs
            if name in OUTSIDE and value and tag != "a" and not value.startswith(("data:", "#"))
        ]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            raise Fault(f"</{tag}> closes {self.open[-1] if self.open else 'nothing'!r}: tags do not match")
        self.open.pop()

    def feed(self, data: str) -> None:
        super().feed(data)
        if self.open:
            raise Fault(f"<{self.open[-1]}> is never closed")
