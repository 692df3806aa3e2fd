"""JSON records with a checksum, written completely or not at all, and read as data from anybody."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmark.errors import InputError
from benchmark.files.regular import read_regular

HEAD = '{\n "checksum": "%s",'  # the beginning of a record, with the SHA-256 of everything after it
KEY = re.compile(r"[0-9a-f]{24}")
BIGGEST = 2**28  # bytes of a file of JSON or text
MOST_SAID = 150  # characters of an error's text
DEEPEST = 100  # lists and objects within each other
BIG_NUMBER = re.compile(r"[eE]\+?\d{3}")  # only such numbers can be infinite


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong while a file of results is read and understood into an InputError of one sentence.

    A stranger may have written it, so anything can go wrong where it is used.
    """
    try:
        yield
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read ({error.strerror}); name the output folder of a run.") from None
    except Exception as error:
        why = f"{'' if isinstance(error, ValueError) else type(error).__name__ + ': '}{error}"[:MOST_SAID]
        raise InputError(f"{str(path)!r} is damaged ({why}); run the same command again to rewrite it.") from error


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def is_key(text: object) -> bool:
    """Whether it is the key of a cell, a metric or a map, which names a file or folder."""
    return isinstance(text, str) and KEY.fullmatch(text) is not None


def read_bytes(path: Path | str, most: int = BIGGEST) -> bytes:
    """Return the content of a regular file. Raises OSError, and ValueError on a link, a pipe, a device or a large file.

    Nothing is waited for, and no more than `most` bytes are read.
    """
    try:
        return read_regular(path, most, follow=False)
    except ValueError as error:
        raise ValueError(f"{os.path.basename(path)} {error}") from None  # noqa: PTH119 - called a hundred thousand times


def is_regular(path: Path) -> bool:
    """Whether it is a file, and not a link, a pipe, a device or a folder."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def parsed(text: str) -> Any:
    """Return what a text of JSON says. Raises ValueError, also on NaN, infinity and too many levels."""
    too_deep = f"it has more than {DEEPEST} values within each other"
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite if BIG_NUMBER.search(text) else None)
    except RecursionError:
        raise ValueError(too_deep) from None
    if text.count("[") + text.count("{") > DEEPEST and _is_deep(value):
        raise ValueError(too_deep)
    return value


def checked_text(record: Mapping[str, Any]) -> str:
    """Return a record as JSON that begins with the SHA-256 of the rest. Raises ValueError on NaN and infinity."""
    body = json.dumps(record, allow_nan=False, ensure_ascii=False, indent=1)[1:] + "\n"
    return HEAD % sha256(body.encode()) + body


def read_record(path: Path | str) -> dict[str, Any]:
    """Return a record that was written by `checked_text`. Raises ValueError if a single bit has changed."""
    content = read_bytes(path)
    start = len(HEAD % ("0" * 64))
    if content[:start] != (HEAD % sha256(content[start:])).encode():
        raise ValueError("its SHA-256 does not match")
    record: dict[str, Any] = parsed(content.decode())
    del record["checksum"]
    return record


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file with an object in it. Raises OSError and ValueError."""
    value = parsed(read_bytes(path).decode())
    if not isinstance(value, dict):
        raise ValueError(f"it holds {type(value).__name__} instead of an object")  # noqa: TRY004 - of a file's content
    return value


def aside_of(path: Path) -> Path:
    """Return where this process writes a file before it is moved into place; what a killed one leaves is cleaned up."""
    return path.with_name(f".{path.name}.{os.getpid()}")


def write_json(path: Path, value: Any) -> None:
    """Write JSON aside, flush it to disk and move it into place. Raises ValueError on NaN and infinity."""
    write_text(path, json.dumps(value, allow_nan=False, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write a text, in one piece or several, aside, flush it to disk and move it into place."""
    os.replace(write_aside(path, text), path)


def write_aside(path: Path, text: str | Iterable[str]) -> Path:
    """Write a text next to where it belongs, flush it to disk, and return its path."""
    aside = aside_of(path)
    aside.unlink(missing_ok=True)  # never write through a link
    with aside.open("x", encoding="utf-8", newline="") as file:
        file.writelines([text] if isinstance(text, str) else text)
        file.flush()
        os.fsync(file.fileno())
    return aside


def _refuse(constant: str) -> float:
    raise ValueError(f"it contains {constant}")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text[:20])


def _is_deep(value: Any) -> bool:
    """Whether lists and objects are nested too deeply; they are visited one level after the other."""
    level = [value]
    for _ in range(DEEPEST):
        inner = (v.values() if isinstance(v, dict) else v for v in level)
        level = [
            each for values in inner if isinstance(values, Iterable) for each in values if isinstance(each, dict | list)
        ]
        if not level:
            return False
    return True
