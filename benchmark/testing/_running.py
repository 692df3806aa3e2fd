"""Runs checks: like a cell, each is a job in its own process, with limits on time and memory."""

from __future__ import annotations

import importlib
import inspect
import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmark.plugins.code import code_of
from benchmark.plugins.registry import KINDS as KIND_CLASSES
from benchmark.plugins.registry import Origin, missing, origin_of

if TYPE_CHECKING:
    from benchmark.api import Plugin
    from benchmark.executors.local import Local
    from benchmark.jobs import Say
    from benchmark.testing._subject import Subject

SECONDS, MEMORY = 300.0, 8.0  # the limits of one check: seconds and GiB
KINDS = {  # the module with the checks of each kind of plugin
    "generators": "_generator",
    "metrics": "_metric",
    "datasets": "_dataset",
    "features": "_features",
    "report_sections": "_section",
}


class CheckFailed(AssertionError):
    """A plugin fails a check. The message says which one, and how."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a check. `word` is PASS, FAIL or SKIP; `reason` is one sentence, empty if the check passed."""

    check: str
    word: Literal["PASS", "FAIL", "SKIP"]
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """One check of the kit: called with a plugin (class or instance), it can raise CheckFailed or skip the test."""

    name: str
    kind: str

    @property
    def help(self) -> str:
        """What is required, in one sentence."""
        return inspect.cleandoc(self.function.__doc__ or "").partition("\n")[0]

    @property
    def function(self) -> Callable[[Subject], None]:
        """The function that checks a `Subject`; it raises Fault or Skip."""
        return _functions(self.kind)[self.name]

    def __call__(self, plugin: Plugin | type[Plugin]) -> None:
        """Run this check in its own process. Raises CheckFailed; skips the test if the plugin refuses the task."""
        import pytest

        (outcome,) = run_checks(plugin, [self])
        if outcome.word == "FAIL":
            raise CheckFailed(f"{self.name}: {outcome.reason}")
        if outcome.word == "SKIP":
            pytest.skip(outcome.reason)


@dataclass(frozen=True)
class CheckJob:
    """A check on its way to another process (see `benchmark.executors.Job`)."""

    check: Check
    subject: Subject
    start: Literal["fork", "fresh"]
    seconds: float = SECONDS
    memory: float = MEMORY
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The folder for its log."""
        return self.subject.folder

    def run(self, say: Say) -> dict[str, Any]:
        """Run the check and return its word and reason."""
        import traceback

        from benchmark.plugins.raised import describe
        from benchmark.testing._subject import Fault, Skip

        try:
            self.check.function(self.subject)
        except Skip as reason:
            return {"word": "SKIP", "reason": str(reason)}
        except Fault as fault:
            return {"word": "FAIL", "reason": str(fault)}
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises is a finding
            traceback.print_exc()
            return {"word": "FAIL", "reason": describe(error, self.subject.new())}
        return {"word": "PASS"}


def checks_of(plugin: Plugin | type[Plugin]) -> list[Check]:
    """Return the kit's checks for a plugin (class or instance). Raises TypeError if it is not a plugin."""
    owner = plugin if isinstance(plugin, type) else type(plugin)
    kinds = [kind for kind in KINDS if issubclass(owner, KIND_CLASSES[kind])]
    if not kinds:
        raise TypeError(f"{plugin!r} is not a plugin: the kit checks generators, metrics, datasets, features, sections")
    return [
        Check(name, kinds[0])
        for name, function in _functions(kinds[0]).items()
        if issubclass(owner, getattr(function, "only", object))
    ]


def run_checks(
    plugin: Plugin | type[Plugin], checks: Sequence[Check] | None = None, *, data_dir: str = "", workers: int = 1
) -> list[Outcome]:
    """Run `checks` (default: all of the kit), `workers` of them in parallel, and return their outcomes in order."""
    chosen = checks_of(plugin) if checks is None else list(checks)
    instance = plugin() if isinstance(plugin, type) else plugin
    absent = missing(type(instance))
    if absent:
        return [Outcome(check.name, "SKIP", absent) for check in chosen]
    with _session() as (executor, shared):
        executor.slots = workers
        folders = (shared / f"check-{i}" for i in _numbers)
        jobs = [_job(instance, check, next(folders), shared, data_dir) for check in chosen]
        found = dict(_done(executor, jobs))
    return [found[check.name] for check in chosen]


def _done(executor: Local, jobs: Sequence[CheckJob]) -> Iterator[tuple[str, Outcome]]:
    waiting, running = list(jobs), 0
    while waiting or running:
        while waiting and executor.free:
            executor.start(waiting.pop(0))
            running += 1
        for event in executor.poll(1.0):
            if event.kind == "ended":
                running -= 1
                said = event.payload
                word = said.get("word", "FAIL")
                reason = said["reason"] or ("" if word == "PASS" else said["status"])
                if said["status"] == "timeout":
                    reason += "; give it less to do, as in: bench check 'gan[steps=20]'"
                yield event.job.check.name, Outcome(event.job.check.name, word, reason)


def _job(instance: Plugin, check: Check, folder: Path, shared: Path, data_dir: str) -> CheckJob:
    from benchmark.plugins.loadable import Loadable
    from benchmark.plugins.parameters import values_of
    from benchmark.testing._subject import Subject

    folder.mkdir()
    plugin = type(instance)
    subject = Subject(Loadable(_origin(plugin), values_of(instance), code_of(plugin)), folder, shared, data_dir)
    fresh = instance.needs or check.name == "light_import"
    return CheckJob(check, subject, "fresh" if fresh else "fork")


def _origin(plugin: type[Plugin]) -> Origin:
    """Return where another process finds a plugin; a test module is found by its file."""
    origin = origin_of(plugin)
    try:
        found = importlib.util.find_spec(origin.module)
    except (ImportError, ValueError):
        found = None
    file = getattr(sys.modules.get(plugin.__module__), "__file__", None)
    return origin if origin.file or found or not file else Origin(origin.module, origin.qualname, file)


def _functions(kind: str) -> dict[str, Callable[[Subject], None]]:
    """Return the checks of a kind by name, in the order of their module; those of every kind come last."""
    modules = [importlib.import_module(f"benchmark.testing.{name}") for name in (KINDS[kind], "_plugin")]
    return {
        name.removeprefix("check_"): function
        for module in modules
        for name, function in vars(module).items()
        if name.startswith("check_") and function.__module__ == module.__name__
    }


_numbers = itertools.count()
_open: dict[int, tuple[Local, Path]] = {}


@contextmanager
def _session() -> Iterator[tuple[Local, Path]]:
    """Yield this process's executor and a folder; both last until Python exits, so checks share what they prepare."""
    import atexit

    from benchmark.executors.home import Home
    from benchmark.executors.local import Local

    if os.getpid() not in _open:
        folder = Path(tempfile.mkdtemp(prefix="bench-check-"))
        _open[os.getpid()] = Local(1, Home(folder)), folder
        atexit.register(_close, os.getpid())
    yield _open[os.getpid()]


def _close(pid: int) -> None:
    if pid == os.getpid():
        executor, folder = _open.pop(pid)
        executor.close()
        shutil.rmtree(folder, ignore_errors=True)
