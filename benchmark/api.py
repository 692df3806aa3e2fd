"""What a plugin author imports: this module is the whole author interface.

A plugin is a class (a dataclass where it has parameters) that a hook returns::

    @hookimpl
    def bench_generators() -> list[type[Generator]]:
        return [Jitter]

Images are `float32 (n, height, width, channels)` in [0, 1], channels last, 1 or 3 channels.
Importing a plugin module must stay light: TensorFlow, torch, umap and scikit-learn belong inside functions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import pluggy

from benchmark.errors import CannotFit, InputError
from benchmark.measures import Measure, Score, Space
from benchmark.study import CannotTell, Claim, Estimate, Findings, Study, StudyFigure, Verdict, confirmed, p_text

if TYPE_CHECKING:
    from typing import TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    Images: TypeAlias = NDArray[np.float32]
    Labels: TypeAlias = NDArray[np.int64]
    Array: TypeAlias = NDArray[Any]
else:
    Images = Labels = Array = Any

__all__ = [
    "AnyGenerator", "Array", "CannotFit", "CannotTell", "Claim", "ConditionalGenerator", "Context", "Control", "Data",
    "Dataset", "Embedding", "Estimate", "Evidence", "Features", "Findings", "Generator", "GroupEvidence", "Images",
    "InputError", "Labels", "Measure", "Metric", "Neighbours", "Plugin", "Score", "Section", "Source", "Study",
    "StudyFigure", "Task", "Verdict", "confirmed", "hookimpl", "p_text",
]  # fmt: skip

hookimpl = pluggy.HookimplMarker("synthassay")

Role = Literal["synthetic", "held_out", "train", "test"]


@dataclass(frozen=True)
class Task:
    """What a cell asks for, known before anything runs: the argument of `skip`."""

    dataset: str
    label: int
    class_name: str
    n_real: int  # training images
    n_synthetic: int  # images to sample; held-out and fresh real images are as many
    shape: tuple[int, int, int]  # height, width, channels
    n_classes: int  # classes of the dataset
    seed: int


@dataclass
class Context:
    """What the runner hands to a plugin at work.

    rng: seeded by the names of what it is for; the only source of random numbers to use.
    scratch: a folder that is the plugin's own until the cell ends.
    deadline: the moment (`time.monotonic()`) at which the cell is stopped, or None.
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
        """A seed in [0, 2**31) drawn from `rng`, for libraries that want an integer: another at each reading."""
        return int(self.rng.integers(2**31))

    @property
    def seconds_left(self) -> float:
        """Seconds until `deadline`; infinite where there is none."""
        return float("inf") if self.deadline is None else self.deadline - time.monotonic()

    def log(self, step: float, **values: float) -> None:
        """Record a point of each named curve (a loss, say) at `step`; shown in the report."""
        for name, value in values.items():
            self.curves.setdefault(name, []).append((float(step), float(value)))

    def snapshot(self, step: int, images: Images, label: int | None = None) -> None:
        """Record what the generator makes at `step` (the same latent points each time, 8 images are shown).

        label: of which class, where the generator is conditional.
        """
        (self.snapshots if label is None else self.class_snapshots.setdefault(label, [])).append((step, images))

    def progress(self, done: int, total: int) -> None:
        """Tell the runner how far the work is."""
        if self.on_progress is not None:
            self.on_progress(done, total)

    def keep(self, name: str, array: Array) -> None:
        """Keep an array beside the scores (metrics: an embedding, distances for a histogram)."""
        self.kept[name] = array

    def per_image(self, name: str, values: Array) -> None:
        """Say something of each synthetic image (metrics): numbers or truth values (n,), finite, in their order.

        They become a column of `images.csv`: `<metric>.<name>`, or plainly `name` for those of the suite's own metrics.
        """
        self.columns[name] = values

    def warn(self, message: str) -> None:
        """Record one sentence that the report shows beside the result."""
        self.warnings.append(message)


class Plugin:
    """What all plugins share. `name` is the name on the command line; dataclass fields are parameters."""

    name: ClassVar[str]
    tags: ClassVar[tuple[str, ...]] = ()  # groups, selected by @tag
    needs: ClassVar[tuple[str, ...]] = ()  # import names beyond the base install: ("tensorflow",)
    extra: ClassVar[str] = ""  # the extra of synthassay that brings them
    source: ClassVar[str] = ""  # the paper and equation that it implements
    licence: ClassVar[str] = ""

    def skip(self, task: Task) -> str | None:
        """Return why this task cannot be done ('needs at least 6 training images'), or None."""
        return None


class AnyGenerator(Plugin):
    """What both kinds of generators say of themselves; derive from `Generator` or `ConditionalGenerator`."""

    label: ClassVar[str] = ""  # how the page names it, if not by `name`: "SMOTE"
    control: ClassVar[bool] = False
    light: ClassVar[bool] = False  # True: may start as a fork of a process with numpy and sklearn loaded
    cost: ClassVar[Literal["seconds", "minutes"]] = "seconds"


