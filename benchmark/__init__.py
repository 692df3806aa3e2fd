"""synthassay: how good are synthetic images? Calibrated scores per class, with evidence.

from benchmark import run

results = run(generators="smote,gan", classes=[3, 5])
results.scores                      # rows, as in scores.csv
results.report("report.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmark.execution import run

__all__ = ["run"]


def __getattr__(name: str) -> Any:
    """Load names on first use, so that importing the package stays light."""
    import importlib

    if name == "run":
        return importlib.import_module("benchmark.execution").run
    if name == "__version__":
        return importlib.import_module("benchmark.plugins.versions").version_of("synthassay")
    raise AttributeError(f"module 'benchmark' has no attribute {name!r}")
