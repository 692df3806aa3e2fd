"""The code that a result depends on: a hash over syntax trees, found by following imports.

The code of a plugin is every module of its own that it reaches by imports, at any depth and anywhere in the code. Its
own modules are those in its top-level package, in its folder, or in a package of the same distribution; libraries are
left out. Docstrings, comments, layout and whatever only type checkers read make no difference, and the hash is the same
on every version of Python. A data file counts if the code names it by a path relative to its own folder, unless the
code opens it for writing: a log is not an input.
"""

from __future__ import annotations

import ast
import hashlib
import re
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from benchmark.api import Plugin
from benchmark.plugins.registry import FOLDERS

SUITE = ("benchmark", "generators", "metrics", "reports")
WRITING = ("write_text", "write_bytes", "touch", "unlink", "mkdir")
WRITE_MODE = re.compile(r"[wax][bt+]{0,2}")
SKIPPED = ("ctx", "type_comment", "type_ignores", "kind")  # fields that change nothing, or that differ between Pythons


def code_of(plugin: type[Plugin]) -> str:
    """Return 16 hexadecimal digits for a plugin: its class, and all code of its own that it reaches."""
    return _code_of(plugin.__module__, plugin.__qualname__)


@cache
def _code_of(module: str, qualname: str) -> str:
    return _hashed(_closure([module]), qualname)


@cache
def core_code(*modules: str) -> str:
    """Return 16 hexadecimal digits for modules of the core and all modules of the core that they reach."""
    return _hashed(_closure(modules))


def core_files(*modules: str) -> frozenset[Path]:
    """Return the files of modules of the core and of all modules of the core that they reach."""
    return frozenset(_closure(modules))


@dataclass(frozen=True)
class Home:
    """Where a plugin's own modules are: below `folder`, which is the package `prefix` or, with "", on the path.

    names: the top-level names in the folder that count; None: all but those of the suite.
    """

    folder: Path
    prefix: str = ""
    names: frozenset[str] | None = None

    def path(self, name: str) -> Path | None:
        """Return the file of a module by its dotted name, or None if it is not the plugin's own."""
        if self.prefix and not name.startswith(f"{self.prefix}."):
            return None
        parts = (name[len(self.prefix) + 1 :] if self.prefix else name).split(".")
        if not self.prefix and (parts[0] in SUITE or not (self.names is None or parts[0] in self.names)):
            return None
        at = self.folder.joinpath(*parts)
        return next((file for file in (at / "__init__.py", at.with_name(f"{at.name}.py")) if file.is_file()), None)


@dataclass(frozen=True)
class Module:
    """The parts of one source file that matter.

    imports: dotted names that may be modules. digest: the hash of its tree and of the data files that it names.
    """

    imports: tuple[str, ...]
    digest: str


@cache
def _read(file: Path, name: str) -> Module:
    """Read and parse a file; `name` is the dotted name under which it is imported."""
    tree = ast.parse(file.read_bytes())
    _strip(tree)
    nodes = list(ast.walk(tree))
    total = hashlib.sha256(_dumped(tree).encode("utf-8", "surrogatepass"))
    for path in sorted({file.parent / path for path in set(_paths(nodes)) - set(_written(nodes))}):
        if path.suffix != ".py" and _is_file(path):
            total.update(path.name.encode())
            with path.open("rb") as data:
                while chunk := data.read(1 << 20):
                    total.update(chunk)
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    return Module(tuple(dict.fromkeys(_imports(nodes, package))), total.hexdigest())


def _is_file(path: Path) -> bool:
    """Whether a file exists; what only looked like a path may be too long for a name."""
    try:
        return path.is_file()
    except OSError:
        return False


