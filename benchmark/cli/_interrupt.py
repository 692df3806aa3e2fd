"""Ctrl-C and SIGTERM: the first one stops the run in good order, the second one immediately."""

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
    """At the first signal, notify the progress and raise KeyboardInterrupt; at the second, exit with 130."""

    def first(*_: object) -> NoReturn:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, second)
        if progress is not None:
            progress.interrupted()
        raise KeyboardInterrupt

    def second(*_: object) -> NoReturn:
        if sys.stderr.isatty():
            os.write(2, SHOW_CURSOR)
        os._exit(SIGINT_EXIT)  # children die with us

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, first)
