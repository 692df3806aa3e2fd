"""How good are the generators, digit by digit and seed by seed, and where do they miss their floors?

    python performance/floors.py -g mixture                         all ten digits, three seeds, 1,000 images
    python performance/floors.py -g mixture --n-real 50
    python performance/floors.py -g 'gan,gan[finish=tone]' -c 3,5 --seeds 1 --out /tmp/gans

This is `bench run` with the measures that have floors. Cells are kept in --out, so that a stopped run continues, and
more digits, seeds and generators are added to those already there. There is one row per fit. Aspects are calibrated (0
the failing control, 1 fresh real images); `recognised` is class_accuracy, and `tstr` is divided by that of real images.
The script exits with 1 if a floor is missed, and names the generator, the digit and the seed. The floors are in FLOORS;
generators without floors are shown too. Seeds 100 to 199 were used to tune the generators.

(The script is not called generators.py, because that would hide the package of the same name from the other scripts.)
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark import run

if TYPE_CHECKING:
    from benchmark.results.results import Results

METRICS = "mixing,clipped,texture,tone,strokes,classifier,prdc,diversity,nearest_neighbour"
SHOWN = (
    "realistic",
    "varied",
    "original",
    "tstr",
    "recognised",
    "mixing",
    "strokes",
    "recall",
    "coverage",
    "copy_share",
    "cpu_s",
)
RAW = {"class_accuracy": "recognised", "stroke_plausibility": "strokes"}
MOST = ("copy_share", "cpu_s")  # for these, the floor is an upper limit
GAN = {"recognised": 0.93, "mixing": 0.6, "recall": 0.65, "coverage": 0.8, "copy_share": 0.02}
FLOORS: Mapping[tuple[str, int], Mapping[str, float]] = {  # by configuration and number of training images
    ("mixture", 1000): {"realistic": 0.75, "varied": 0.8, "original": 0.98, "tstr": 0.95, "cpu_s": 3.0},
    ("mixture", 50): {"realistic": 0.6, "varied": 0.7, "original": 0.97, "tstr": 0.93, "cpu_s": 15.0},
    ("gan", 1000): GAN,
    ("gan[finish=tone]", 1000): {**GAN, "realistic": 0.65},
    ("elastic", 1000): {"recognised": 0.95},
}


def fits(results: Results) -> Iterator[dict[str, Any]]:
    """Yield one row of measurements per configuration, n_real, class and seed; a failed fit has a `reason`."""
    tables: dict[tuple[str, int, str, int], dict[str, Any]] = {}
    for row in results.scores:
        key = (row["config"], row["n_real"], row["class"], row["seed"])
        own = tables.setdefault(key, {"control": row["control"], "cpu_s": row["fit_cpu_seconds"], "reason": ""})
        if row["measure"] is None:
            own["reason"] = f"{row['status']}: {row['reason']}"
        elif row["value"] is not None:
            own[RAW.get(row["measure"], row["measure"])] = row["value"]
    aspects = {
        (aspect, n): results.fit_scores(aspect, n)
        for aspect in ("realistic", "varied", "original")
        for n in results.plan.sizes
    }
    for (config, n, name, seed), own in tables.items():
        if own["control"]:
            continue
        place = (results.plan.data.class_names.index(name), seed)
        own |= {aspect: scores[config].get(place) for (aspect, size), scores in aspects.items() if size == n}
        if own.get("tstr") is not None:
            own["tstr"] /= tables["real", n, name, seed]["tstr"]
        yield {"config": config, "n_real": n, "class": name, "seed": seed, **own}


def misses(row: Mapping[str, Any]) -> list[str]:
    """Return the floors that a fit misses, in words."""
    floors = FLOORS.get((row["config"], row["n_real"]), {})
    if row["reason"] and floors:
        return [row["reason"]]
    return [
        f"{name} {row[name]:.3g} ({'<=' if name in MOST else '>='} {floor:g})"
        for name, floor in floors.items()
        if row.get(name) is None or (row[name] > floor if name in MOST else row[name] < floor)
    ]


def show(rows: Sequence[Mapping[str, Any]]) -> int:
    """Print one line per fit, and the mean and worst per configuration; return how many fits miss a floor."""
    head = f"{'generator':24} {'n':>5} {'class':>5} {'seed':>4} "
    print(head + " ".join(f"{name:>10}" for name in SHOWN))
    missed = []
    for row in rows:
        where = f"{row['config']:24} {row['n_real']:5} {row['class']:>5} {row['seed']:4} "
        print(where + (row["reason"] or _cells([row.get(name) for name in SHOWN])))
        missed += [
            f"{row['config']}, {row['n_real']} images, class {row['class']}, seed {row['seed']}: {', '.join(m)}"
            for m in [misses(row)]
            if m
        ]
    for config, n in dict.fromkeys((row["config"], row["n_real"]) for row in rows):
        of = [row for row in rows if (row["config"], row["n_real"]) == (config, n)]
        columns = {name: [r[name] for r in of if r.get(name) is not None] for name in SHOWN}
        for word, summary in (("mean", np.mean), ("worst", None)):
            values = [
                None if not v else float((summary or (max if name in MOST else min))(v)) for name, v in columns.items()
            ]
            print(f"{config:24} {n:5} {word:>5} {len(of):4} " + _cells(values))
    print("\n".join(["", *(f"MISSED {line}" for line in missed), f"{len(missed)} of {len(rows)} fits miss a floor"]))
    return len(missed)


def claims(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows for the table of `performance/all.py`: one per floor, with the worst of all fits."""
    for (config, n), floors in FLOORS.items():
        of = [row for row in rows if (row["config"], row["n_real"]) == (config, n)]
        for name, floor in floors.items() if of else ():
            values = [row[name] for row in of if row.get(name) is not None]
            worst = (max if name in MOST else min)(values, default=None)
            bad = [row for row in of if any(miss.startswith(f"{name} ") for miss in misses(row))]
            missed = [f"{row['class']} (seed {row['seed']})" for row in bad]
            yield {
                "claim": f"{config}, {n:,} images, {len(of)} fits: worst {name}",
                "target": f"{'<=' if name in MOST else '>='} {floor:g}",
                "measured": "-" if worst is None else f"{worst:.3f}",
                "met": "NO" if missed or len(values) < len(of) else "yes",
                "note": f"missed by {', '.join(missed)}" if missed else "",
            }


