"""What a run was asked to do: every option, read from the command line, Python or a TOML file."""

from benchmark.settings.reading import from_mapping, read_toml
from benchmark.settings.settings import AUTO, DATASET, ScoreSettings, Settings

__all__ = ["AUTO", "DATASET", "ScoreSettings", "Settings", "from_mapping", "read_toml"]
