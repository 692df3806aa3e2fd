"""Words for calibrated scores: one sentence a generator, and the page's headline. All by rule, none by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports._rows import Row, generators, index, measure_title, regimes, working
from reports._text import counted, listed, sentence

NEAR = 0.8  # asked of the interval's lower end: a mean of two lucky runs is not enough
FAILS = 0.4
FEW = 5
UNRANKED = ("not-judged", "not-meaningful", "skipped")

WHY = {
    "realistic": "makes images that do not pass for real ones",
    "varied": "shows only part of what real images show",
    "original": "repeats its training images",
    "useful": "makes images that a classifier cannot learn from",
}
WHY_BY_PART = {("original", "duplicate_share"): "makes the same images again and again"}


@dataclass(frozen=True)
class Standing:
    """A generator with its calibrated rows over all classes, in the order of the aspects."""

    generator: Row
    aspects: tuple[Row, ...]

    @property
    def judged(self) -> tuple[Row, ...]:
        """The aspects that have a meaningful score."""
        return tuple(a for a in self.aspects if a["status"] == "ok" and a["score"] is not None)

    @property
    def weakest(self) -> Row | None:
        """The aspect with the least score."""
        return min(self.judged, key=lambda a: a["score"], default=None)

    @property
    def rank(self) -> tuple[float, float]:
        """What generators are sorted by: weakest aspect and mean as a user gets them, a failed cell being 0."""
        scores = [s for a in self.aspects if a["status"] not in UNRANKED and (s := _as_user(a)) is not None] or [-1.0]
        return min(scores), sum(scores) / len(scores)

    @property
    def is_near(self) -> bool:
        """Whether all that was judged is near real, and nothing was lost."""
        lost = any(a["status"] not in ("ok", "not-judged") for a in self.aspects)
        return bool(self.judged) and not lost and all(word(a) == "near" for a in self.judged)


def _as_user(row: Row) -> float | None:
    gets: float | None = row.get("as_user")
    return row["score"] if gets is None else gets


def word(row: Row) -> str:
    """Return 'near', 'short', 'fails' or 'hurts' for a score."""
    if row["aspect"] == "useful" and row["hi"] is not None and row["hi"] < 0:
        return "hurts"
    if row["score"] < FAILS:
        return "fails"
    return "near" if (row["score"] if row["lo"] is None else row["lo"]) >= NEAR else "short"


def standings(report: Row, n_real: int) -> list[Standing]:
    """Return the generators that worked, the one with the best weakest aspect first."""
    rows = index((r for r in report["calibrated"] if r["cls"] is None), "generator", "n_real", "aspect")
    found = [
        Standing(g, tuple(rows.get((g["id"], n_real, a["id"])) or _unjudged(g, n_real, a) for a in report["aspects"]))
        for g in working(report)
    ]
    return sorted(found, key=lambda s: ([-x for x in s.rank], s.generator["id"]))


def _unjudged(generator: Row, n_real: int, aspect: Row) -> Row:
    return {
        "generator": generator["id"],
        "cls": None,
        "n_real": n_real,
        "aspect": aspect["id"],
        "score": None,
        "lo": None,
        "hi": None,
        "n": 0,
        "status": "not-judged",
        "reason": "",
        "weakest": None,
        "label": "",
        "parts": [],
    }


def summary(report: Row, standing: Standing) -> str:
    """Return the sentence beside a generator: what is near real, what is not, what is weakest, and on how many runs."""
    named: dict[str, list[str]] = {"near": [], "short": [], "fails": [], "hurts": []}
    for row in standing.judged:
        named[word(row)].append(_label(report, row).lower())
    said = []
    if standing.is_near:
        everything = len(standing.judged) == len(report["aspects"])
        said.append(f"near real on {'all ' + _number(len(standing.judged)) if everything else listed(named['near'])}")
    else:
        words = {"near": "near real", "short": "short of real", "fails": "fails", "hurts": "hurts: less than"}
        said += [f"{words[w]}: {listed(found)}" for w, found in named.items() if found and w != "hurts"]
        if named["hurts"]:
            said.append("hurts: a classifier does worse with it than without")
    weakest = standing.weakest
    if weakest is not None and len(standing.judged) > 1 and not (len(named["fails"]) == 1 or named["hurts"]):
        said.append(f"weakest: {_label(report, weakest).lower()}{_part(report, weakest)}")
    return " ".join(sentence(s) for s in [*said, *_caveats(standing)])


def _caveats(standing: Standing) -> list[str]:
    fits = max((row["n"] for row in standing.judged), default=0)
    labels = {row["label"] for row in standing.judged if row["label"]}
    if labels:
        return sorted(labels)
    return [f"only {counted(fits, 'run')}" + (", so intervals are wide" if fits > 1 else "")] if 0 < fits < FEW else []


def _label(report: Row, row: Row) -> str:
    return next(str(a["label"]) for a in report["aspects"] if a["id"] == row["aspect"])


def _part(report: Row, row: Row) -> str:
    measure = next((m for m in report["measures"] if m["id"] == row["weakest"]), None)
    parts = next(a["parts"] for a in report["aspects"] if a["id"] == row["aspect"])
    return f" ({measure_title(measure).lower()})" if measure is not None and len(parts) > 1 else ""


def _number(n: int) -> str:
    return {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}.get(n, str(n))


def headline(report: Row) -> str:
    """Return the page's first sentence: who is near real, and who scores high but fails."""
    asked = generators(report)
    n_real = regimes(report)[-1]
    found = standings(report, n_real)
    if not found:
        return _nothing(asked)
    if not any(s.judged for s in found):
        return "Nothing could be judged: the reasons stand below."
    near = [s for s in found if s.is_near]
    said = f"{listed([_name(s) for s in near])} make{'s' * (len(near) == 1)} new images close to real ones."
    first = said if near else "No generator came near real images."
    if len(regimes(report)) > 1:
        start = first[0] if near else first[0].lower()
        first = f"With {counted(n_real, 'training image')} a class: {start}{first[1:]}"
    return " ".join(filter(None, [first, _failing(found)]))


def _nothing(asked: Sequence[Row]) -> str:
    skipped = sum(g["status"] == "skipped" for g in asked)
    failed = len(asked) - skipped
    total = counted(len(asked), "generator")
    parts = [f"{failed} of {total} failed"] * bool(failed) + [f"{skipped} of {total} skipped"] * bool(skipped)
    return f"Nothing could be scored: {listed(parts)}." if asked else "No generator was run."


def _failing(found: Sequence[Standing]) -> str:
    """Say why the one with the highest mean among those with a failed aspect fails."""
    failing = [s for s in found if s.weakest is not None and word(s.weakest) in ("fails", "hurts")]
    worst = max(failing, key=lambda s: s.rank[1], default=None)
    weakest = worst.weakest if worst is not None else None
    if worst is None or weakest is None:
        return ""
    why = WHY_BY_PART.get((weakest["aspect"], weakest["weakest"])) or WHY.get(weakest["aspect"])
    others = [a for a in worst.judged if a is not weakest]
    if weakest["aspect"] == "original" and others and all(word(a) == "near" for a in others):
        return f"{_name(worst)} scores high because it {why}."
    return f"{_name(worst)} {why}." if why else f"{_name(worst)} fails on one aspect."


def _name(standing: Standing) -> str:
    return str(standing.generator["label"])
