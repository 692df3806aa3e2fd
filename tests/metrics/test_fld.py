"""Feature likelihood divergence: as its authors' package has it, and what its gap says of copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from metrics.fld import Fld, log_variances, losses, standardised

# fld (github.com/marcojira/fld, commit ffbbf20), in float64 on `sets`: seed, dimensions, mean and sd of the synthetic
# points, number of near copies; 100 times the NLL of the held-out points (FLD before its baseline), and FLD Gap.
REFERENCE = [
    (0, 5, 0.0, 1.0, 0, 149.443548817093, -7.981986542793629),
    (1, 5, 0.5, 1.0, 0, 160.80327413799097, -2.7133947908162925),
    (2, 10, 0.0, 0.5, 0, 144.32666639306038, -0.9570934964214128),
    (3, 10, 0.0, 1.0, 40, 156.25967921822252, -35.2000053968744),
    (4, 3, 0.0, 1.0, 120, 1276.3122144133893, -535.5667126694344),
]
BASELINE = 151.78, 1.8  # of the first sets: mean of theirs over ten random halves, and how far one lies from it at most


def sets(seed: int, d: int, shift: float, sd: float, copies: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    train, real, made = rng.normal(0, 1, (300, d)), rng.normal(0, 1, (150, d)), rng.normal(shift, sd, (120, d))
    made[:copies] = train[:copies] + rng.normal(0, 0.05, (copies, d))
    return train, real, made


@pytest.mark.parametrize("case", REFERENCE, ids=str)
def test_it_agrees_with_the_package_of_its_authors(plane: Any, score: Any, case: Any) -> None:
    train, real, made = standardised(*sets(*case[:5]))
    fitted = log_variances(made, train)
    new, seen = losses(real, made, fitted).mean(), losses(train, made, fitted).mean()
    assert new == pytest.approx(case[5], rel=1e-6)
    assert seen - new == pytest.approx(case[6], rel=1e-5)
    train, real, made = sets(*case[:5])
    assert score(Fld(), plane(made, real, train)).value("fld_gap") == pytest.approx(case[6], rel=1e-4)


def test_its_baseline_is_a_random_half_of_the_training_images(plane: Any, score: Any) -> None:
    train, real, made = sets(*REFERENCE[0][:5])
    expected = REFERENCE[0][5] - BASELINE[0]
    assert score(Fld(), plane(made, real, train)).value("fld") == pytest.approx(expected, abs=BASELINE[1])


def test_worse_images_have_a_higher_divergence_and_copies_a_lower_gap(digit: Any, score: Any) -> None:
    def of(make: Any) -> Any:
        return score(Fld(), digit(5, make))

    fresh, wrong = of(lambda r, g: r["fresh"]), of(lambda r, g: g.permuted(r["fresh"], axis=1))
    tenth = of(lambda r, g: np.concatenate([r["train"][:10], r["fresh"][10:]]))
    copies = of(lambda r, g: r["train"][: len(r["fresh"])])
    assert abs(fresh.value("fld")) < 6
    assert wrong.value("fld") > fresh.value("fld") + 10
    assert copies.value("fld") == 1000
    assert fresh.value("fld_gap") > tenth.value("fld_gap") + 50 > copies.value("fld_gap") + 500


def test_constant_features_and_few_images(plane: Any, score: Any) -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(3, 60, 3))
    padded = [np.column_stack([part, np.ones(60)]) for part in rows]
    assert score(Fld(), plane(*padded)).value("fld") == pytest.approx(score(Fld(), plane(*rows)).value("fld"), rel=1e-4)
    assert all("at least 4" in s.reason for s in score(Fld(), plane(*rows[:, :3])).values())
    assert all("all equal" in s.reason for s in score(Fld(), plane(rows[0], np.ones((60, 3)), rows[1])).values())
