"""Keys: one golden value each, so that stored results are found again by every release that means the same by them."""

from dataclasses import replace

import pytest

from benchmark.plan import keys

RECIPE = keys.Recipe("mnist", "f00d", 1000, 500, 2000, 0, "smote", {"k": 5, "names": ("a", "b")}, "c0de")
GOLDEN = {
    "cell": keys.cell_key(RECIPE, 3),
    "cell of a fit": keys.cell_key(RECIPE, 3, (3, 5)),
    "fit": keys.fit_key(RECIPE, (3, 5)),
    "group": keys.group_key(["a", "b"]),
    "features": keys.features_key("pca[dims=50]", "c0de", "c0re", "f00d", 2000),
    "metric": keys.metric_key("prdc", {"k": 5}, "c0de", "c0re", "feat"),
    "map": keys.map_key([("smote", 3, 100, "cell")], 1000, 0, "feat", ("tsne",), "c0re"),
}
OTHER = {
    "dataset": "digits",
    "fingerprint": "beef",
    "n_real": 10,
    "held_out": 20,
    "neutral": 30,
    "seed": 1,
    "generator": "gan",
    "parameters": {"k": 6, "names": ("a", "b")},
    "code": "c1de",
    "device": "gpu",
    "seen": "whole",
}


@pytest.mark.parametrize(
    ("what", "golden"),
    [
        ("cell", "87095d1a6519d6db9ab1c85a"),
        ("cell of a fit", "e5b9add4760ae8902fe8ecec"),
        ("fit", "3b6ea87ddc594536e2dd90c4"),
        ("group", "3730507201a4614423bd883b"),
        ("features", "077a21aa6ee6824e6ff993fd"),
        ("metric", "80f6f133a5453e2430adc4ff"),
        ("map", "bd3823c607cca3997b9669f7"),
    ],
)
def test_a_key_stays_what_it_was(what: str, golden: str) -> None:
    assert GOLDEN[what] == golden


@pytest.mark.parametrize("part", OTHER)
def test_each_part_of_a_recipe_changes_the_keys_of_its_cells_and_fits(part: str) -> None:
    other = replace(RECIPE, **{part: OTHER[part]})
    assert keys.cell_key(other, 3) != keys.cell_key(RECIPE, 3)
    assert keys.fit_key(other, (3, 5)) != keys.fit_key(RECIPE, (3, 5))


def test_keys_of_different_things_never_meet() -> None:
    assert len(set(GOLDEN.values())) == len(GOLDEN)
    assert keys.cell_key(RECIPE, 3) != keys.cell_key(RECIPE, 5)
    assert keys.cell_key(RECIPE, 3, (3, 5)) != keys.cell_key(RECIPE, 3, (3, 7))
    assert keys.group_key(["a", "b"]) != keys.group_key(["b", "a"])


def test_parts_that_json_reads_alike_are_alike() -> None:
    """A list out of a record gives the key that a tuple out of a plugin gave."""
    listed = replace(RECIPE, parameters={"names": ["a", "b"], "k": 5})
    assert keys.cell_key(listed, 3, [3, 5]) == keys.cell_key(RECIPE, 3, (3, 5))
