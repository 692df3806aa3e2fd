"""The classifiers that are fitted here, as plain arrays: they are stored without pickles and predict the same bits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmark.api import Array, Labels


@dataclass(frozen=True)
class Machine:
    """A support-vector machine with a Gaussian kernel and pairwise decisions, on features or principal components.

    labels: int64 (k,). support: int32 (m,), the indices of the support vectors. vectors: float64 (m, d).
    counts: int32 (k,), support vectors per class. coefficients: float64 (k - 1, m).
    intercepts: float64 (k (k - 1) / 2,). axes: of the components, (d, features), or None. centre: (features,) or None.
    """

    labels: Labels
    support: Array
    vectors: Array
    counts: Array
    coefficients: Array
    intercepts: Array
    gamma: float
    axes: Array | None = None
    centre: Array | None = None

    @property
    def classes_(self) -> Labels:
        """The labels, in the order of the classes."""
        return self.labels

    def predict(self, features: Array) -> Labels:
        """Return the labels int64 (n,) of features (n, d)."""
        return np.asarray(self._estimator.predict(features), dtype=np.int64)

    def decision_function(self, features: Array) -> Array:
        """Return the pairwise decision values, float64 (n, pairs), or (n,) for two classes."""
        return np.asarray(self._estimator.decision_function(features), dtype=np.float64)

    @cached_property
    def _estimator(self) -> Any:
        """The estimator of scikit-learn, whose arithmetic is used: a rewrite in NumPy would round differently."""
        from sklearn.decomposition import PCA
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import SVC

        machine = SVC(gamma=self.gamma, decision_function_shape="ovo")
        sign = -1 if len(self.labels) == 2 else 1  # scikit-learn turns the public signs for two classes
        vars(machine).update(
            classes_=self.labels,
            support_=self.support,
            support_vectors_=self.vectors,
            dual_coef_=sign * self.coefficients,
            intercept_=sign * self.intercepts,
            fit_status_=0,
            shape_fit_=(int(self.support.max()) + 1, self.vectors.shape[1]),
            n_features_in_=self.vectors.shape[1],
            class_weight_=np.ones(len(self.labels)),
            _sparse=False,
            _n_support=self.counts,
            _dual_coef_=self.coefficients,
            _intercept_=self.intercepts,
            _gamma=self.gamma,
            _probA=np.empty(0),
            _probB=np.empty(0),
        )
        if self.axes is None or self.centre is None:
            return machine
        components = PCA(len(self.axes))
        vars(components).update(
            components_=self.axes, mean_=self.centre, n_components_=len(self.axes), n_features_in_=self.axes.shape[1]
        )
        return make_pipeline(components, machine)

    def check(self) -> None:
        """Raise ValueError unless all types and shapes fit each other: the library that predicts would not notice."""
        k, m = len(self.labels), len(self.support)
        shapes = {
            "labels": (np.int64, (k,)),
            "support": (np.int32, (m,)),
            "vectors": (np.float64, (m, self.vectors.shape[-1] if self.vectors.ndim else 0)),
            "counts": (np.int32, (k,)),
            "coefficients": (np.float64, (k - 1, m)),
            "intercepts": (np.float64, (k * (k - 1) // 2,)),
        }
        for name, (kind, shape) in shapes.items():
            array = getattr(self, name)
            if array.dtype != kind or array.shape != shape:
                due = f"{np.dtype(kind)} {shape}"
                raise ValueError(f"{name} of its classifier is {array.dtype} {array.shape}; expected {due}")
        if k < 2 or m < 1 or self.counts.min() < 0 or self.counts.sum() != m or (np.diff(self.labels) <= 0).any():
            raise ValueError("the classes of its classifier do not fit its support vectors")
        if self.support.min() < 0 or not 0 < self.gamma < np.inf:
            raise ValueError("its classifier has no valid kernel")
        if (self.axes is None) != (self.centre is None):
            raise ValueError("its classifier has half of its principal components")
        if self.axes is not None and self.centre is not None:
            shape = (self.vectors.shape[1], *self.centre.shape)
            kinds = {self.axes.dtype.kind, self.centre.dtype.kind}
            if self.axes.shape != shape or len(shape) != 2 or kinds != {"f"}:
                raise ValueError("the principal components of its classifier do not fit it")


@dataclass(frozen=True)
class Constant:
    """The classifier for a single class, which it always predicts."""

    label: int

    @property
    def classes_(self) -> Labels:
        """The only label."""
        return np.array([self.label], dtype=np.int64)

    def predict(self, features: Array) -> Labels:
        """Return the label for each of the features (n, d)."""
        return np.full(len(features), self.label, dtype=np.int64)

    def predict_proba(self, features: Array) -> Array:
        """Return 1 for each of the features, float64 (n, 1)."""
        return np.ones((len(features), 1))


def machine_of(estimator: Any) -> Machine:
    """Return a fitted SVC, or a pipeline of a PCA and an SVC, as arrays."""
    *before, machine = [step for _, step in estimator.steps] if hasattr(estimator, "steps") else [estimator]
    return Machine(
        np.asarray(machine.classes_, dtype=np.int64),
        machine.support_,
        machine.support_vectors_,
        machine.n_support_,
        -machine.dual_coef_ if len(machine.classes_) == 2 else machine.dual_coef_,
        -machine.intercept_ if len(machine.classes_) == 2 else machine.intercept_,
        float(machine._gamma),  # noqa: SLF001 - what 'scale' stands for is not public
        *((before[0].components_.copy("K"), before[0].mean_) if before else (None, None)),
    )


def machine_from(values: Mapping[str, Any]) -> Machine:
    """Return the machine with these values, checked. Raises ValueError."""
    if set(values) != set(Machine.__dataclass_fields__):
        raise ValueError("its classifier has other parts than expected")
    for name, value in values.items():
        absent = value is None and name in ("axes", "centre")
        if name != "gamma" and not absent and not isinstance(value, np.ndarray):
            raise ValueError(f"{name} of its classifier is not an array")
    if not isinstance(values["gamma"], float):
        raise ValueError("gamma of its classifier is not a number")  # noqa: TRY004 - of a file's content
    found = Machine(**values)
    if found.labels.ndim != 1 or found.support.ndim != 1:
        raise ValueError("its classifier has no list of classes")
    found.check()
    return found


def values_of(machine: Machine) -> dict[str, Any]:
    """Return the values from which `machine_from` makes the machine again."""
    return asdict(machine)
