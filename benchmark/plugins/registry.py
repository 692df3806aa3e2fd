"""Finds plugins: built-in ones by scanning folders, others by entry points and `-p`. Faulty ones are reported."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import importlib.util
import inspect
import logging
import pkgutil
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from benchmark import hookspecs
from benchmark.api import AnyGenerator, ConditionalGenerator, Dataset, Features, Generator, Metric, Plugin, Section
from benchmark.errors import InputError, naming, unknown
from benchmark.plugins import faults
from benchmark.plugins.raised import FAULTS, describe, described
from benchmark.study import Study
from benchmark.text import one_line

LOG = logging.getLogger("benchmark")
FOLDERS = ("benchmark.datasets", "benchmark.features", "benchmark.studies", "generators", "metrics", "reports")
GROUP = "synthassay"
KINDS: dict[str, tuple[type, ...]] = {
    "generators": (Generator, ConditionalGenerator),
    "metrics": (Metric,),
    "datasets": (Dataset,),
    "features": (Features,),
    "report_sections": (Section,),
    "studies": (Study,),
}
ONE = {"features": "features", "studies": "study"}  # of a kind; else it loses its s


@dataclass(frozen=True)
class Origin:
    """Where a plugin class comes from: enough to load it again in another process."""

    module: str
    qualname: str
    file: str | None = None  # for a plugin given as a file by -p

    def load(self) -> type[Plugin]:
        """Import the class."""
        module = _import_file(Path(self.file)) if self.file else importlib.import_module(self.module)
        found: Any = module
        for part in self.qualname.split("."):
            found = getattr(found, part)
        return found  # type: ignore[no-any-return]


def origin_of(plugin: type[Plugin]) -> Origin:
    """Return where a plugin class comes from."""
    file = getattr(sys.modules.get(plugin.__module__), "__file__", None)
    return Origin(plugin.__module__, plugin.__qualname__, file if plugin.__module__.startswith(_FILE_PREFIX) else None)


@dataclass
class Registry:
    """All plugins by kind and name; `problems` has one sentence for each that could not be used."""

    manager: pluggy.PluginManager
    problems: list[str] = field(default_factory=list)
    generators: dict[str, type[AnyGenerator]] = field(default_factory=dict)
    metrics: dict[str, type[Metric]] = field(default_factory=dict)
    datasets: dict[str, type[Dataset]] = field(default_factory=dict)
    features: dict[str, type[Features]] = field(default_factory=dict)
    report_sections: dict[str, type[Section]] = field(default_factory=dict)
    studies: dict[str, Study] = field(default_factory=dict)

    def report(self, problem: str) -> None:
        """Add a problem."""
        self.problems.append(one_line(problem))

    def tell(self, hook: str, **values: Any) -> None:
        """Call a hook of all plugins that have it. One that fails is reported in the log, and the others are called."""
        for plugin in reversed(getattr(self.manager.hook, hook).get_hookimpls()):
            try:
                plugin.function(*(values[name] for name in plugin.argnames))
            except FAULTS as error:
                sentence = f"plugin {plugin.plugin_name}: {hook} failed: {describe(error, plugin.plugin)}"
                if sentence not in self.problems:  # a hook may fail for each cell
                    self.report(sentence)
                    LOG.warning(sentence)

    def get(self, kind: str, name: str) -> Any:
        """Return a plugin class by kind ('generators') and name. Raises InputError."""
        known: Mapping[str, Any] = getattr(self, kind)
        if name not in known:
            raise unknown(ONE.get(kind, kind.removesuffix("s")), name, known)
        return known[name]


def discover(extra: Sequence[str] = ()) -> Registry:
    """Find and check all plugins. `extra` are files or modules named with -p: a fault in one raises InputError."""
    _check_layout()
    manager = pluggy.PluginManager("synthassay")
    manager.add_hookspecs(hookspecs)
    registry = Registry(manager)
    for folder in FOLDERS:
        package = importlib.import_module(folder)
        for info in pkgutil.iter_modules(package.__path__, f"{folder}."):
            if not info.name.rpartition(".")[2].startswith("_"):
                _add(registry, info.name, lambda name=info.name: importlib.import_module(name))  # type: ignore[misc]
    for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda e: (e.name, e.value)):
        _add(registry, f"{entry.name} ({entry.value})", entry.load)
    for given in extra:
        before = len(registry.problems)
        _add(registry, given, lambda given=given: _import_given(given))  # type: ignore[misc]
        if len(registry.problems) > before:
            with naming("--plugin"):
                raise InputError(registry.problems[before])
    return registry


def source_file(plugin: type[Plugin]) -> str:
    """Return the file in which a plugin class is written, or "" if it is in none."""
    try:
        return inspect.getsourcefile(plugin) or ""
    except (TypeError, OSError):
        return ""


def missing(plugin: type[Plugin]) -> str:
    """Return what a plugin needs that is not installed, and the command that installs it; "" if nothing is missing."""
    absent = [name for name in plugin.needs if not _is_there(name)]
    if not absent:
        return ""
    what = f"'synthassay[{plugin.extra}]'" if plugin.extra else " ".join(absent)
    return f"needs {', '.join(absent)}: pip install {what}"


def _is_there(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):  # what is above it is missing, or it is no name
        return False


_FILE_PREFIX = "synthassay_plugin_"


def _import_given(given: str) -> ModuleType:
    path = Path(given)
    if path.suffix == ".py" or "/" in given:
        if not path.is_file():
            raise InputError(f"--plugin: there is no file {given!r}.")
        return _import_file(path.resolve())
    return importlib.import_module(given)


def _import_file(path: Path) -> ModuleType:
    name = _FILE_PREFIX + re.sub(r"\W", "_", path.stem) + "_" + hashlib.sha256(str(path).encode()).hexdigest()[:8]
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # what lies next to it can be imported; last, so that it hides nothing
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _check_layout() -> None:
    here = Path(__file__).resolve().parents[2]
    for name in ("generators", "metrics", "reports"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or Path(spec.origin).resolve().parent.parent != here:
            found = spec.origin if spec else "nothing"
            raise InputError(
                f"the package {name!r} should be next to {here / 'benchmark'}, but {found} hides it; "
                "rename or remove that."
            )


def _add(registry: Registry, name: str, load: Callable[[], Any]) -> None:
    """Import, register and check one plugin module; each fault becomes one sentence."""
    try:
        module = load()
    except InputError as error:
        registry.report(str(error))
        return
    except FAULTS as error:
        registry.report(f"plugin {name} cannot be loaded: {_place(error)}{described(error)}")
        return
    where = getattr(module, "__file__", None) or name
    fault = faults.hooks(module)
    if fault:
        registry.report(_sentence(f"plugin {where} does not fit the hooks: {fault}"))
        return
    try:
        registry.manager.register(module, name=name)
        registry.manager.check_pending()
    except pluggy.PluginValidationError as error:  # what only pluggy sees: a hook that is not a plain function
        if registry.manager.is_registered(module):
            registry.manager.unregister(module)
        registry.report(f"plugin {where} does not fit the hooks: {str(error).splitlines()[-1].strip()}")
        return
    except ValueError:
        return  # the same module twice, by -p and an entry point: once is enough
    for kind in KINDS:
        hook = getattr(module, f"bench_{kind}", None)
        if hook is not None:
            _collect(registry, kind, hook, where)


def _collect(registry: Registry, kind: str, hook: Callable[[], Any], where: str) -> None:
    try:
        brought = hook()
    except FAULTS as error:
        registry.report(f"plugin {where}: bench_{kind} failed: {described(error)}")
        return
    fault = faults.returned(brought, f"bench_{kind}")
    if fault:
        registry.report(_sentence(f"plugin {where}: {fault}"))
        return
    known: dict[str, Any] = getattr(registry, kind)
    for plugin in brought:
        try:
            fault = faults.plugin(plugin, kind, KINDS[kind])
        except FAULTS as error:  # it cannot even be looked at
            fault = f"bench_{kind} returned something that cannot be used: {described(error)}"
        if not fault and plugin.name in known:
            taken = known[plugin.name]
            first = "another study" if isinstance(taken, Study) else source_file(taken)
            fault = f"the name {plugin.name!r} is taken by {first}; rename one of them"
        if fault:
            registry.report(_sentence(f"plugin {where}: {fault}"))
        else:
            known[plugin.name] = plugin


def _sentence(text: str) -> str:
    return text if text.endswith("?") else f"{text}."


def _place(error: BaseException) -> str:
    """Return 'file, line n: ' of the last frame of an exception."""
    frame, last = error.__traceback__, None
    while frame is not None:
        last, frame = frame, frame.tb_next
    if last is None or "importlib" in last.tb_frame.f_code.co_filename or last.tb_frame.f_code.co_filename == __file__:
        return ""
    return f"{last.tb_frame.f_code.co_filename}, line {last.tb_lineno}: "
