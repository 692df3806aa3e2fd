"""The log of a job: the head and the tail of what it prints, never more than 1 MiB on the disk."""

from __future__ import annotations

from pathlib import Path

LIMIT = 2**20
CUT = b"\n... cut ...\n"
RECENT = 2**14
LINES, LETTERS = 4, 200  # of an excerpt


class Log:
    """Writes the first half MiB to `path` as it comes, keeps the last one in memory, and writes that at the end."""

    def __init__(self, path: Path) -> None:
        """Begin an empty file. A disk that is full loses lines, no more."""
        self._path, self._head, self._cut = path, 0, False
        self._tail = bytearray()
        self.recent = b""  # the last lines
        self._append(b"")

    def write(self, output: bytes) -> None:
        """Take what was printed."""
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
        """Write the tail."""
        self._append((CUT if self._cut else b"") + bytes(self._tail))
        self._tail.clear()

    def _append(self, output: bytes) -> None:
        try:
            with self._path.open("ab") as file:
                file.write(output)
        except OSError:
            pass


def excerpt(output: bytes) -> str:
    """Return the last lines in one, at most 200 characters; where Python said how it died, the lines from there on."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    lines = ["".join(c for c in line if c.isprintable()) for line in lines if line]
    fatal = [i for i, line in enumerate(lines) if line.startswith("Fatal Python error")]
    if fatal:
        frames = [line for line in lines[fatal[-1] :] if line.startswith(("Fatal Python error", "File "))]
        return " | ".join(frames[:LINES])[:LETTERS]
    return " | ".join(lines[-LINES:])[-LETTERS:]
