"""Carries out runs: `run` is `bench run` from Python."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError, StoppedError, is_full
from benchmark.settings import ScoreSettings, Settings, from_mapping

if TYPE_CHECKING:
    from benchmark.executors import Executor
    from benchmark.images.real import RealData
    from benchmark.images.roles import Sizes
    from benchmark.plan.plan import Plan
    from benchmark.results.results import Results
    from benchmark.store.store import Store

LOG = logging.getLogger("benchmark")
PATIENCE = 60.0  # seconds for which another run may write its results before this one does


def run(**options: Any) -> Results:
    """Score generators per class and write the report. The options are those of `bench run`, with `_` instead of `-`.

    generators="smote,gan" or ["smote", "gan"]; classes=[3, 5]; n_real=1000; seeds=3; out="bench-results"; ...
    Returns results with `scores` (rows), `summary`, `report(path)` and `to_pandas()`.
    Raises InputError if an option cannot be used, before anything is written. Warnings go to the logger `benchmark`.
    """
    from benchmark.plugins.registry import discover

    settings = from_mapping(options, "run(...)")
    registry = discover(settings.plugins)
    for problem in registry.problems:
        LOG.warning(problem)
    return execute(make_plan(settings, registry))


def score(fake: Any, *, real: Any = None, train: Any = None, **options: Any) -> Results:
    """Score images that were made elsewhere. The options are those of `bench score`, with `_` instead of `-`.

    fake: one set of images, a list of sets, or a mapping from names to sets. real, train: sets of images, in place of
    `dataset` and of all real images. A set is a path, images as an array or tensor, a pair of images and labels, or a
    dataset of torch or Hugging Face (see `benchmark.images.reading.objects.to_file`). What is not a path is first
    written to `inputs/` in the output folder, so that the run can be repeated from the command line.
    score(images, real=photos, classes="cat", out="bench-results"); see `run` for what is returned and raised.
    """
    from benchmark.images.reading.objects import to_file
    from benchmark.store.store import Store

    out = Path(options.get("out", Settings.out))
    folder = out / "inputs"
    sets = fake if isinstance(fake, Mapping) else dict(enumerate(fake if isinstance(fake, list) else [fake]))
    if isinstance(fake, Mapping):
        options["names"] = tuple(map(str, fake))
    if not all(each is None or isinstance(each, (str, Path)) for each in (*sets.values(), real, train)):
        Store(out).create()
    options["fake"] = tuple(to_file(each, folder, _file_name(name)) for name, each in sets.items())
    for option, given in (("data_dir", real), ("train", train)):
        if given is not None:
            options[option] = to_file(given, folder, "real" if option == "data_dir" else option)
    return run(**options)


def _file_name(name: object) -> str:
    from benchmark.results.keep import plain

    return f"set-{name}" if isinstance(name, int) else plain(str(name))


def make_plan(settings: Settings, registry: Any) -> Plan:
    """Check all input and return the plan of a run. Raises InputError; nothing is written."""
    from benchmark.device import check_system
    from benchmark.plan import choices, for_score
    from benchmark.results import require
    from benchmark.store.store import Store

    check_system()
    Store(Path(settings.out))
    if isinstance(settings, ScoreSettings):
        made = for_score.make(settings, registry)
    else:
        made = choices.make(settings, registry)
    for text in settings.require:
        require.parse(text, made)
    return made


def real_images(folder: Path, plugins: tuple[str, ...]) -> tuple[RealData, Mapping[int, Sizes]]:
    """Return the real images of the last run in a store and the sizes of their roles by n_real. Raises InputError.

    Its run.toml is read as data: of the plugins, only those in `plugins` are loaded, which the user named.
    """
    from benchmark.plan import for_score
    from benchmark.plan.real_images import basis
    from benchmark.plugins.registry import discover
    from benchmark.settings import read_toml
    from benchmark.store.records import is_regular

    path = folder / "run.toml"
    if not is_regular(path):
        raise InputError(f"{str(path)!r} is not a file; run the same command again to write it.")
    values = read_toml(path)
    named = values.pop("plugins", ())
    settings = from_mapping({**values, "out": str(folder), "require": (), "metrics": "", "features": "pca"}, str(path))
    registry = discover(plugins)
    try:
        if isinstance(settings, ScoreSettings):
            plan = for_score.make(settings, registry)
            return plan.data, plan.sizes
        found = basis(settings, registry)
    except InputError as error:
        if plugins or not named:
            raise
        raise InputError(f"{error} The run used plugins; if you trust them, load them with --plugin FILE.") from None
    return found.data, found.sizes


def execute(plan: Plan) -> Results:
    """Do what is not done yet and write the results.

    On KeyboardInterrupt and StoppedError, the finished results are written too. Damaged files are recomputed once;
    failed cells are not retried then.
    """
    from benchmark.running import disk
    from benchmark.running.runner import Runner
    from benchmark.store.cached import Remembering

    store = Remembering(Path(plan.settings.out))
    executor = _executor(plan, store)
    store.create()
    began = time.monotonic()
    stopped: BaseException | None = None
    results = None
    try:
        Runner(plan, store, executor).run()
        results = _written(plan, store, began)
        if not results.finished:
            again = replace(plan, settings=replace(plan.settings, fresh=False, keep_failures=True))
            Runner(again, store, _executor(plan, store)).run()
            results = None
    except (KeyboardInterrupt, StoppedError) as error:
        stopped = error
    except OSError as error:
        if not is_full(error):
            raise
        stopped = disk.stopped(store)
    results = results or _written(plan, store, began)
    plan.registry.tell("bench_run_finished", run={"out": plan.settings.out}, results=results)
    if stopped is not None:
        raise stopped
    return results


def _executor(plan: Plan, store: Store) -> Executor:
    """Return the executor for a run. Raises InputError if a cluster cannot be used."""
    from benchmark.executors.home import Home
    from benchmark.executors.local import Local

    out = store.folder.resolve()
    if not plan.settings.cluster:
        return Local(plan.workers, Home(out))
    from benchmark.executors.dask import Dask

    return Dask(plan.settings.cluster, out, plan.data, plan.settings.workers)


def _written(plan: Plan, store: Store, began: float) -> Results:
    """Read the store and write the results. Damaged cells are left out; the results are then not finished."""
    from benchmark.results.results import Results
    from benchmark.running import disk
    from benchmark.store import clean
    from benchmark.store.store import RESULTS, DamagedError

    while True:
        lock = None
        try:
            lock = store.lock(RESULTS, PATIENCE)
            clean.clear(store, RESULTS)
            results = Results(plan, store)
            results.seconds = time.monotonic() - began
            results.write()
            if plan.settings.report:
                results.report()
        except DamagedError:
            continue  # it was moved aside, so the next attempt gets further
        except OSError as error:
            if is_full(error):
                raise disk.stopped(store) from error
            raise StoppedError(
                f"{str(error.filename2 or error.filename)!r} cannot be written ({error.strerror})"
            ) from error
        finally:
            if lock is not None:
                lock.release()
        return results
