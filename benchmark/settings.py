"""What a run was asked to do: every option, read from the command line, Python or a TOML file."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar

from benchmark.errors import InputError, unknown
from benchmark.shards import Shard

DEVICES = ("cpu", "auto")


@dataclass(frozen=True)
class Settings:
    """The options of `bench run`, under the same names. None: the default, which may shrink to what there is."""

    COMMAND: ClassVar[str] = "run"
    POSITIONAL: ClassVar[tuple[str, ...]] = ()  # written without an option's name

    generators: str = ""
    exclude: str = ""
    classes: str = "all"
    metrics: str = ""  # "": the default ones
    features: str = "pca"
    dataset: str = ""  # "": mnist, or idx where data_dir is given
    data_dir: str = ""
    n_real: tuple[int, ...] | None = None
    n_synthetic: int | None = None
    seeds: int | None = None
    seed: int = 0
    out: str = "bench-results"
    workers: int | None = None
    cluster: str = ""
    timeout: float = 3600.0
    memory: float = 4.0
    device: str = "cpu"  # or auto
    shard: str = ""  # "2/5"
    fresh: bool = False
    keep_failures: bool = False
    quick: bool = False
    map_points: int | None = None
    require: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    report: bool = True

    def __post_init__(self) -> None:
        """Raise InputError on a value out of range."""
        for name, low, high in (
            ("n_synthetic", 1, 10**6),
            ("seeds", 1, 10**4),
            ("seed", 0, 2**31),
            ("workers", 1, 1024),
            ("map_points", 0, 10_000),
        ):
            _check(name, getattr(self, name), low, high)
        for n in self.n_real or ():
            _check("n_real", n, 1, 10**6)
        if self.n_real is not None and len(set(self.n_real)) != len(self.n_real):
            raise InputError(
                f"--n-real {','.join(map(str, self.n_real))}: a number is given twice; each is one regime."
            )
        if self.cluster and not re.fullmatch(r"[a-z+]+://.+", self.cluster):
            raise InputError(
                f"--cluster {self.cluster!r} is no address of a Dask scheduler; write it as tcp://host:8786."
            )
        _check("timeout", self.timeout, 1, 10**7)
        _check("memory", self.memory, 0.1, 10**4)
        if self.device not in DEVICES:
            raise unknown("--device", self.device, DEVICES)
        if self.device != "cpu" and self.cluster:
            raise InputError(
                f"--device {self.device} does not go with --cluster, whose workers generate on their CPU; "
                "where machines have a GPU each, run on each with --shard i/n and join the stores with `bench merge`."
            )
        if self.shard:
            Shard.parse(self.shard)
        if self.shard and self.require:
            raise InputError(
                f"--require {self.require[0]!r} is about the whole run: "
                f"give it with the run over the merged shards, not with --shard {self.shard}."
            )

    @property
    def dataset_name(self) -> str:
        """The dataset plugin: as asked, else what `data_dir` looks like, else mnist."""
        from benchmark.images.reading import kind_of

        if self.dataset or not self.data_dir:
            return self.dataset or "mnist"
        return kind_of(Path(self.data_dir))

    @property
    def one_fit(self) -> bool:
        """Whether each generator is one fit, whatever `seeds` says: images that were made elsewhere."""
        return False

    def to_toml(self) -> str:
        """Write what differs from nothing: a file that `--config` reads."""
        import tomli_w

        values = {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items() if v is not None}
        return tomli_w.dumps(values)

    def command(self) -> list[str]:
        """Return the command line that runs this again, without what is a default."""
        words = ["bench", self.COMMAND, *(str(word) for name in self.POSITIONAL for word in getattr(self, name))]
        for field in fields(self):
            value = getattr(self, field.name)
            if value == field.default or field.name in ("fresh", "keep_failures", *self.POSITIONAL):
                continue
            flag = "--" + field.name.replace("_", "-")
            if field.name == "report":
                words.append("--no-report")
            elif value is True:
                words.append(flag)
            elif field.name in ("require", "plugins"):
                for each in value:
                    words += [flag.removesuffix("s") if field.name == "plugins" else flag, str(each)]
            else:
                words += [flag, ",".join(map(str, value)) if isinstance(value, tuple) else _plain(value)]
        return words


@dataclass(frozen=True)
class ScoreSettings(Settings):
    """The options of `bench score`."""

    COMMAND: ClassVar[str] = "score"
    POSITIONAL: ClassVar[tuple[str, ...]] = ("fake",)

    classes: str = ""  # "": those that the images have
    seeds: int | None = 1
    fake: tuple[str, ...] = ()  # folders and files of images that were made elsewhere
    names: tuple[str, ...] = ()  # what they are called; (): as the files are
    train: str = ""  # what their generator had seen; "": not known
    range: str = ""  # "-1,1": the values that are black and white; "": bytes, or [0, 1]
    invert: bool = False
    resize: bool = False
    as_is: bool = False  # True: no guess about the values stops it

    @property
    def one_fit(self) -> bool:
        """A set of images is one fit."""
        return True


def from_mapping(values: Mapping[str, Any], origin: str = "settings") -> Settings:
    """Return settings of plain values (a TOML table, keyword arguments): with `fake`, those of `bench score`.

    Raises InputError.
    """
    kind = ScoreSettings if "fake" in values else Settings
    known = {field.name: field for field in fields(kind)}
    ready: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise unknown(f"option in {origin}", name, known)
        ready[name] = _typed(name, value, str(known[name].type), origin)
    return kind(**ready)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a file that a run wrote as `run.toml`. Raises InputError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"--config {str(path)!r} cannot be read ({error.strerror}).") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"--config {str(path)!r} is not TOML: {error}.") from None


def _check(name: str, value: float | None, low: float, high: float) -> None:
    if value is not None and not low <= value <= high:
        raise InputError(
            f"--{name.replace('_', '-')} {_plain(value)} is out of range; allowed are {low:,} to {high:,}."
        )


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _typed(name: str, value: Any, kind: str, origin: str) -> Any:
    """Bring a plain value to the type of its field: lists to tuples or words, one number to a tuple of one."""
    sequence = isinstance(value, (list, tuple))
    if "tuple" in kind:
        value = tuple(value) if sequence else (value,) if value is not None else None
        wanted: tuple[type, ...] = (int,) if "int" in kind else (str,)
        fits = value is None or all(isinstance(v, wanted) and not isinstance(v, bool) for v in value)
    elif kind == "str":
        value = ",".join(map(str, value)) if sequence else str(value) if isinstance(value, (int, Path)) else value
        fits = isinstance(value, str)
    elif kind == "bool":
        fits = isinstance(value, bool)
    elif kind.startswith("float"):
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    else:
        fits = value is None or (isinstance(value, int) and not isinstance(value, bool))
    if not fits:
        raise InputError(f"{name} in {origin} is {value!r}; expected {kind.replace(' | None', '')}.")
    return value
