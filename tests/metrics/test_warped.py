"""Warped copies: moments undo what was done, affine images are told, and new ones are not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from metrics._moments import SPREAD, normalised
from metrics.warped import Warped


def blob(slant: float = 0.0, size: float = 1.0, row: float = 14.0, column: float = 14.0) -> Any:
    """Return three smooth spots at the corners of a triangle, in an image (1, 28, 28, 1)."""
    y, x = np.mgrid[:28, :28] - np.array([row, column])[:, None, None]
    y, x = y / size, (x - slant * y) / size
    spots = sum(np.exp(-((y - down) ** 2 + (x - right) ** 2) / 4) for down, right in ((-6, -2), (0, 4), (6, -2)))
    return spots[None, :, :, None].astype(np.float32)


@pytest.mark.parametrize("change", [{"row": 11.5}, {"column": 16.0}, {"size": 1.2}, {"slant": 0.3}])
def test_each_change_is_taken_out(change: dict[str, float]) -> None:
    original, changed = blob(), blob(**change)
    before, after = np.abs(changed - original).max(), np.abs(normalised(changed) - normalised(original)).max()
    assert before > 0.15
    assert after < 0.06


def test_moments_are_what_they_are_brought_to() -> None:
    image = normalised(np.concatenate([blob(0.3, 1.1, 12, 16), blob()])).reshape(2, 28, 28).astype(float)
    y, x = np.mgrid[:28, :28] - 13.5
    mass = image.sum(axis=(1, 2))
    moment = {
        name: (image * of).sum(axis=(1, 2)) / mass
        for name, of in {"y": y, "x": x, "xy": x * y, "yy": y * y, "xx": x * x}.items()
    }
    assert np.abs([moment["y"], moment["x"]]).max() < 0.1
    assert np.abs(moment["xy"]).max() < 0.5
    assert moment["yy"] + moment["xx"] == pytest.approx([(SPREAD * 28) ** 2] * 2, rel=0.05)


@pytest.mark.parametrize("label", [3, 5])
def test_affine_images_are_warped_copies_and_new_ones_are_not(digit: Any, score: Any, label: int) -> None:
    def affine(roles: Any, rng: Any) -> Any:
        def turned(image: Any) -> Any:
            angle, scale = np.deg2rad(rng.uniform(-10, 10)), rng.uniform(0.9, 1.1)
            matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / scale
            offset = 13.5 - matrix @ (13.5 + rng.uniform(-2, 2, 2))
            return ndimage.affine_transform(image[..., 0], matrix, offset, order=1)

        return np.stack([turned(image) for image in roles["train"][:100]])[..., None]

    warped = score(Warped(), digit(label, affine))
    assert 0.75 < warped.value("warped_share") <= 1
    assert warped.kept["warped"].mean() == warped.value("warped_share")
    assert score(Warped(), digit(label, lambda r, g: r["fresh"])).value("warped_share") <= 0.04
    assert score(Warped(), digit(label, lambda r, g: r["train"][:100])).value("warped_share") == 1


def test_empty_images_and_bright_ones(plane: Any, score: Any) -> None:
    assert np.array_equal(normalised(np.zeros((2, 6, 5, 1))), np.zeros((2, 30)))
    found = score(Warped(), plane(np.ones((20, 9)), np.full((20, 9), 0.5)))
    assert "mostly dark background" in found["warped_share"].reason
