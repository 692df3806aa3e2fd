"""Downloads from a local server that misbehaves: wrong checksum, half a file, 404, nobody there; then it goes on."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import pickle
import socket
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from benchmark.datasets import _mnist
from benchmark.datasets._like_mnist import FILES
from benchmark.datasets.cifar10 import ARCHIVE, Cifar10
from benchmark.datasets.fashion_mnist import FashionMnist
from benchmark.errors import InputError
from benchmark.images.real import load


class Clothes(FashionMnist):
    """MNIST's four files, which have the form of Fashion-MNIST's, under their own checksums."""

    mirrors = ()
    sha256: ClassVar[dict[str, str]] = {
        name: hashlib.sha256((_mnist.FOLDER / name).read_bytes()).hexdigest() for name in FILES
    }
    content: ClassVar[dict[str, str]] = {name: _mnist.SHA256[name.removesuffix(".gz")] for name in FILES}


@dataclass
class Server:
    """Files by name. `cut`: bytes after which the connection ends; `asked`: (file, Range) of each request."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cut: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server(files={name: (_mnist.FOLDER / name).read_bytes() for name in FILES})

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name, wanted = self.path.rpartition("/")[2], self.headers.get("Range")
            state.asked.append((name, wanted))
            if name not in state.files:
                self.send_error(404)
                return
            begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            content = state.files[name][begin:]
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: state.cut.pop(name, len(content))])

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/data"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield state
        server.shutdown()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "synthassay" / "data" / "fashion-mnist"


def test_downloaded_once_then_read_from_the_cache(server: Server, cache: Path) -> None:
    assert not Clothes().is_here()
    data = load(Clothes(mirror=server.url), None)
    assert (data.raw.shape, data.class_names[5]) == ((60000, 28, 28, 1), "Sandal")
    assert sorted(name for name, _ in server.asked) == sorted(FILES)
    assert Clothes().is_here()
    server.asked.clear()
    Clothes().files(None)  # no mirror is asked
    assert server.asked == []
    assert sorted(p.name for p in cache.iterdir() if p.name[0] != ".") == sorted(FILES)


def test_half_a_file_goes_on_where_it_was(server: Server, cache: Path) -> None:
    name, whole = FILES[2], server.files[FILES[2]]
    server.cut[name] = 100_000
    with pytest.raises(InputError, match=r"the connection broke after 100,000 of [0-9,]+ bytes; a retry resumes there"):
        Clothes(mirror=server.url).files(None)
    assert (cache / f"{name}.part").stat().st_size == 100_000
    Clothes(mirror=server.url).files(None)
    assert (name, "bytes=100000-") in server.asked
    assert (cache / name).read_bytes() == whole
    assert not (cache / f"{name}.part").exists()


def test_a_wrong_checksum_is_refused_and_leaves_nothing(server: Server, cache: Path) -> None:
    good = server.files[FILES[0]]
    server.files[FILES[0]] = b"not it"
    with pytest.raises(InputError, match=f"{FILES[0]} of fashion-mnist cannot be downloaded .*wrong checksum.*: put "):
        Clothes(mirror=server.url).files(None)
    assert not (cache / FILES[0]).exists()
    server.files[FILES[0]] = good
    Clothes(mirror=server.url).files(None)


def test_the_next_mirror_is_tried(server: Server) -> None:
    missing = server.files.pop(FILES[0])
    with pytest.raises(InputError, match="HTTP 404"):
        Clothes(mirror=server.url).files(None)
    server.files[FILES[0]] = missing

    class Twice(Clothes):
        mirrors = (server.url,)

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert Twice(mirror=f"http://127.0.0.1:{nobody.getsockname()[1]}").files(None)


