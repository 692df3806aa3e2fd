"""Settings from plain values: keyword arguments, a TOML file, what was typed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.errors import InputError, unknown
from benchmark.files.regular import read_regular
from benchmark.settings.option import options_of
from benchmark.settings.settings import ScoreSettings, Settings

LARGEST = 10**6  # bytes of a TOML file


def from_mapping(values: Mapping[str, Any], origin: str = "settings") -> Settings:
    """Return settings from plain values (a TOML table, keyword arguments): with `fake`, those of `bench score`.

    Raises InputError.
    """
    kind = ScoreSettings if "fake" in values else Settings
    known = options_of(kind)
    here = [name for name, option in known.items() if kind.COMMAND in option.commands]
    ready: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise unknown(f"option in {origin}", name, here)
        ready[name] = known[name].typed(value, origin)
        if name not in here and ready[name] != known[name].default:
            raise InputError(f"{name} in {origin} is not an option of bench {kind.COMMAND}; leave it out.")
    return kind(**ready)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a file that a run wrote as `run.toml`. Raises InputError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(read_regular(path, LARGEST).decode())
    except RecursionError:
        raise InputError(f"--config {str(path)!r} is nested too deeply.") from None
    except OSError as error:
        raise InputError(f"--config {str(path)!r} cannot be read ({error.strerror}).") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"--config {str(path)!r} is not TOML: {error}.") from None
    except ValueError as error:
        raise InputError(f"--config {str(path)!r} {error}.") from None
