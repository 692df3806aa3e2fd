"""Start-up: `bench --help` and `bench list`, compared with bare Python, and a fully cached run.

    python performance/startup.py           15 rounds: 2 minutes
    python performance/startup.py --quick   3 rounds

Each start is a new process; the commands take turns. Times are CPU seconds of the process and its children, which on an
idle machine are the waiting time. The cached run is the main job with SMOTE alone, at the default sizes but with one
seed; it writes the results and the page again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from _measure import Claim, in_turn, main

BENCH = [sys.executable, "-m", "benchmark"]
ROOT = Path(__file__).parents[1]


def start(*command: str) -> Callable[[], None]:
    """Return a function that runs a command and waits for it."""

    def run() -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: {done.stderr}")

    return run


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield the starts, then the cached run."""
    rounds = options.rounds or (3 if options.quick else 15)
    spent = in_turn(
        {"bare": start(sys.executable, "-c", "pass"), "--help": start(*BENCH, "--help"), "list": start(*BENCH, "list")},
        rounds,
    )
    bare = [1000 * s for s in spent["bare"]]
    for name in ("--help", "list"):
        own = [1000 * s for s in spent[name]]
        yield Claim(f"bench {name}", own, "CPU ms", at_most=8, peer="python -c pass", peers=bare)
    with tempfile.TemporaryDirectory() as folder:
        run = start(
            *BENCH,
            "run",
            "-g",
            "smote",
            "-c",
            "3,5",
            "--seeds",
            "1",
            "-o",
            f"{folder}/out",
            "--quiet",
            *(["--quick"] if options.quick else []),
        )
        cached = in_turn({"run": run}, max(3, rounds // 3))["run"]
    yield Claim("bench run, fully cached", cached, "CPU s", at_most=3)


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
