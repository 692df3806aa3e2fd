"""The scale is honest: fresh images score 1, copies are caught, and chance does not count as a difference."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """The script that measures it at full size."""
    file = Path(__file__).parent.parent / "performance" / "calibration.py"
    spec = importlib.util.spec_from_file_location("calibration_script", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow("scores twelve draws of several generators")
def test_fresh_images_are_one_copies_are_caught_and_a_generator_equals_itself(script, tmp_path: Path) -> None:
    """Twelve draws of three seeds with 100 images; the script has forty, and 500."""
    found = list(script.findings(script.score(tmp_path / "store", quick=True, draws=12)))
    assert len(found) == 8
    assert [f"{f.claim}: {f.found}" for f in found if not f.holds] == []
