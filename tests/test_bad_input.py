"""Bad input: one sentence that names the value, what is allowed and the nearest match; exit 2; nothing written."""

import gzip
import os
import re
import struct
from pathlib import Path

import numpy as np
import pytest

RUN = ["run", "-g", "smote", "-c", "3", "--quick"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "name the generators to score, as in: bench run --generators smote,gan --classes 3,5"),
        (["run", "-g", "smoet"], "generator 'smoet' is not known; there are: .*smote.*Did you mean 'smote'"),
        (["run", "-g", "real"], "'real' is a control: it is in every run; name a generator: .*smote"),
        (["run", "-g", ","], "no generator is selected by ','"),
        (["run", "-g", "smote", "-x", "smote"], "no generator is selected by 'smote' without 'smote'"),
        (["run", "-g", "smote[kk=3]"], "parameter of smote 'kk' is not known; .* Did you mean 'k'"),
        (["run", "-g", "smote[k=three]"], "'three' is not allowed; k must be a whole number"),
        (["run", "-g", "smote[k=0]"], "smote\\[k=0\\]: out of range; k must be a whole number from 1"),
        (["run", "-g", "smote[k=3"], "brackets do not match"),
        ([*RUN, "-m", "mixin"], "metric 'mixin' is not known; there are: .*Did you mean 'mixing'"),
        ([*RUN, "-d", "minst"], "dataset 'minst' is not known; there are: .*Did you mean 'mnist'"),
        ([*RUN, "--features", "pac"], "features 'pac' is not known; .*Did you mean 'pca'"),
        (["run", "-g", "smote", "-c", "3-"], "class '3-' is not known; there are: 0, 1, .* Did you mean '3'"),
        (["run", "-g", "smote", "-c", "5,5"], "--classes '5,5': 5 is given twice"),
        (["run", "-g", "smote", "-c", "-1"], "class '-1' is not known"),
        (["run", "-g", "smote", "-c", "10"], "class '10' is not known"),
        (["run", "-g", "smote", "-c", "5-3"], "class '5-3' is not known"),
        (
            ["run", "-g", "smote", "--n-real", "6000"],
            "--n-real 6000 asks for more images than there are: the smallest class has 5421",
        ),
        (["run", "-g", "smote", "--n-real", "0"], "--n-real 0 is out of range; allowed are 1 to"),
        (["run", "-g", "smote", "--n-real", "50,x"], "'50,x' is not allowed"),
        (["run", "-g", "smote", "--n-real", "50,50"], "a number is given twice"),
        (["run", "-g", "smote", "--seeds", "0"], "--seeds 0 is out of range; allowed are 1 to"),
        (["run", "-g", "smote", "--seeds", "x"], "'x' is not a valid integer"),
        (["run", "-g", "smote", "--timeout", "0"], "--timeout 0 is out of range"),
        (["run", "--generator", "smote"], "No such option '?--generator'?.*--generators"),
        (["rnu"], "command 'rnu' is not known; there are: .*Did you mean 'run'"),
        ([*RUN, "-p", "nowhere.py"], "there is no file 'nowhere.py'"),
        ([*RUN, "--config", "nowhere.toml"], "--config 'nowhere.toml' cannot be read"),
        ([*RUN, "--data-dir", "nowhere"], "'nowhere' does not exist; allowed are a folder of images"),
        (
            [*RUN, "-d", "mnist", "--data-dir", "."],
            "dataset 'mnist' takes no --data-dir; the datasets that read a folder are: .*idx",
        ),
        ([*RUN, "--require", "realistic"], "--require 'realistic' is not a condition; write it as"),
        ([*RUN, "--require", "realistc>=0.5"], "aspect or measure 'realistc' is not known; .*Did you mean 'realistic'"),
        ([*RUN, "--require", "realistic>=1.5"], "1.5 is out of range; realistic goes from 0 to 1"),
        (["run", "-g", "smote", "--n-real", "9999999"], "9999999 is out of range; allowed are 1 to 1,000,000"),
        (["new", "generator", "class"], "'class' is a Python keyword; choose another name"),
        ([*RUN, "--require", "gan.realistic>=0.5"], "generator 'gan' is not known"),
        (["list", "generator"], "kind of plugin 'generator' is not known; .*Did you mean 'generators'"),
        (["info", "smoet"], "plugin 'smoet' is not known; .*Did you mean 'smote'"),
        (["report", "nowhere"], "'nowhere/report.json' cannot be read"),
    ],
)
def test_one_sentence_and_nothing_written(bench, arguments: list[str], message: str) -> None:
    done = bench(*arguments, code=2)
    assert re.search(message, done.stderr)
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(bench.folder.iterdir()) == []


def test_an_output_folder_that_cannot_be_used(bench) -> None:
    (bench.folder / "file").write_text("mine")
    assert "--out 'file' is a file" in bench(*RUN, "-o", "file", code=2).stderr
    (bench.folder / "other").mkdir()
    (bench.folder / "other" / "mine.txt").write_text("mine")
    assert "--out 'other' has files in it but is not a store" in bench(*RUN, "-o", "other", code=2).stderr
    (bench.folder / "old").mkdir()
    (bench.folder / "old" / "format.json").write_text('{"format": "bench.store/0"}')
    assert "is a store of version 'bench.store/0'" in bench(*RUN, "-o", "old", code=2).stderr
    assert (bench.folder / "other" / "mine.txt").read_text() == "mine"


def test_an_output_folder_under_a_file_is_not_writable(bench) -> None:
    (bench.folder / "file").write_text("mine")
    assert "--out 'file/below' is not writable" in bench(*RUN, "-o", "file/below", code=2).stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_without_permission(bench) -> None:
    (bench.folder / "locked").mkdir(mode=0o500)
    assert "is not writable" in bench(*RUN, "-o", "locked/out", code=2).stderr


def write_idx(path: Path, array: np.ndarray) -> None:
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(gzip.compress(head + array.astype(np.uint8).tobytes()))


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda f: f.write_bytes(f.read_bytes()[:-20]), "gzip stream is damaged or truncated"),
        (lambda f: f.write_bytes(b"GIF89a"), "not an IDX file"),
        (lambda f: write_idx(f, np.zeros((3, 4, 4))), "has 3 images, but train-labels-idx1-ubyte.gz has 40 labels"),
    ],
)
def test_damaged_files_of_the_users_own(bench, tmp_path: Path, harm, message: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    write_idx(folder / "train-images-idx3-ubyte.gz", np.random.default_rng(0).integers(0, 255, (40, 4, 4)))
    write_idx(folder / "train-labels-idx1-ubyte.gz", np.arange(40) % 2)
    harm(folder / "train-images-idx3-ubyte.gz")
    done = bench("run", "-g", "smote", "--data-dir", folder, code=2)
    assert message in done.stderr
    assert list(bench.folder.iterdir()) == []
