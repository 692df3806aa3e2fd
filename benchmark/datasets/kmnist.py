"""KMNIST: 70,000 greyscale images of cursive Japanese characters, 28x28; downloaded, 21 MB."""

from __future__ import annotations

from typing import ClassVar

from benchmark.api import Dataset, hookimpl
from benchmark.datasets._like_mnist import FILES, LikeMnist


class Kmnist(LikeMnist):
    """Kuzushiji characters (CODH): 60,000 training and 10,000 test images, 28x28x1."""

    name = "kmnist"
    title = "KMNIST"
    noun = "character"
    size = "70,000 images of 28x28x1, 21 MB"
    source = "Clanuwat et al.: Deep learning for classical Japanese literature, 2018 (KMNIST dataset, created by CODH)"
    licence = "CC BY-SA 4.0"
    class_names = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    mirrors = ("https://codh.rois.ac.jp/kmnist/dataset/kmnist", "http://codh.rois.ac.jp/kmnist/dataset/kmnist")
    sha256: ClassVar[dict[str, str]] = dict(
        zip(
            FILES,
            (
                "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
            ),
            strict=True,
        )
    )


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register KMNIST."""
    return [Kmnist]
