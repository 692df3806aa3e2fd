"""Run every script that makes claims, one after the other, and write performance/RESULTS.md.

    python performance/all.py               on an idle machine: 40 minutes
    python performance/all.py tsne smote    only these; the rows of the others are kept
    python performance/all.py --quick       try out the scripts; nothing is written

With `--json`, scripts print one claim per line (`_measure.Claim`); anything else that they print is ignored. A script
that prints no claims gets one row with its exit code. Exits with 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCRIPTS = (
    "tsne",
    "neighbours",
    "gan",
    "smote",
    "affine",
    "floors",
    "startup",
    "execution",
    "report",
    "main_job",
    "scale",
)
VERSIONS = (
    "numpy",
    "scipy",
    "scikit-learn",
    "numba",
    "umap-learn",
    "tensorflow",
    "keras",
    "torch",
    "openTSNE",
    "prdc",
    "imbalanced-learn",
    "loky",
    "plotly",
)
COLUMNS = ("claim", "target", "measured", "peer", "ratio", "met", "note")
HEAD = "| **`"
INTRODUCTION = """\
Written by `python performance/all.py`; running a single script reprints its part. Values are medians, with the minimum
and maximum in parentheses. A target in `x` is for the ratio to the peer. CPU seconds are those of one thread. Another
single-threaded process may have been running on the second core during some scripts."""


def run(name: str, *, quick: bool) -> tuple[list[dict[str, Any]], bool]:
    """Return a script's rows and whether it met its targets. Its stderr is shown."""
    command = [sys.executable, str(HERE / f"{name}.py"), "--json", *(["--quick"] if quick else [])]
    print(f"== {name}", file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"claim"')]
    if not rows:
        rows = [{"claim": f"{name}.py", "target": "exit code 0", "measured": str(done.returncode)}]
        rows[0]["met"] = "NO" if done.returncode else "yes"
    elif done.returncode and not any(row.get("met") == "NO" for row in rows):
        rows.append({"claim": f"{name}.py ended early", "measured": f"exit code {done.returncode}", "met": "NO"})
    return rows, not done.returncode


def part(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a script's lines of the table; the first has its name and today's date."""
    head = [f"{HEAD}{name}.py`**, {datetime.date.today().isoformat()}", *[""] * (len(COLUMNS) - 1)]  # noqa: DTZ011
    return [" | ".join(head) + " |", *(_line([row.get(column, "") for column in COLUMNS]) for row in rows)]


def known(path: Path) -> dict[str, list[str]]:
    """Return the existing lines, by script."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line.startswith(HEAD):
            found[line.removeprefix(HEAD).split(".py")[0]] = [line]
        elif found and line.startswith("|"):
            found[next(reversed(found))].append(line)
    return found


def _line(cells: Sequence[Any]) -> str:
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |"


def machine() -> str:
    """Return a paragraph on the machine and versions, on which the figures depend."""

    def of(name: str) -> str:
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            return f"{name} not installed"

    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="ascii").splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}; "
        f"{', '.join(map(of, VERSIONS))}."
    )


def main() -> int:
    """Run the scripts and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scripts", nargs="*", choices=[[], *SCRIPTS], help=", ".join(SCRIPTS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    target, good = HERE / "RESULTS.md", True
    parts = known(target)
    for name in options.scripts or [name for name in SCRIPTS if (HERE / f"{name}.py").exists()]:
        rows, met = run(name, quick=options.quick)
        parts[name], good = part(name, rows), good and met
    table = [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *(line for n in SCRIPTS for line in parts.get(n, ()))]
    text = "\n\n".join(["# Performance measurements", INTRODUCTION, machine(), "\n".join(table)]) + "\n"
    if options.quick:
        print(text)
    else:
        target.write_text(text, encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
