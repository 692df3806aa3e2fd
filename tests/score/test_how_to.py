"""The commands of the how-to pages run as they stand, on tiny data under the names that the pages use."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PAGES = Path(__file__).resolve().parents[2] / "docs" / "how-to"
FAST = ("-m", "classifier,nearest_neighbour", "--map-points", "0", "--quiet")
COMMAND = re.compile(r"^(?:- run: (?:test .* \|\| )?)?(bench .*?)(?: >>.*)?$")


def commands(page: str) -> list[str]:
    """Return the commands of a page's `sh` and `yaml` blocks."""
    blocks = re.findall(r"```(?:sh|yaml)\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)
    lines = [match for block in blocks for line in block.splitlines() if (match := COMMAND.match(line.strip()))]
    return [match[1] for match in lines]


@pytest.fixture
def place(bench, jitter: Path) -> Path:
    """A folder with all that the pages speak of."""
    from sklearn.datasets import load_digits

    digits, labels = load_digits(return_X_y=True)
    images = (digits.reshape(-1, 8, 8) / 16 * 255).astype(np.uint8)
    for name, at in {
        "fakes": labels == 5,
        "others": labels == 5,
        "seen": labels == 5,
        "photos/bag": labels == 5,
        "photos/shoe": labels == 3,
    }.items():
        folder = bench.folder / name
        folder.mkdir(parents=True)
        part = {"fakes": slice(0, 40), "others": slice(40, 80), "seen": slice(80, 130)}.get(name, slice(None))
        for i, image in enumerate(images[at][part]):
            Image.fromarray(image).save(folder / f"{i}.png")
    np.savez(bench.folder / "fakes.npz", images=images[labels == 5][:40])
    rows = np.column_stack([labels, images.reshape(len(images), -1)])
    np.savetxt(bench.folder / "digits.csv", rows, fmt="%d", delimiter=",")
    shutil.copyfile(jitter, bench.folder / "my_generator.py")
    text = (bench.folder / "my_generator.py").read_text().replace('name = "jitter"', 'name = "mine"')
    (bench.folder / "my_generator.py").write_text(text)
    return bench.folder


@pytest.mark.slow("runs the commands of a page")
@pytest.mark.parametrize("page", ["own-images.md", "own-data.md"])
def test_commands_run(bench, place: Path, page: str) -> None:
    found = commands(page)
    assert len(found) >= 4
    for i, line in enumerate(found):
        if "# downloads" in line:  # tried against a local server in tests/reading
            continue
        words = shlex.split(line.replace("--against mnist", "--against digits"))[1:]
        if words[0] in ("run", "score"):
            words += [*FAST, "-o", f"out-{i}"]
        bench(*words, *(["--seeds", "1"] if words[0] == "run" else []))


@pytest.mark.slow("runs three shards")
def test_the_shards_run(bench, place: Path) -> None:
    found = [line.partition("#")[0] for line in commands("shards.md") if "$" not in line and not line.endswith("\\")]
    assert [shlex.split(line)[1] for line in found] == ["run"] * 3 + ["merge", "run"]
    for line in found:
        words = shlex.split(line)[1:]
        if words[0] == "run":
            words += ["-d", "digits", "-m", "diversity", "--map-points", "0", "--seeds", "1", "--quiet"]
        bench(*words)


@pytest.mark.slow("runs the gate of a build")
def test_the_gate_runs(bench, place: Path) -> None:
    for line in commands("ci-gate.md"):
        words = shlex.split(line.replace("--against mnist", "--against digits"))[1:]
        if words[0] in ("run", "score"):
            own = {"-o": "scored"} if words[0] == "score" else {"-d": "digits", "-c": "3,5", "--seeds": "1"}
            for flag, value in {
                "--map-points": "0",
                "-m": "classifier,nearest_neighbour,mixing,strokes",
                **own,
            }.items():
                if flag in words:
                    del words[words.index(flag) : words.index(flag) + 2]
                words += [flag, value]
            words.append("--quiet")
        done = bench(*words, code=None)
        if "--require" in words:
            assert done.returncode in (0, 1), done.stderr
            assert len(re.findall(r"^(?:NOT MET|met): ", done.stdout, re.MULTILINE)) >= words.count("--require")
        else:
            assert done.returncode == 0, done.stderr
        if words[0] == "run":
            shutil.copytree(place / "bench-results", place / "good", dirs_exist_ok=True)
        if words[0] == "export":
            assert done.stdout.startswith("| generator |")
