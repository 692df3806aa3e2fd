"""Cells, their groups and their fits: what is generated and what is scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from benchmark.api import Control, Task
from benchmark.device import CPU
from benchmark.images.image_set import ImageSet, joined
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.images.supplied import Given
from benchmark.plugins import parameters
from benchmark.plugins.raised import FAULTS
from benchmark.plugins.raised import describe as describe_error
from benchmark.text import safe

if TYPE_CHECKING:
    from benchmark.api import AnyGenerator, Plugin


@dataclass(frozen=True)
class Refusal:
    """Why something is not done: the status and the reason of its row."""

    status: Literal["skipped", "failed"]
    reason: str


@dataclass(frozen=True)
class Fit:
    """One fit of a conditional generator on several classes. Its cells, one per class, are what is stored of it.

    tasks: of its cells. They differ only in the class.
    """

    key: str
    config: str
    generator: AnyGenerator
    tasks: tuple[Task, ...]
    sizes: Sizes
    device: str = CPU

    @property
    def labels(self) -> tuple[int, ...]:
        """The classes on which it is fitted."""
        return tuple(task.label for task in self.tasks)


@dataclass(frozen=True)
class Cell:
    """One configuration, class and seed on given data.

    skip: why it is not run, or "". skip_status: the status that it has then. fit: the fit that its images come from, if
    it shares one with other classes. elsewhere: whether it is left to another shard. device: where it is generated.
    """

    key: str
    config: str
    generator: AnyGenerator
    task: Task
    sizes: Sizes
    skip: str = ""
    skip_status: Literal["skipped", "failed"] = "skipped"
    fit: Fit | None = None
    elsewhere: bool = False
    device: str = CPU

    @property
    def unit(self) -> str:
        """The key of what is generated in one go: cells with the same unit stay in one shard."""
        return self.fit.key if self.fit else self.key

    @property
    def control(self) -> bool:
        """Whether it is a control."""
        return self.generator.control

    @property
    def as_control(self) -> str | None:
        """The control's name, or None for a generator."""
        return self.generator.name if self.control else None

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Its task, as a tuple: a group has several."""
        return (self.task,)

    @property
    def place(self) -> tuple[int | None, int]:
        """Its class and n_real."""
        return (self.task.label, self.task.n_real)

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """The position of the cell in tables, which does not depend on the order of the work."""
        return (self.task.dataset, self.task.label, self.task.n_real, self.control, self.config, self.task.seed)


@dataclass(frozen=True)
class Group:
    """The cells that differ only in their class, which metrics of the scope "generator" score together.

    Nothing is generated for it. skip and elsewhere: as for a cell.
    """

    key: str
    cells: tuple[Cell, ...]
    skip: str = ""
    elsewhere: bool = False

    @property
    def config(self) -> str:
        """The configuration that all its cells have."""
        return self.cells[0].config

    @property
    def generator(self) -> AnyGenerator:
        """The generator that all its cells have."""
        return self.cells[0].generator

    @property
    def sizes(self) -> Sizes:
        """The sizes of the roles, the same in all its cells."""
        return self.cells[0].sizes

    @property
    def control(self) -> bool:
        """Whether its cells are those of a control."""
        return self.cells[0].control

    @property
    def as_control(self) -> str | None:
        """The control's name, or None for a generator."""
        return self.cells[0].as_control

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of its cells."""
        return tuple(cell.task for cell in self.cells)

    @property
    def place(self) -> tuple[int | None, int]:
        """None, which stands for all classes at once, and n_real."""
        return (None, self.cells[0].task.n_real)


Scored: TypeAlias = Cell | Group  # what metrics score


def describe(scored: Scored) -> dict[str, Any]:
    """Return what a cell or a group is, as plain values. A group has no label and no name of a class."""
    task, generator = scored.tasks[0], scored.generator
    cell = scored if isinstance(scored, Cell) else None
    return {
        "cell": scored.key,
        "generator": generator.name,
        "config": scored.config,
        "control": scored.control,
        "fit": list(cell.fit.labels) if cell and cell.fit else None,
        "parameters": {k: list(v) if isinstance(v, tuple) else v for k, v in parameters.values_of(generator).items()},
        "dataset": task.dataset,
        "label": task.label if cell else None,
        "class": task.class_name if cell else "",
        "n_real": task.n_real,
        "n_synthetic": task.n_synthetic,
        "seed": task.seed,
    }


def refusal(plugin: Plugin, *tasks: Task) -> Refusal | None:
    """Return why a plugin does not do one of these tasks, or None. If its `skip` fails, that is the reason."""
    for task in tasks:
        try:
            reason = plugin.skip(task)
            if reason:
                return Refusal("skipped", safe(str(reason)))
        except FAULTS as error:
            return Refusal("failed", f"skip failed: {describe_error(error, plugin)}")
    return None


def images_for(data: RealData, generator: AnyGenerator, task: Task, sizes: Sizes) -> ImageSet:
    """Return the images that a generator is fitted on for a task: the training images, except for some controls.

    Images that were made elsewhere also come this way: they are all that their generator returns.
    """
    if isinstance(generator, Given):
        return generator.images[task.label]
    if not isinstance(generator, Control):
        return data.sets(task.label, task.seed, sizes)["train"]
    shifts = (generator.class_shift, *generator.also_from)
    classes = [data.sets((task.label + shift) % task.n_classes, task.seed, sizes) for shift in shifts]
    return joined([roles[role] for roles in classes for role in generator.roles])
