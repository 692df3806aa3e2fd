"""Data embedded in the page, for its scripts and for saving."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}  # so no text can end the block or open a tag


def script_safe(value: Any) -> Markup:
    """Return JSON for a script element: nothing in it can end the element. Raises ValueError for NaN and infinity."""
    return Markup(json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES))


def data_block(name: str, file: str, value: Any) -> Markup:
    """Return a value as a JSON block that scripts find by its id and save as `file`."""
    block = Markup('<script type="application/json" id="{}" data-file="{}">{}</script>')
    return block.format(name, file, script_safe(value))
