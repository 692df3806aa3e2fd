"""The whole page in a real browser: for everyone, in every light, on paper, and without script."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
PRESSED = "[data-drawn='images'], [data-method='umap'], .toggle[data-source='1'], label.button, summary:visible"


def violations(tab: Any) -> list[str]:
    """Return what axe finds, with the elements."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(tab).response["violations"]
    return [f"{v['id']}: {[node['target'] for node in v['nodes']]}" for v in found]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_before_and_after_the_switches(
    open_page: Open, whole_address: str, width: int, scheme: str
) -> None:
    tab = open_page(whole_address, width, scheme, bypass_csp=True, has_touch=width == 390)
    assert violations(tab) == []
    for button in tab.locator(f"[data-switch] button:last-child, th .sort:visible >> nth=2, {PRESSED}").all():
        button.click()
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") == width


def test_every_section_has_a_figure_that_is_not_empty(open_page: Open, whole_address: str) -> None:
    tab = open_page(whole_address)
    sections = tab.locator("main > section").all()
    assert len(sections) == 10
    for section in sections:
        figures = section.locator("svg:visible, img:visible, table:visible, pre:visible")
        boxes = [figure.bounding_box() for figure in figures.all()]
        assert max(box["width"] * box["height"] for box in boxes) > 2000, section.get_attribute("id")


def test_sorting_says_its_order_and_keeps_what_failed_last(open_page: Open, whole_address: str) -> None:
    tab = open_page(whole_address)
    table = tab.locator("#scores table.scores:visible").first
    heads = table.locator("thead tr:last-child > *")
    place = next(i for i in range(heads.count()) if "ixing" in heads.nth(i).text_content())
    orders, values = [], []
    for _ in range(2):
        heads.nth(place).locator(".sort").click()
        orders.append(heads.nth(place).get_attribute("aria-sort"))
        rows = table.locator("tbody tr").all()
        numbers = [r.locator("> *").nth(place).text_content() for r in rows if not r.locator("[colspan]").count()]
        values.append([float(n.split()[0].rstrip("★").replace("\u2212", "-")) for n in numbers if n[:1].isdigit()])
        assert [bool(r.locator("[colspan]").count()) for r in rows[-2:]] == [True, True]  # vae, diffusion
    assert orders == ["descending", "ascending"]
    assert values[0] == sorted(values[0], reverse=True) and values[1] == sorted(values[1]) and len(values[0]) > 3


def test_saved_files_are_what_the_page_was_made_of(open_page: Open, whole: dict[str, Any], whole_address: str) -> None:
    tab = open_page(whole_address)
    saved = {}
    for kind in ("json", "csv"):
        with tab.expect_download() as download:
            tab.locator(f"[data-save='{kind}']").click()
        saved[kind] = Path(download.value.path()).read_text(encoding="utf-8")
    report = json.loads(saved["json"])
    assert report["results"] == json.loads(json.dumps(whole["results"]))
    rows = list(csv.DictReader(io.StringIO(saved["csv"], newline="")))
    assert len(rows) == len(whole["results"])
    for row, result in zip(rows, whole["results"], strict=True):
        assert (row["config"], row["measure"]) == (result["configuration"], result["measure"])
        assert (float(row["mean"]) if row["mean"] else None) == result["mean"]


def test_without_script_all_static_figures_are_seen_and_no_button_is_dead(open_page: Open, whole_address: str) -> None:
    tab = open_page(whole_address, java_script_enabled=False)
    assert tab.locator("button:visible, canvas:visible").count() == 0
    figures = tab.locator("main svg[role='img'], main img:not(.near)")
    closed = tab.locator("details:not([open]) svg[role='img'], details:not([open]) img:not(.near)").count()
    seen = [box for figure in figures.all() if (box := figure.bounding_box())]
    assert len(seen) == figures.count() - closed and all(box["width"] > 0 for box in seen)
    assert tab.locator("#map svg.map:visible").count() == 6


def test_on_paper_the_canvas_is_gone_and_all_classes_are_there(open_page: Open, whole_address: str) -> None:
    tab = open_page(whole_address)
    tab.emulate_media(media="print")
    assert tab.locator("canvas:visible, button:not(.sort):visible, nav:visible").count() == 0
    assert tab.locator("#images .view:visible").count() == 2
    assert tab.locator("#map svg.map:visible").count() == 6
    rows = tab.locator("#scores table.scores").first.locator("tbody tr").count()
    assert tab.locator("#scores .view > .scroll table.scores tbody tr:visible").count() == 2 * rows


def test_a_page_of_two_generators_and_two_classes_is_small(whole_address: str) -> None:
    assert Path(whole_address.removeprefix("file://")).stat().st_size < 3_000_000


def test_a_real_run_of_small_images_opens_and_draws(bench: Any, open_page: Open) -> None:
    bench("run", "-d", "digits", "-g", "smote,affine", "-c", "3,5", "--quick", "-m", "mixing,tsne", "-q", "-o", "out")
    tab = open_page(f"file://{bench.folder}/out/report.html", 390)
    tab.locator("[data-drawn='images']").click()
    tab.wait_for_timeout(300)
    inked = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v)"
    assert all(tab.evaluate(inked, canvas.element_handle()) for canvas in tab.locator(".maps canvas").all())
    assert tab.evaluate("document.documentElement.scrollWidth") == 390
    assert "UMAP is left out of quick runs" in tab.locator("#map").text_content()


def test_pictures_for_a_person_to_look_at(open_page: Open, whole_address: str, tmp_path: Path) -> None:
    folder = Path(os.environ.get("SYNTHASSAY_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for name, width in (("desktop", 1280), ("phone", 390)):
            tab = open_page(whole_address, width, scheme)
            tab.wait_for_timeout(300)
            tab.screenshot(path=folder / f"{name}-{scheme}.png", full_page=True)
            tab.close()
    tab = open_page(whole_address)
    tab.locator("[data-drawn='images']").click()
    tab.locator("[data-dimensions='2']").focus()
    tab.keyboard.press("n")
    tab.wait_for_timeout(300)
    tab.locator("#map").screenshot(path=folder / "map-images.png")
    tab.emulate_media(media="print")
    tab.screenshot(path=folder / "print.png", full_page=True)
    assert {path.suffix for path in folder.iterdir()} == {".png"} and len(list(folder.iterdir())) == 6
