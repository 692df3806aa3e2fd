"""t-SNE: do synthetic and held-out images overlap on a map that was made of both?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._joint import overlaps


@dataclass
class Tsne(Metric):
    """Overlap of synthetic S and held-out H in one joint t-SNE, in 2 and in 3 dimensions.

    Formula: features of the first 250 of S and of H are embedded together (perplexity 30, started from their
    principal components); on the map, for each image the share of its 10 nearest neighbours from the other set over
    the expected share n / (2n - 1); the mean over a side, the lower side (`mixing`, on the map). One map a set would
    say nothing: a wrong digit then scores like a real one.

    Shapes: features (n, d) of both to a map (2m, 2 or 3), m = min(n, 250). Space: what `--features` names.
    Range and direction: from 0, higher is better, 1 is expected for real images. Less sensitive than `mixing` and blind
    to copies: seen evidence, not the judge. Values of 2D and 3D, or of other m, are not compared.
    Engine: exact gradient descent on all pairs, with one degree of freedom in 3 dimensions too, because the gradient is
    then that of the divergence (scikit-learn's in 3 dimensions is not); `tsne[engine=sklearn]` is the reference.
    Source: van der Maaten, Hinton: Visualizing data using t-SNE, 2008, eq. 1 to 5; overlap is this suite's own.
    Failing control: wrong-class. Only the controls real and wrong-class are embedded.
    Keeps `tsne_2d` float32 (2m, 2) and `tsne_3d` (2m, 3): the first half synthetic, the second held-out; beside each,
    as `tsne_2d_quality`, the share of 10 nearest neighbours that the map kept, and its KL in nats.
    Cost: .4 s for both at 250 + 250, 8 s at 1,875 + 1,875. Smallest n: 100.
    """

    name = "tsne"
    maps = True
    controls = ("real", "wrong-class")
    source = "van der Maaten and Hinton 2008, eq. 1-5"
    measures = tuple(
        Measure(
            f"tsne_overlap_{d}d",
            "higher",
            f"mixing of synthetic and held-out images in one joint t-SNE of {d} dimensions",
            aspect="realistic",
            failing="wrong-class",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        )
        for d in (2, 3)
    )

    perplexity: float = field(default=30.0, metadata={"min": 2, "help": "how many neighbours each image is held to"})
    images: int = field(default=250, metadata={"min": 11, "help": "images of each set, the first ones"})
    engine: Literal["auto", "exact", "fft", "sklearn"] = field(
        default="auto", metadata={"help": "auto: exact, and above 20,000 images in 2 dimensions fft, by openTSNE"}
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
    """Bring the joint t-SNE."""
    return [Tsne]
