"""JSON records with a checksum, written completely or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HEAD = '{\n "checksum": "%s",'  # the beginning of a record, with the SHA-256 of everything after it


def sha256(content: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def checked_text(record: Mapping[str, Any]) -> str:
    """Return a record as JSON that begins with the SHA-256 of the rest. Raises ValueError on NaN and infinity."""
    body = json.dumps(record, allow_nan=False, ensure_ascii=False, indent=1)[1:] + "\n"
    return HEAD % sha256(body.encode()) + body


def read_record(path: Path | str) -> dict[str, Any]:
    """Return a record that was written by `checked_text`. Raises ValueError if a single bit has changed."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - creating a Path takes as long as the reading
        content = file.read()
    start = len(HEAD % ("0" * 64))
    if content[:start] != (HEAD % sha256(content[start:])).encode():
        raise ValueError("its SHA-256 does not match")
    record: dict[str, Any] = json.loads(content.decode())
    del record["checksum"]
    return record


def write_json(path: Path, value: Any) -> None:
    """Write JSON aside, flush it to disk and move it into place. Raises ValueError on NaN and infinity."""
    write_text(path, json.dumps(value, allow_nan=False, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write a text, in one piece or several, aside, flush it to disk and move it into place."""
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
