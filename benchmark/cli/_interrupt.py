"""Ctrl-C, and SIGTERM like it: once ends the run in good order, twice ends it at once."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from benchmark.cli import SIGINT_EXIT

if TYPE_CHECKING:
    from benchmark.cli._progress import Progress

SHOW_CURSOR = b"\x1b[?25h\n"


def take_over(progress: Progress | None) -> None:
    """Raise KeyboardInterrupt at the first and tell the progress; exit with 130 at the second: children die with us."""

    def first(*_: object) -> NoReturn:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, second)
        if progress is not None:
            progress.interrupted()
        raise KeyboardInterrupt

    def second(*_: object) -> NoReturn:
        if sys.stderr.isatty():
            os.write(2, SHOW_CURSOR)
        os._exit(SIGINT_EXIT)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, first)
