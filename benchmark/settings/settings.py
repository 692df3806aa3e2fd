"""The options of `bench run` and `bench score`, each declared once, as a field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from benchmark.errors import InputError
from benchmark.settings.option import Option, changed, option, options_of
from benchmark.settings.values import size_of
from benchmark.shards import Shard

AUTO = "auto"  # the feature space that fits the images
DATASET = "mnist"  # the one that is used where neither dataset nor data_dir is set
RUN = ("run",)  # commands of an option that bench score does not have


@dataclass(frozen=True)
class Settings:
    """The options of `bench run`, by the same names. None means: not set, so that the default may adapt."""

    COMMAND: ClassVar[str] = "run"

    generators: str = option(
        "",
        "-g",
        metavar="NAMES",
        help="Which generators to score, such as smote, 'smote[k=3]', 'gan[steps=600,1200]', @tag, or a glob.",
        commands=RUN,
    )
    exclude: str = option("", "-x", metavar="NAMES", help="Which of these generators to leave out.", commands=RUN)
    classes: str = option(
        "all", "-c", metavar="CLASSES", help="Which classes to use: numbers such as 3,5 or 0-4, names, or all."
    )
    metrics: str = option(
        "", "-m", metavar="NAMES", help="Which metrics to compute, or all.", shown="all but the diagnostic ones"
    )
    features: str = option(
        AUTO,
        metavar="NAME",
        help="The feature space in which distances are measured; auto: pca for grey images up to 64 pixels wide, "
        "else the one in your settings file, else cnn.",
    )
    dataset: str = option(
        "", "-d", metavar="NAME", help="The real images: a name from `bench list datasets`.", shown=DATASET
    )
    data_dir: str = option(
        "",
        metavar="PATH",
        help="Your own real images: a folder with one sub-folder per class, or .npz, .csv, .parquet or IDX files.",
    )
    convert: str = option(
        "", help="Convert your images to 8-bit grey or RGB; what is transparent becomes white.", choices=("gray", "rgb")
    )
    fit: str = option(
        "",
        help="Bring your images to one size: crop to the centre, pad with black, or stretch.",
        choices=("crop", "pad", "stretch"),
    )
    size: str = option(
        "", metavar="HxW", help="The size for --fit, such as 64 or 64x48; synthetic images get that of the real ones."
    )
    skip_broken: bool = option(False, help="Leave out image files that are damaged, and list them in broken.csv.")
    strict: bool = option(False, help="Stop if anything in your files is not used, instead of reporting it.")
    n_real: tuple[int, ...] | None = option(
        None,
        metavar="N,N",
        help="Number of training images per class; several numbers form a grid.",
        usual=(1000, 250),
        bounds=(1, 10**6),
        joined=True,
        commands=RUN,
    )
    n_synthetic: int | None = option(
        None,
        metavar="N",
        help="Number of images to sample per class; they are compared with as many real ones.",
        usual=(500, 100),
        bounds=(1, 10**6),
        commands=RUN,
    )
    seeds: int | None = option(
        None,
        metavar="N",
        help="Number of repeats, each with its own seed.",
        usual=(3, 1),
        bounds=(1, 10**4),
        commands=RUN,
    )
    seed: int = option(0, metavar="N", help="The first seed.", bounds=(0, 2**31))
    out: str = option("bench-results", "-o", metavar="DIR", help="Where results are stored, and reused by later runs.")
    workers: int | None = option(
        None, metavar="N", help="Number of cells to run in parallel.", shown="the number of CPU cores", bounds=(1, 1024)
    )
    cluster: str = option(
        "", metavar="ADDRESS", help="Run the cells on the workers of a Dask scheduler, such as tcp://host:8786."
    )
    timeout: float = option(
        3600.0,
        metavar="SECONDS",
        help="Time limit for generating the images of a cell.",
        bounds=(1, 10**7),
        commands=RUN,
    )
    memory: float = option(
        4.0, metavar="GIB", help="Memory limit for generating the images of a cell.", bounds=(0.1, 10**4), commands=RUN
    )
    device: str = option(
        "cpu", help="Where generators run; auto uses a GPU if there is one.", choices=("cpu", "auto"), commands=RUN
    )
    shard: str = option(
        "",
        metavar="I/N",
        help="Run only the I-th of N shares of the cells; `bench merge` joins the results.",
        commands=RUN,
    )
    fresh: bool = option(False, help="Recompute everything, even if it is stored.", repeated=False)
    keep_failures: bool = option(False, help="Do not retry cells that failed earlier.", commands=RUN, repeated=False)
    quick: bool = option(False, help="Use small sizes and a single seed, for trying things out.")
    map_points: int | None = option(
        None,
        metavar="N",
        help="Maximum number of images on the map in the report; 0 for no map.",
        usual=(4000, 1000),
        bounds=(0, 10_000),
    )
    require: tuple[str, ...] = option(
        (),
        metavar="CONDITION",
        help="Exit with 1 unless this holds, such as 'gan.realistic>=0.6' or 'copy_share<0.05'. Can be repeated.",
    )
    plugins: tuple[str, ...] = option(
        (), "--plugin", "-p", metavar="FILE", help="Load plugins from a file or module. Can be repeated."
    )
    report: bool = option(True, "--no-report", help="Do not write the report page.")

    def __post_init__(self) -> None:
        """Raise InputError on a value out of range."""
        for name, each in options_of(type(self)).items():
            each.check(getattr(self, name))
        if self.fresh and self.keep_failures:
            raise InputError("--fresh recomputes everything, so --keep-failures cannot be combined with it.")
        if self.n_real is not None and len(set(self.n_real)) != len(self.n_real):
            raise InputError(
                f"--n-real {','.join(map(str, self.n_real))}: a number is given twice; give each number once."
            )
        if self.n_real == ():
            raise InputError("--n-real is empty; give at least one number.")
        if self.cluster and not re.fullmatch(r"[a-z+]+://.+", self.cluster):
            raise InputError(
                f"--cluster {self.cluster!r} is not the address of a Dask scheduler; write it as tcp://host:8786."
            )
        if size_of(self.size) and not self.fit:
            raise InputError(
                f"--size {self.size} needs --fit crop, --fit pad or --fit stretch, which says how images get that size."
            )
        if self.device != "cpu" and self.cluster:
            raise InputError(
                f"--device {self.device} cannot be combined with --cluster, whose workers generate on the CPU; if each "
                "machine has a GPU, run on each of them with --shard i/n and join the stores with `bench merge`."
            )
        if self.shard:
            Shard.parse(self.shard)
        if self.shard and self.require:
            raise InputError(
                f"--require {self.require[0]!r} applies to the whole run: "
                f"use it in the run over the merged shards, not together with --shard {self.shard}."
            )

    @classmethod
    def flag(cls, name: str) -> str:
        """Return an option as it is typed for this command: `--against` for the dataset of `bench score`."""
        return options_of(cls)[name].spellings[0]

    @property
    def one_fit(self) -> bool:
        """Whether each generator is one fit, whatever `seeds` says: images that were made elsewhere."""
        return False

    def usual(self, name: str) -> int:
        """Return the value of an option that is not set: a smaller one with `quick`."""
        values = options_of(type(self))[name].usual
        if values is None:
            raise KeyError(name)
        return values[self.quick]

    def to_toml(self) -> str:
        """Return the values that are set as a file that `--config` reads."""
        import tomli_w

        values = {name: getattr(self, name) for name, each in self._options()}
        plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
        return tomli_w.dumps({name: value for name, value in plain.items() if value is not None})

    def command(self) -> list[str]:
        """Return the command line that runs this again, without defaults."""
        words: list[str] = []
        positional: list[str] = []
        for name, each in self._options():
            value = getattr(self, name)
            if each.positional:
                positional += value
            elif each.repeated and value != each.default:
                words += each.words(value)
        if any(word.startswith("-") for word in positional):
            return ["bench", self.COMMAND, *words, "--", *positional]
        return ["bench", self.COMMAND, *positional, *words]

    def _options(self) -> list[tuple[str, Option]]:
        return [(name, each) for name, each in options_of(type(self)).items() if self.COMMAND in each.commands]


@dataclass(frozen=True)
class ScoreSettings(Settings):
    """The options of `bench score`: its own, and those of `bench run` that are not for RUN only."""

    COMMAND: ClassVar[str] = "score"

    fake: tuple[str, ...] = option(
        (), metavar="FAKE...", help="Folders and files of images that were made elsewhere.", positional=True
    )
    dataset: str = changed(Settings, "dataset", flags=("--against", "--dataset", "-d"))
    data_dir: str = changed(Settings, "data_dir", flags=("--real", "--data-dir"))
    classes: str = changed(
        Settings,
        "classes",
        default="",
        flags=("--class", "--classes", "-c"),
        help="The class of the images; if FAKE has several classes, which of them to score.",
        shown="all classes of FAKE",
    )
    names: tuple[str, ...] = option(
        (), metavar="A,B", help="The names of the image sets, in order.", shown="the file names", joined=True
    )
    train: str = option(
        "",
        metavar="PATH",
        help="The images the generator was trained on.",
        shown="unknown, so copies are searched for in all real training images",
    )
    embeddings: tuple[str, ...] = option(
        (),
        metavar="REAL,FAKE",
        help="Your own features for --features embeddings: an .npy or .npz file per set, the real images first.",
        joined=True,
    )
    range: str = option(
        "", metavar="LOW,HIGH", help="The values of black and white, such as -1,1; also for --train if it needs them."
    )
    invert: bool = option(False, help="Swap black and white.")
    as_is: bool = option(False, help="Use the values as they are; skip the range check.")
    n_synthetic: int | None = changed(
        Settings,
        "n_synthetic",
        help="Score at most this many images per class, compared with as many real ones.",
        usual=(1000, 100),
        commands=("run", "score"),
    )
    seed: int = changed(Settings, "seed", help="The seed for sampling real and synthetic images.")
    seeds: int | None = changed(Settings, "seeds", default=1)
    quick: bool = changed(Settings, "quick", help="Score at most 100 images per class, for trying things out.")
    require: tuple[str, ...] = changed(
        Settings,
        "require",
        help="Exit with 1 unless this holds, such as 'realistic>=0.6' or 'gan-a.copy_share<0.05'. Can be repeated.",
    )

    @property
    def one_fit(self) -> bool:
        """A set of images is one fit."""
        return True
