"""The commands of the tests: a fork says and does what a new interpreter would."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["info", "smote", "--json"],
        ["info", "smoat"],
        ["run", "-g", "smote", "-c", "3", "-d", "digits", "--dry-run", "--json"],
        ["run", "--no-such-option"],
        ["list", "-p", "raises.py"],
    ],
    ids=" ".join,
)
def test_a_fork_says_what_a_new_interpreter_says(bench, arguments: list[str]) -> None:
    (bench.folder / "raises.py").write_text("import beside\n")
    (bench.folder / "beside.py").write_text("raise SystemExit(7)\n")
    forked, new = bench(*arguments, code=None), bench(*arguments, code=None, anew=True)
    assert forked.stdout + forked.stderr != ""
    assert (forked.returncode, forked.stdout, forked.stderr) == (new.returncode, new.stdout, new.stderr)


def test_nothing_of_a_command_is_left_for_the_next(bench, jitter: Path) -> None:
    assert "raining images with Gaussian" in bench("info", "-p", jitter, "jitter").stdout
    jitter.write_text(jitter.read_text().replace("Gaussian", "uniform"))
    assert "raining images with uniform" in bench("info", "-p", jitter, "jitter").stdout


def test_a_command_gets_the_environment_of_the_moment(bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(bench.folder / "cache"))
    bench("run", "-g", "smote", "-c", "3", "-d", "digits", "--dry-run")
    bench("list")
    assert (bench.folder / "cache").is_dir()
