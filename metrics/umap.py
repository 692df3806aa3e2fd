"""UMAP: do synthetic and held-out images overlap on a joint map?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._joint import overlaps


@dataclass
class Umap(Metric):
    """Overlap of synthetic images S and held-out images H in a joint UMAP, in 2 dimensions.

    Formula: the features of the first 250 images of S and of H are embedded together (15 neighbours, minimum distance
    .1), and `mixing` is computed on the map: for each image, the share of its 10 nearest neighbours from the other set
    over the expected share n / (2n - 1); the mean over one side, for the side where it is lower. Separate maps for the
    two sets would show nothing.

    Shapes: features (n, d) of both to a map (2m, 2), m = min(n, 250). Space: the one set by `--features`.
    Range and direction: from 0, higher is better, 1 is expected for real images. Less sensitive than `mixing`, and
    blind to copies: it illustrates, it does not judge. Values with different m, or of `tsne`, are not comparable.
    Source: McInnes, Healy, Melville: UMAP, 2018, section 3; the overlap is this suite's own.
    Failing control: wrong-class. Only the controls real and wrong-class are embedded.
    Keeps `umap_2d`, float32 (2m, 2): the first half is synthetic, the second held-out; and `umap_2d_quality`, the share
    of the 10 nearest neighbours that the map preserves.
    Cost: 1 s at 250 + 250, plus 10 s per process to load and compile UMAP. Smallest n: 100.
    """

    name = "umap"
    default = False
    controls = ("real", "wrong-class")
    source = "McInnes et al. 2018, section 3"
    measures = (
        Measure(
            "umap_overlap",
            "higher",
            "mixing of synthetic and held-out images in a joint UMAP of 2 dimensions",
            aspect="realistic",
            failing="wrong-class",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
    )

    neighbors: int = field(default=15, metadata={"min": 2, "help": "number of neighbours of each image"})
    images: int = field(default=250, metadata={"min": 11, "help": "images to take from each set, from the first on"})

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Embed both sets together, in 2 dimensions."""
        measures = ((2, self.measures[0]),)
        return overlaps(evidence, ctx, "umap", measures, images=self.images, neighbors=self.neighbors)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Register the joint UMAP."""
    return [Umap]
