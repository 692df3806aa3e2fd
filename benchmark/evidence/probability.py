"""How sure the reference classifier is: turns the decision values of a support-vector machine into probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from benchmark.api import Array, Labels


@dataclass(frozen=True)
class Calibrated:
    """A support-vector machine with Platt's sigmoid (Platt 1999), whose two parameters are the same for all classes.

    The margin of a class is the smallest of its decision values against the other classes: above 0, it beats them all.
    """

    machine: Any
    slope: float
    offset: float

    @property
    def classes_(self) -> Labels:
        """The labels, in the order of the columns of `predict_proba`."""
        return np.asarray(self.machine.classes_, dtype=np.int64)

    def predict(self, features: Array) -> Labels:
        """Return the labels predicted by the machine itself, int64 (n,)."""
        return np.asarray(self.machine.predict(features), dtype=np.int64)

    def predict_proba(self, features: Array) -> Array:
        """Return float64 (n, classes): the share of the class among unseen real images with this margin for it.

        Each class is treated on its own, and all as equally frequent, so a row need not sum to 1.
        """
        return np.asarray(1 / (1 + np.exp(-(self.slope * margins(self.machine, features) + self.offset))))


def calibrate(fit: Callable[[Array, Labels], Any], features: Array, labels: Labels) -> Calibrated:
    """Fit a machine on all images, and its sigmoid on the margins that a machine fitted on one half gives the other.

    fit: returns a machine with pairwise decision values from features (n, d) and labels (n,) of at least two classes.
    """
    from sklearn.linear_model import LogisticRegression

    order = np.argsort(labels, kind="stable")  # both halves contain all classes
    seen, unseen = order[::2], order[1::2]
    machine = fit(features[seen], labels[seen])
    found = margins(machine, features[unseen])
    right = labels[unseen][:, None] == machine.classes_
    sigmoid = LogisticRegression().fit(found.reshape(-1, 1), right.ravel())
    return Calibrated(fit(features, labels), float(sigmoid.coef_[0, 0]), float(sigmoid.intercept_[0]))


def margins(machine: Any, features: Array) -> Array:
    """Return float64 (n, classes): the smallest of each class's decision values against the others."""
    values = np.asarray(machine.decision_function(features), dtype=np.float64)
    pairs = values if values.ndim == 2 else -values[:, None]  # with two classes, positive values mean the second one
    smallest = np.full((len(features), len(machine.classes_)), np.inf)
    for (one, other), value in zip(combinations(range(smallest.shape[1]), 2), pairs.T, strict=True):
        smallest[:, one] = np.minimum(smallest[:, one], value)
        smallest[:, other] = np.minimum(smallest[:, other], -value)
    return smallest
