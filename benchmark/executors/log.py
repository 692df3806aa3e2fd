"""The log of a job: the beginning and the end of its output, never more than 1 MiB on disk."""

from __future__ import annotations

from pathlib import Path

LIMIT = 2**20
CUT = b"\n... cut ...\n"
RECENT = 2**14
LINES, LETTERS = 4, 200  # of an excerpt


class Log:
    """Writes the first half MiB to `path` as it arrives, and the last half MiB, kept in memory, at the end."""

    def __init__(self, path: Path) -> None:
        """Create the file. A full disk only loses lines of the log."""
        self._path, self._head, self._cut = path, 0, False
        self._tail = bytearray()
        self.recent = b""  # the last lines
        self._append(b"")

    def write(self, output: bytes) -> None:
        """Add output."""
        self.recent = (self.recent + output)[-RECENT:]
        room = max(LIMIT // 2 - self._head, 0)
        if room:
            self._append(output[:room])
            self._head += len(output[:room])
        self._tail += output[room:]
        if over := max(len(self._tail) - LIMIT // 2, 0):
            del self._tail[:over]
            self._cut = True

    def close(self) -> None:
        """Write the end of the output."""
        self._append((CUT if self._cut else b"") + bytes(self._tail))
        self._tail.clear()

    def _append(self, output: bytes) -> None:
        try:
            with self._path.open("ab") as file:
                file.write(output)
        except OSError:
            pass


def excerpt(output: bytes) -> str:
    """Return the last lines joined into one of at most 200 characters.

    If the output contains a fatal Python error, return the lines from there on.
    """
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    lines = ["".join(c for c in line if c.isprintable()) for line in lines if line]
    fatal = [i for i, line in enumerate(lines) if line.startswith("Fatal Python error")]
    if fatal:
        frames = [line for line in lines[fatal[-1] :] if line.startswith(("Fatal Python error", "File "))]
        return " | ".join(frames[:LINES])[:LETTERS]
    return " | ".join(lines[-LINES:])[-LETTERS:]
