"""`bench doctor`: what is missing or in the way is named with what fixes it; exit code 1 if no run is possible."""

import json
import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

import pytest

import benchmark
from benchmark.audits import doctor

PACKAGES = ("benchmark", "generators", "metrics", "reports")


def doctored(path: Path, *arguments: str, code: int = 0) -> str:
    """Run it with `path` before everything else that can be imported."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmark", "doctor", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(path)},
        cwd=path,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def distribution(path: Path, name: str, **files: str) -> None:
    """Install what a user might have installed next to us."""
    folder = path / f"{name}-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    for file, text in files.items():
        (folder / f"{file}.txt").write_text(text)


@pytest.mark.with_extras
def test_all_is_said_and_what_is_in_the_way_hinders_nothing(tmp_path: Path) -> None:
    distribution(tmp_path, "someones-metrics", top_level="metrics\n")
    distribution(tmp_path, "broken-plugin", entry_points="[synthassay]\nbroken = no_such_module\n")
    said = json.loads(doctored(tmp_path, "--json"))
    assert said["ready"] is True
    found = {finding["what"]: finding for finding in said["findings"]}
    assert found["numpy"]["state"] == "ok" and found["numpy"]["found"]
    assert found["data mnist"] == {"what": "data mnist", "state": "ok", "found": "70,000 images, intact", "fix": ""}
    assert {"system", "cores", "memory", "disk", "device", "cache", "tensorflow", "torch", "distributed"} <= set(found)
    assert found["packages"]["fix"] == "pip uninstall someones-metrics"
    assert "plugin broken (no_such_module) cannot be loaded" in found["plugin"]["found"]
    assert found["torch"]["found"] != "missing" or found["torch"]["fix"] == "pip install 'synthassay[torch]'"


def test_what_is_missing_comes_with_the_line_that_installs_it() -> None:
    finding = doctor._package("no-such-distribution", "note", "synthassay[torch]")
    assert (finding.state, finding.found, finding.fix) == ("note", "missing", "pip install 'synthassay[torch]'")


def test_damaged_data_and_a_file_that_hides_a_package_are_named_and_exit_with_1(tmp_path: Path) -> None:
    ours = Path(benchmark.__file__).parents[1]
    for name in PACKAGES:
        shutil.copytree(ours / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    images = tmp_path / "benchmark" / "datasets" / "mnist_files" / "t10k-images-idx3-ubyte.gz"
    labels = images.with_name("t10k-labels-idx1-ubyte.gz")
    shutil.copyfile(labels, images)
    said = doctored(tmp_path, code=1)
    assert f"bad  data mnist        {images} is not the original MNIST file (its SHA-256 differs)" in said
    assert said.splitlines()[-1] == "bench run cannot run: data mnist"
    shutil.rmtree(tmp_path / "metrics")
    (tmp_path / "metrics.py").write_text("mine = 1\n")
    said = doctored(tmp_path, code=1)
    assert f"{tmp_path / 'metrics.py'} hides it; rename or remove that." in said


def test_it_works_from_a_source_tree_that_is_not_installed(tmp_path: Path) -> None:
    """Everything that is installed here except this package; Python is not to add the rest by itself (-S)."""
    packages, here = tmp_path / "site", Path(benchmark.__file__).parents[1]
    packages.mkdir()
    for folder in dict.fromkeys(map(Path, [*site.getsitepackages(), *sys.path])):
        for entry in folder.glob("*") if folder.name == "site-packages" else ():
            if "synthassay" not in entry.name and entry.name not in PACKAGES and not (packages / entry.name).exists():
                (packages / entry.name).symlink_to(entry)
    for name in PACKAGES:
        (packages / name).symlink_to(here / name)
    done = subprocess.run(
        [sys.executable, "-S", "-m", "benchmark", "doctor"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(packages)},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "synthassay runs from its source, not installed: pip install ." in done.stdout
