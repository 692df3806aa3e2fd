"""The feature space and the reference classifier of a run: fitted once on the neutral role, then pickled."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.api import Context, Features
from benchmark.evidence.probability import calibrate

if TYPE_CHECKING:
    from benchmark.api import Array, Images, Labels

SETTINGS = {"classifier": "svc-rbf", "C": 10.0, "gamma": "scale", "components": 50}
WIDE = 200  # features above which the classifier stands on their principal components


@dataclass(frozen=True)
class FeatureSpace:
    """A fitted feature space and a classifier on it. Pickled with its weights, without what it remembers.

    space: the name that stands in every row that used it. reference_id: the same for the classifier, `svc-1a2b3c4d`:
    a hash of its settings and of the data, so that equal ids mean equal labels.
    """

    space: str
    reference_id: str
    features: Features
    classifier: Any
    _memory: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def transform(self, images: Images) -> Array:
        """Return float32 (n, d)."""
        return np.ascontiguousarray(self.features.transform(images), dtype=np.float32)

    def transform_once(self, images: Images) -> Array:
        """Return what `transform` does; asked again for the same array object, do not compute again.

        For the test split, which all cells that a worker scores have in common. Only the last array is remembered.
        """
        if self._memory.get("images") is not images:
            self._memory.update(images=images, features=self.transform(images))
        return self._memory["features"]  # type: ignore[no-any-return]

    def classify(self, features: Array) -> Labels:
        """Return the labels, int64 (n,), that the reference classifier gives to features float32 (n, d)."""
        return np.asarray(self.classifier.predict(features), dtype=np.int64)

    def probability(self, features: Array, label: int) -> Array | None:
        """Return the probability of a class, float64 (n,); None where the reference classifier gives none."""
        classes = list(getattr(self.classifier, "classes_", ()))
        if label not in classes or not hasattr(self.classifier, "predict_proba"):
            return None
        return np.asarray(self.classifier.predict_proba(features)[:, classes.index(label)], dtype=np.float64)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is remembered."""
        return {**self.__dict__, "_memory": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the weights as they were."""
        self.__dict__.update(state)


def prepare(
    features: Features, images: Images, labels: Labels, rng: np.random.Generator, fingerprint: str = ""
) -> FeatureSpace:
    """Fit `features` and, unless they bring one, the reference classifier on the neutral images of all classes.

    fingerprint: of the neutral images and of the code and parameters of `features`; goes into `reference_id`.
    """
    features.fit(images, labels, Context(rng))
    found = np.ascontiguousarray(features.transform(images), dtype=np.float32)
    classifier = features.classifier()
    if classifier is None:
        classifier = _classifier(found, labels)
    return FeatureSpace(features.space, reference_id(features, fingerprint), features, classifier)


def reference_id(features: Features, fingerprint: str) -> str:
    """Return the id of the reference classifier on `features`, known before anything is fitted."""
    text = json.dumps([SETTINGS, features.space, fingerprint], sort_keys=True)
    return f"{features.classifier_name}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _classifier(features: Array, labels: Labels) -> Any:
    """Fit a support-vector machine with a Gaussian kernel; one class alone gets a classifier that always names it.

    Wide features (pixels) are brought to 50 principal components first: no less accurate on digits (97.3% against
    96.9%), a fifth of the time, and then the reference is in effect that of `--features pca`.
    """
    from sklearn.decomposition import PCA
    from sklearn.dummy import DummyClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import SVC

    if len(np.unique(labels)) < 2:
        return DummyClassifier(strategy="most_frequent").fit(features, labels)

    def fit(features: Array, labels: Labels) -> Any:
        machine = SVC(
            C=SETTINGS["C"], gamma=SETTINGS["gamma"], cache_size=500, decision_function_shape="ovo", random_state=0
        )
        if features.shape[1] > WIDE:
            components = min(int(str(SETTINGS["components"])), *features.shape)
            machine = make_pipeline(PCA(components, svd_solver="full"), machine)
        return machine.fit(features, labels)

    return calibrate(fit, features, labels)