def _imports(nodes: Iterable[ast.AST], package: str) -> Iterator[str]:
    """Yield dotted names that may be modules: those imported, their packages, and names imported from packages."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (part for alias in node.names for part in _with_packages(alias.name))
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join(part for part in (*parts, node.module) if part)
            yield from _with_packages(base)
            yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module":
            yield from (part for text in _texts(node.args[:1]) for part in _with_packages(text))


def _hashed(modules: dict[Path, Module], *more: str) -> str:
    digests = sorted(module.digest for module in modules.values())
    return hashlib.sha256(repr((digests, more)).encode()).hexdigest()[:16]


def _closure(names: Iterable[str]) -> dict[Path, Module]:
    """Return modules by file: those named, and all modules of their own that they reach."""
    found: dict[Path, Module] = {}
    for start in names:
        file = getattr(sys.modules.get(start), "__file__", None)
        home = _home(start, file)
        waiting = [(name, home.path(name)) for name in _with_packages(start)]
        if file:
            waiting.append((start, Path(file)))
        while waiting:
            name, path = waiting.pop()
            if path is None or path.suffix != ".py" or path in found or not path.is_file():
                continue
            found[path] = _read(path, name)
            waiting += [(each, home.path(each)) for each in found[path].imports]
    return found


def _home(module: str, file: str | None) -> Home:
    """Return where a plugin's own modules are: a folder of the suite, or its package, folder and distribution."""
    for folder in (*FOLDERS, "benchmark"):
        if module.startswith(f"{folder}."):
            return Home(_suite().joinpath(*folder.split(".")), folder)
    if file is None:
        return Home(Path(), names=frozenset())
    around = Path(file).resolve().parents[module.count(".") + (Path(file).name == "__init__.py")]
    return Home(around, names=_kin(module.partition(".")[0]) if around in _installed() else None)


def _suite() -> Path:
    return Path(__file__).resolve().parents[2]


@cache
def _installed() -> frozenset[Path]:
    """Return the folders that packages of all distributions share."""
    paths = [sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib", "platstdlib")]
    paths += [*site.getsitepackages(), site.getusersitepackages()]
    paths += [
        path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")
    ]  # of a parent, or .pth
    return frozenset(Path(path).resolve() for path in paths)


@cache
def _kin(top: str) -> frozenset[str]:
    """Return the top-level names that come with the same distribution as `top`."""
    owners = packages_distributions()
    mine = set(owners.get(top, ()))
    return frozenset({top, *(name for name, others in owners.items() if mine & set(others))})


def _with_packages(name: str) -> list[str]:
    """Return `a`, `a.b` and `a.b.c` for `a.b.c`: importing it runs all of them."""
    parts = name.split(".") if name else []
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def _strip(tree: ast.Module) -> None:
    """Remove docstrings, and everything under `if TYPE_CHECKING`, from a tree."""
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            node.body.pop(0)
        node.body = [each for each in node.body if not _for_type_checkers(each)]


def _for_type_checkers(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and not node.orelse and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _dumped(node: Any) -> str:
    """Return a tree as text, the same on every version of Python."""
    if isinstance(node, ast.JoinedStr):
        return f"JoinedStr({_dumped(_merged(node.values))})"
    if isinstance(node, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(node) if name not in SKIPPED)
        return f"{type(node).__name__}({','.join(f'{k}={_dumped(v)}' for k, v in fields if v not in ([], None))})"
    if isinstance(node, list):
        return f"[{','.join(map(_dumped, node))}]"
    return repr(node)


def _merged(parts: list[ast.expr]) -> list[ast.expr]:
    """Return the parts of an f-string with adjacent texts joined, as some versions of Python keep them apart."""
    merged: list[ast.expr] = []
    for part in parts:
        before = merged[-1] if merged else None
        if isinstance(part, ast.Constant) and not part.value:
            continue
        if isinstance(part, ast.Constant) and isinstance(before, ast.Constant):
            merged[-1] = ast.Constant(str(before.value) + str(part.value))
        else:
            merged.append(part)
    return merged


def _texts(nodes: Iterable[ast.AST]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _paths(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield possible relative paths: each text, and texts joined by `/`, by `join` or as arguments."""
    for node in nodes:
        parts: list[str] = []
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = [node.value]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            inner: ast.AST = node
            while isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div):
                parts = [*_texts([inner.right]), *parts]
                inner = inner.left
            parts = [*_texts([inner]), *parts]
        elif isinstance(node, ast.Call):
            parts = _texts(node.args)
        path = "/".join(parts)
        if 0 < len(path) < 200 and path.isprintable() and not path.startswith("/") and ".." not in path:
            yield path


def _written(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the paths in calls that write: `open` with the mode w, a or x, `write_text` and so on."""
    for node in nodes:
        if isinstance(node, ast.Call) and (
            getattr(node.func, "attr", "") in WRITING
            or any(WRITE_MODE.fullmatch(text) for text in _texts([*node.args, *(each.value for each in node.keywords)]))
        ):
            yield from _paths(ast.walk(node))
