"""Our page in Chromium, compared with a plotly page of the same points: loading, rotating; and the time to write ours.

    python performance/report.py            SMOTE and affine on two digits, 3,750 points: 10 minutes, most of it the run
    python performance/report.py --quick    tiny sizes, one round

Both pages are files, opened alternately, each time cold and in a new window. Loading ends with the second frame after
`load`, when scripts have run and the first picture is there. Rotating is a drag of the mouse; the frame time is the
time from one frame to the next during the drag, so at best that of the screen: 16.7 ms. Without a graphics card, WebGL,
which plotly needs, is emulated on the CPU, as Chromium does on any such machine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from _measure import Claim, main

import benchmark
from benchmark.plugins.registry import discover
from benchmark.results.page import write_page
from reports._atlas import points_of, rows_of

CHROMIUM = "/usr/bin/chromium"
MOVES = 90  # of the mouse, while a map is rotated
READY = """
addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => {
  window.ready = performance.now();
})));
"""
FRAMES = """
window.frameTimes = [];
(function next(now) { window.frameTimes.push(now); requestAnimationFrame(next); })(performance.now());
"""
OURS, PEER = "#map canvas[data-dimensions='3']", ".js-plotly-plot"


def pages(folder: Path, *, quick: bool) -> tuple[dict[str, Path], list[float]]:
    """Write both pages of one run; return them with the seconds that writing ours takes, one value per round."""
    report_of(folder, quick=quick)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    found = {"ours": folder / "report.html", "plotly": folder / "plotly.html"}
    registry, seconds = discover(), []
    for _ in range(1 if quick else 5):
        began = time.perf_counter()
        write_page(report, registry, found["ours"])
        seconds.append(time.perf_counter() - began)
    found["plotly"].write_text(plotly(report["sections"]["map"][0]), encoding="utf-8")
    return found, seconds


def report_of(folder: Path, *, quick: bool) -> None:
    """Run the suite: except for the number of points on the map, the page is what users see."""
    sizes: dict[str, Any] = {"quick": True} if quick else {"seeds": 3, "map_points": 3750}
    benchmark.run(generators="smote,affine", classes="3,5", out=str(folder), **sizes)


def plotly(atlas: dict[str, Any]) -> str:
    """Return a page with the same points, coloured by source, in three dimensions."""
    import plotly.graph_objects as go

    points = points_of(atlas, "tsne3")
    traces = []
    for source in atlas["src"]:
        x, y, z = points[rows_of(atlas, source)].T
        traces.append(go.Scatter3d(x=x, y=y, z=z, mode="markers", name=source, marker={"size": 3}))
    text: str = go.Figure(traces, {"width": 540, "height": 540}).to_html(include_plotlyjs=True)
    return text


def opened(browser: Any, page: Path) -> tuple[Any, float]:
    """Open a page in a new window; return it with the milliseconds until it is ready."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.add_init_script(READY)
    tab.goto(f"file://{page.resolve()}")
    tab.wait_for_function("window.ready > 0", timeout=120_000)
    return tab, float(tab.evaluate("window.ready"))


def turned(tab: Any, target: str) -> float:
    """Rotate a map with the mouse; return the median time between two frames, in milliseconds."""
    element = tab.locator(target).first
    element.scroll_into_view_if_needed()
    box = element.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.evaluate(FRAMES)
    for i in range(MOVES):
        tab.mouse.move(x + 1.5 * i, y + 0.3 * i)
    tab.mouse.up()
    frames = tab.evaluate("window.frameTimes")
    return median(later - sooner for sooner, later in pairwise(frames))


def measure(options: argparse.Namespace) -> Iterator[Claim]:
    """Yield the claims."""
    from playwright.sync_api import sync_playwright

    loading: dict[str, list[float]] = {"ours": [], "plotly": []}
    turning: dict[str, list[float]] = {"ours": [], "plotly": []}
    with tempfile.TemporaryDirectory() as folder:
        found, seconds = pages(Path(folder), quick=options.quick)
        points = json.loads((Path(folder) / "report.json").read_text(encoding="utf-8"))["sections"]["map"][0]["n"]
        yield Claim("writing the page", seconds, "s", at_most=2, note=megabytes(found["ours"]))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            for turn in range(1 if options.quick else 5):
                for who in ("ours", "plotly") if turn % 2 == 0 else ("plotly", "ours"):
                    tab, milliseconds = opened(browser, found[who])
                    loading[who].append(milliseconds)
                    turning[who].append(turned(tab, OURS if who == "ours" else PEER))
                    tab.close()
            browser.close()
        sizes = f"{megabytes(found['ours'])}, plotly {megabytes(found['plotly'])}"
    yield Claim("loading the page until it is usable", loading["ours"], "ms", at_most=1500, note=sizes)
    yield Claim("loading plotly's page, with only the points", loading["plotly"], "ms")
    yield Claim(f"frame time while {points:,} points rotate, median", turning["ours"], "ms", at_most=25)
    yield Claim(f"plotly's frame time for the same {points:,} points, median", turning["plotly"], "ms")


def megabytes(path: Path) -> str:
    """Return the size of a file."""
    return f"{path.stat().st_size / 1e6:.1f} MB"


if __name__ == "__main__":
    sys.exit(main(measure, __doc__))
