"""--device: a graphics card is found without loading a library, and never used by two cells at once."""

from itertools import pairwise
from pathlib import Path

import pytest

from benchmark.device import check_system, environment, gpu_or_cpu
from benchmark.errors import InputError


@pytest.fixture
def two_cards(tmp_path: Path) -> Path:
    """The files by which Linux shows two NVIDIA cards."""
    (tmp_path / "dev").mkdir()
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm"):
        (tmp_path / "dev" / name).touch()
    for slot, model in (("01", "NVIDIA A100"), ("02", "NVIDIA T4")):
        folder = tmp_path / "proc" / "driver" / "nvidia" / "gpus" / f"0000:{slot}:00.0"
        folder.mkdir(parents=True)
        (folder / "information").write_text(f"Model: \t\t {model}\nIRQ:   \t\t 11\n")
    return tmp_path


@pytest.mark.parametrize(
    ("visible", "device"),
    [
        (None, "gpu:NVIDIA A100"),
        ("0,1", "gpu:NVIDIA A100"),
        ("1", "gpu:NVIDIA T4"),
        ("", "cpu"),
        ("-1", "cpu"),
        ("-1,0", "cpu"),
        ("7", "cpu"),
        ("no", "cpu"),
        ("GPU-8932f937", "gpu:NVIDIA A100"),
    ],
)
def test_the_first_card_that_is_visible_as_cuda_reads_it(two_cards: Path, visible: str | None, device: str) -> None:
    environ = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    assert gpu_or_cpu(two_cards, environ) == device
    assert gpu_or_cpu(two_cards / "proc", environ) == "cpu"


def test_a_cell_on_a_card_sees_one_and_does_not_take_all_of_its_memory() -> None:
    assert environment("cpu") == {}
    assert environment("gpu:NVIDIA T4", {"CUDA_VISIBLE_DEVICES": "1,0"}) == {
        "CUDA_VISIBLE_DEVICES": "1",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    }
    assert environment("gpu:NVIDIA T4", {})["CUDA_VISIBLE_DEVICES"] == "0"


@pytest.mark.parametrize(("platform", "name"), [("win32", "Windows"), ("darwin", "macOS")])
def test_other_systems_are_refused_in_one_sentence(platform: str, name: str) -> None:
    with pytest.raises(InputError, match=f"not supported on {name} yet"):
        check_system(platform)


HEAVY = '''
import os, time
from itertools import pairwise
from pathlib import Path
from benchmark.api import Generator, hookimpl


class Heavy(Generator):
    """Notes when it ran, and what it saw."""

    name = "heavy"

    def fit(self, real, ctx):
        began = time.monotonic()
        time.sleep(0.3)
        seen = os.environ.get("CUDA_VISIBLE_DEVICES"), os.environ.get("TF_FORCE_GPU_ALLOW_GROWTH")
        with Path(FILE).open("a") as file:
            file.write(f"{began} {time.monotonic()} {seen}\\n")
        self.real = real

    def sample(self, n, ctx):
        return self.real[:1].repeat(n, 0)


@hookimpl
def bench_generators():
    return [Heavy]
'''


def test_on_a_card_one_cell_at_a_time_under_a_key_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.execution import execute
    from benchmark.plan import choices
    from benchmark.plugins.registry import discover
    from benchmark.settings import from_mapping

    (tmp_path / "heavy.py").write_text(f"FILE = {str(tmp_path / 'seen')!r}\n{HEAVY}")
    options = {
        "generators": "heavy",
        "plugins": [str(tmp_path / "heavy.py")],
        "dataset": "digits",
        "classes": "3,5,7",
        "seeds": 1,
        "metrics": "diversity",
        "n_real": 30,
        "n_synthetic": 30,
        "report": False,
        "workers": 3,
        "out": str(tmp_path / "out"),
    }
    registry = discover(options["plugins"])
    on_cpu = choices.make(from_mapping(options), registry)
    monkeypatch.setattr(choices, "gpu_or_cpu", lambda: "gpu:NVIDIA T4")  # there is none where tests run
    on_card = choices.make(from_mapping({**options, "device": "auto"}), registry)
    for ours, theirs in zip(on_cpu.cells, on_card.cells, strict=True):
        assert (ours.key == theirs.key) == (ours.config != "heavy")
    execute(on_card)
    spans = sorted(line.split(" ", 2) for line in (tmp_path / "seen").read_text().splitlines())
    assert len(spans) == 3
    assert {seen for *_, seen in spans} == {"('0', 'true')"}
    assert all(float(end) <= float(begin) for (_, end, _), (begin, _, _) in pairwise(spans))


def test_auto_without_a_card_is_said_once_and_changes_no_key(bench) -> None:
    arguments = ["run", "-d", "digits", "-c", "3", "-g", "smote", "--seeds", "1", "--dry-run"]
    plain, auto = bench(*arguments), bench(*arguments, "--device", "auto")
    assert "device" not in plain.stderr
    assert plain.stdout == auto.stdout


def test_with_a_cluster_there_is_no_gpu(bench) -> None:
    done = bench("run", "-g", "smote", "--device", "auto", "--cluster", "tcp://localhost:8786", code=2)
    assert "bench: --device auto cannot be combined with --cluster" in done.stderr
    assert list(bench.folder.iterdir()) == []
