"""What a plugin author imports: this module is the complete author interface.

A plugin is a class (a dataclass if it has parameters) that a hook returns::

    @hookimpl
    def bench_generators() -> list[type[Generator]]:
        return [Jitter]

Images are `float32 (n, height, width, channels)` in [0, 1], channels last, 1 or 3 channels.
Importing a plugin module must stay light: import TensorFlow, torch, umap and scikit-learn inside functions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeAlias

import pluggy

from benchmark.errors import CannotFit, InputError
from benchmark.measures import NEAR_REAL, Measure, Score, Space
from benchmark.study import CannotTell, Claim, Estimate, Findings, Study, StudyFigure, Verdict, confirmed, p_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Images: TypeAlias = NDArray[np.float32]
    Labels: TypeAlias = NDArray[np.int64]
    Array: TypeAlias = NDArray[Any]
else:
    Images = Labels = Array = Any

__all__ = [
    "NEAR_REAL", "AnyGenerator", "Array", "CannotFit", "CannotTell", "Claim", "ConditionalGenerator", "Context",
    "Control", "Data", "Dataset", "Embedding", "Estimate", "Evidence", "Features", "Findings", "Generator",
    "GroupEvidence", "Images", "InputError", "Labels", "Measure", "Metric", "Neighbours", "Plugin", "Score", "Section",
    "Source", "Study", "StudyFigure", "Task", "Verdict", "confirmed", "hookimpl", "p_text",
]  # fmt: skip

hookimpl = pluggy.HookimplMarker("synthassay")
Role = Literal["synthetic", "held_out", "train", "test"]


@dataclass(frozen=True)
class Task:
    """What is known of a cell before anything runs: the argument of `skip`."""

    dataset: str
    label: int
    class_name: str
    n_real: int  # training images
    n_synthetic: int  # images to sample; there are as many held-out and fresh real images
    shape: tuple[int, int, int]  # height, width, channels
    n_classes: int  # classes of the dataset
    seed: int


@dataclass
class Context:
    """What the runner passes to a plugin.

    rng: the only source of random numbers to use; its seed is derived from the names of what it is used for.
    scratch: a folder for its own use until the cell ends. deadline: when it is stopped (`time.monotonic()`), or None.
    """

    rng: np.random.Generator
    scratch: Path = Path()
    deadline: float | None = None
    on_progress: Callable[[int, int], None] | None = None
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    snapshots: list[tuple[int, Any]] = field(default_factory=list)
    class_snapshots: dict[int, list[tuple[int, Any]]] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    unit: str = "step"

    @property
    def seed(self) -> int:
        """A seed in [0, 2**31) drawn from `rng`, for libraries that want an integer; a new one on each access."""
        return int(self.rng.integers(2**31))

    @property
    def seconds_left(self) -> float:
        """Seconds until `deadline`; infinite if there is none."""
        return float("inf") if self.deadline is None else self.deadline - time.monotonic()

    def log(self, step: float, **values: float) -> None:
        """Record one point per named curve (such as a loss) at `step`; the report shows the curves."""
        for name, value in values.items():
            self.curves.setdefault(name, []).append((float(step), float(value)))

    def snapshot(self, step: int, images: Images, label: int | None = None) -> None:
        """Record images made at `step`, from the same latent points each time; label: their class, if conditional."""
        (self.snapshots if label is None else self.class_snapshots.setdefault(label, [])).append((step, images))

    def progress(self, done: int, total: int) -> None:
        """Report to the runner how far the work has got."""
        if self.on_progress is not None:
            self.on_progress(done, total)

    def keep(self, name: str, array: Array) -> None:
        """Keep an array together with the scores (for metrics: an embedding, or distances for a histogram)."""
        self.kept[name] = array

    def per_image(self, name: str, values: Array) -> None:
        """Record one value per synthetic image (for metrics): numbers or booleans (n,), in the images' order.

        Their column in `images.csv` is `<metric>.<name>`, `name` for our own. NaN and infinity are gaps, with a note.
        """
        self.columns[name] = values

    def warn(self, message: str) -> None:
        """Record a one-sentence warning that the report shows next to the result."""
        self.warnings.append(message)


class Plugin:
    """The base of all plugins. `name` is the name on the command line; dataclass fields are parameters."""

    name: ClassVar[str]
    tags: ClassVar[tuple[str, ...]] = ()  # groups, selected with @tag
    needs: ClassVar[tuple[str, ...]] = ()  # imported packages beyond the base install: ("tensorflow",)
    extra: ClassVar[str] = ""  # the extra of synthassay that installs them
    source: ClassVar[str] = ""  # the paper and equation that it implements
    licence: ClassVar[str] = ""

    def skip(self, task: Task) -> str | None:
        """Return why this task cannot be done ('needs at least 6 training images'), or None."""
        return None


class AnyGenerator(Plugin):
    """What both kinds of generators declare; derive from `Generator` or `ConditionalGenerator`."""

    label: ClassVar[str] = ""  # its name on the page, if not `name`: "SMOTE"
    control: ClassVar[bool] = False
    light: ClassVar[bool] = False  # True: it may be forked from a process that has numpy and sklearn loaded
    cost: ClassVar[Literal["seconds", "minutes"]] = "seconds"


class Generator(AnyGenerator):
    """Makes synthetic images of one class after being fitted to real ones."""

    def fit(self, real: Images, ctx: Context) -> None:
        """Learn from `real`, float32 (n, height, width, channels) in [0, 1]. May raise CannotFit."""
        raise NotImplementedError

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images of any real dtype; the runner casts to float32 and clips to [0, 1]."""
        raise NotImplementedError


