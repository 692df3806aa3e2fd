"""`bench check --metrics`: the suite judges its own metrics, and a metric that cannot tell its controls apart fails."""

import json
from pathlib import Path

import pytest

SMALL = ["check", "--metrics", "-c", "5", "--n-real", "250", "--n-synthetic", "100", "--json"]


def words(printed: str) -> dict[str, str]:
    return {claim["claim"]: claim["word"] for claim in json.loads(printed)["claims"]}


@pytest.mark.slow("scores many candidates")
def test_the_built_in_metrics_pass_and_leave_nothing_behind(bench) -> None:
    found = words(bench(*SMALL, "-m", "mixing,prdc,nearest_neighbour,strokes,classifier", "--seeds", "2").stdout)
    assert set(found.values()) == {"PASS"}
    assert found["mixing: fresh-again > smote > pca-gauss > noise-again"] == "PASS"
    assert found["half copies are half copies (copy_share)"] == "PASS"
    assert found["copy_share: fails copies-again"] == "PASS"
    assert list(bench.folder.iterdir()) == []


BLIND = '''
from benchmark.api import Measure, Metric, Score, hookimpl


class Blind(Metric):
    """The mean of the training images: the same whatever is scored."""

    name = "blind"
    measures = (Measure("blind", "higher", "nothing", failing="noise"),)

    def score(self, evidence, ctx):
        return {"blind": Score.of_means(lambda m: m, evidence.train.mean(axis=(1, 2, 3)), rng=ctx.rng)}


@hookimpl
def bench_metrics():
    return [Blind]
'''


@pytest.mark.slow("scores all candidates")
def test_a_metric_that_cannot_tell_its_controls_apart_fails(bench, tmp_path: Path) -> None:
    (tmp_path / "blind.py").write_text(BLIND)
    done = bench(*SMALL, "-m", "blind,prdc", "--seeds", "1", "-p", tmp_path / "blind.py", code=1)
    claims = {claim["claim"]: claim for claim in json.loads(done.stdout)["claims"]}
    assert claims["blind: fails noise-again"]["word"] == "FAIL"
    assert "the controls do not separate" in claims["blind: fails noise-again"]["found"]
    assert claims["recall: passes fresh real images"]["word"] == "PASS"


def test_few_images_are_no_failure_and_the_reason_is_said(bench) -> None:
    few = ["check", "--metrics", "-d", "digits", "-c", "3", "--seeds", "1", "--json"]
    done = bench(*few, "-m", "prdc,nearest_neighbour")
    claims = {claim["claim"]: claim for claim in json.loads(done.stdout)["claims"]}
    assert claims["recall: fails repeat-again"]["word"] == "CANNOT JUDGE"
    assert "needs 100 synthetic images" in claims["recall: fails repeat-again"]["found"]
    assert claims["copy_share: fails copies-again"]["word"] == "PASS"


def test_what_to_check_must_be_said(bench) -> None:
    assert "or check the metrics: bench check --metrics" in bench("check", code=2).stderr
