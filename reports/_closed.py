"""Whether a piece of HTML closes what it opens: what does not would take the rest of the page into itself."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BEGUN = re.compile(r"<[!/?a-zA-Z]")


def is_closed(html: str) -> bool:
    """Return whether every element is closed, in order, and nothing else is."""
    reader = _Reader()
    reader.feed(html)
    waiting = BEGUN.search(reader.rawdata)  # a tag or comment that does not end
    return reader.fits and not reader.open and not waiting


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fits = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing is left open."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.fits = False
