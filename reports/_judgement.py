"""Words for calibrated scores: one sentence per generator, and the page's headline. All follow from rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmark.api import NEAR_REAL
from reports._rows import Row, generators, index, measure_title, regimes, working
from reports._text import counted, listed, sentence

FAILS = 0.4
UNRANKED = ("not-judged", "not-meaningful", "skipped")

WHY = {
    "realistic": "makes images that do not pass for real ones",
    "varied": "covers only part of the variety of real images",
    "original": "repeats its training images",
    "useful": "makes images that a classifier cannot learn from",
}
WHY_BY_KIND = (  # of images that are not new, if most of them are of these kinds
    (("exact copy", "near copy"), "repeats its training images"),
    (("recoloured",), "recolours its training images"),
    (("moved", "warped"), "moves its training images"),
    (("blended of two", "blended of three"), "blends its training images"),
)
MOSTLY = 0.8
WHY_BY_PART = {("original", "duplicate_share"): "makes the same images over and over"}


@dataclass(frozen=True)
class Standing:
    """A generator with its calibrated rows over all classes, in the order of the aspects, and its proven faults."""

    generator: Row
    aspects: tuple[Row, ...]
    faults: tuple[Row, ...] = ()

    @property
    def judged(self) -> tuple[Row, ...]:
        """The aspects that have a meaningful score."""
        return tuple(a for a in self.aspects if a["status"] == "ok" and a["score"] is not None)

    @property
    def weakest(self) -> Row | None:
        """The aspect with the lowest score."""
        return min(self.judged, key=lambda a: a["score"], default=None)

    @property
    def rank(self) -> tuple[float, float]:
        """The sort key: the score of the weakest aspect, then the mean; failed cells count as 0 in both."""
        ranked = (a["score_with_failures"] for a in self.aspects if a["status"] not in UNRANKED)
        scores = [score for score in ranked if score is not None] or [-1.0]
        return min(scores), sum(scores) / len(scores)

    @property
    def scores_near(self) -> bool:
        """Whether every judged aspect is close to real, and no aspect was lost."""
        lost = any(a["status"] not in ("ok", "not-judged") for a in self.aspects)
        return bool(self.judged) and not lost and all(word(a) == "near" for a in self.judged)

    @property
    def is_near(self) -> bool:
        """Whether all scores are close to real, and no fault is proven in too many images."""
        return self.scores_near and not any(fault["serious"] for fault in self.faults)


def word(row: Row) -> str:
    """Return 'near', 'short', 'fails' or 'hurts' for a score."""
    if row["aspect"] == "useful" and row["hi"] is not None and row["hi"] < 0:
        return "hurts"
    if row["score"] < FAILS:
        return "fails"
    return "near" if (row["score"] if row["lo"] is None else row["lo"]) >= NEAR_REAL else "short"


def standings(report: Row, n_real: int) -> list[Standing]:
    """Return the generators that worked, sorted by their weakest aspect, best first."""
    rows = index((r for r in report["calibrated"] if r["class"] is None), "configuration", "n_real", "aspect")
    found = [
        Standing(
            g,
            tuple(rows.get((g["id"], n_real, a["id"])) or _unjudged(g, n_real, a) for a in report["aspects"]),
            tuple(f for f in report.get("faults", ()) if (f["configuration"], f["n_real"]) == (g["id"], n_real)),
        )
        for g in working(report)
    ]
    return sorted(found, key=lambda s: ([-x for x in s.rank], s.generator["id"]))


def _unjudged(generator: Row, n_real: int, aspect: Row) -> Row:
    return {
        "configuration": generator["id"],
        "class": None,
        "n_real": n_real,
        "aspect": aspect["id"],
        "score": None,
        "lo": None,
        "hi": None,
        "score_with_failures": None,
        "fits": 0,
        "status": "not-judged",
        "reason": "",
        "weakest": None,
        "label": "",
        "missing": {},
        "parts": [],
    }


def summary(report: Row, standing: Standing) -> str:
    """Return the text next to a generator: which aspects are close to real, which are not, its faults, and caveats."""
    named: dict[str, list[str]] = {"near": [], "short": [], "fails": [], "hurts": []}
    for row in standing.judged:
        named[word(row)].append(_label(report, row).lower())
    said = []
    if standing.scores_near:
        everything = len(standing.judged) == len(report["aspects"])
        which = f"all {_number(len(standing.judged))}" if everything else listed(named["near"])
        said.append(f"close to real on {which}")
    else:
        words = {"near": "close to real", "short": "falls short", "fails": "fails"}
        said += [f"{words[w]}: {listed(found)}" for w, found in named.items() if found and w != "hurts"]
        if named["hurts"]:
            said.append("hurts: a classifier does worse with these images than without them")
    weakest = standing.weakest
    if weakest is not None and len(standing.judged) > 1 and not (len(named["fails"]) == 1 or named["hurts"]):
        said.append(f"weakest: {_label(report, weakest).lower()}{_part(report, weakest)}")
    faults = [f"proven: {'; '.join(fault['text'] for fault in standing.faults)}"] if standing.faults else []
    return " ".join(sentence(s) for s in [*said, *faults, *_caveats(standing)])


def _caveats(standing: Standing) -> list[str]:
    return sorted({row["label"] for row in standing.judged if row["label"]})


def _label(report: Row, row: Row) -> str:
    return next(str(a["label"]) for a in report["aspects"] if a["id"] == row["aspect"])


def _part(report: Row, row: Row) -> str:
    measure = next((m for m in report["measures"] if m["id"] == row["weakest"]), None)
    parts = next(a["parts"] for a in report["aspects"] if a["id"] == row["aspect"])
    return f" ({measure_title(measure).lower()})" if measure is not None and len(parts) > 1 else ""


def _number(n: int) -> str:
    return {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}.get(n, str(n))


def headline(report: Row) -> str:
    """Return the page's headline: which generators are close to real, and which one scores high but fails."""
    asked = generators(report)
    n_real = regimes(report)[-1]
    found = standings(report, n_real)
    if not found:
        return _nothing(asked)
    if not any(s.judged for s in found):
        return "Nothing could be judged: see the reasons below."
    near = [s for s in found if s.is_near]
    said = f"{listed([_name(s) for s in near])} make{'s' * (len(near) == 1)} new images close to real ones."
    first = said if near else "No generator came close to real images."
    if len(regimes(report)) > 1:
        start = first[0] if near else first[0].lower()
        first = f"With {counted(n_real, 'training image')} per class, {start}{first[1:]}"
    return " ".join([first, *_faulty(found), *filter(None, [_failing(report, found)])])