class ConditionalGenerator(AnyGenerator):
    """Makes images of several classes: fitted once to all of them, then sampled one class at a time."""

    def fit(self, real: Images, labels: Labels, ctx: Context) -> None:
        """Learn from `real` (n, h, w, c) of all chosen classes; `labels`, int64 (n,), can be any integers."""
        raise NotImplementedError

    def sample(self, n: int, label: int, ctx: Context) -> Images:
        """Return `n` images of the class `label`, one of the classes that it was fitted to."""
        raise NotImplementedError


class Control(Generator):
    """A generator of known quality that is part of every run. It may be fitted to roles other than `train`."""

    control: ClassVar[bool] = True
    light: ClassVar[bool] = True
    roles: ClassVar[tuple[Literal["train", "fresh", "spare"], ...]] = ("train",)  # concatenated in this order
    class_shift: ClassVar[int] = 0  # 1: use the images of the next class in label order
    also_from: ClassVar[tuple[int, ...]] = ()  # shifts of further classes; their images of the same roles follow
    pictures: ClassVar[bool] = False  # True: only for pictures: in colour, or wider than 64 pixels


@dataclass(frozen=True)
class Neighbours:
    """Nearest neighbours, nearest first: distances float32 (n, k), indices int64 (n, k)."""

    distances: Array
    indices: Array


@dataclass(frozen=True)
class Embedding:
    """A map of images: points float32 (n, dimensions)."""

    points: Array
    kl: float | None  # KL(P || Q) in nats, which t-SNE minimised, with one kernel for all engines; None for UMAP
    preserved: float  # the mean share of each image's 10 nearest neighbours that are among its 10 nearest on the map


