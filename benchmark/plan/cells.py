"""Cells: what is generated and scored, one configuration x class x seed each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.api import Control, Task
from benchmark.device import CPU
from benchmark.images.real import RealData
from benchmark.images.roles import Sizes
from benchmark.images.supplied import Given
from benchmark.plugins import parameters

if TYPE_CHECKING:
    from benchmark.api import AnyGenerator, Images


ALL = -1  # stands for a label where all chosen classes are scored at once


@dataclass(frozen=True)
class Fit:
    """What the cells of a conditional generator share: its key, and the classes that it is fitted on."""

    key: str
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Cell:
    """One configuration x one class x one seed on given data. `skip`: why it is not run, or "".

    With `members` it is their group: all chosen classes of one configuration and seed, which metrics of the scope
    "generator" score at once. Nothing is generated for it; its label is ALL and its class has no name.
    With `fit` its images come out of a fit on several classes, see `together`.
    """

    key: str
    config: str
    generator: AnyGenerator
    task: Task
    sizes: Sizes
    skip: str = ""
    members: tuple[Cell, ...] = ()
    fit: Fit | None = None
    elsewhere: bool = False  # left to another shard
    device: str = CPU  # where it is generated

    @property
    def unit(self) -> str:
        """The key of what is generated in one go: cells with one unit stay in one shard."""
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
    def sort_key(self) -> tuple[Any, ...]:
        """The order of rows, whatever the order of work."""
        return (self.task.dataset, self.task.label, self.task.n_real, self.control, self.config, self.task.seed)


def describe_cell(cell: Cell) -> dict[str, Any]:
    """Return what a cell is, as plain values."""
    task = cell.task
    return {
        "cell": cell.key,
        "generator": cell.generator.name,
        "config": cell.config,
        "control": cell.control,
        "fit": list(cell.fit.labels) if cell.fit else None,
        "parameters": {
            k: list(v) if isinstance(v, tuple) else v for k, v in parameters.values_of(cell.generator).items()
        },
        "dataset": task.dataset,
        "label": task.label,
        "class": task.class_name,
        "n_real": task.n_real,
        "n_synthetic": task.n_synthetic,
        "seed": task.seed,
    }


def images_for(data: RealData, cell: Cell) -> Images:
    """Return the images that a cell's generator is fitted on: its training images, but for some controls.

    What was made elsewhere comes the same way: it is all that its generator gives back.
    """
    generator, task = cell.generator, cell.task
    if isinstance(generator, Given):
        return generator.images[task.label]
    if not isinstance(generator, Control):
        return data.roles(task.label, task.seed, cell.sizes)["train"]
    roles = data.roles((task.label + generator.class_shift) % task.n_classes, task.seed, cell.sizes)
    return np.concatenate([roles[role] for role in generator.roles])
