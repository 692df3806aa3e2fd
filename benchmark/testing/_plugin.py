"""What every plugin promises, whatever its kind."""

from __future__ import annotations

import importlib
import pickle
import sys
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError
from benchmark.plugins.parameters import build, config_of, parameters_of, to_text, values_of
from benchmark.testing._subject import Fault

if TYPE_CHECKING:
    from benchmark.testing._subject import Subject

HEAVY = ("keras", "numba", "sklearn", "tensorflow", "torch", "umap")


def check_light_import(subject: Subject) -> None:
    """Loading the module takes no TensorFlow, torch, umap or scikit-learn."""
    origin = subject.loadable.origin
    before = set(sys.modules)
    origin.load()
    found = sorted(set(HEAVY) & (set(sys.modules) - before))
    if found:
        raise Fault(f"loading {origin.file or origin.module} imports {', '.join(found)}; import it inside a function")


def check_parameters(subject: Subject) -> None:
    """Parameters keep the values that are given, and their text on the command line gives the same ones again."""
    plugin = subject.new()
    values = values_of(plugin)
    for name, parameter in parameters_of(type(plugin)).items():
        if name in subject.loadable.values and values[name] != subject.loadable.values[name]:
            raise Fault(f"{name} was given as {subject.loadable.values[name]!r} and became {values[name]!r}")
        try:
            again = parameter.parse(to_text(values[name]), plugin.name)
            parameter.check(parameter.default, plugin.name)
        except InputError as error:
            raise Fault(f"{name}={to_text(values[name])} is refused: {error}") from None
        if again != values[name]:
            raise Fault(f"{name}={to_text(values[name])} is read back as {again!r}")
    same = build(type(plugin), {name: to_text(value) for name, value in values.items()})
    if config_of(same) != config_of(plugin):
        raise Fault(f"{config_of(plugin)} is read back as {config_of(same)}")


def check_description(subject: Subject) -> None:
    """A docstring says what it is: its first line stands in `bench list`."""
    plugin = type(subject.new())
    own = "__doc__" in vars(plugin) and (plugin.__doc__ or "").strip()
    if not own or (plugin.__doc__ or "").startswith(f"{plugin.__name__}("):  # what @dataclass writes by itself
        raise Fault(f"the class {plugin.__name__} has no docstring")


def check_pickles(subject: Subject) -> None:
    """A configured instance can be pickled, and has the same parameters afterwards."""
    plugin = subject.new()
    try:
        again = pickle.loads(pickle.dumps(plugin))  # noqa: S301 - made here
    except Exception as error:
        raise Fault(f"pickling failed: {type(error).__name__}: {error}") from error
    if values_of(again) != values_of(plugin):
        raise Fault("after pickling the parameters are others")


def check_skip(subject: Subject) -> None:
    """`skip` answers None or a sentence, for any task."""
    from benchmark.api import Task

    plugin = subject.new()
    for n, shape in ((1, (1, 1, 1)), (3, (8, 8, 1)), (1000, (28, 28, 1)), (50, (32, 48, 3))):
        said = plugin.skip(Task("checks", 0, "zero", n, n, shape, 2, 0))
        if said is not None and not (isinstance(said, str) and said.strip()):
            raise Fault(f"skip returned {said!r}; it returns None, or the reason in words")


def check_hook(subject: Subject) -> None:
    """The module brings it by its hook, under its name."""
    from benchmark.plugins.registry import KINDS

    plugin = subject.loadable.origin.load()
    module = sys.modules[plugin.__module__]
    kind = next(kind for kind, classes in KINDS.items() if issubclass(plugin, classes))
    hook = getattr(module, f"bench_{kind}", None) or _hook_of_package(module.__name__, kind)
    if hook is None or plugin.name not in {brought.name for brought in hook()}:
        raise Fault(f"{module.__name__} has no hook bench_{kind} that returns it, so that nobody finds it")


def _hook_of_package(name: str, kind: str) -> Any:
    """Return the hook of one of the packages that hold a module, or None."""
    while name := name.rpartition(".")[0]:
        hook = getattr(importlib.import_module(name), f"bench_{kind}", None)
        if hook is not None:
            return hook
    return None
