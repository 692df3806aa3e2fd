"""`bench reproduce`: claims get the verdict that the numbers give, and what is not there is CANNOT TELL, never PASS."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmark.api import CannotTell, Claim, Estimate, Findings, Verdict, confirmed
from benchmark.audits.reproduce import judged, settings_of
from benchmark.plugins.registry import discover

STUDY = '''
"""A study of one run: is jitter new, is it useful, and what of a generator that nobody has?"""

from benchmark.api import Claim, Study, StudyFigure, confirmed, hookimpl


def copies(found):
    share = found.mean("one", "affine", "copy_share")
    return confirmed(share.value < 0.5, f"copy share {share}")


def absent(found):
    return confirmed(True, str(found.mean("one", "smote", "copy_share")))


def wrong(found):
    return confirmed(found.mean("one", "copy", "copy_share").value < 0.5, "copies")


def draw(found):
    from matplotlib.figure import Figure
    canvas = Figure()
    canvas.subplots().imshow(found.samples("one", "affine", found.labels("one")[0], 0)[0][..., 0])
    return canvas


def broken(found):
    raise RuntimeError("no luck")


@hookimpl
def bench_studies():
    return [Study(
        name="mine", title="Mine & <others>", source="here", about="why",
        runs={"one": {"generators": "affine", "dataset": "digits", "classes": "3", "seeds": 1,
                      "metrics": "nearest_neighbour"}},
        claims=(
            Claim("affine is new", "Fig. 1", ".00", "copy_share below .5", copies),
            Claim("smote is new", "Fig. 1", ".00", "copy_share below .5", absent),
            Claim("copies are new", "Fig. 1", ".00", "copy_share below .5", wrong),
        ),
        figures=(StudyFigure("one", "One", "An image.", draw), StudyFigure("two", "Two", "Broken.", broken)),
    )]
'''


def claim(verdict: Verdict | Exception) -> Claim:
    def judge(_: Findings) -> Verdict:
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    return Claim("it is so", "Table 1", "yes", "a number says so", judge)


@pytest.mark.parametrize(
    ("verdict", "reduced", "word"),
    [
        (confirmed(True, "1"), False, "PASS"),
        (confirmed(False, "0"), False, "FAIL"),
        (CannotTell("needs torch"), False, "CANNOT TELL"),
        (confirmed(True, "1"), True, "REDUCED"),
        (confirmed(False, "0"), True, "REDUCED"),
        (CannotTell("needs torch"), True, "CANNOT TELL"),
    ],
)
def test_a_verdict_is_the_judges_word_and_a_reduced_study_never_passes(
    verdict: Verdict | Exception, reduced: bool, word: str
) -> None:
    assert judged(claim(verdict), SimpleNamespace(reduced=reduced))["verdict"] == word


def test_an_estimate_is_written_with_its_interval() -> None:
    assert str(Estimate(0.661, 0.6, 0.7)) == "0.66 [0.60, 0.70]"
    assert str(Estimate(0.661)) == "0.66"


@pytest.mark.slow("runs a study")
def test_a_study_is_run_judged_and_drawn(bench, tmp_path: Path) -> None:
    plugin = tmp_path / "study.py"
    plugin.write_text(STUDY)
    done = bench("reproduce", "mine", "-p", plugin, code=0)
    assert [line for line in done.stderr.splitlines() if line.startswith("mine, ")] == [
        "mine, run 1 of 1: one",
        "mine, figure 1 of 2: one",
        "mine, figure 2 of 2: two",
    ]
    folder = bench.folder / "bench-results-mine"
    report = json.loads((folder / "study.json").read_text())
    assert [c["verdict"] for c in report["claims"]] == ["PASS", "CANNOT TELL", "FAIL"]
    assert "1 PASS, 1 CANNOT TELL, 1 FAIL" in done.stdout
    assert "smote was not run" in report["claims"][1]["measured"]
    assert (folder / "figures" / "one.pdf").read_bytes().startswith(b"%PDF")
    assert report["figures"][1]["reason"] == "could not be drawn: RuntimeError: no luck"
    page = (folder / "study.html").read_text()
    assert "Mine &amp; &lt;others&gt;" in page
    assert "data:image/png;base64," in page
    assert (folder / "one" / "report.html").is_file()

    reduced = bench("reproduce", "mine", "-p", plugin, "-q", "--quick", "--json", "-o", "small", code=0)
    words = [c["verdict"] for c in json.loads(reduced.stdout)["claims"]]
    assert words == ["REDUCED", "CANNOT TELL", "REDUCED"]


@pytest.mark.slow("draws the figures of a study twice")
def test_figures_and_page_are_the_same_bytes_again(bench, tmp_path: Path) -> None:
    plugin = tmp_path / "study.py"
    plugin.write_text(STUDY)
    bench("reproduce", "mine", "-p", plugin, "-q", "--quick", code=0)
    folder = bench.folder / "bench-results-mine"
    kept = {p: p.read_bytes() for p in (*folder.glob("figures/*"), folder / "study.html", folder / "study.json")}
    bench("reproduce", "mine", "-p", plugin, "-q", "--quick", code=0)
    assert {p: p.read_bytes() for p in kept} == kept


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("smote-rep",), "study 'smote-rep' is not known; there are: gan-tsne-paper, smote-report, tstr-gan. Did you"),
        ((), "name the study to reproduce; there are: gan-tsne-paper, smote-report, tstr-gan."),
        (("smote-report", "--workers", "0"), "--workers 0 is out of range"),
    ],
)
def test_bad_input_is_one_sentence(bench, arguments: tuple[str, ...], said: str) -> None:
    done = bench("reproduce", *arguments, code=2)
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(bench.folder.iterdir())


def test_every_built_in_study_can_be_planned() -> None:
    for name, study in discover().studies.items():
        for reduced in (False, True):
            settings = settings_of(study, Path("out"), reduced=reduced, changes={})
            assert set(settings) == set(study.runs), name
        assert len({c.text for c in study.claims}) == len(study.claims)


@pytest.mark.slow("runs the study, if reduced")
def test_the_smote_report_runs_reduced(bench) -> None:
    bench("reproduce", "smote-report", "--quick", "-q", "-o", "out", code=0)
    report = json.loads((bench.folder / "out" / "study.json").read_text())
    assert [f["reason"] for f in report["figures"]] == ["", "", ""]
    words = {c["claim"]: c["verdict"] for c in report["claims"]}
    assert words["Each sample lies between an image and its neighbour"] == "REDUCED"
    assert "PASS" not in words.values()


@pytest.mark.slow("trains the networks of the study, if for a few steps")
@pytest.mark.tensorflow
def test_the_gan_paper_runs_reduced(bench) -> None:
    bench("reproduce", "gan-tsne-paper", "--quick", "-q", "-o", "out", code=0)
    report = json.loads((bench.folder / "out" / "study.json").read_text())
    assert [f["reason"] for f in report["figures"]] == [""] * 6
    assert {c["verdict"] for c in report["claims"]} <= {"REDUCED", "CANNOT TELL"}
