"""`bench new`: what it writes passes the kit at once, is installed as any package, and nothing is half-written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from benchmark.scaffold import KINDS, TRY

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_writes_is_a_plugin_with_a_test(bench: Any, kind: str) -> None:
    said = bench("new", kind, "two-words").stdout
    folder = bench.folder / "two-words"
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} == {
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "tox.ini",
        "synthassay_two_words.py",
        "tests/test_contract.py",
    }
    assert "pip install ./two-words && bench check two-words" in said
    (entry,) = json.loads(bench("info", "-p", folder / "synthassay_two_words.py", "two-words", "--json").stdout)
    assert entry["kind"] == ("report_section" if kind == "section" else kind)
    assert not list(bench.folder.glob(".*"))


def test_a_generator_passes_the_kit_as_it_stands(bench: Any) -> None:
    bench("new", "generator", "foo", "--to", ".")
    assert "21 PASS, 0 FAIL, 0 SKIP" in bench("check", "-p", "foo/synthassay_foo.py", "foo").stdout


def test_a_feature_space_passes_the_kit_as_it_stands_and_a_run_measures_in_it(bench: Any) -> None:
    bench("new", "features", "grid-cells")
    file = "grid-cells/synthassay_grid_cells.py"
    assert " 0 FAIL, 0 SKIP" in bench("check", "-p", file, "grid-cells").stdout
    run = ["run", "-p", file, "--features", "grid-cells[cells=4]", "-d", "digits", "-g", "smote", "-c", "3", "--quick"]
    bench(*run, "-m", "mixing", "--map-points", "0", "--no-report")
    assert "grid-cells4" in (bench.folder / "bench-results" / "scores.csv").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generatr", "foo"], "kind of plugin 'generatr' is not known"),
        (["generator", "Foo"], "'Foo' is not a valid plugin name; a name has lowercase letters"),
        (["generator", "../foo"], "is not a valid plugin name"),
        (["generator", "import"], "'import' is a Python keyword; choose another name"),
        (["generator", "smote"], "there is already a generator 'smote', in generators.smote"),
        (["metric", "prdc"], "there is already a metric 'prdc'"),
        (["generator", "there"], "'there' already exists and is not overwritten"),
        (["generator", "foo", "--to", "nowhere"], "--to 'nowhere' is not a folder"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(bench: Any, arguments: list[str], said: str) -> None:
    (bench.folder / "there").mkdir()
    done = bench("new", *arguments, code=2)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert [p.name for p in bench.folder.iterdir()] == ["there"]
    assert list((bench.folder / "there").iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark import scaffold
    from benchmark.errors import InputError
    from benchmark.plugins.registry import discover

    wrong = {"README.md": "x", "no/such/place.py": "y"}  # the second cannot be written
    monkeypatch.setattr(scaffold, "files", lambda kind, name: wrong)
    with pytest.raises(InputError, match="foo' cannot be written"):
        scaffold.write("generator", "foo", tmp_path, discover())
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this suite, built from the working tree."""
    out = tmp_path_factory.mktemp("dist")
    shell([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", out, ROOT], out)
    return next(out.glob("synthassay-*.whl"))


@pytest.mark.parametrize(
    ("name", "to", "message"),
    [
        ("foo", "/proc", "--to '/proc': 'foo' cannot be created in it"),
        ("x" * 300, ".", "'" + "x" * 50),
        ("foo", "loop", "--to 'loop' cannot be used"),
    ],
)
def test_a_package_that_cannot_be_written_is_one_sentence(bench: Any, name: str, to: str, message: str) -> None:
    (bench.folder / "loop").symlink_to("loop")
    said = bench("new", "generator", name, "--to", to, code=2).stderr
    assert said.startswith(f"bench: {message}")
    assert len(said.splitlines()) == 1
    assert [path.name for path in bench.folder.iterdir()] == ["loop"]


@pytest.mark.slow("builds and installs seven packages")
@pytest.mark.timeout(1800)
def test_each_kind_is_installed_checked_and_run_as_the_readme_says(wheel: Path, tmp_path: Path) -> None:
    """In a new environment with the wheel, on the libraries of this one, hatchling included."""
    shell([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    site = next((tmp_path / "venv" / "lib").glob("python*/site-packages"))
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-build-isolation"]
    shell([*pip, "--force-reinstall", wheel], tmp_path)
    (site / "libraries.pth").write_text("".join(f"{path}\n" for path in libraries()))
    bench = tmp_path / "venv" / "bin" / "bench"
    names = [f"foo-{kind}" for kind in KINDS]
    for kind, name in zip(KINDS, names, strict=True):
        shell([bench, "new", kind, name], tmp_path)
    shell([*pip, *(f"./{name}" for name in names)], tmp_path)
    checked = json.loads(shell([bench, "check", "--json", *names], tmp_path))
    assert {row["plugin"] for row in checked} == {*names}
    assert "FAIL" not in {row["word"] for row in checked}
    for kind in ("generator", "dataset"):  # the first shows the metric and the section too
        shell([bench, *TRY[kind].format(name=f"foo-{kind}").split()[1:], "--out", f"out-{kind}"], tmp_path)
    scores = (tmp_path / "out-generator" / "scores.csv").read_text()
    assert ",foo-generator," in scores
    assert ",foo-metric,foo_metric," in scores
    assert "mean brightness" in (tmp_path / "out-generator" / "report.html").read_text()
    assert "foo-dataset,small," in (tmp_path / "out-dataset" / "scores.csv").read_text()


@pytest.mark.slow("installs all libraries from the index")
@pytest.mark.timeout(1800)
def test_its_own_tox_passes_at_once(wheel: Path, tmp_path: Path, bench: Any) -> None:
    """With everything installed from the index, as an author's machine does it."""
    bench("new", "generator", "foo", "--to", tmp_path)
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("TOX_", "PYTHON"))},
        "SYNTHASSAY_WHEEL": str(wheel),
        "PIP_CONSTRAINT": str(ROOT / "constraints.txt"),
    }
    said = shell([sys.executable, "-m", "tox", "-q", "--workdir", tmp_path / "tox"], tmp_path / "foo", environment)
    assert "21 passed" in said
    assert "21 PASS, 0 FAIL, 0 SKIP" in said


def libraries() -> list[str]:
    """Return where the libraries of this environment are found, without this suite's own folder."""
    return [p for p in (*sys.path, sysconfig.get_path("purelib")) if p.endswith("site-packages")]


def shell(command: list[object], folder: Path, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run([*map(str, command)], cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
