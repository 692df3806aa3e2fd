"""Reads a folder of images: one sub-folder per class, images with a table of their classes, or a single class."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import InputError
from benchmark.images.reading.account import Account
from benchmark.images.reading.annotations import labels_of
from benchmark.images.reading.decode import Source, file_source
from benchmark.images.reading.facts import Facts
from benchmark.images.reading.how import How
from benchmark.images.reading.kept import New, key_of, once
from benchmark.images.reading.pictures import Pictures, classes, natural
from benchmark.images.reading.scan import Found, scan
from benchmark.images.reading.splits import splits_of
from benchmark.images.reading.stack import stacked

if TYPE_CHECKING:
    from benchmark.images.reading.pictures import Array


def read_folder(folder: Path, how: How) -> Pictures:
    """Read all images of a folder, sorted by name; whatever else lies in it is counted in the account.

    Raises InputError on images of different sizes, broken files, transparent pixels, and images both in grey and in
    colour, unless `how` says what to do with them.
    """
    splits = splits_of(folder)
    if splits:
        names = " and ".join(path.name for path in splits.values())
        raise InputError(f"{folder}: {names} look like splits of a dataset; name one of them: {splits['train']}.")
    found = scan(folder)
    if not found.images:
        raise InputError(f"{_nothing(found)}.")
    found.images.sort(key=lambda path: natural(str(path)))
    words, left_out = _words(found)
    sources = [file_source(path, folder) for path in found.images]
    images, facts = _decoded(folder, found.images, sources, how)
    account = Account(left_out=(*found.left_out(), *left_out)) + facts.account(folder, sources, how)
    files = tuple(sources[i].name for i in facts.kept)
    if words is None:
        return Pictures(images, files=files, account=account)
    return Pictures(images, *classes([words[i] for i in facts.kept]), files, account)


def _decoded(folder: Path, paths: list[Path], sources: list[Source], how: How) -> tuple[Array, Facts]:
    """Return decoded images, from the user's cache if they were decoded before, and what was found out."""
    if how.skip_broken:  # files that cannot be read have no key
        return stacked(folder, sources, how)
    try:
        key = key_of(paths, how)
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read as an image ({error.strerror}).") from None

    def decode(new: New) -> tuple[Array, dict[str, object]]:
        images, facts = stacked(folder, sources, how, new)
        return images, asdict(facts)

    images, values = once(key, decode)
    return images, Facts(**values)


def _words(found: Found) -> tuple[list[str] | None, tuple[str, ...]]:
    """Return the class of each image, or None if there are no classes, and what was left out; sets `found.images`."""
    places = [path.relative_to(found.folder) for path in found.images]
    table = labels_of(found)
    own = [place.parts[0] for place in places] if {len(place.parts) for place in places} == {2} else None
    if table is None:
        _check_depth(found.folder, places)
        return own, ()
    if own is not None and len(set(own)) > 1:
        odd = next((i for i, word in enumerate(own) if table.words.get(found.images[i], word) != word), None)
        if odd is not None:
            raise InputError(
                f"{table.path} says that {places[odd]} is {table.words[found.images[odd]]}, but its sub-folder says "
                f"{own[odd]}; remove the table, or put all images into one folder."
            )
        found.others.remove(table.path)
        return own, ()
    missing = [path for path in found.images if path not in table.words]
    found.images[:] = [path for path in found.images if path in table.words]
    found.others.remove(table.path)
    return [table.words[path] for path in found.images], table.left_out(found.folder, missing)


def _check_depth(folder: Path, places: list[Path]) -> None:
    depths = {len(place.parts) for place in places}
    if max(depths) > 2:
        raise InputError(
            f"{folder}: there are images in sub-folders of sub-folders; put all images into the folder itself, or into "
            "one sub-folder per class."
        )
    if len(depths) > 1:
        flat = next(place for place in places if len(place.parts) == 1)
        raise InputError(
            f"{folder}: there are images both in the folder itself ({flat}) and in sub-folders; expected one or the "
            "other."
        )


def _nothing(found: Found) -> str:
    more = [sentence.removeprefix(f"{found.folder}: ") for sentence in found.left_out()]
    return f"{found.folder}: no images found" + (f" ({'; '.join(more)})" if more else "")
