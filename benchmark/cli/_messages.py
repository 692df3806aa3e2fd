"""Shows what the library logs: on stderr, one line per message, each beginning with `bench:`."""

from __future__ import annotations

import logging
import sys

from benchmark.text import one_line


class Messages(logging.Handler):
    """Prints to the stderr of the moment, so that a line appears above a progress bar instead of inside it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one message."""
        print(one_line(self.format(record)), file=sys.stderr, flush=True)


def show_messages() -> None:
    """Show messages of the logger `benchmark` from now on: warnings, and news such as a download."""
    handler = Messages()
    handler.setFormatter(logging.Formatter("bench: %(message)s"))
    log = logging.getLogger("benchmark")
    log.handlers = [handler]
    log.setLevel(logging.INFO)
    log.propagate = False  # a library that configures the root logger would show everything twice
