"""The results of a run, as returned by `benchmark.run`: its outcome, and the files that are written from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.results import broken_csv, cells_json, images_csv, output, real_csv, scores_csv
from benchmark.results.page import excerpt, plot, write_page
from benchmark.results.read import Outcome
from benchmark.results.report_json import build_report
from benchmark.results.summary_json import summarise
from benchmark.results.tables import to_text
from benchmark.store import sums
from benchmark.store.records import write_json, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


MOST = 25  # lines of a printed result


@dataclass(repr=False)
class Results(Outcome):
    """The outcome of a run: `scores` has one row per cell and measure, `summary` the verdicts."""

    page_warning: str = ""  # a sentence if the page is too large; set when it is written

    @cached_property
    def scores(self) -> list[dict[str, Any]]:
        """Rows as in scores.csv, in its order; empty fields are None."""
        return scores_csv.rows(self)

    @property
    def failures(self) -> list[dict[str, Any]]:
        """The rows of failed cells and metrics and of skipped cells. A measure that was not judged is not a failure."""
        return scores_csv.failures(self.scores)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The content of summary.json."""
        return summarise(self, self.failures)

    def report(self, path: str | Path | None = None) -> Path:
        """Write report.json, and the page to `path` (default: report.html in the output folder); return its path."""
        target = Path(path) if path is not None else self.store.folder / "report.html"
        write_json(self.store.folder / "report.json", self._report)
        sums.note(self.store.folder, "report.json")
        self.page_warning = write_page(
            self._report, self.plan.registry, target, write=output.write if path is not None else write_text
        )
        return target

    @cached_property
    def _report(self) -> dict[str, Any]:
        return build_report(self, self.summary)

    def recommend(self) -> list[dict[str, Any]]:
        """Return one recommendation per purpose: its `words`, the `generators` (none if []), and why, as `text`."""
        found: list[dict[str, Any]] = self.summary["recommendations"]
        return found

    def plot(self) -> Figure:
        """Return the figure of all scores with their intervals, as in `bench report --figures` (needs matplotlib)."""
        return plot(self._report)

    def __repr__(self) -> str:
        """Return the scores as a table of at most 25 lines, and where the report is."""
        lines = to_text(self.summary).splitlines()
        more = [f"... and {len(lines) - MOST + 2} more rows"] if len(lines) >= MOST else []
        return "\n".join([*lines[: MOST - 1 - len(more)], *more, f"Output folder: {self.store.folder}"])

    def _repr_html_(self) -> str:
        """Return the verdict and the images for a notebook."""
        return excerpt(self._report)

    def write(self) -> None:
        """Write scores.csv, images.csv, real.csv, summary.json, cells.json, run.toml and their checksums."""
        folder = self.store.folder
        write_text(folder / "scores.csv", scores_csv.to_csv(self.scores))
        write_text(folder / "images.csv", images_csv.to_csv(self))
        write_text(folder / "real.csv", real_csv.to_csv(self))
        write_json(folder / "summary.json", self.summary)
        write_text(folder / cells_json.NAME, cells_json.to_text(self.plan))
        write_text(folder / "run.toml", self.plan.settings.to_toml())
        broken_csv.write(folder, self.plan)
        sums.note(folder, "scores.csv", "images.csv", "real.csv", "summary.json", cells_json.NAME, "run.toml")

    def to_pandas(self) -> Any:
        """Return `scores` as a pandas.DataFrame, whose columns are those of scores.csv (needs pandas)."""
        import pandas

        return pandas.DataFrame(self.scores, columns=list(scores_csv.COLUMNS))