class Evidence(Protocol):
    """What a metric sees of one cell: images, and shared work that is done once, however many metrics need it."""

    task: Task
    synthetic: Images  # (n_synthetic, h, w, c)
    train: Images  # (n_real, h, w, c): what the generator was trained on
    held_out: Images  # (n_synthetic, h, w, c): the real reference
    test: Images  # the dataset's test split, all classes
    test_labels: Labels
    control: str | None  # the name of the control that is scored; None for a generator
    others: Mapping[int, Images]  # label -> (n_synthetic, h, w, c) held-out images of each other class
    others_train: Mapping[int, Images]  # likewise their training images (n_real, h, w, c)

    def features(self, images: Images | Role, space: Space = "features") -> Array:
        """Return float32 (n, d): flat pixels (images above 64 px reduced to about 32), or the space of `--features`."""

    def count(self, role: Role) -> int:
        """Return the number of images of a role. Unlike `len(evidence.train)`, this reads none of them."""

    def some(self, role: Role, indices: Array) -> Images:
        """Return the images of a role at these indices, int64 (k,)."""

    def over(self, role: Role, describe: Callable[[Images], Array]) -> Array:
        """Return what `describe` returns for all images of a role, (n, ...). It gets them in blocks of bounded size."""

    def neighbours(self, of: Role, among: Role, k: int, space: Space = "features") -> Neighbours:
        """Return the `k` nearest of `among` for each of `of` (Euclidean, exact; no image is its own neighbour)."""

    def itself(self, of: Role) -> Array | None:
        """Return int64 (n,): the index in `train` of each image of a role, or -1; None if none of them is in `train`.

        `neighbours` leaves out the image itself; a metric that computes its own distances must do the same.
        """

    def balls(self, of: Role, among: Role, radii: Array, space: Space = "features") -> Array:
        """Return int64 (n,): how many balls around `among`, with `radii` (m,), contain each of `of` (d <= radius)."""

    def embedding(
        self, method: Literal["tsne", "umap"], dims: tuple[int, ...], *, images: int = 250, **settings: Any
    ) -> Mapping[int, Embedding]:
        """Return maps of m synthetic, then m held-out images, by dimensions. settings: `perplexity`, `neighbors`."""

    def classify(self, images: Images | Role) -> Labels:
        """Return the labels that the reference classifier (fitted on the neutral role) predicts, int64 (n,)."""

    def probability(self, images: Images | Role) -> Array | None:
        """Return the reference classifier's probability of the cell's class, float64 (n,), or None."""


class GroupEvidence(Protocol):
    """What a metric with the scope "generator" sees: the chosen classes of one configuration and seed, by label."""

    seed: int
    n_real: int
    labels: tuple[int, ...]  # the chosen classes, at least two
    synthetic: Mapping[int, Images]  # (n_synthetic, h, w, c) each
    train: Mapping[int, Images]  # (n_real, h, w, c) each
    held_out: Mapping[int, Images]  # (n_synthetic, h, w, c) each
    test: Images  # the test images of the chosen classes
    test_labels: Labels
    control: str | None

    def features(self, images: Images) -> Array:
        """Return float32 (n, d), in the space set by `--features`."""


class Metric(Plugin):
    """Computes its measures from an `Evidence` or, with the scope "generator", a `GroupEvidence` of several classes."""

    measures: ClassVar[tuple[Measure, ...]]
    scope: ClassVar[Literal["cell", "generator"]] = "cell"
    default: ClassVar[bool] = True  # False: runs only if `--metrics` names it
    aliases: ClassVar[tuple[str, ...]] = ()  # other names for `--metrics`
    maps: ClassVar[bool] = False  # True: uses `embedding`, whose code is compiled before any cell runs
    controls: ClassVar[tuple[str, ...] | None] = None  # the controls to score; None: all

    def score(self, evidence: Any, ctx: Context) -> Mapping[str, Score]:
        """Return a `Score` for each measure that is `due(evidence.control)`, no more and no fewer."""
        raise NotImplementedError

    @classmethod
    def due(cls, control: str | None) -> tuple[Measure, ...]:
        """Return the measures to score for the control of this name; None: for a generator, which gets all."""
        if control is None:
            return cls.measures
        if cls.controls is not None and control not in cls.controls:
            return ()
        return tuple(m for m in cls.measures if m.controls is None or control in m.controls)


@dataclass(frozen=True)
class Data:
    """A dataset as read: images uint8 or float32 in [0, 1] (n, h, w, c); labels int64 (n,), indices into class_names.

    Without a test split, `test_images` and `test_labels` are None, and a fifth of each class is set aside for testing.
    """

    images: Array
    labels: Array
    class_names: tuple[str, ...]
    test_images: Array | None = None
    test_labels: Array | None = None


