"""Which generator should be used? By purpose, from scores with intervals and proven faults; ties are ties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

GOOD = 0.5  # lower end of each score that a recommendation rests on: nearer to fresh real images than to a failure
SHOWN = 2  # generators for which the reason is given if none is named
COPIED = ("copied_share", "copy_share", "duplicate_share")


@dataclass(frozen=True)
class Purpose:
    """What images are made for, the aspects that matter then, and the proven faults that are said but do not matter."""

    name: str
    words: str
    aspects: tuple[str, ...]
    tolerated: tuple[str, ...] = ()


PURPOSES = (
    Purpose("augment", "to augment a small training set", ("useful",), COPIED),
    Purpose("stand-in", "to stand in for real data", ("realistic", "varied", "useful")),
    Purpose("share", "to share without giving training images away", ("realistic", "original")),
    Purpose("look", "to look right", ("realistic",), COPIED),
)


@dataclass(frozen=True)
class Candidate:
    """One generator for one purpose. limit: the lowest aspect that matters. against: why it cannot be named, or ""."""

    config: str
    limit: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    against: str = ""

    @property
    def ends(self) -> tuple[float, float]:
        """The interval of the limiting score."""
        score = self.limit["score"]
        return (score, score) if self.limit["lo"] is None else (self.limit["lo"], self.limit["hi"])


def recommended(verdicts: Iterable[Mapping[str, Any]], n_real: int) -> list[dict[str, Any]]:
    """Return one recommendation per purpose, from the verdicts of a summary.json, for one number of training images.

    Named is the generator whose lowest aspect is highest, with those whose intervals overlap with its own. None is
    named against a proven fault that matters, or if a lower end is below GOOD; the text then says why.
    """
    own = [verdict for verdict in verdicts if verdict["n_real"] == n_real]
    found = []
    for purpose in PURPOSES:
        candidates = [_candidate(verdict, purpose) for verdict in own]
        named = _best([each for each in candidates if not each.against])
        text = "; ".join(f"{each.config}: {each.text}" for each in named) or _why_none(candidates)
        found.append(
            {
                "n_real": n_real,
                "purpose": purpose.name,
                "words": purpose.words,
                "generators": [each.config for each in named],
                "reasons": [each.text for each in named],
                "text": text,
            }
        )
    return found


def _candidate(verdict: Mapping[str, Any], purpose: Purpose) -> Candidate:
    aspects = {name: verdict["aspects"][name] for name in purpose.aspects}
    for name, aspect in aspects.items():
        if aspect["score"] is None or aspect["status"] != "ok":
            return Candidate(verdict["config"], against=f"{name} {str(aspect['status']).replace('-', ' ')}")
    limit = min(aspects.values(), key=lambda aspect: float(aspect["score"]))
    text = ", ".join(f"{name} {_shown(aspect)}" for name, aspect in aspects.items())
    serious = [fault for fault in verdict["faults"] if fault["serious"]]
    against = [fault["text"] for fault in serious if fault["measure"] not in purpose.tolerated]
    said = [fault["text"] for fault in serious if fault["measure"] in purpose.tolerated]
    found = Candidate(verdict["config"], limit, ", but ".join([text, *said[:1]]))
    if against:
        return Candidate(verdict["config"], limit, text, against[0])
    return found if found.ends[0] >= GOOD else Candidate(verdict["config"], limit, text, text)


def _best(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the best and its ties, best first."""
    ranked = sorted(candidates, key=lambda each: -float(each.limit["score"]))
    return [each for each in ranked if each.ends[1] >= ranked[0].ends[0]]


def _why_none(candidates: Sequence[Candidate]) -> str:
    """Return why no generator is named: of those that came nearest."""
    ranked = sorted(candidates, key=lambda each: -float(each.limit["score"]) if each.limit else 1.0)
    return "; ".join(f"{each.config}: {each.against}" for each in ranked[:SHOWN])


def _shown(aspect: Mapping[str, Any]) -> str:
    score = f"{round(aspect['score'], 2) + 0.0:.2f}"
    if aspect["lo"] is None:
        return score
    return f"{score} [{round(aspect['lo'], 2) + 0.0:.2f}, {round(aspect['hi'], 2) + 0.0:.2f}]"
