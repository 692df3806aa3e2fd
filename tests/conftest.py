"""What all tests share: real data, read once; the command `bench` as users run it; a plugin file."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
from threadpoolctl import threadpool_limits

from benchmark.datasets.digits import Digits
from benchmark.datasets.mnist import Mnist
from benchmark.images.real import RealData, load

from ._commands import Commands

JITTER = '''
"""Jitter: training images with Gaussian pixel noise."""

from dataclasses import dataclass

from benchmark.api import Context, Generator, Images, hookimpl


@dataclass
class Jitter(Generator):
    """Training images with Gaussian pixel noise."""

    name = "jitter"
    sigma: float = 0.1

    def fit(self, real: Images, ctx: Context) -> None:
        self.real = real

    def sample(self, n: int, ctx: Context) -> Images:
        picked = self.real[ctx.rng.integers(len(self.real), size=n)]
        return picked + ctx.rng.normal(0, self.sigma, picked.shape)


@hookimpl
def bench_generators() -> list[type[Generator]]:
    return [Jitter]
'''

Bench = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the user's cache folder out of the tests."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Compute with one thread per library, as cells do: on a busy machine, OpenMP's threads wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="session")
def mnist() -> RealData:
    """All of MNIST, as the protocol sees it."""
    return load(Mnist(), None)


@pytest.fixture(scope="session")
def digits() -> RealData:
    """scikit-learn's digits, as the protocol sees them."""
    return load(Digits(), None)


@pytest.fixture(scope="session")
def jitter_source() -> str:
    """The text of a plugin file with one generator."""
    return JITTER


@pytest.fixture
def jitter(tmp_path: Path) -> Path:
    """A plugin file with one generator."""
    path = tmp_path / "jitter.py"
    path.write_text(JITTER)
    return path


@pytest.fixture(scope="session")
def commands(_own_cache: None) -> Iterator[Commands]:
    """What runs `bench` without importing everything again: `commands.run("list", "--json", folder=folder)`."""
    running = Commands()
    yield running
    running.close()


@pytest.fixture
def bench(tmp_path: Path, commands: Commands) -> Bench:
    """Run the command in an empty folder of its own, as a user would."""
    folder = tmp_path / "cwd"
    folder.mkdir()
    run = partial(commands.run, folder=folder)
    run.folder = folder  # type: ignore[attr-defined]
    return run


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
EXTRAS = {  # by marker
    "tensorflow": "tensorflow",
    "torch": "torch",
    "dask": "distributed",
    "onnx": "onnxruntime",
    "opentsne": "openTSNE",
    "pandas": "pandas",
    "dicom": "pydicom",
    "parquet": "pyarrow",
}
BROWSER = ("chromium", "playwright")
MUST_BE_THERE = (tuple(EXTRAS.values()) if os.environ.get("SYNTHASSAY_FULL") else ()) + (
    BROWSER if os.environ.get("SYNTHASSAY_FULL") and os.environ.get("CI") else ()
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a marker `slow` that does not say why."""
    for item in items:
        for marker in item.iter_markers("slow"):
            why = marker.args[0] if len(marker.args) == 1 and not marker.kwargs else None
            if not (isinstance(why, str) and why.strip()):
                raise pytest.UsageError(f'{item.nodeid}: give the reason, as in @pytest.mark.slow("trains a network")')


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that is marked with a package which is not installed."""
    for marker, package in EXTRAS.items():
        if item.get_closest_marker(marker) and importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let no test be skipped that must run here."""
    return _failed_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no file be skipped (`importorskip`) that must run here."""
    return _failed_if_skipped((yield))


def _failed_if_skipped(report: Report) -> Report:
    """Fail a skip for an extra where all are installed, and one for the browser in continuous integration."""
    if report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
        file, line, reason = report.longrepr
        if re.search("|".join(MUST_BE_THERE) or "$^", reason, re.IGNORECASE):
            report.outcome = "failed"
            report.longrepr = f"{file}:{line}: {reason}. In this environment it must run."
    return report
