"""Nothing in the product loads a pickle from a disk: a file that somebody else wrote is never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(p for name in ("benchmark", "generators", "metrics", "reports") for p in (ROOT / name).rglob("*.py"))
ALLOWED = {  # what is unpickled there was pickled by this very process, or by one that it started and still talks to
    "benchmark/executors/parcel.py: pickle.Unpickler",  # a job, sent over the connection to a Dask worker
    "benchmark/datasets/cifar10.py: pickle.Unpickler",  # nothing that a file names is imported: test_downloads.py
    "benchmark/testing/_generator.py: pickle.loads",  # of pickle.dumps in the same expression
    "benchmark/testing/_plugin.py: pickle.loads",
}
LOADERS = {
    *("pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.load", "marshal.loads", "shelve.open"),
    *("joblib.load", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads", "pandas.read_pickle"),
}


def loads(source: str) -> Iterator[str]:
    """Yield the name of each function in a module's source that would run what a file says."""
    tree = ast.parse(source)
    names = {}  # what imported names stand for
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name.split(".")[0]: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Attribute, ast.Name)):
            first, *rest = ast.unparse(node).split(".")
            name = ".".join([names.get(first, first), *rest])
            options = {k.arg: ast.unparse(k.value) for k in called[id(node)].keywords} if id(node) in called else {}
            if name.lstrip("_") in LOADERS:
                yield name
            elif name in ("numpy.load", "numpy.lib.npyio.NpzFile") and options.get("allow_pickle") != "False":
                yield f"{name} without allow_pickle=False"
            elif name == "torch.load" and options.get("weights_only") != "True":
                yield f"{name} without weights_only=True"


def test_no_module_loads_pickles_from_a_disk() -> None:
    found = {f"{path.relative_to(ROOT)}: {name}" for path in FILES for name in loads(path.read_text(encoding="utf-8"))}
    assert len(FILES) > 100
    assert found - ALLOWED == set()
    assert ALLOWED - found == set(), "these are gone: take them out of the list"


@pytest.mark.parametrize(
    "source",
    [
        "import pickle\npickle.load(file)",
        "import pickle as p\nread = p.loads",
        "from pickle import loads as read\nread(content)",
        "import pickle\nclass Reader(pickle.Unpickler): pass",
        "import numpy as np\nnp.load(path)",
        "import numpy as np\nnp.load(path, allow_pickle=True)",
        "import numpy\nnumpy.load(path, None, anything)",
        "from numpy import load\nload(path)",
        "def read():\n    import joblib\n    return joblib.load(path)",
        "import torch\ntorch.load(path)",
        "import torch\ntorch.load(path, weights_only=False)",
    ],
)
def test_each_way_of_loading_is_noticed(source: str) -> None:
    assert list(loads(source))


@pytest.mark.parametrize(
    "source",
    ["import numpy as np\nnp.load(path, allow_pickle=False)", "import torch\ntorch.load(path, weights_only=True)"],
)
def test_what_is_safe_is_not_reported(source: str) -> None:
    assert not list(loads(source))