class Generator(AnyGenerator):
    """Makes synthetic images of one class after seeing real ones."""

    def fit(self, real: Images, ctx: Context) -> None:
        """Learn from `real`, float32 (n, height, width, channels) in [0, 1]. May raise CannotFit."""
        raise NotImplementedError

    def sample(self, n: int, ctx: Context) -> Images:
        """Return `n` images of any real dtype; the runner casts to float32 and clips to [0, 1]."""
        raise NotImplementedError


class ConditionalGenerator(AnyGenerator):
    """Makes images of any of several classes after seeing all of them: fitted once, then sampled a class at a time."""

    def fit(self, real: Images, labels: Labels, ctx: Context) -> None:
        """Learn from `real` (n, h, w, c) of all chosen classes; `labels` int64 (n,) are any integers."""
        raise NotImplementedError

    def sample(self, n: int, label: int, ctx: Context) -> Images:
        """Return `n` images of the class `label`, one of those that it was fitted on."""
        raise NotImplementedError


class Control(Generator):
    """A generator with a known answer, in every run. It may be fitted on another role than `train`."""

    control: ClassVar[bool] = True
    light: ClassVar[bool] = True
    roles: ClassVar[tuple[Literal["train", "fresh", "spare"], ...]] = ("train",)  # put together in this order
    class_shift: ClassVar[int] = 0  # 1: the images of the next class in label order


@dataclass(frozen=True)
class Neighbours:
    """Nearest neighbours, nearest first: distances float32 (n, k), indices int64 (n, k)."""

    distances: Array
    indices: Array


@dataclass(frozen=True)
class Embedding:
    """A map of images: points float32 (n, dimensions).

    kl: what t-SNE went down, KL(P || Q) in nats, in one kernel for all engines (None for UMAP).
    preserved: the mean share of each image's 10 nearest neighbours that are among its 10 nearest on the map.
    """

    points: Array
    kl: float | None
    preserved: float


class Evidence(Protocol):
    """What a metric sees of one cell: images, and shared work that is done once however many metrics ask."""

    task: Task
    synthetic: Images  # (n_synthetic, h, w, c)
    train: Images  # (n_real, h, w, c): what the generator saw
    held_out: Images  # (n_synthetic, h, w, c): the real reference
    test: Images  # the dataset's test split, all classes
    test_labels: Labels
    control: str | None  # the name of the control that is scored; None: a generator
    others: Mapping[int, Images]  # label -> (n_synthetic, h, w, c) held-out images of each other class
    others_train: Mapping[int, Images]  # the same of their training images (n_real, h, w, c)

    def features(self, images: Images | Role, space: Space = "features") -> Array:
        """Return float32 (n, d): flat pixels, or what `--features` names; for a role computed once."""

    def neighbours(self, of: Role, among: Role, k: int, space: Space = "features") -> Neighbours:
        """Return the `k` nearest of `among` for each of `of` (Euclidean, exact; an image is never its own)."""

    def itself(self, of: Role) -> Array | None:
        """Return int64 (n,): where each image of a role stands in `train` itself; None where none does.

        Real images stand there only in `bench score` without `--train`: copies are then looked for in all real images.
        `neighbours` leaves an image out of its own; a metric with distances of its own does the same.
        """

    def balls(self, of: Role, among: Role, radii: Array, space: Space = "features") -> Array:
        """Return int64 (n,): how many balls, of `radii` (m,) round each of `among`, hold each of `of` (d <= radius)."""

    def embedding(
        self, method: Literal["tsne", "umap"], dims: tuple[int, ...], *, images: int = 250, **settings: Any
    ) -> Mapping[int, Embedding]:
        """Return joint maps of the first m synthetic images and the first m held-out ones, by number of dimensions.

        m is `images`, or fewer where there are fewer. Points (2m, dims), the synthetic ones first. settings:
        `perplexity` and `engine` ("auto", "exact", "fft", "sklearn") of t-SNE, `neighbors` of UMAP.
        """

    def classify(self, images: Images | Role) -> Labels:
        """Return the labels that the reference classifier (fitted on the neutral role) gives, int64 (n,)."""

    def probability(self, images: Images | Role) -> Array | None:
        """Return the probability, float64 (n,), that the reference classifier gives to the cell's class, or None."""


class GroupEvidence(Protocol):
    """What a metric of the scope "generator" sees: the chosen classes of one configuration and seed, by label."""

    seed: int
    n_real: int
    labels: tuple[int, ...]  # the chosen classes, two at least
    synthetic: Mapping[int, Images]  # (n_synthetic, h, w, c) each
    train: Mapping[int, Images]  # (n_real, h, w, c) each
    held_out: Mapping[int, Images]  # (n_synthetic, h, w, c) each
    test: Images  # the test images of the chosen classes
    test_labels: Labels
    control: str | None

    def features(self, images: Images) -> Array:
        """Return float32 (n, d): what `--features` names."""