def _nothing(asked: Sequence[Row]) -> str:
    skipped = sum(g["status"] == "skipped" for g in asked)
    failed = len(asked) - skipped
    total = counted(len(asked), "generator")
    were = "was" if skipped == 1 else "were"
    parts = [f"{failed} of {total} failed"] * bool(failed) + [f"{skipped} of {total} {were} skipped"] * bool(skipped)
    return f"Nothing could be scored: {listed(parts)}." if asked else "No generator was run."


def _faulty(found: Sequence[Standing]) -> list[str]:
    """Return why generators whose scores are close to real are not: what is proven of their images."""
    faulty = [(s, [fault["text"] for fault in s.faults if fault["serious"]]) for s in found if s.scores_near]
    return [f"{_name(s)} scores close to real, but {listed(faults)}." for s, faults in faulty if faults]


def _failing(report: Row, found: Sequence[Standing]) -> str:
    """Return why a generator fails: of those with a failed aspect, the one with the highest mean; "" if none fails."""
    failing = [s for s in found if s.weakest is not None and word(s.weakest) in ("fails", "hurts")]
    worst = max(failing, key=lambda s: s.rank[1], default=None)
    weakest = worst.weakest if worst is not None else None
    if worst is None or weakest is None:
        return ""
    why = (
        WHY_BY_PART.get((weakest["aspect"], weakest["weakest"])) or _how(report, weakest) or WHY.get(weakest["aspect"])
    )
    others = [a for a in worst.judged if a is not weakest]
    if weakest["aspect"] == "original" and others and all(word(a) == "near" for a in others):
        return f"{_name(worst)} scores high because it {why}."
    return f"{_name(worst)} {why}." if why else f"{_name(worst)} fails on one aspect."


def _how(report: Row, weakest: Row) -> str:
    """Return how a generator that is not original makes its images, if most of these are made in one way."""
    kinds = index(report.get("kinds", ()), "configuration", "n_real", "class")
    row = kinds.get((weakest["configuration"], weakest["n_real"], None)) if weakest["aspect"] == "original" else None
    shares = row["shares"] if row is not None else {}
    copies = sum(share for kind, share in shares.items() if kind != "new")
    for names, why in WHY_BY_KIND:
        if copies and sum(shares.get(name, 0.0) for name in names) >= MOSTLY * copies:
            return why
    return ""


def _name(standing: Standing) -> str:
    return str(standing.generator["label"])
