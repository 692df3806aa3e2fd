"""What a generator logged while it was fitted: curves and snapshots. What cannot be drawn becomes a gap, and a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.text import one_line

if TYPE_CHECKING:
    from benchmark.api import Array, Context

SHOWN = 8  # images kept of each snapshot
LARGEST = 1e30  # what is larger cannot be drawn, nor averaged


def history_of(fitting: Context, label: int) -> tuple[dict[str, Array], list[str]]:
    """Return the arrays 'curve/<name>' (m, 2) and 'snapshot/<step>' (n, h, w, c), and notes on what is missing.

    In a curve, a value that is NaN, infinite or too large is NaN: a gap. A snapshot has zeros there.
    """
    found: dict[str, Array] = {}
    notes: list[str] = []
    for name, points in fitting.curves.items():
        known = [(step, value) for step, value in points if abs(step) <= LARGEST]
        if known:
            curve = np.array(known)
            curve[~(np.abs(curve[:, 1]) <= LARGEST), 1] = np.nan
            found[f"curve/{one_line(name)}"] = curve
            odd = np.flatnonzero(np.isnan(curve[:, 1]))
            if len(odd):
                notes.append(
                    f"the curve {one_line(name)} has gaps: {len(odd)} of {len(points)} values are NaN or infinite, the "
                    f"first at {fitting.unit} {curve[odd[0], 0]:g}"
                )
        if len(known) < len(points):
            notes.append(f"the curve {one_line(name)} has {len(points) - len(known)} points without a finite step")
    for step, shown in fitting.snapshots + fitting.class_snapshots.get(label, []):
        images = _images(shown)
        if images is None or not abs(step) <= LARGEST:
            notes.append(f"the snapshot at {fitting.unit} {step} was left out: expected images (n, h, w, 1 or 3)")
            continue
        if not np.isfinite(images).all():
            notes.append(f"the snapshot at {fitting.unit} {step} has values that are NaN or infinite")
        found[f"snapshot/{int(step)}"] = np.nan_to_num(images, nan=0, posinf=1, neginf=0)
    return found, notes


def _images(shown: Any) -> Array | None:
    try:
        images = np.asarray(shown, np.float32)[:SHOWN]
    except (TypeError, ValueError, IndexError):
        return None
    return images if images.ndim == 4 and images.shape[-1] in (1, 3) and images.size else None
