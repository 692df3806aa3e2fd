"""SHA256SUMS: the checksums of the results in an output folder, so that a change by anybody else is noticed.

The format is that of `sha256sum`: `sha256sum -c SHA256SUMS` checks them, too.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

from benchmark.store.records import read_bytes, sha256, write_text

LOG = logging.getLogger("benchmark")
NAME = "SHA256SUMS"
LINE = re.compile(r"([0-9a-f]{64})  ([^/\n]+)")


def note(folder: Path, *names: str) -> None:
    """Write down the checksums of files that were just written; those of other files are kept."""
    found = {**_noted(folder), **{name: sha256((folder / name).read_bytes()) for name in names}}
    write_text(folder / NAME, "".join(f"{found[name]}  {name}\n" for name in sorted(found)))


def check(*paths: Path) -> None:
    """Warn of files that are not what was written down for them. Nothing is said of files without a line."""
    for path in paths:
        noted = _noted(path.parent).get(path.name)
        if noted is not None and noted != sha256(read_bytes(path)):
            LOG.warning("%s is not as the run wrote it: its checksum differs from that in %s", path, NAME)


def _noted(folder: Path) -> dict[str, str]:
    """Return the checksums by name; a damaged file has fewer."""
    try:
        text = read_bytes(folder / NAME).decode("utf-8", errors="replace")
    except (OSError, ValueError):
        return {}
    return {name: sum_ for sum_, name in LINE.findall(text)}
