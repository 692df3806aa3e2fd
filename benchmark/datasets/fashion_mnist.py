"""Fashion-MNIST: 70,000 greyscale pictures of clothes, 28x28; downloaded, 31 MB."""

from __future__ import annotations

from typing import ClassVar

from benchmark.api import Dataset, hookimpl
from benchmark.datasets._like_mnist import FILES, LikeMnist


class FashionMnist(LikeMnist):
    """Clothes (Zalando): 60,000 training and 10,000 test images, 28x28x1."""

    name = "fashion-mnist"
    title = "Fashion-MNIST"
    noun = "class"
    size = "70,000 images of 28x28x1, 31 MB"
    source = "Xiao, Rasul, Vollgraf: Fashion-MNIST, a novel image dataset for benchmarking, 2017"
    licence = "MIT"
    class_names = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    mirrors = (
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
    )
    sha256: ClassVar[dict[str, str]] = dict(
        zip(
            FILES,
            (
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
            strict=True,
        )
    )
    content: ClassVar[dict[str, str]] = dict(
        zip(
            FILES,
            (
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
            strict=True,
        )
    )


@hookimpl
def bench_datasets() -> list[type[Dataset]]:
    """Register Fashion-MNIST."""
    return [FashionMnist]
