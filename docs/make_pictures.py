"""Make the pictures in docs/explanation/metrics.md and the README, using the suite itself.

python docs/make_pictures.py [STORE]     candidates with known faults: 3 minutes; STORE keeps the cells
python docs/make_pictures.py --page RUN  the top of RUN/report.html, light and dark; needs Chromium and Playwright
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from benchmark.audits import selfcheck
from benchmark.plugins.registry import discover
from benchmark.results import images_csv
from benchmark.results.results import Results
from benchmark.settings import Settings

FOLDER = Path(__file__).parent / "images"
LABEL = 5
NAMES = {
    "fresh-again": "fresh real images",
    "copies-again": "training images again",
    "half-copies": "half fresh, half copies",
    "smote": "SMOTE",
    "smote[variant=published]": "SMOTE, faulty listing",
    "affine": "affine",
    "half-noise": "half fresh, half noise",
    "pca-gauss": "PCA-Gaussian",
    "wrong-digit": "another digit",
    "noise-again": "noise",
    "mean": "the mean image",
    "repeat-again": "one image repeated",
}
ASPECTS = ("realistic", "varied", "original", "useful")
INK, PALE, BAD = "#1b1d22", "#b9c9d8", "#a8320a"


def score(folder: Path) -> Results:
    """Score all candidates on digits 3 and 5."""
    return selfcheck.run(Settings(classes="3,5", seeds=3, out=str(folder), report=False), discover())


def cells(results: Results, config: str) -> list[Any]:
    """Return the cells of a candidate for the digit shown, by seed."""
    return [cell for cell in results.plan.cells if cell.config == config and cell.task.label == LABEL]


def candidates(results: Results) -> Any:
    """Draw fifteen images of each candidate next to its four aspects."""
    n_real = next(iter(results.plan.sizes))
    figure, axes = plt.subplots(len(NAMES), 2, figsize=(9.4, 6.9), width_ratios=(3.1, 2))
    for (config, name), (left, right) in zip(NAMES.items(), axes, strict=True):
        shown = results.store.samples(cells(results, config)[0].key)[:15, ..., 0]
        left.imshow(1 - np.concatenate(list(shown), axis=1), cmap="gray", vmin=0, vmax=1)
        left.set_title(name, loc="left", fontsize=8, color=INK, pad=2)
        found = results.overall(config, n_real)
        for i, aspect in enumerate(ASPECTS):
            part = found[aspect]
            grey = part.status == "not-meaningful" or part.score is None
            value = 0.0 if grey else float(np.clip(part.score or 0.0, 0, 1))
            right.add_patch(plt.Rectangle((i * 1.3, 0), 1, 0.5, color="#ece9e1"))
            if value > 0:
                right.add_patch(plt.Rectangle((i * 1.3, 0), value, 0.5, color=BAD if value < 0.4 else PALE))
            right.text(i * 1.3, 0.62, f"{aspect} {'-' if grey else f'{value:.2f}'}", fontsize=7, color=INK)
        right.set_xlim(0, 5)
        right.set_ylim(-0.2, 1.3)
        left.axis("off")
        right.axis("off")
    figure.subplots_adjust(0.01, 0.01, 0.99, 0.97, wspace=0.03, hspace=0.45)
    return figure


def sides(results: Results) -> Any:
    """Draw how well the sets mix, seen from each side: one side alone can look well mixed."""
    figure, axis = plt.subplots(figsize=(7.2, 3.6))
    for row, (config, name) in enumerate(reversed(list(NAMES.items()))):
        real, made = (
            float(selfcheck.value(results, config, f"mixing_{side}_side") or 0) for side in ("real", "synthetic")
        )
        axis.plot([real, made], [row, row], color=PALE, linewidth=2, zorder=1)
        axis.scatter([real], [row], marker="o", color="#6b7079", s=26, zorder=2, label="" if row else "real images")
        axis.scatter([made], [row], marker="^", color="#0072b2", s=30, zorder=3, label="" if row else "synthetic")
        axis.text(-0.03, row, name, ha="right", va="center", fontsize=8, color=INK)
    axis.axvline(1, color=INK, linewidth=0.6)
    axis.set_yticks([])
    axis.set_xlim(0, 1.4)
    label = "share of neighbours from the other set, divided by its expected share; 1: perfectly mixed"
    axis.set_xlabel(label, fontsize=8)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.legend(fontsize=8, frameon=False, loc="lower right")
    figure.subplots_adjust(0.24, 0.15, 0.98, 0.98)
    return figure


def distances(results: Results) -> Any:
    """Draw distances to the nearest training image, relative to the median of fresh images."""
    shown = ("fresh-again", "affine", "smote", "copies-again")
    figure, axes = plt.subplots(1, len(shown), figsize=(9.4, 2), sharey=True)
    typical = {
        cell.task.seed: float(np.median(images_csv.columns_of(results, cell)["nearest_distance"]))
        for cell in cells(results, "fresh-again")
    }
    for config, axis in zip(shown, axes, strict=True):
        ratios = [
            images_csv.columns_of(results, cell)["nearest_distance"] / typical[cell.task.seed]
            for cell in cells(results, config)
        ]
        axis.hist(np.concatenate(ratios), bins=np.linspace(0, 2, 41), color="#0072b2")
        axis.axvline(0.5, color=BAD, linestyle=":", linewidth=1)
        axis.set_title(NAMES[config], fontsize=8, loc="left")
        axis.set_yticks([])
        axis.set_ylim(0, 500)  # the bar of copies is higher
        axis.tick_params(labelsize=7)
        axis.spines[["top", "right", "left"]].set_visible(False)
    label = "distance to the nearest training image; 1 is the median of fresh images; copies are to the left of 0.5"
    figure.supxlabel(label, fontsize=8)
    figure.subplots_adjust(0.01, 0.26, 0.99, 0.88, wspace=0.08)
    return figure


def page(run: Path) -> None:
    """Take a screenshot of the top of a run's page, down to the verdict, in light and dark."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for theme in ("light", "dark"):
            tab = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=theme)
            tab.goto(f"file://{(run / 'report.html').resolve()}")
            box = tab.locator("#verdict .verdict").bounding_box()
            clip = {"x": 0, "y": 0, "width": 1280, "height": int(box["y"] + box["height"]) + 24}
            tab.screenshot(path=FOLDER / f"report-{theme}.png", clip=clip, full_page=True)
            print(FOLDER / f"report-{theme}.png")
        browser.close()


def main() -> None:
    """Score the candidates, then draw and write the pictures."""
    if sys.argv[1:2] == ["--page"]:
        page(Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        results = score(Path(sys.argv[1] if len(sys.argv) > 1 else folder))
        for name, draw in (("candidates", candidates), ("sides", sides), ("distances", distances)):
            figure = draw(results)
            figure.savefig(FOLDER / f"{name}.png", dpi=100, metadata={"Software": None})
            print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