class Metric(Plugin):
    """Turns one cell's evidence into the values of its declared measures.

    scope "cell": `score` gets an `Evidence`, one class; "generator": a `GroupEvidence`, all chosen classes at once.
    """

    measures: ClassVar[tuple[Measure, ...]]
    scope: ClassVar[Literal["cell", "generator"]] = "cell"
    default: ClassVar[bool] = True  # False: runs only where `--metrics` names it
    maps: ClassVar[bool] = False  # True: asks for `embedding`, whose code is compiled before any cell
    controls: ClassVar[tuple[str, ...] | None] = None  # controls that are scored; None: all

    def score(self, evidence: Any, ctx: Context) -> Mapping[str, Score]:
        """Return a `Score` for each measure that is `due(evidence.control)`, no more and no fewer."""
        raise NotImplementedError

    @classmethod
    def due(cls, control: str | None) -> tuple[Measure, ...]:
        """Return the measures that a control gets, by its name; None: those of a generator, which gets all."""
        if control is None:
            return cls.measures
        if cls.controls is not None and control not in cls.controls:
            return ()
        return tuple(m for m in cls.measures if m.controls is None or control in m.controls)


@dataclass(frozen=True)
class Data:
    """A dataset as read: images uint8 or float32 in [0, 1] (n, h, w, c); labels int64 (n,), indices of class_names.

    Without a test split, `test_images` and `test_labels` are None and a fifth of each class is set aside.
    """

    images: Array
    labels: Array
    class_names: tuple[str, ...]
    test_images: Array | None = None
    test_labels: Array | None = None


class Dataset(Plugin):
    """Labelled real images."""

    title: ClassVar[str] = ""  # how the page names it, if not by `name`: "MNIST"
    noun: ClassVar[str] = "class"  # what the page calls a class: "digit"
    takes_folder: ClassVar[bool] = False  # True: reads `--data-dir`
    size: ClassVar[str] = ""  # for `bench list`: "70,000 images of 28x28x1, 31 MB"

    def is_here(self) -> bool:
        """Whether `load(None)` needs no download."""
        return True

    def load(self, folder: Path | None) -> Data:
        """Read the images; `folder` is `--data-dir`. Raises InputError on what cannot be read."""
        raise NotImplementedError


class Features(Plugin):
    """A space in which distances mean more than in pixels. Fitted once on the neutral role, then pickled."""

    classifier_name: ClassVar[str] = "svc"  # how ids of the reference classifier begin; another if it is its own

    def fit(self, images: Images, labels: Labels, ctx: Context) -> None:
        """Learn from the neutral images of all classes."""
        raise NotImplementedError

    def transform(self, images: Images) -> Array:
        """Return float32 (n, d)."""
        raise NotImplementedError

    def classifier(self) -> Any | None:
        """Return a reference classifier of its own, fitted, or None: an SVC then.

        It has `predict(features) -> labels`, and where it gives probabilities `classes_` and `predict_proba`.
        """
        return None

    @property
    def space(self) -> str:
        """The name that stands in the column `space` of every score: 'pca50'."""
        raise NotImplementedError


class Source(Protocol):
    """What a report section may collect from, when a run ends."""

    report: Mapping[str, Any]  # `report.json` without its sections

    def samples(self, cell: str) -> Images:
        """Return the synthetic images of a cell (its key stands in `report["cells"]`)."""

    def kept(self, cell: str, metric: str) -> Mapping[str, Array]:
        """Return the arrays that a metric kept for a cell (`ctx.keep`); empty where it kept none."""

    def per_image(self, cell: str) -> Mapping[str, Array]:
        """Return the columns of `images.csv` that say something of a generator's images, and `kind`, each (n,)."""

    def history(self, cell: str) -> Mapping[str, Any]:
        """Return what a generator logged: {"unit", "curves": {name: [[step, value]]}, "snapshots": {step: images}}."""

    def joint_map(self, n_real: int) -> Mapping[str, Any] | None:
        """Return the map of held-out real, fresh real and all generators' images of the first seed, or None.

        "strata": [[source, label, n]], in the order of the points: the first n images of a configuration, or of the
        role "held-out"; "points": float32 (points, 2) or (points, 3) by "tsne2", "tsne3", "umap2", "umap3"; "failed":
        the reason of each method that has none; "preserved": the share of the ten nearest neighbours that each keeps.
        """

    def real(self, label: int, role: str, n_real: int, seed: int) -> Images:
        """Return the real images of a class and role ("train", "held_out", "fresh")."""


class Section(Plugin):
    """One section of the report page: it collects plain data once, and renders from them alone."""

    title: ClassVar[str]
    question: ClassVar[str] = ""
    order: ClassVar[int] = 100  # smaller is higher up; built-ins take 10 to 90

    def collect(self, source: Source) -> Any:
        """Return what JSON can hold; it becomes `report["sections"][name]`. None: nothing of its own."""
        return None

    def render(self, report: Mapping[str, Any], data: Any) -> str:
        """Return HTML of `report` and of what `collect` returned; "" leaves the section out.

        Plain `str` is escaped: return `markupsafe.Markup` for HTML. What does not close what it opens is not shown.
        """
        raise NotImplementedError
