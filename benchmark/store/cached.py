"""A store that reads finished results once per run, although both the runner and the report ask for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.store.store import DamagedError, Store

if TYPE_CHECKING:
    from benchmark.api import Array


class Remembering(Store):
    """Caches records with the status ok, which never change under their key. Others are read from disk each time."""

    def __init__(self, folder: Path, option: str = "--out") -> None:
        """Open a store with an empty cache (see Store)."""
        super().__init__(folder, option)
        self._cells: dict[str, dict[str, Any]] = {}
        self._scores: dict[str, dict[str, dict[str, Any]]] = {}  # by cell, then metric key

    def cell(self, key: str) -> dict[str, Any] | None:
        """Return the record of a cell, or None (see Store)."""
        if key in self._cells:
            return self._cells[key]
        record = super().cell(key)
        if record is not None and record["result"]["status"] == "ok":
            self._cells[key] = record
        return record

    def scores(self, key: str, metric_key: str) -> dict[str, Any] | None:
        """Return a metric's record for a cell, or None (see Store)."""
        known = self._scores.setdefault(key, {})
        if metric_key in known:
            return known[metric_key]
        record = super().scores(key, metric_key)
        if record is not None and record["status"] == "ok":
            known[metric_key] = record
        return record

    def kept(self, key: str, metric_key: str, record: Mapping[str, Any] | None = None) -> dict[str, Array]:
        """Return the arrays stored with a metric's scores (see Store)."""
        try:
            return super().kept(key, metric_key, record)
        except DamagedError:
            self._scores.pop(key, None)
            raise

    def put_cell(self, key: str, workspace: Path, record: Mapping[str, Any]) -> None:
        """Move a workspace in as a cell (see Store)."""
        self._forget(key)
        super().put_cell(key, workspace, record)

    def put_scores(self, key: str, metric_key: str, record: Mapping[str, Any], arrays: Path | None) -> None:
        """Store a metric's record for a cell (see Store)."""
        self._scores.pop(key, None)
        super().put_scores(key, metric_key, record, arrays)

    def move_aside(self, key: str, why: str) -> None:
        """Move a damaged cell aside (see Store)."""
        self._forget(key)
        super().move_aside(key, why)

    def _forget(self, key: str) -> None:
        self._cells.pop(key, None)
        self._scores.pop(key, None)
