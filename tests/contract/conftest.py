"""The checks of the kit in this process, where a process for each of them is not what is tested."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmark.plugins.registry import discover
from benchmark.testing import Check, Outcome, checks_of, run_checks
from benchmark.testing._running import _job

CheckHere = Callable[..., list[Outcome]]
Faults = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for what checks prepare once."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture
def check_here(tmp_path: Path, shared: Path) -> CheckHere:
    """Return what does as `run_checks`, but loads TensorFlow, torch and umap once; only the light import is apart."""

    def outcome(plugin: Any, check: Check) -> Outcome:
        if check.name == "light_import":
            return run_checks(plugin, [check])[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in a process of its own
            said = _job(plugin, check, tmp_path / check.name, shared, "").run(lambda *_: None)
        return Outcome(check.name, said["word"], said.get("reason", ""))

    def check_all(plugin: Any, checks: Sequence[Check] | None = None) -> list[Outcome]:
        instance = plugin() if isinstance(plugin, type) else plugin
        return [outcome(instance, check) for check in checks or checks_of(instance)]

    return check_all


@pytest.fixture
def faults(tmp_path: Path, check_here: CheckHere) -> Faults:
    """Return what gives the reasons of the failed checks of a plugin by name."""

    def find(source: str, kind: str, only: tuple[str, ...] = (), *, apart: bool = False) -> dict[str, str]:
        path = tmp_path / "mine.py"
        path.write_text(source)
        plugin = getattr(discover([str(path)]), kind)["mine"]
        chosen = [check for check in checks_of(plugin) if not only or check.name in only]
        outcomes = run_checks(plugin, chosen, workers=2) if apart else check_here(plugin, chosen)
        return {o.check: o.reason for o in outcomes if o.word == "FAIL"}

    return find
