"""Evidence for checking metrics: strokes in three classes, and real digits with the controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from benchmark.api import Context, Control, Images, Labels, Metric, Task
from benchmark.evidence.evidence import CellEvidence, CellsEvidence
from benchmark.evidence.reference import FeatureSpace, prepare, restored
from benchmark.images.roles import Sizes
from benchmark.plugins.registry import discover
from benchmark.store.arrays import packed, unpacked
from benchmark.testing._pictures import strokes

DIGIT = 5  # as in performance/acceptance.py: the digit on which most methods are weakest
LABELS = (3, 5, 8)  # the chosen classes for a metric that scores several together
N, NEUTRAL, TEST = 100, 200, 2000
SCARCE, PLENTY = 50, 200  # training images: metrics of scarce data refuse PLENTY, others want it


@dataclass(frozen=True)
class World:
    """All images of the protocol, by label, role and seed, and what the controls make of them."""

    name: str
    roles: Mapping[tuple[int, int], Mapping[str, Images]]  # (label, seed) -> role -> images
    test: Images
    test_labels: Labels
    space: FeatureSpace
    controls: Mapping[str, Control]

    @property
    def labels(self) -> list[int]:
        """All classes."""
        return sorted({label for label, _ in self.roles})

    @property
    def n(self) -> int:
        """The number of synthetic images per cell."""
        return len(self.roles[DIGIT, 0]["held_out"])

    def task(self, label: int, seed: int, n_real: int) -> Task:
        """Return the task of a cell."""
        own = self.roles[label, seed]
        height, width, channels = own["train"].shape[1:]
        return Task(
            self.name,
            label,
            str(label),
            min(n_real, len(own["train"])),
            len(own["held_out"]),
            (height, width, channels),
            len(self.labels),
            seed,
        )

    def made(self, control: str | None, label: int, seed: int, n_real: int) -> Images:
        """Return the images of a control; for None, half fresh and half training images, unlike any control."""
        own = self.roles[label, seed]
        n = len(own["held_out"])
        if control is None:
            return np.concatenate([own["fresh"][: n // 2], own["train"][: n - n // 2]])
        plugin = self.controls[control]
        source = self.roles[self.labels[(self.labels.index(label) + plugin.class_shift) % len(self.labels)], seed]
        seen = np.concatenate([source[role][: n_real if role == "train" else None] for role in plugin.roles])
        plugin.fit(seen, Context(np.random.default_rng(seed)))
        images = plugin.sample(n, Context(np.random.default_rng(seed + 1000)))
        return np.clip(images, 0, 1).astype(np.float32)

    def evidence(self, metric: Metric, control: str | None, seed: int, n_real: int) -> Any:
        """Return the evidence that a metric of this scope sees."""
        if metric.scope == "generator":
            return self._of_several(control, seed, n_real)
        own, others = self.roles[DIGIT, seed], [label for label in self.labels if label != DIGIT]
        return CellEvidence(
            task=self.task(DIGIT, seed, n_real),
            control=control,
            synthetic=self.made(control, DIGIT, seed, n_real),
            train=own["train"][:n_real],
            held_out=own["held_out"],
            test=self.test,
            test_labels=self.test_labels,
            others={label: self.roles[label, seed]["held_out"] for label in others},
            others_train={label: self.roles[label, seed]["train"][:n_real] for label in others},
            feature_space=self.space,
        )

    def _of_several(self, control: str | None, seed: int, n_real: int) -> CellsEvidence:
        def by_label(role: str, n: int | None = None) -> dict[int, Images]:
            return {label: self.roles[label, seed][role][:n] for label in LABELS}

        chosen = np.isin(self.test_labels, LABELS)
        return CellsEvidence(
            seed=seed,
            n_real=n_real,
            labels=LABELS,
            control=control,
            feature_space=self.space,
            synthetic={label: self.made(control, label, seed, n_real) for label in LABELS},
            train=by_label("train", n_real),
            held_out=by_label("held_out"),
            test=self.test[chosen],
            test_labels=self.test_labels[chosen],
        )


def small_world(shared: Path, shape: tuple[int, int, int], n: int = 40) -> World:
    """Return strokes of three slants, `n` images per role, two seeds; prepared once per session, in `shared`."""
    return _once(shared / f"strokes-{'x'.join(map(str, shape))}-{n}.npz", lambda: _strokes(shape, n))


def digits_world(shared: Path, seeds: int = 3) -> World:
    """Return real MNIST; prepared once per session, in `shared`."""
    return _once(shared / "digits.npz", lambda: _digits(seeds))


def _strokes(shape: tuple[int, int, int], n: int) -> World:
    cut = {
        (label, seed): dict(
            zip(
                ("held_out", "fresh", "train"),
                np.split(strokes(shape, 2 * n + PLENTY, seed=100 * label + seed, slant=i * 0.7), [n, 2 * n]),
                strict=True,
            )
        )
        for i, label in enumerate(LABELS)
        for seed in (0, 1)
    }
    neutral = [strokes(shape, 60, seed=1000 + label, slant=i * 0.7) for i, label in enumerate(LABELS)]
    test = [strokes(shape, 60, seed=2000 + label, slant=i * 0.7) for i, label in enumerate(LABELS)]
    labels = np.repeat(LABELS, 60)
    return _world("strokes", cut, np.concatenate(neutral), labels, np.concatenate(test), labels)


def _digits(seeds: int) -> World:
    from benchmark.images.real import load

    data = load(discover().get("datasets", "mnist")(), None)
    sizes = Sizes(PLENTY, N, NEUTRAL)
    cut = {(label, seed): data.roles(label, seed, sizes) for label in range(10) for seed in range(seeds)}
    neutral = np.concatenate([cut[label, 0]["neutral"] for label in range(10)])
    picked = np.random.default_rng(0).choice(len(data.test), TEST, replace=False)
    return _world("mnist", cut, neutral, np.repeat(np.arange(10), NEUTRAL), data.test[picked], data.test_labels[picked])


def _world(name: str, cut: Any, neutral: Images, labels: Labels, test: Images, test_labels: Labels) -> World:
    space = prepare(discover().get("features", "pca")(), neutral, labels, np.random.default_rng(0))
    return World(name, cut, test, test_labels, space, _controls())


def _once(path: Path, make: Callable[[], World]) -> World:
    with FileLock(f"{path}.lock"):
        if not path.is_file():
            world, aside = make(), path.with_suffix(".new")
            parts = {name: getattr(world, name) for name in ("name", "test", "test_labels")}
            flat = [(label, seed, dict(by_role)) for (label, seed), by_role in world.roles.items()]
            aside.write_bytes(packed({**parts, "roles": flat, "space": world.space.state()}))
            aside.replace(path)
    found = unpacked(path.read_bytes())
    space = restored(discover().get("features", "pca")(), found.pop("space"))
    roles = {(label, seed): by_role for label, seed, by_role in found.pop("roles")}
    return World(**found, roles=roles, space=space, controls=_controls())


def _controls() -> dict[str, Control]:
    found = discover().generators.items()
    return {name: plugin() for name, plugin in found if issubclass(plugin, Control)}
