"""JSON records with a checksum, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HEAD = '{\n "checksum": "%s",'  # of a record: what follows is its SHA-256's


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def checked_text(record: Mapping[str, Any]) -> str:
    """Return a record as JSON that begins with the SHA-256 of what follows. NaN and infinity are refused."""
    body = json.dumps(record, allow_nan=False, ensure_ascii=False, indent=1)[1:] + "\n"
    return HEAD % sha256(body.encode()) + body


def read_record(path: Path | str) -> dict[str, Any]:
    """Return a record that was written as `checked_text`. Raises ValueError where a bit of it is another."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a Path costs as much as the reading
        content = file.read()
    start = len(HEAD % ("0" * 64))
    if content[:start] != (HEAD % sha256(content[start:])).encode():
        raise ValueError("it has another SHA-256 than when it was written")
    record: dict[str, Any] = json.loads(content.decode())
    del record["checksum"]
    return record


def write_json(path: Path, value: Any) -> None:
    """Write JSON aside, flush it and move it in. NaN and infinity are refused."""
    write_text(path, json.dumps(value, allow_nan=False, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write a text file, in one piece or in several, aside, flush it and move it in."""
    os.replace(_write_aside(path, text), path)


def _write_aside(path: Path, text: str | Iterable[str]) -> Path:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("w", encoding="utf-8", newline="") as file:
        file.writelines([text] if isinstance(text, str) else text)
        file.flush()
        os.fsync(file.fileno())
    return aside


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
