"""Writes a file that the user named, through what is there: a link, a terminal, a pipe. Devices are never replaced."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmark.errors import InputError
from benchmark.store.records import write_text

STDOUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
SPECIAL = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFDIR: "a folder",
}


def is_stdout(target: Path) -> bool:
    """Whether a name means standard output."""
    return str(target) in STDOUT


def check(target: Path, option: str) -> None:
    """Raise InputError if a file named by `option` can only be replaced by something else than a file."""
    if is_stdout(target) or _is_null(target):
        return
    try:
        kind = SPECIAL.get(stat.S_IFMT(target.stat().st_mode))
    except FileNotFoundError:
        kind = "below a folder that does not exist" if not target.parent.is_dir() else None
    except OSError as error:
        kind = f"not writable ({error.strerror})"
    if kind:
        raise InputError(f"{option} {str(target)!r} is {kind}; name a file, or - for standard output.")


def check_folder(target: Path, option: str) -> None:
    """Raise InputError if the folder named by `option` is something else, or below something else."""
    above = next((place for place in (target, *target.parents) if place.exists() or place.is_symlink()), target)
    if above.exists() and not above.is_dir():
        fault = "is not a folder" if above == target else f"cannot be created: {str(above)!r} is not a folder"
        raise InputError(f"{option} {str(target)!r} {fault}; name another one.")


def write(target: Path, text: str | Iterable[str]) -> None:
    """Write a text to standard output, to /dev/null, or to a file; the file that a link names is replaced.

    Raises InputError on other devices, FIFOs, sockets and folders, and OSError.
    """
    check(target, "the file")
    if is_stdout(target):
        sys.stdout.writelines([text] if isinstance(text, str) else text)
        sys.stdout.flush()
    elif not _is_null(target):
        write_text(target.resolve(), text)


def _is_null(target: Path) -> bool:
    try:
        status = target.stat()
    except OSError:
        return False
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == Path(os.devnull).stat().st_rdev
