"""What must not be read: what is endless, what never answers, and what is too large. Nothing large is decoded first."""

from __future__ import annotations

import gzip
import io
import os
import signal
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.images.reading import How, read_images
from benchmark.images.reading.packed import LARGEST
from benchmark.settings import read_toml

SMALL = np.zeros((8, 8), np.uint8)


@pytest.fixture(autouse=True)
def _limited() -> Iterator[None]:
    """Reading a FIFO or an endless device would not end."""

    def over(*_: object) -> None:
        raise TimeoutError("it is still reading")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def folder(path: Path, *more: Callable[[Path], object]) -> Path:
    """Write two small images, and what else is to be among them."""
    (path / "photos").mkdir()
    for name in ("a.png", "b.png"):
        Image.fromarray(SMALL).save(path / "photos" / name)
    for write in more:
        write(path / "photos" / "c.png")
    return path / "photos"


def png(width: int, height: int) -> bytes:
    """Return a PNG file whose header says that it is this large, with nothing to decode."""
    found = b"\x89PNG\r\n\x1a\n"
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 0, 0, 0, 0])
    for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")):
        found += len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")
    return found


def array(path: Path, shape: tuple[int, ...], dtype: str = "|u1") -> Path:
    """Write a .npy file whose header says that it has this shape, and nothing else."""
    content = io.BytesIO()
    np.lib.format.write_array_header_1_0(content, {"descr": dtype, "fortran_order": False, "shape": shape})
    path.write_bytes(content.getvalue())
    return path


def fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def link(path: Path, target: str) -> Path:
    path.symlink_to(target)
    return path


def zero_dimensional(path: Path) -> Path:
    np.save(path, np.uint8(1))
    return path


def bomb(path: Path) -> Path:
    """Write a small .npz file that says it has more bytes than fit into memory."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("images.npy", bytes(1000))
        file.filelist[0].file_size = LARGEST + 1
    return path


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: folder(p, fifo), "c.png: is not a regular file"),
        (lambda p: folder(p, lambda c: link(c, "/dev/zero")), "photos/c.png: is not a regular file"),
        (lambda p: folder(p, lambda c: link(c, "c.png")), "c.png: cannot be read as an image .*(symbolic links|loop)"),
        (lambda p: folder(p, lambda c: link(c, "nowhere.png")), "c.png: cannot be read as an image .*No such file"),
        (lambda p: folder(p, lambda c: c.mkdir()), ""),
        (
            lambda p: folder(p, lambda c: c.write_bytes(png(12_000, 12_000))),
            "c.png is 12000x12000; allowed are 16,777,216 pixels",
        ),
        (
            lambda p: folder(p, lambda c: c.with_name("0.png").write_bytes(png(12_000, 12_000))),
            "0.png is 12000x12000; allowed are 16,777,216 pixels",
        ),
        (lambda p: fifo(p / "a.npy"), "a.npy: is not a regular file"),
        (lambda p: fifo(p / "a.csv.gz"), "a.csv.gz: is not a regular file"),
        (lambda p: link(p / "a.npz", "/dev/zero"), "a.npz: is not a regular file"),
        (lambda p: zero_dimensional(p / "a.npy"), r"a.npy: the images have the shape \(\)"),
        (
            lambda p: array(p / "a.npy", (4 * 10**9,)),
            "a.npy: (cannot be read as NumPy arrays|its header asks for more)",
        ),
        (lambda p: array(p / "a.npy", (10**13, 28, 28)), "a.npy: (cannot be read as NumPy arrays|its header asks for)"),
        (lambda p: bomb(p / "a.npz"), "a.npz: has 4,294,967,297 bytes when it is unpacked; allowed are 4,294,967,296"),
    ],
)
def test_images(tmp_path: Path, make: Callable[[Path], Path], message: str) -> None:
    path = make(tmp_path)
    if not message:  # a folder is not a file, whatever its name
        assert len(read_images(path).images) == 2
        return
    with pytest.raises(InputError, match=message) as caught:
        read_images(path)
    assert len(str(caught.value).splitlines()) == 1


def test_a_large_image_among_small_ones_that_are_resized(tmp_path: Path) -> None:
    path = folder(tmp_path, lambda c: c.write_bytes(png(12_000, 12_000)))
    with pytest.raises(InputError, match="c.png is 12000x12000; allowed are"):
        read_images(path, How(fit="pad", size=(8, 8)))


def test_the_time_for_all_images_is_limited_by_their_pixels(tmp_path: Path, monkeypatch) -> None:
    """Many large images that are resized to small ones fit into memory. Here the limit is that of 50 small ones."""
    monkeypatch.setattr("benchmark.images.reading.stack.MOST_PIXELS", 50 * 64)
    for number in range(50):
        Image.new("L", (8, 8)).save(tmp_path / f"{number:03d}.png")
    assert len(read_images(tmp_path, How(fit="stretch", size=(4, 4))).images) == 50
    Image.new("L", (8, 8)).save(tmp_path / "050.png")
    with pytest.raises(InputError, match="up to 050.png, the images have more than 3,200 pixels; resize them"):
        read_images(tmp_path, How(fit="stretch", size=(4, 4)))


def test_a_file_that_is_large_when_it_is_unpacked_is_not_unpacked(tmp_path: Path, monkeypatch) -> None:
    """With a lower limit, which a file of a test can exceed."""
    monkeypatch.setattr("benchmark.images.reading.packed.LARGEST", 10**6)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"1,2\n" * 10**6))
    with pytest.raises(InputError, match="a.csv.gz: has more than .* when it is unpacked"):
        read_images(tmp_path / "a.csv.gz")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (fifo, "is not a regular file"),
        (lambda p: link(p, "/dev/zero"), "run.toml' is not a regular file"),
        (lambda p: link(p, p.name), "cannot be read|cannot be used"),
        (lambda p: p.write_text("a = " + "[" * 5000 + "]" * 5000), "is nested too deeply|is not TOML"),
        (lambda p: p.write_text("a = " + "{a=" * 5000 + "1" + "}" * 5000), "nested too deeply|is not TOML"),
        (lambda p: p.write_text("a = 1\n" * 200_000), "has 1,200,000 bytes; allowed are 1,000,000"),
        (lambda p: p.write_bytes(b"a = '\xff'"), "is not TOML"),
    ],
)
def test_settings(tmp_path: Path, make: Callable[[Path], object], message: str) -> None:
    make(tmp_path / "run.toml")
    with pytest.raises(InputError, match=message) as caught:
        read_toml(tmp_path / "run.toml")
    assert len(str(caught.value).splitlines()) == 1
