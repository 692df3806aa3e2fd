"""What holds for every value that is typed: it is text that can be printed, and a path can be looked up."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from benchmark.errors import InputError
from benchmark.text import UNSAFE

PATHS = ("DIR", "[DIR]", "FILE", "PATH", "STORE...", "FAKE...", "A", "B")  # how the help calls a path
LARGEST_SIDE = 4096  # pixels
ABSENT = (errno.ENOENT, errno.ENOTDIR)


def check(option: str, text: str, metavar: str | None = None) -> None:
    """Raise InputError if no option can have this value; metavar: how the help calls it."""
    if not text.strip():
        raise InputError(f"{option} {text!r} is empty; name something, or leave it out.")
    if UNSAFE.search(text) or "\n" in text or "\t" in text:
        raise InputError(f"{option} {text!r} has characters that cannot be printed; leave them out.")
    if metavar is not None and metavar in PATHS:
        _look_up(option, text, metavar)


def _look_up(option: str, path: str, metavar: str) -> None:
    try:
        Path(path).stat()
    except OSError as error:
        if error.errno not in ABSENT:
            raise InputError(f"{option} {path!r} cannot be used ({error.strerror}).") from None
        if Path(path).is_symlink() and metavar == "DIR":  # a file can be written through it
            raise InputError(f"{option} {path!r} is a link to a file or folder that does not exist.") from None


def size_of(text: str) -> tuple[int, int] | None:
    """Return height and width from `--size`: '64' or '64x48'; None for "". Raises InputError."""
    if not text:
        return None
    found = re.fullmatch(r"([0-9]{1,4})(?:x([0-9]{1,4}))?", text)
    size = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not all(1 <= side <= LARGEST_SIDE for side in size):
        raise InputError(
            f"--size {text!r} is not allowed; write height and width in pixels (at most {LARGEST_SIDE:,}), as in 64 or "
            "64x48."
        )
    return size
