"""Whatever one cell does, the others finish, the failure is a row with its reason, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SIZES = ["--seeds", "1", "--n-real", "20", "--n-synthetic", "30", "--quiet", "--no-report"]
DATA = ["run", "-d", "digits", "-c", "4-6", *SIZES]
CLASSES = "456"
ONE = ["run", "-d", "digits", "-c", "5", *SIZES]
FAULTS = {  # kind -> status, and what the reason says
    "raises": ("failed", "RuntimeError: out of luck"),
    "unpicklable": ("failed", "Unpicklable: whatever"),
    "exits": ("crashed", "exit code 3; its last output: last words"),
    "killed": ("crashed", "killed by SIGKILL"),
    "segfault": ("crashed", "killed by SIGSEGV"),
    "loop": ("timeout", "ran longer than 3 seconds"),
    "lock": ("timeout", "ran longer than 3 seconds"),
    "stubborn": ("timeout", "ran longer than 3 seconds"),
    "nan": ("failed", "NaN or infinite"),
    "shape": ("failed", "expected (30, 8, 8, 1)"),
    "count": ("failed", "expected (30, 8, 8, 1)"),
}
HARMLESS = ("daemon", "floods", "deaf", "scratch", "changes", "view")


@pytest.mark.slow("waits for the time limit of many cells")
def test_a_generator_that_does_harm_harms_nobody_else(bench, plugin: Path, rows, alive) -> None:
    """Three healthy cells and each kind of harm, three times, in one run."""
    kinds = ",".join([*FAULTS, *HARMLESS])
    bench(*DATA, "-p", plugin, "-g", f"healthy,fault[kind={kinds}]", "-m", "diversity", "--timeout", "3", code=1)
    found = {(row["config"], row["class"]): row for row in rows() if row["measure"] in ("", "diversity")}
    assert [found["healthy", c]["status"] for c in CLASSES] == ["ok"] * 3
    assert {found["real", c]["status"] for c in CLASSES} == {"ok"}
    values = {found["healthy", c]["value"] for c in CLASSES}
    assert len(values) == 3
    for kind, (status, said) in FAULTS.items():
        for label in CLASSES:
            row = found[f"fault[kind={kind}]" if kind != "raises" else "fault", label]
            assert (row["status"], said in row["reason"]) == (status, True), (kind, row["status"], row["reason"])
    for kind in HARMLESS:
        assert {found[f"fault[kind={kind}]", c]["status"] for c in CLASSES} == {"ok"}, kind
    assert alive("synthassay-fault-daemon") == []
    assert alive(str(bench.folder)) == []
    logs = [p.stat().st_size for p in bench.folder.glob("bench-results/cells/*/*/log.txt")]
    assert 2**20 <= max(logs) < 1.01 * 2**20  # the flood, its head and its tail
    assert any(p.read_bytes().endswith(b"the end") for p in bench.folder.glob("bench-results/cells/*/*/log.txt"))


@pytest.mark.slow("fills two gibibytes three times")
def test_two_gibibytes_with_a_limit_of_one(bench, plugin: Path, rows, alive) -> None:
    bench(*DATA, "-p", plugin, "-g", "healthy,fault[kind=hungry]", "-m", "diversity", "--memory", "1", code=1)
    found = {(row["config"], row["class"]): row for row in rows() if row["measure"] in ("", "diversity")}
    assert [found["healthy", c]["status"] for c in CLASSES] == ["ok"] * 3
    for label in CLASSES:
        row = found["fault[kind=hungry]", label]
        assert (row["status"], "allowed are 1024" in row["reason"]) == ("out-of-memory", True), row["reason"]


@pytest.mark.slow("starts a run for each way to fail")
@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("raises", "failed"),
        ("unpicklable", "failed"),
        ("exits", "crashed"),
        ("killed", "crashed"),
        ("segfault", "crashed"),
    ],
)
def test_a_metric_that_does_harm_harms_nobody_else(bench, plugin: Path, rows, alive, kind: str, status: str) -> None:
    """The metric cannot bear the second of three cells; what was generated is kept, the other metric scores it all."""
    bench(*DATA, "-p", plugin, "-g", "healthy", "-m", f"bad[kind={kind}],diversity", code=1)
    found = {(row["config"], row["class"], row["measure"]): row for row in rows()}
    assert [found["healthy", c, "bad"]["status"] for c in CLASSES] == ["ok", status, "ok"]
    assert {found["healthy", c, "diversity"]["status"] for c in CLASSES} == {"ok"}
    assert alive(str(bench.folder)) == []


@pytest.mark.slow("waits for the time limit of a metric")
def test_a_metric_that_never_ends_harms_nobody_else(bench, plugin: Path, rows, alive) -> None:
    """As above; the limit of a metric, ten minutes, is five seconds here."""
    run = (
        "import functools\n\nimport benchmark\nimport benchmark.running.runner\n"
        "from benchmark.jobs.score import ScoreCell\n\n"
        "benchmark.running.runner.ScoreCell = functools.partial(ScoreCell, seconds=5.0)\n"
        "benchmark.run(dataset='digits', classes='4-6', seeds=1, n_real=20, n_synthetic=30,\n"
        f"              plugins=[{str(plugin)!r}], generators='healthy', metrics='bad[kind=loop],diversity',\n"
        "              report=False)\n"
    )
    subprocess.run([sys.executable, "-c", run], cwd=bench.folder, check=True, timeout=290)
    found = {(row["config"], row["class"], row["measure"]): row for row in rows()}
    assert [found["healthy", c, "bad"]["status"] for c in CLASSES] == ["ok", "timeout", "ok"]
    assert "ran longer than 5 seconds" in found["healthy", "5", "bad"]["reason"]
    assert {found["healthy", c, "diversity"]["status"] for c in CLASSES} == {"ok"}
    assert alive(str(bench.folder)) == []


@pytest.mark.tensorflow
@pytest.mark.slow("loads TensorFlow, and waits for its exit")
def test_tensorflow_that_hangs_at_exit_is_not_waited_for(bench, plugin: Path, rows, alive) -> None:
    bench(*ONE, "-p", plugin, "-g", "healthy,heavy[kind=hangs]", "-m", "diversity", "--timeout", "120")
    found = {row["config"]: row["status"] for row in rows() if row["measure"] in ("", "diversity")}
    assert found["healthy"] == found["heavy[kind=hangs]"] == "ok"
    assert alive(str(bench.folder)) == []


def test_one_fault_of_each_kind_that_ends_a_process(bench, plugin: Path, rows, alive) -> None:
    """The quick part, on every version of Python."""
    bench(*ONE, "-p", plugin, "-g", "healthy,fault[kind=exits,segfault,daemon]", "-m", "diversity", code=1)
    found = {row["config"]: row for row in rows() if row["measure"] in ("", "diversity")}
    assert found["healthy"]["status"] == found["fault[kind=daemon]"]["status"] == "ok"
    assert "exit code 3; its last output: last words" in found["fault[kind=exits]"]["reason"]
    assert "SIGSEGV" in found["fault[kind=segfault]"]["reason"]
    assert alive("synthassay-fault-daemon") == []