def test_no_network_says_where_to_put_the_files(cache: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(InputError, match="Connection refused") as caught:
            Clothes(mirror=f"http://127.0.0.1:{nobody.getsockname()[1]}").files(None)
    assert f"put {', '.join(FILES)} into {cache}, or into a folder given with --data-dir" in str(caught.value)
    cache.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (cache / name).write_bytes((_mnist.FOLDER / name).read_bytes())
    assert Clothes().files(None)


def test_files_in_data_dir_are_checked(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(InputError, match=f"has no {FILES[0]}; fashion-mnist needs {FILES[0]}, "):
        FashionMnist().load(folder)
    for name in FILES:
        (folder / name).write_bytes((_mnist.FOLDER / name).read_bytes())
    assert Clothes().load(folder).images.shape == (60000, 28, 28, 1)
    with pytest.raises(InputError, match="is not the original file of fashion-mnist"):
        FashionMnist().load(folder)


def test_equal_content_is_accepted_however_it_is_compressed(tmp_path: Path, cache: Path) -> None:
    """Debian's package and others compress the files anew; people unpack them."""
    small = FILES[1::2]
    for folder in (tmp_path, cache):
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            (folder / name).write_bytes((_mnist.FOLDER / name).read_bytes())
        for name in small:
            (folder / name).write_bytes(gzip.compress(gzip.decompress((folder / name).read_bytes()), 1))
    unpacked = tmp_path / small[0].removesuffix(".gz")
    unpacked.write_bytes(gzip.decompress((tmp_path / small[0]).read_bytes()))
    (tmp_path / small[0]).unlink()
    assert Clothes().files(tmp_path)[small[0]] == unpacked
    assert len(Clothes().load(tmp_path).labels) == 60_000
    assert Clothes().files(None)[small[1]] == cache / small[1]  # nothing is downloaded: there are no mirrors
    unpacked.write_bytes(unpacked.read_bytes()[:-1] + b"\x09")
    with pytest.raises(InputError, match="train-labels-idx1-ubyte is not the original file of fashion-mnist"):
        Clothes().files(tmp_path)


def test_offline_downloads_nothing(bench, server: Server) -> None:
    done = bench("run", "-g", "smote", "-d", f"fashion-mnist[mirror={server.url}]", "--offline", code=2)
    assert "fashion-mnist is not downloaded, and --offline forbids downloading: put train-images" in done.stderr
    assert server.asked == []
    assert list(bench.folder.iterdir()) == []


def archive(batch: bytes | None = None) -> bytes:
    """Return an archive in CIFAR-10's form, of 20 training images a batch."""
    rng, out = np.random.default_rng(0), io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name in [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta"]:
            content: dict[bytes, object] = {b"label_names": [b"airplane", b"automobile"]}
            if name != "batches.meta":
                content = {
                    b"data": rng.integers(0, 256, (20, 3072), dtype=np.uint8),
                    b"labels": [i % 2 for i in range(20)],
                }
            packed = batch if batch is not None and name == "data_batch_2" else pickle.dumps(content, protocol=2)
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(packed)
            tar.addfile(info, io.BytesIO(packed))
    return out.getvalue()


def photographs(content: bytes) -> type[Cifar10]:
    class Photographs(Cifar10):
        mirrors = ()
        sha256: ClassVar[dict[str, str]] = {ARCHIVE: hashlib.sha256(content).hexdigest()}

    return Photographs


def test_cifar10_is_read_in_colour(server: Server) -> None:
    server.files[ARCHIVE] = archive()
    data = photographs(server.files[ARCHIVE])(mirror=server.url).load(None)
    assert (data.images.shape, data.test_images.shape) == ((100, 32, 32, 3), (20, 32, 32, 3))
    assert data.class_names == ("airplane", "automobile")
    first = np.random.default_rng(0).integers(0, 256, (20, 3072), dtype=np.uint8)[0]
    assert np.array_equal(data.images[0, 0, :5, 1], first[1024:1029])  # green, of the first row


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (pickle.dumps(Path("x"), protocol=2), "it contains pathlib.*; only arrays are allowed"),
        (b"cos\nsystem\n(S'touch executed'\ntR.", "it contains (os|posix).system; only arrays are allowed"),
        (b"\x80\x04\x8c\x05numpy\x8c\x17dtype.__init_subclass__\x93.", "it contains numpy.dtype.__init_subclass__"),
        (b"cnumpy.testing\nrundocs\n(S'x.py'\ntR.", "it contains numpy.testing.rundocs"),
        (b"cnumpy\nload\n(S'x.npy'\nNI01\ntR.", "it contains numpy.load"),
        (b"c_codecs\ndecode\n(S'x'\nS'rot13'\ntR.", "it contains _codecs.decode"),
        (b"cnumpy\nndarray\n(I100000000000\nS'u1'\ntR.", "cannot be read"),
        (b"cnumpy\ndtype\n(dS'a'\nI1\nsb.", "cannot be read"),
        (b"c_codecs\nencode\n(I1\nI2\ntR.", "cannot be read"),
        (pickle.dumps({b"data": np.array([[None]]), b"labels": [0]}, protocol=2), "not an array of bytes"),
        (pickle.dumps({b"data": np.zeros((2, 3072)), b"labels": [0, 0]}, protocol=2), "not an array of bytes"),
        (pickle.dumps([1, 2], protocol=2), "cannot be read"),
        (b"", "cannot be read"),
        (b"(" * 1000, "cannot be read"),
    ],
)
def test_cifar10_runs_no_code_of_a_file(tmp_path: Path, batch: bytes, said: str) -> None:
    content = archive(batch)
    (tmp_path / ARCHIVE).write_bytes(content)
    with pytest.raises(InputError, match=said):
        photographs(content)().load(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [ARCHIVE]
