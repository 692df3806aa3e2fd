"""synthassay: how good are synthetic images? Calibrated scores per class, with evidence.

from benchmark import run

results = run(generators="smote,gan", classes=[3, 5])
results.scores                      # rows, as in scores.csv
results.report("report.html")
print(results)                      # a table

`benchmark.score` does the same for images that were made elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.execution import run, score

__all__ = ["run", "score"]


def __getattr__(name: str) -> Any:
    """Load names on first use, so that importing the package stays light."""
    import importlib

    if name in __all__:
        return getattr(importlib.import_module("benchmark.execution"), name)
    if name == "__version__":
        return importlib.import_module("benchmark.plugins.versions").version_of("synthassay")
    raise AttributeError(f"module 'benchmark' has no attribute {name!r}")