def _cells(values: Sequence[float | None]) -> str:
    return " ".join(f"{'-' if value is None else f'{value:.3f}':>10}" for value in values)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing, print the table, and return 1 if a floor is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-g", "--generators", default="mixture", help="as in bench run")
    parser.add_argument("-c", "--classes", default="all")
    parser.add_argument("-d", "--dataset", default="mnist")
    parser.add_argument("--n-real", default="1000", help="for example 50,1000")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("-o", "--out", default="bench-results/floors")
    parser.add_argument("--json", action="store_true", help="print one JSON object per floor, one per line")
    parser.add_argument("--quick", action="store_true", help="one digit and one seed; missed floors do not count")
    chosen = vars(parser.parse_args(arguments))
    quick = chosen.pop("quick")
    if quick:
        chosen |= {"classes": "3", "seeds": 1}
    as_json, sizes = chosen.pop("json"), [int(n) for n in chosen.pop("n_real").split(",")]
    given = {name: value for name, value in chosen.items() if value is not None}
    rows = list(fits(run(**given, n_real=sizes, metrics=METRICS, report=False)))
    if as_json:
        for claim in claims(rows):
            print(json.dumps(claim))
        missed = sum(bool(misses(row)) for row in rows)
    else:
        missed = show(rows)
    return int(missed > 0 and not quick)


if __name__ == "__main__":
    sys.exit(main())
