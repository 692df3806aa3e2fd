"""Files that are downloaded once: several mirrors, SHA-256 checks, progress, and resumption of broken downloads.

pooch names, checks and moves the files. It would restart a broken download from the first byte, so the transfer itself
is done here, into `<file>.part`.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any, ClassVar

from benchmark.api import Dataset, InputError
from benchmark.images.reading import read_bytes

LOG = logging.getLogger("benchmark")
OFFLINE = "SYNTHASSAY_OFFLINE"  # set by --offline, and inherited by every process of a run
CHUNK, PATIENCE = 2**18, 30.0  # bytes read at a time, and seconds to wait for them


@dataclass
class Downloaded(Dataset):
    """A dataset whose files are downloaded, or read from `--data-dir`."""

    takes_folder: ClassVar[bool] = True
    mirrors: ClassVar[tuple[str, ...]] = ()  # base URLs, tried in this order
    sha256: ClassVar[dict[str, str]] = {}  # of each file, as downloaded
    content: ClassVar[dict[str, str]] = {}  # of what the gzipped files contain: others may have compressed it otherwise

    mirror: str = field(default="", metadata={"help": "base URL to try before the known mirrors"})

    def is_here(self) -> bool:
        """Whether all files are in the cache."""
        return all((self.cache() / name).is_file() for name in self.sha256)

    def cache(self) -> Path:
        """Return the folder for downloaded files, in the user's cache."""
        import platformdirs

        return platformdirs.user_cache_path("synthassay") / "data" / self.name

    def files(self, folder: Path | None) -> dict[str, Path]:
        """Return the path of each file, checked: in `folder`, or in the cache after a download. Raises InputError."""
        if folder is not None and not folder.is_dir():
            raise InputError(f"--data-dir {str(folder)!r} is not a folder.")
        return {name: self._in(folder, name) if folder else self._fetched(name) for name in self.sha256}

    def _in(self, folder: Path, name: str) -> Path:
        path = next((path for path in (folder / name, folder / name.removesuffix(".gz")) if path.is_file()), None)
        if path is None:
            raise InputError(f"--data-dir {str(folder)!r} has no {name}; {self.name} needs {', '.join(self.sha256)}.")
        if not self._is_original(path, name):
            raise InputError(
                f"{path} is not the original file of {self.name} (its SHA-256 differs); to use your own files, "
                f"leave out the name of the dataset."
            )
        return path

    def _is_original(self, path: Path, name: str) -> bool:
        """Whether a file is the one that is downloaded, or has the same content, compressed otherwise or not at all."""
        if _sha256(path) == self.sha256[name]:
            return True
        try:
            return name in self.content and hashlib.sha256(read_bytes(path)).hexdigest() == self.content[name]
        except InputError:  # a damaged gzip stream
            return False

    def _fetched(self, name: str) -> Path:
        from filelock import FileLock

        path, cache = self.cache() / name, self.cache()
        if path.is_file() and self._is_original(path, name):
            return path
        if os.environ.get(OFFLINE):
            raise InputError(f"{self.name} is not downloaded, and --offline forbids downloading: {self._by_hand()}.")
        cache.mkdir(parents=True, exist_ok=True)
        failures = []
        with FileLock(cache / ".lock"):
            for mirror in (self.mirror, *self.mirrors):
                if mirror and (wrong := self._try(mirror.rstrip("/"), name)):
                    failures.append(f"{mirror}: {wrong}")
                elif mirror:
                    return path
        raise InputError(f"{name} of {self.name} cannot be downloaded ({'; '.join(failures)}): {self._by_hand()}.")

    def _by_hand(self) -> str:
        return f"put {', '.join(self.sha256)} into {self.cache()}, or into a folder given with --data-dir"

    def _try(self, mirror: str, name: str) -> str:
        """Download a file from one mirror; return what went wrong, or ""."""
        import pooch

        pooch.get_logger().setLevel("ERROR")
        try:
            pooch.retrieve(
                f"{mirror}/{name}", f"sha256:{self.sha256[name]}", fname=name, path=self.cache(), downloader=_transfer
            )
        except ValueError:
            return "wrong checksum"
        except urllib.error.HTTPError as error:
            return f"HTTP {error.code}"
        except (OSError, HTTPException) as error:
            return str(getattr(error, "reason", error))
        return ""


def _transfer(url: str, output_file: str, _: Any) -> None:
    """Download `url` to `output_file` (pooch's temporary file), by way of a `.part` file next to it. Raises OSError."""
    part = Path(output_file).with_name(url.rpartition("/")[2] + ".part")
    begun = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={begun}-"} if begun else {})  # noqa: S310
    try:
        response = urllib.request.urlopen(request, timeout=PATIENCE)  # noqa: S310 - http(s), or what the user gave
    except urllib.error.HTTPError as error:
        if error.code != 416:  # nothing left to send: the part is complete, or of another file
            raise
        shutil.move(part, output_file)
        return
    with response:
        begun = begun if response.status == 206 else 0
        total = begun + int(response.headers.get("Content-Length", 0))
        with part.open("ab" if begun else "wb") as file, _progress(url, begun, total) as tell:
            while chunk := response.read(CHUNK):
                file.write(chunk)
                tell(len(chunk))
    if part.stat().st_size < total:
        raise OSError(f"the connection broke after {part.stat().st_size:,} of {total:,} bytes; a retry resumes there")
    shutil.move(part, output_file)


@contextmanager
def _progress(url: str, begun: int, total: int) -> Iterator[Any]:
    """Show a progress bar on a terminal; elsewhere, log one line."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    where = f"downloading {url}" + (f" from byte {begun:,}" if begun else "")
    if not sys.stderr.isatty():
        LOG.info("%s, %s bytes", where, f"{total:,}")
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(where, total=total, completed=begun)
        yield lambda count: bar.advance(task, count)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
