"""Numbers, lists and dates as the page writes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

DASH = "\u2014"
LONGEST_REASON = 300
ACRONYMS = {
    "tstr": "TSTR",
    "trts": "TRTS",
    "trtr": "TRTR",
    "dcr": "DCR",
    "nndr": "NNDR",
    "1nn": "1-NN",
    "tsne": "t-SNE",
    "umap": "UMAP",
    "auc": "AUC",
    "2d": "2D",
    "3d": "3D",
    "cnn": "CNN",
    "pca": "PCA",
    "q05": "5%",
}


def fixed(value: float | None, digits: int = 2) -> str:
    """Return a number with `digits` decimals and a true minus sign, or an em dash for None."""
    if value is None:
        return DASH
    text = f"{abs(value):,.{digits}f}"
    return f"\u2212{text}" if value < 0 and float(text.replace(",", "")) else text


def brief(value: float) -> str:
    """Return a number with two significant digits, never in scientific notation: 0.049, 240, 6,600."""
    if not value:
        return "0"
    decimals = 1 - math.floor(math.log10(abs(value)))
    return fixed(round(value, decimals), max(0, decimals))


def percent(share: float) -> str:
    """Return a share as '94%'; only exactly none is 0%, and only exactly all is 100%."""
    if 0 < share < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= share < 1 else f"{share:.0%}"


def decimals_for(values: Sequence[float]) -> int:
    """Return how many decimals a column of these numbers needs."""
    largest = max((abs(v) for v in values), default=0.0)
    return 3 if largest < 2 else 2 if largest < 20 else 1 if largest < 200 else 0


def interval(lo: float | None, hi: float | None, digits: int = 2) -> str:
    """Return '0.62 - 1.04' with an en dash, or "" if there is no interval."""
    if lo is None or hi is None:
        return ""
    return f"{fixed(lo, digits)}\u2009\u2013\u2009{fixed(hi, digits)}"


def listed(words: Sequence[str]) -> str:
    """Return 'a, b and c'."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def counted(n: int, noun: str) -> str:
    """Return '1 run' or '3 runs'."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {plural(noun)}"


def plural(noun: str) -> str:
    """Return the plural of an English noun."""
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def shortened(text: str) -> str:
    """Return a text cut to the longest that a table row can hold."""
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1].rstrip()}\u2026"


def sentence(text: str) -> str:
    """Return a text that starts with a capital letter and ends with a full stop."""
    text = shortened(text).strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "\u2026")) else ".")


def words_of(name: str) -> str:
    """Return an identifier in words: 'stroke_plausibility' becomes 'Stroke plausibility'."""
    words = " ".join(ACRONYMS.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:] if name.partition("_")[0] not in ACRONYMS else words


def day_of(started: str) -> str:
    """Return an ISO date as '23 November 2026', or the text itself if it is not a date."""
    try:
        moment = datetime.fromisoformat(started.replace("Z", "+00:00"))
    except ValueError:
        return started
    return f"{moment.day} {moment:%B %Y}"
