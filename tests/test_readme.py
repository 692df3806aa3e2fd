"""What the README and CONTRIBUTING tell people to paste works as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest

from benchmark.api import Context
from benchmark.images.real import RealData
from benchmark.plugins.registry import discover

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def section(file: str, title: str) -> str:
    """Return the text under a heading, up to the next one of its level."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", (ROOT / file).read_text(), re.MULTILINE | re.DOTALL)
    assert found, f"{file} has no section {title!r}"
    return found[1]


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [dedent(body) for _, lang, body in BLOCK.findall(text) if lang == language]


def example(file: str, title: str, folder: Path) -> Path:
    """Write the one Python example of a section to a file, and return its path."""
    (code,) = blocks(section(file, title), "python")
    path = folder / "example.py"
    path.write_text(code)
    return path


def test_quick_start_is_the_main_job_and_the_tests() -> None:
    main, tests = blocks(section("README.md", "Quick start"), "sh")
    assert main.splitlines()[-1].endswith("bench run --generators smote,gan --classes 3,5")
    assert "-c constraints.txt" in main
    assert "[tensorflow]" in main
    assert tests.splitlines()[-1].endswith("tox")


def test_files_that_the_documents_link_to_are_there() -> None:
    for source in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", source.read_text()):
            assert (source.parent / target).exists(), f"{source.name} links to {target}, which is not there"


def test_every_decision_stands_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    for page in ROOT.glob("docs/decisions/*.md"):
        title = page.read_text().splitlines()[0].split(". ", 1)[1]
        assert f"[{title}](decisions/{page.name})" in index, f"docs/README.md does not list {page.name} as {title!r}"


def test_the_generator_of_the_readme_is_run_as_it_says(bench: Any) -> None:
    example("README.md", "Add a generator", bench.folder).rename(bench.folder / "jitter.py")
    (typed,) = blocks(section("README.md", "Add a generator"), "console")
    (line,) = [line.removeprefix("$ .venv/bin/bench ") for line in typed.splitlines()]
    done = bench(*line.split(), "-d", "digits", "-m", "mixing,nearest_neighbour", "--map-points", "0")
    assert {row.split()[0] for row in done.stdout.splitlines()[1:3]} == {"jitter", "smote"}


def test_the_generator_of_the_readme_fits_and_samples(tmp_path: Path, mnist: RealData) -> None:
    path = example("README.md", "Add a generator", tmp_path)
    jitter = discover([str(path)]).get("generators", "jitter")(sigma=0.2)
    real = mnist.raw[:50].astype(np.float32) / 255
    ctx = Context(rng=np.random.default_rng(0), scratch=tmp_path)
    jitter.fit(real, ctx)
    images = jitter.sample(200, ctx)
    assert images.shape == (200, *real.shape[1:])
    nearest = np.abs(images[:, None] - real).reshape(200, 50, -1).mean(axis=2).min(axis=1)
    assert nearest == pytest.approx(0.2 * np.sqrt(2 / np.pi), rel=0.1)  # the mean size of a normal error of sd 0.2


@pytest.mark.parametrize(
    ("title", "options"),
    [
        ("Add a metric", ["-g", "affine", "-c", "3", "-m", "brightness"]),
        ("Add a dataset", ["-g", "affine", "-c", "small", "-d", "squares", "-m", "diversity"]),
    ],
)
def test_the_examples_of_contributing_run(title: str, options: list[str], tmp_path: Path, bench: Any) -> None:
    path = example("CONTRIBUTING.md", title, tmp_path)
    bench("run", "-p", path, *options, "--quick")
    scores = (bench.folder / "bench-results" / "scores.csv").read_text()
    measure = options[-1]
    assert re.search(rf",affine,.*,{measure},[0-9.]+,", scores), scores
