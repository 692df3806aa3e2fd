"""Checks that a piece of HTML closes every element it opens; an unclosed one would swallow the rest of the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
BEGUN = re.compile(r"<[!/?a-zA-Z]")


def is_closed(html: str) -> bool:
    """Return whether every element is closed, in the right order, with no closing tag left over."""
    reader = _Reader()
    reader.feed(html)
    waiting = BEGUN.search(reader.rawdata)  # an unfinished tag or comment
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
        """Ignore a self-closing tag: it leaves nothing open."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.fits = False
