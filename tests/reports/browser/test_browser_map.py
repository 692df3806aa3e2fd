"""The map in a real browser: it turns, moves, zooms, hides and shows, by mouse, key and finger."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reports._atlas import sprite

pytestmark = pytest.mark.browser
Open = Callable[..., Any]
FLAT, SOLID = "[data-dimensions='2']", "[data-dimensions='3']"


def drawn(tab: Any) -> tuple[str, str]:
    """Return the pixels of both maps, once all that is due is painted."""
    tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    pixels = "selector => document.querySelector(selector).toDataURL()"
    return tab.evaluate(pixels, FLAT), tab.evaluate(pixels, SOLID)


def changed(before: tuple[str, str], after: tuple[str, str]) -> tuple[bool, bool]:
    return before[0] != after[0], before[1] != after[1]


def drag(tab: Any, selector: str) -> None:
    """Drag from the middle of a map to the right and down."""
    box = tab.locator(selector).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tab.mouse.move(x, y)
    tab.mouse.down()
    tab.mouse.move(x + 60, y + 40, steps=4)
    tab.mouse.up()
    tab.mouse.move(0, 0)


@pytest.fixture
def tab(open_page: Open, whole_address: str) -> Any:
    """The page, with the map in view."""
    tab = open_page(whole_address)
    tab.locator(".maps").scroll_into_view_if_needed()
    drawn(tab)
    return tab


def test_dragging_turns_the_solid_map_and_moves_the_flat_one_each_alone(tab: Any) -> None:
    start, turned = drawn(tab), tab.locator(SOLID).get_attribute("data-turned")
    drag(tab, SOLID)
    after = drawn(tab)
    assert changed(start, after) == (False, True)
    yaw = float(tab.locator(SOLID).get_attribute("data-turned").split()[0])
    assert yaw - float(turned.split()[0]) == pytest.approx(60 * 0.008, abs=1e-3)
    drag(tab, FLAT)
    assert changed(after, drawn(tab)) == (True, False)
    tab.get_by_role("button", name="Reset view").click()
    tab.mouse.move(0, 0)
    assert drawn(tab) == start


def test_keys_move_zoom_and_reset_and_step_through_the_images(tab: Any) -> None:
    start = drawn(tab)
    for selector, alone in ((FLAT, (True, False)), (SOLID, (False, True))):
        tab.locator(selector).focus()
        for key in ("ArrowLeft", "ArrowUp", "+", "-"):
            before = drawn(tab)
            tab.keyboard.press(key)
            assert changed(before, drawn(tab)) == alone, key
        tab.keyboard.press("0")
        assert drawn(tab) == start
    live = tab.locator(".atlas [aria-live]")
    tab.keyboard.press("n")
    assert live.text_content() == "Held-out real, Class 3, image 0"
    assert changed(start, drawn(tab)) == (True, True)  # a ring on both
    tab.keyboard.press("n")
    assert live.text_content() == "Held-out real, Class 3, image 1"
    assert tab.locator(".tip").is_visible() and "Class 3, image 1" in tab.locator(".tip").text_content()
    tab.keyboard.press("p")
    tab.keyboard.press("p")
    assert live.text_content() == "smote, Class 5, image 59"  # from the first to the last that is shown
    tab.keyboard.press("Escape")
    assert not tab.locator(".tip").is_visible() and live.text_content() == ""
    assert drawn(tab) == start


@pytest.mark.parametrize("kind", ["source", "class"])
def test_a_button_hides_and_shows(tab: Any, kind: str) -> None:
    button = tab.locator(f".toggle[data-{kind}='0']")
    start = drawn(tab)
    button.click()
    tab.mouse.move(0, 0)
    assert button.get_attribute("aria-pressed") == "false"
    assert changed(start, drawn(tab)) == (True, True)
    button.click()
    tab.mouse.move(0, 0)
    assert button.get_attribute("aria-pressed") == "true"
    assert drawn(tab) == start


def test_with_all_hidden_nothing_is_drawn_and_no_key_fails(tab: Any) -> None:
    for _ in range(3):
        tab.locator(".toggle[data-source][aria-pressed='true']").first.click()
    tab.locator(FLAT).focus()
    tab.keyboard.press("n")
    tab.mouse.move(0, 0)
    blank = "s => document.querySelector(s).getContext('2d').getImageData(0, 0, 400, 400).data.every(v => v === 0)"
    drawn(tab)
    assert tab.evaluate(blank, SOLID)


def test_a_pointer_on_a_source_dims_the_others(tab: Any) -> None:
    start = drawn(tab)
    tab.locator(".toggle[data-source='1']").hover()
    assert changed(start, drawn(tab)) == (True, True)
    tab.mouse.move(0, 0)
    assert drawn(tab) == start


def test_switches_change_what_is_drawn_and_say_so(tab: Any) -> None:
    start = drawn(tab)
    for kind, value in (("method", "umap"), ("drawn", "images")):
        button = tab.locator(f"[data-{kind}='{value}']")
        before = drawn(tab)
        button.click()
        tab.wait_for_timeout(300)
        assert changed(before, drawn(tab)) == (True, True)
        assert button.get_attribute("aria-pressed") == "true"
        assert tab.locator(f"[data-{kind}][aria-pressed='true']").count() == 1
    tab.locator("[data-method='tsne']").click()
    tab.locator("[data-drawn='marks']").click()
    assert drawn(tab) == start


def test_while_one_of_many_points_turns_the_other_still_shows_images(
    whole: dict[str, Any], page: Callable[..., str], open_page: Open, tmp_path: Path
) -> None:
    report = copy.deepcopy(whole)
    found = report["sections"]["map"][0]  # six times as many: over the 2,000 that turn as marks
    images = np.eye(8)[None, ..., None].repeat(6 * found["n"], axis=0)
    found.update(n=6 * found["n"], strata=6 * found["strata"], sprite=sprite(images))
    points = {name: np.frombuffer(base64.b64decode(text), "<i2") for name, text in found["proj"].items()}
    found["proj"] = {name: base64.b64encode(np.tile(p, 6).tobytes()).decode() for name, p in points.items()}
    (tmp_path / "many.html").write_text(page(report), encoding="utf-8")
    tab = open_page(f"file://{tmp_path}/many.html")
    click = "document.querySelector('[data-drawn={}]').click()".format
    tab.evaluate(click("images"))
    tab.wait_for_timeout(600)  # the sheet is coloured by now
    tab.evaluate(click("marks"))
    key = "new KeyboardEvent('keydown', {key: 'ArrowLeft'})"
    tab.evaluate(f"selector => {{ document.querySelector(selector).dispatchEvent({key}); {click('images')} }}", SOLID)
    tab.wait_for_timeout(600)
    soon = drawn(tab)
    tab.evaluate(click("images"))
    assert changed(soon, drawn(tab)) == (False, False)


def test_the_theme_changes_the_colours_of_the_map(tab: Any) -> None:
    start = drawn(tab)
    tab.locator("[data-theme-switch]").click()
    assert changed(start, drawn(tab)) == (True, True)


def test_a_mark_that_is_pointed_at_shows_its_image_on_both_maps(tab: Any) -> None:
    start, tip = drawn(tab), tab.locator(".tip")
    box = tab.locator(FLAT).bounding_box()
    for step in range(1, 40):  # along the diagonal until a mark is near
        tab.mouse.move(box["x"] + box["width"] * step / 40, box["y"] + box["height"] * step / 40)
        if tip.is_visible():
            break
    assert re.search(r"Class [35], image \d+", tip.text_content())
    assert changed(start, drawn(tab)) == (True, True)
    tab.wait_for_timeout(300)
    inked = "document.querySelector('.tip canvas').getContext('2d').getImageData(0, 0, 96, 96).data"
    assert tab.evaluate(f"{inked}.filter((v, i) => i % 4 === 3 && v > 128).length") > 100
    tab.mouse.move(0, 0)
    assert not tip.is_visible()


def test_the_wheel_scrolls_the_page_and_zooms_with_ctrl(tab: Any) -> None:
    start, top = drawn(tab), tab.evaluate("scrollY")
    tab.locator(FLAT).hover()
    tab.keyboard.down("Control")
    tab.mouse.wheel(0, -200)
    tab.keyboard.up("Control")
    tab.mouse.move(0, 0)
    assert changed(start, drawn(tab)) == (True, False)
    assert tab.evaluate("scrollY") == top
    tab.locator(FLAT).hover()
    tab.mouse.wheel(0, 200)
    tab.wait_for_timeout(400)
    assert tab.evaluate("scrollY") > top


def test_a_finger_turns_the_solid_map_and_scrolls_over_the_flat_one(open_page: Open, whole_address: str) -> None:
    tab = open_page(whole_address, width=390, has_touch=True, is_mobile=True)
    touch = "s => getComputedStyle(document.querySelector(s)).touchAction"
    assert (tab.evaluate(touch, FLAT), tab.evaluate(touch, SOLID)) == ("pan-y", "none")
    assert tab.locator(".toggle").first.bounding_box()["height"] >= 44
    tab.locator(SOLID).scroll_into_view_if_needed()
    start, box = drawn(tab), tab.locator(SOLID).bounding_box()
    session = tab.context.new_cdp_session(tab)
    for kind, shift in (("touchStart", 0), ("touchMove", 20), ("touchMove", 50), ("touchEnd", None)):
        at = [] if shift is None else [{"x": box["x"] + 100 + shift, "y": box["y"] + 100}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
    assert changed(start, drawn(tab)) == (False, True)


def test_colour_images_are_drawn_in_their_own_colours(
    whole: dict[str, Any], page: Callable[..., str], open_page: Open, tmp_path: Path
) -> None:
    report = copy.deepcopy(whole)
    colours = np.zeros((report["sections"]["map"][0]["n"], 8, 8, 3), dtype=np.float32)
    colours[..., 0] = 1
    report["sections"]["map"][0]["sprite"] = sprite(colours)
    (tmp_path / "colour.html").write_text(page(report), encoding="utf-8")
    tab = open_page(f"file://{tmp_path}/colour.html")
    tab.locator("[data-drawn='images']").click()
    tab.wait_for_timeout(300)
    red = (
        "s => { const d = document.querySelector(s).getContext('2d').getImageData(0, 0, 500, 500).data; let n = 0;"
        " for (let i = 0; i < d.length; i += 4) n += d[i] > 250 && d[i + 1] < 5 && d[i + 2] < 5; return n }"
    )
    assert tab.evaluate(red, FLAT) > 1000 and tab.evaluate(red, SOLID) > 1000
