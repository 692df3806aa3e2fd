"""The checks of the kit in this process, where a process for each of them is not what is tested."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmark.testing import Check, Outcome, checks_of, run_checks
from benchmark.testing._running import _job

CheckHere = Callable[..., list[Outcome]]


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
