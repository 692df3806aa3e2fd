"""UMAP: do synthetic and held-out images overlap on a map that was made of both?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmark.api import Context, Evidence, Measure, Metric, Score, hookimpl
from metrics._joint import overlaps


@dataclass
class Umap(Metric):
    """Overlap of synthetic S and held-out H in one joint UMAP of 2 dimensions.

    Formula: features of the first 250 of S and of H are embedded together (15 neighbours, least distance .1); on the
    map, for each image the share of its 10 nearest neighbours from the other set over the expected share n / (2n - 1);
    the mean over a side, the lower side (`mixing`, on the map). One map a set would say nothing.

    Shapes: features (n, d) of both to a map (2m, 2), m = min(n, 250). Space: what `--features` names.
    Range and direction: from 0, higher is better, 1 is expected for real images. Less sensitive than `mixing` and blind
    to copies: seen evidence, not the judge. Values of other m, and those of `tsne`, are not compared.
    Source: McInnes, Healy, Melville: UMAP, 2018, section 3; overlap is this suite's own.
    Failing control: wrong-class. Only the controls real and wrong-class are embedded.
    Keeps `umap_2d` float32 (2m, 2): the first half synthetic, the second held-out; beside it `umap_2d_quality`, the
    share of 10 nearest neighbours that the map kept.
    Cost: 1 s at 250 + 250, and 10 s once a process for loading and compiling it. Smallest n: 100.
    """

    name = "umap"
    default = False
    controls = ("real", "wrong-class")
    source = "McInnes et al. 2018, section 3"
    measures = (
        Measure(
            "umap_overlap",
            "higher",
            "mixing of synthetic and held-out images in one joint UMAP of 2 dimensions",
            aspect="realistic",
            failing="wrong-class",
            bounds=(0, None),
            space="features",
            smallest_n=100,
        ),
    )

    neighbors: int = field(default=15, metadata={"min": 2, "help": "how many neighbours each image is held to"})
    images: int = field(default=250, metadata={"min": 11, "help": "images of each set, the first ones"})

    def score(self, evidence: Evidence, ctx: Context) -> Mapping[str, Score]:
        """Embed both sets together."""
        measures = ((2, self.measures[0]),)
        return overlaps(evidence, ctx, "umap", measures, images=self.images, neighbors=self.neighbors)


@hookimpl
def bench_metrics() -> list[type[Metric]]:
    """Bring the joint UMAP."""
    return [Umap]
