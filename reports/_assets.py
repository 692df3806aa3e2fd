"""Moves the images of a page into separate files, for pages that would be too large to send as one file."""

from __future__ import annotations

import base64
import hashlib
import re

INLINE = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=]+)"')


def taken_out(html: str, address: str) -> tuple[str, dict[str, bytes]]:
    """Return the HTML with its images linked below `address`, and the PNG files by name (identical ones once)."""
    files: dict[str, bytes] = {}

    def named(found: re.Match[str]) -> str:
        content = base64.b64decode(found[1])
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.png"
        files[name] = content
        return f'src="{address}/{name}"'

    return INLINE.sub(named, html), files
