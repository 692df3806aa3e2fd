"""`bench new`: writes a plugin package that is ready to be installed, checked and tested."""

from __future__ import annotations

import importlib.util
import keyword
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.errors import InputError, unknown

if TYPE_CHECKING:
    from benchmark.plugins.registry import Registry

KINDS = {
    "generator": "generators",
    "metric": "metrics",
    "dataset": "datasets",
    "features": "features",
    "section": "report_sections",
}
LONGEST = 60  # characters of a name
TRY = {  # a command that shows the installed plugin at work
    "generator": "bench run -g {name},smote -c 3 --quick",
    "metric": "bench run -m {name} -g smote -c 3 --quick",
    "dataset": "bench run -d {name} -g smote -c all --quick",
    "features": "bench run --features {name} -g smote -c 3 --quick",
    "section": "bench run -g smote -c 3 --quick",
}


def write(kind: str, name: str, to: Path, registry: Registry) -> Path:
    """Write the package of a plugin to `to`/`name` and return that folder.

    The folder is written elsewhere and moved when complete. Raises InputError if the name is invalid or taken.
    """
    _check(kind, name, to, registry)
    try:
        aside = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=to))
    except OSError as error:
        raise InputError(f"--to {str(to)!r}: {name!r} cannot be created in it ({error.strerror}).") from None
    try:
        for path, text in files(kind, name).items():
            target = aside / path
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8")
        aside.chmod(0o777 & ~_umask())
        aside.rename(to / name)
    except BaseException as error:
        shutil.rmtree(aside, ignore_errors=True)
        if isinstance(error, OSError):
            raise InputError(f"{str(to / name)!r} cannot be written ({error.strerror}).") from None
        raise
    return to / name


def files(kind: str, name: str) -> dict[str, str]:
    """Return the text of each file of a package, by its path in the package."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("benchmark.scaffold"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,  # noqa: S701 - it writes Python and TOML
    )
    words = _words(kind, name)
    templates = {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        "LICENSE": "LICENSE",
        "tox.ini": "tox.ini",
        f"{words['module']}.py": f"{kind}.py",
        "tests/test_contract.py": "test_contract.py",
    }
    return {path: environment.get_template(f"{source}.j2").render(words) for path, source in templates.items()}


def _words(kind: str, name: str) -> dict[str, Any]:
    module = f"synthassay_{name.replace('-', '_')}"
    return {
        "kind": kind,
        "name": name,
        "module": module,
        "distribution": module.replace("_", "-"),
        "class_name": "".join(part.capitalize() for part in re.split("[-_]", name)),
        "hook": f"bench_{KINDS[kind]}",
        "run": TRY[kind].format(name=name),
        "title": re.sub("[-_]", " ", name).capitalize(),
    }


def _check(kind: str, name: str, to: Path, registry: Registry) -> None:
    if kind not in KINDS:
        raise unknown("kind of plugin", kind, KINDS)
    words = re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", name)
    if keyword.iskeyword(name):
        raise InputError(f"{name!r} is a Python keyword; choose another name.")
    if not words or len(name) > LONGEST:
        raise InputError(
            f"{name!r} is not a valid plugin name; a name has lowercase letters, then also digits, and single '-' or "
            f"'_' between them, as in: pixel-noise; at most {LONGEST} characters."
        )
    taken = getattr(registry, KINDS[kind]).get(name)
    if taken is not None:
        raise InputError(f"there is already a {kind} {name!r}, in {taken.__module__}; choose another name.")
    module = _words(kind, name)["module"]
    if importlib.util.find_spec(module) is not None:
        raise InputError(f"a module {module!r} is already installed; choose another name.")
    if not to.is_dir():
        raise InputError(f"--to {str(to)!r} is not a folder.")
    if (to / name).exists():
        raise InputError(f"{str(to / name)!r} already exists and is not overwritten.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
