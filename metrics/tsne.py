"""t-SNE: do synthetic and held-out images overlap on a joint map?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._joint import overlaps


@dataclass
class Tsne(Metric):
    """Overlap of synthetic images S and held-out images H in a joint t-SNE, in 2 and in 3 dimensions.

    Formula: the features of the first 250 images of S and of H are embedded together (perplexity 30, initialised with
    their principal components), and `mixing` is computed on the map: for each image, the share of its 10 nearest
    neighbours from the other set over the expected share n / (2n - 1); the mean over one side, for the side where it is
    lower. Separate maps for the two sets would show nothing: a wrong digit would score like a real one.

    Shapes: features (n, d) of both to a map (2m, 2 or 3), m = min(n, 250). Space: the one set by `--features`.
    Range and direction: from 0, higher is better, 1 is expected for real images. Less sensitive than `mixing`, and
    blind to copies: it illustrates, it does not judge. Values in 2D and 3D, or with different m, are not comparable.
    Engine: exact gradient descent on all pairs. It uses one degree of freedom in 3 dimensions too, because only then is
    the gradient that of the divergence (in scikit-learn, in 3 dimensions, it is not); `tsne[engine=sklearn]` is the
    reference. Source: van der Maaten, Hinton: Visualizing data using t-SNE, 2008, eq. 1 to 5; the overlap is this
    suite's own. Failing control: wrong-class. Only the controls real and wrong-class are embedded.
    Keeps `tsne_2d`, float32 (2m, 2), and `tsne_3d`, (2m, 3): the first half is synthetic, the second held-out; for
    each, `tsne_2d_quality` or `tsne_3d_quality` holds the share of the 10 nearest neighbours that the map preserves,
    and its KL divergence in nats. Cost: .4 s for both at 250 + 250, 8 s at 1,875 + 1,875. Smallest n: 100.
    """

    name = "tsne"
    maps = True
    controls = ("real", "wrong-class")
    source = "van der Maaten and Hinton 2008, eq. 1-5"
    measures = tuple(
        Measure(
            f"tsne_overlap_{d}d",
            "higher",
            f"mixing of synthetic and held-out images in a joint t-SNE of {d} dimensions",
            aspect="realistic",
            failing="wrong-class",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        )
        for d in (2, 3)
    )

    perplexity: float = field(default=30.0, metadata={"min": 2, "help": "effective number of neighbours of each image"})
    images: int = field(default=250, metadata={"min": 11, "help": "images to take from each set, from the first on"})
    engine: Literal["auto", "exact", "fft", "sklearn"] = field(
        default="auto", metadata={"help": "auto: exact; above 20,000 images in 2 dimensions, fft (openTSNE)"}
    )

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Embed both sets together, once in 2 and once in 3 dimensions."""
        return overlaps(
            evidence,
            ctx,
            "tsne",
            tuple(zip((2, 3), self.measures, strict=True)),
            images=self.images,
            perplexity=self.perplexity,
            engine=self.engine,
        )


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the joint t-SNE."""
    return [Tsne]
