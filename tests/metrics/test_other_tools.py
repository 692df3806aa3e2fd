"""Values that other tools give: the same numbers on the same features.

The numbers are those of pytorch-fid 0.3.0, torch-fidelity 0.4.0 and prdc 0.2, and of the formulas in dgm-eval's
`compute_FD_infinity` (its generator seeded by 0) and google-research's `cmmd/distance.py`, on `features` in float64.
The first two import torchvision, whose wheels on PyPI need torch for CUDA; what was called is next to each number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.plan.choices import _metrics
from benchmark.plugins.registry import discover
from benchmark.settings import Settings
from metrics._distances import distance, fd_infinity, kid
from metrics.cmmd import Cmmd
from metrics.density import Density
from metrics.fd_infinity import FdInfinity
from metrics.frechet import Frechet
from metrics.kid import Kid
from metrics.prdc import Prdc


def features(n: int, d: int, shift: float) -> np.ndarray:
    """Return features that any tool on any machine can compute."""
    rows, columns = np.arange(1, n + 1)[:, None], np.arange(1, d + 1)
    return (np.sin(rows * columns * (1 + shift * 0.1)) + shift * np.cos(rows / columns)).astype(np.float32)


REAL, MADE = features(240, 12, 0.0), features(200, 12, 0.5)


def test_fid_is_that_of_pytorch_fid(plane: Any, score: Any) -> None:
    """calculate_frechet_distance(mean, np.cov, mean, np.cov)."""
    assert score(Frechet(), plane(MADE, REAL)).value("frechet") == pytest.approx(0.5591035698442042, abs=1e-6)


def test_kid_is_that_of_torch_fidelity_with_its_subsets(plane: Any, score: Any) -> None:
    """kid_features_to_metric(made, real, kid_subset_size=200), and 1,000, its default, for larger sets."""
    assert score(Kid(), plane(MADE, REAL)).value("kid") == pytest.approx(0.0816462351536952, abs=1e-6)
    larger = features(1200, 12, 0.5), features(1500, 12, 0.0)
    assert kid(*larger) == pytest.approx(0.0010024572134769282, abs=1e-6)


def test_cmmd_is_that_of_its_authors(plane: Any, score: Any) -> None:
    """mmd(made, real)."""
    assert score(Cmmd(), plane(MADE, REAL)).value("cmmd") == pytest.approx(3.4790783231211098, abs=1e-6)


def test_fd_infinity_is_that_of_dgm_eval() -> None:
    """compute_FD_infinity(real, made) with rng = np.random.default_rng(0)."""
    found = fd_infinity(MADE, REAL, np.random.default_rng(0))
    assert found == pytest.approx(0.32781252836514296, abs=1e-6)


def test_precision_recall_density_and_coverage_are_those_of_prdc(plane: Any, score: Any) -> None:
    """compute_prdc(real, made, nearest_k=5)."""
    due = {"precision": 0.78, "recall": 0.7, "density": 0.422, "coverage": 0.4166666666666667}
    found = score(Prdc(), plane(MADE, REAL))
    assert {name: found.value(name) for name in due} == pytest.approx(due, abs=1e-6)
    narrow = 0.1 * REAL  # all of them in the middle, where density is above 1
    assert score(Prdc(), plane(narrow, REAL)).value("density") == 1
    package = pytest.importorskip("prdc")
    expected = package.compute_prdc(REAL, narrow, nearest_k=5)["density"]
    assert expected > 1
    found = score(Density(), plane(narrow, REAL))
    assert found.value("density_unlimited") == pytest.approx(expected, abs=1e-6)


def test_the_extrapolated_distance_does_not_depend_on_the_number_of_synthetic_images() -> None:
    """Of samples of one distribution: the plain distance of 600 is above that of 3,000."""
    rng = np.random.default_rng(0)
    real, many = rng.normal(size=(2, 3000, 20))
    few = many[:600]
    plain = distance(few, real) - distance(many, real)
    extrapolated = np.mean([fd_infinity(few, real, np.random.default_rng(i)) for i in range(5)])
    assert plain > 0.1
    assert abs(extrapolated - fd_infinity(many, real, rng)) < plain / 2


@pytest.mark.parametrize("metric", [Frechet(), Kid(), Cmmd(), FdInfinity()])
def test_the_same_images_are_nearer_than_others(metric: Any, plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    real = rng.normal(size=(200, 5))
    same, other = (
        score(metric, plane(made, real)).value(metric.name) for made in (rng.normal(size=(200, 5)), MADE[:, :5])
    )
    assert same < other


def test_fewer_images_than_features_are_said(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    found = score(Frechet(), plane(rng.random((30, 40)), rng.random((30, 40))))["frechet"]
    assert found.note == "30 images for 40 features: the bias is large; compare only values at the same n"
    assert not score(Frechet(), plane(MADE, REAL))["frechet"].note


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        ("FID,KID", ["frechet", "kid"]),
        ("Cmmd", ["cmmd"]),
        ("fid,PRDC", ["frechet", "prdc"]),
        ("*_gain", ["utility_gain"]),
    ],
)
def test_names_of_other_tools_are_understood_in_any_capitals(said: str, chosen: list[str]) -> None:
    assert list(_metrics(Settings(metrics=said), discover())) == chosen


def test_a_name_that_no_tool_has_is_refused() -> None:
    with pytest.raises(InputError, match="metric 'FIDD' is not known"):
        _metrics(Settings(metrics="FIDD"), discover())
