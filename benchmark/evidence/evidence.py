"""What a metric sees of one cell: its images, and results that are computed once and shared by all metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from benchmark.api import Array, Embedding, Images, Labels, Neighbours, Role, Task
from benchmark.evidence import embedding, neighbours
from benchmark.evidence.pixels import pixels_of
from benchmark.evidence.reference import FeatureSpace
from benchmark.images.image_set import ImageSet, floats_of
from benchmark.measures import Space

ROLES = ("synthetic", "held_out", "train", "test")
FIRST_K = 10  # neighbours found on the first request: one pass serves all built-in metrics


class _Role:
    """The images of a role: given as an array or a set, kept as a set, and an array of floats for plugins."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, evidence: Any, owner: type) -> Any:
        return self if evidence is None else floats_of(evidence.__dict__[self._name])

    def __set__(self, evidence: Any, images: Images | ImageSet) -> None:
        evidence.__dict__[self._name] = ImageSet.of(images)


@dataclass
class CellEvidence:
    """The evidence of one cell (see `benchmark.api.Evidence`). Everything requested by role is cached.

    control: the name of the control being scored, or None for a generator.
    """

    task: Task
    synthetic: Images
    train: Images
    held_out: Images
    test: Images
    test_labels: Labels
    others: Mapping[int, Images]
    feature_space: FeatureSpace
    control: str | None = None
    others_train: Mapping[int, Images] = field(default_factory=dict)
    in_train: Mapping[str, Array] = field(default_factory=dict)  # role -> the positions of its images in `train`
    _kept: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def count(self, role: Role) -> int:
        """Return the number of images of a role."""
        return len(self._role(role))

    def some(self, role: Role, indices: Array) -> Images:
        """Return the images of a role at these indices (k,)."""
        return self._role(role)[indices]

    def over(self, role: Role, describe: Callable[[Images], Array]) -> Array:
        """Return what `describe` returns for the images of a role, (n, ...), which it gets block by block."""
        found = [describe(block) for block in self._role(role).blocks()]
        return found[0] if len(found) == 1 else np.concatenate(found or [describe(self._role(role).images)])

    def features(self, images: Images | ImageSet | Role, space: Space = "features") -> Array:
        """Return float32 (n, d): flat pixels, or the features named by `--features`. Computed once per role."""
        if not isinstance(images, str):
            return self._transform(ImageSet.of(images), space)
        key = ("features", images, space)
        if key not in self._kept:
            self._kept[key] = self._transform(self._role(images), space)
        return self._kept[key]  # type: ignore[no-any-return]

    def neighbours(self, of: Role, among: Role, k: int, space: Space = "features") -> Neighbours:
        """Return the `k` nearest images in `among` for each in `of`: Euclidean, exact, never the image itself."""
        key = ("neighbours", of, among, space)
        found = self._kept.get(key)
        if found is None or found.indices.shape[1] < k:
            itself = self.itself(of) if among == "train" else None
            there = len(self._role(among)) - (of == among or itself is not None)
            found = neighbours.nearest(
                self.features(of, space),
                self.features(among, space),
                max(k, min(FIRST_K, there)),
                same=of == among,
                itself=itself,
            )
            self._kept[key] = found
        return Neighbours(found.distances[:, :k], found.indices[:, :k])

    def itself(self, of: Role) -> Array | None:
        """Return the position of each image of a role in `train`, int64 (n,), or -1; None if none of them is in it."""
        return self.in_train.get(of)

    def balls(self, of: Role, among: Role, radii: Array, space: Space = "features") -> Array:
        """Return, int64 (n,), how many balls of `radii` (m,) around the images of `among` contain each image of `of`.

        The boundary counts as inside (d <= radius).
        """
        key = ("balls", of, among, space, np.asarray(radii, dtype=np.float32).tobytes())
        if key not in self._kept:
            self._kept[key] = neighbours.count_balls(
                self.features(of, space), self.features(among, space), radii, same=of == among
            )
        return self._kept[key]  # type: ignore[no-any-return]

    def embedding(
        self, method: Literal["tsne", "umap"], dims: tuple[int, ...], *, images: int = 250, **settings: Any
    ) -> Mapping[int, Embedding]:
        """Return joint maps of the first m synthetic and the first m held-out images, by number of dimensions."""
        m = min(images, self.count("synthetic"), self.count("held_out"))
        kept = self._kept.setdefault(("embedding", method, m, tuple(sorted(settings.items()))), {})
        if missing := [d for d in dims if d not in kept]:
            both = np.concatenate([self.features("synthetic")[:m], self.features("held_out")[:m]])
            kept.update(embedding.embed(both, method, missing, **settings))
        return {d: kept[d] for d in dims}

    def classify(self, images: Images | Role) -> Labels:
        """Return the labels predicted by the reference classifier (fitted on the neutral role), int64 (n,)."""
        if not isinstance(images, str):
            return self.feature_space.classify(self.features(images))
        key = ("labels", images)
        if key not in self._kept:
            self._kept[key] = self.feature_space.classify(self.features(images))
        return self._kept[key]  # type: ignore[no-any-return]

    def probability(self, images: Images | Role) -> Array | None:
        """Return the reference classifier's probability of the cell's class, float64 (n,), or None."""
        return self.feature_space.probability(self.features(images), self.task.label)

    def _role(self, role: Role) -> ImageSet:
        if role not in ROLES:
            raise ValueError(f"role {role!r} is not known; there are: {', '.join(ROLES)}.")
        return self.__dict__[role]  # type: ignore[no-any-return]

    def _transform(self, images: ImageSet, space: Space) -> Array:
        if space == "pixels":
            return pixels_of(images)
        return self.feature_space.transform_once(images)


for _name in ROLES:  # not fields with a default: each must be given
    setattr(CellEvidence, _name, _Role(_name))


@dataclass
class CellsEvidence:
    """The evidence of all selected classes of one configuration and seed (see `benchmark.api.GroupEvidence`)."""

    seed: int
    n_real: int
    labels: tuple[int, ...]
    synthetic: Mapping[int, Images]
    train: Mapping[int, Images]
    held_out: Mapping[int, Images]
    test: Images
    test_labels: Labels
    feature_space: FeatureSpace
    control: str | None = None

    def features(self, images: Images | ImageSet) -> Array:
        """Return the features named by `--features`, float32 (n, d)."""
        return self.feature_space.transform_set(ImageSet.of(images))
