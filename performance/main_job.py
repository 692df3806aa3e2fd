"""The main job, stage by stage: two classes, three seeds, SMOTE, a GAN and five controls, the default metrics.

    python performance/main_job.py          10 minutes on two cores
    python performance/main_job.py --quick  small sizes, one seed

A first run of a single metric prepares the features, so that scoring is timed as in any later run. CPU seconds
are those of each cell's own process, from its record. The script also checks which controls get t-SNE and tstr.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _measure import Claim, main

from benchmark.plugins.registry import discover

JOB = ["-g", "smote,gan", "-c", "3,5"]
COSTLY = {"tsne": {"real", "wrong-class"}, "tstr": {"real", "wrong-class"}}  # which controls may get them


def bench(folder: str, *options: str) -> float:
    """Run the job and return its wall-clock seconds."""
    command = [sys.executable, "-m", "benchmark", "run", *JOB, "-o", folder, "--quiet", *options]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - began


def records(folder: Path) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield each cell with its scores."""
    for file in sorted(folder.glob("cells/*/*/cell.json")):
        yield json.loads(file.read_text()), [json.loads(s.read_text()) for s in file.parent.glob("scores/*.json")]


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Run the job, and yield one claim per stage."""
    quick = ["--quick"] if options.quick else []
    stages: dict[str, float] = defaultdict(float)
    metrics: dict[str, list[float]] = defaultdict(list)
    controls = {name for name, plugin in discover().generators.items() if plugin.control}
    with tempfile.TemporaryDirectory() as folder:
        bench(f"{folder}/before", "--seeds", "1", "-m", "mixing", "-x", "gan", *quick)
        wall = bench(f"{folder}/job", *quick)
        for cell, scores in records(Path(folder, "job")):
            for stage in ("fit", "sample"):
                stages[f"{stage} {cell['config']}"] += cell["result"].get(f"{stage}_cpu_seconds", 0)
            for score in scores:
                metrics[score["metric"]].append(score["cpu_seconds"])
                check(cell["config"], score, controls)
        again = bench(f"{folder}/job", *quick)
    for stage, spent in stages.items():
        if not set(stage.split()) & controls:
            yield Claim(stage, [spent], "CPU s")
    for name, each in sorted(metrics.items(), key=lambda item: -sum(item[1])):
        note = f"{len(each)} cells, {sum(each) / len(each):.2f} s each"
        yield Claim(f"score {name}", [sum(each)], "CPU s", note=note)
    yield Claim("all scoring", [sum(map(sum, metrics.values()))], "CPU s", at_most=150)
    yield Claim("the whole command", [wall], "s")
    yield Claim("the same command again, fully cached", [again], "s")


def check(config: str, score: dict[str, Any], controls: set[str]) -> None:
    """Exit if a control was scored by a measure that it neither anchors nor shows."""
    for word, allowed in COSTLY.items():
        given = score["metric"] == word or word in score["scores"]
        if given and config in controls - allowed:
            raise SystemExit(f"the control {config} was scored by {word}")


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
