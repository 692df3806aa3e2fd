"""Messages: the library logs, the command line shows what it logs."""

import subprocess
import sys
from pathlib import Path

import pytest

OPTIONS = {
    "dataset": "digits",
    "generators": "jitter",
    "classes": "3",
    "metrics": "diversity",
    "seeds": 1,
    "workers": 1,
}
RUN = ["run", *(f"--{name}={value}" for name, value in OPTIONS.items()), "--no-report", "--quiet"]
ROOT = "import logging; logging.basicConfig(format='root: %(message)s', level=logging.INFO)"
LOGS = "import logging; log = logging.getLogger('benchmark'); log.info('news'); log.warning('100% wrong')"


def python(code: str, folder: Path) -> list[str]:
    """Return the lines on stderr of a program that nobody sees as the command line."""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


def harm(folder: Path) -> str:
    """Damage a cell and return what is to be said of it."""
    cell = next(folder.glob("bench-results/cells/*/*/samples.npz")).parent
    (cell / "samples.npz").write_bytes(b"")
    return (
        f"cell {cell.name} was damaged (the size of samples.npz does not match); it was moved to "
        f"{Path('damaged', cell.name)} and will be recomputed"
    )


@pytest.mark.slow("runs in new interpreters")
def test_a_warning_is_a_line_of_the_command_and_a_log_record_in_python(bench, jitter: Path) -> None:
    bench(*RUN, "-p", jitter)
    said = harm(bench.folder)
    done = bench(*RUN, "-p", jitter)
    assert [line for line in done.stderr.splitlines() if "damaged" in line] == [f"bench: {said}"]
    run = f"from benchmark import run; run(**{OPTIONS}, report=False, plugins=[{str(jitter)!r}])"
    said = harm(bench.folder)
    assert python(run, bench.folder) == [said]
    said = harm(bench.folder)
    assert python(f"{ROOT}; {run}", bench.folder) == [f"root: {said}"]


def test_the_command_shows_news_too_and_each_message_once(tmp_path: Path) -> None:
    show = "from benchmark.cli._messages import show_messages; show_messages(); show_messages()"
    assert python(LOGS, tmp_path) == ["100% wrong"]
    assert python(f"{show}; {LOGS}", tmp_path) == ["bench: news", "bench: 100% wrong"]
    assert python(f"{ROOT}; {show}; {LOGS}", tmp_path) == ["bench: news", "bench: 100% wrong"]


def test_a_plugin_that_cannot_be_used_is_a_warning_in_python(tmp_path: Path) -> None:
    code = (
        "from types import SimpleNamespace as N; import benchmark.plugins.registry as r, benchmark.execution as e;"
        "r.discover = lambda plugins: N(problems=['plugin x cannot be loaded: 5% of it']);"
        "e.make_plan = e.execute = lambda *_: None; e.run()"
    )
    assert python(code, tmp_path) == ["plugin x cannot be loaded: 5% of it"]