class Dataset(Plugin):
    """Labelled real images."""

    title: ClassVar[str] = ""  # its name on the page, if not `name`: "MNIST"
    noun: ClassVar[str] = "class"  # what the page calls a class: "digit"
    takes_folder: ClassVar[bool] = False  # True: reads `--data-dir`
    size: ClassVar[str] = ""  # for `bench list`: "70,000 images of 28x28x1, 31 MB"

    def is_here(self) -> bool:
        """Whether `load(None)` works without a download."""
        return True

    def load(self, folder: Path | None) -> Data:
        """Read the images; `folder` is `--data-dir`. Raises InputError if they cannot be read."""
        raise NotImplementedError


class Features(Plugin):
    """A space in which distances mean more than in pixels. Fitted once on the neutral role, then stored."""

    classifier_name: ClassVar[str] = "svc"  # prefix of the reference classifier's id; change it with `classifier`

    def fit(self, images: Images, labels: Labels, ctx: Context) -> None:
        """Learn from the neutral images of all classes."""
        raise NotImplementedError

    def transform(self, images: Images) -> Array:
        """Return float32 (n, d)."""
        raise NotImplementedError

    def state(self) -> Mapping[str, Any]:
        """Return what was learned, by name: finite arrays, numbers, texts, None, and lists, tuples, dicts of these."""
        fields = getattr(self, "__dataclass_fields__", {})
        return {name: value for name, value in vars(self).items() if name not in fields or not fields[name].init}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over the state of a fitted space with the same parameters; raise ValueError if it does not fit."""
        vars(self).update(state)

    def classifier(self) -> Any | None:
        """Return its own fitted classifier (`predict`; `classes_` and `predict_proba` if it has them); None: an SVC."""
        return None

    def identity(self) -> str:
        """If nothing is fitted: a hash of what `transform` depends on; features are then kept by image. Else ""."""
        return ""

    @property
    def space(self) -> str:
        """The name in the column `space` of every score, such as 'pca50'."""
        raise NotImplementedError


class Source(Protocol):
    """What a report section can collect from when a run ends."""

    report: Mapping[str, Any]  # `report.json` without its sections

    def samples(self, cell: str) -> Images:
        """Return the synthetic images of a cell (its key is in `report["cells"]`)."""

    def kept(self, cell: str, metric: str) -> Mapping[str, Array]:
        """Return the arrays that a metric kept for a cell (`ctx.keep`); empty if it kept none."""

    def per_image(self, cell: str) -> Mapping[str, Array]:
        """Return the columns of `images.csv` that describe a generator's images, and `kind`, each (n,)."""

    def history(self, cell: str) -> Mapping[str, Any]:
        """Return what a generator logged: {"unit", "curves": {name: [[step, value]]}, "snapshots": {step: images}}."""

    def joint_map(self, n_real: int) -> Mapping[str, Any] | None:
        """Return the map of held-out real, fresh real and all generators' images of the first seed, or None.

        "strata": [[source, label, n]] in the order of the points, source: a configuration or "held-out"; "points" by
        "tsne2", "tsne3", "umap2", "umap3"; "failed": reasons by method; "preserved": shares of neighbours kept.
        """

    def real(self, label: int, role: str, n_real: int, seed: int) -> Images:
        """Return the real images of a class and role ("train", "held_out", "fresh")."""


class Section(Plugin):
    """One section of the report page: it collects plain data once, and renders from that data alone."""

    title: ClassVar[str]
    question: ClassVar[str] = ""
    order: ClassVar[int] = 100  # smaller values come first; built-in sections use 10 to 90

    def collect(self, source: Source) -> Any:
        """Return data that JSON can hold, for `report["sections"][name]`; None if the section needs no data."""
        return None

    def render(self, report: Mapping[str, Any], data: Any) -> str:
        """Return HTML from `report` and from what `collect` returned; "" leaves the section out.

        Plain `str` is escaped: return `markupsafe.Markup` for HTML. HTML that does not close its tags is not shown.
        """
        raise NotImplementedError
