"""The plan of `bench score`: image sets take the place of generators; everything else is as in a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.errors import InputError
from benchmark.images.reading import formats, kind_of
from benchmark.images.real import Seen
from benchmark.images.roles import NEUTRAL, SMALLEST, Sizes
from benchmark.images.sets import GivenSet, names_of, read_set
from benchmark.images.supplied import Given
from benchmark.judging.aspects import SCARCE
from benchmark.plan import choices, embeddings
from benchmark.plan.overview import overview, overview_of_set
from benchmark.plan.real_images import Basis, load_data

if TYPE_CHECKING:
    from benchmark.images.real import RealData
    from benchmark.plan.plan import Plan
    from benchmark.plugins.registry import Registry
    from benchmark.settings import ScoreSettings

ROOM = 2.5  # real images to a synthetic one: held out, fresh, and half as many neutral ones


def make(settings: ScoreSettings, registry: Registry) -> Plan:
    """Read and check the images, and lay out the cells. Raises InputError; nothing is written."""
    if not settings.fake:
        raise InputError("name the images to score, as in: bench score fakes/ --against mnist --class 5")
    names = names_of(settings, choices.controls(registry))
    dataset, data = load_data(settings, registry)
    sets = [read_set(name, Path(path), settings, data) for name, path in zip(names, settings.fake, strict=True)]
    labels = _labels(sets, data)
    train = _training_set(settings, data, labels) if settings.train else None
    data = replace(data, seen=Seen(train.sha256, train.images, train.files) if train else Seen())
    n_real, sizes, notes = _sizes(settings, data, sets, labels)
    drawn = [each.drawn(sizes.held_out, settings.seed) for each in sets]
    read = [data.account, *(each.account for each in [*sets, *([train] if train else [])])]
    notes = [*(note for account in read for note in account.sentences), *notes]
    notes += [note for each in sets for note in (*each.notes, *_other_formats(each, settings))]
    seen = (overview(data, settings.data_dir), *(overview_of_set(each.name, each.images, data) for each in sets))
    broken = tuple(one for account in read for one in account.broken)
    basis = Basis(dataset, data, labels, {n_real: sizes}, notes, seen, broken)
    generators = {each.name: _generator(each) for each in drawn}
    found = embeddings.given(settings, registry, data)
    return choices.resolve(settings, registry, {**generators, **choices.controls(registry)}, lambda: basis, found)


def _generator(images: GivenSet) -> Given:
    generator = Given(images.sha256)
    generator.path, generator.images, generator.files = images.path, images.images, images.files
    return generator


def _other_formats(images: GivenSet, settings: ScoreSettings) -> list[str]:
    """Return a note if the files of a set and those of the real images have different formats."""
    folders = Path(settings.data_dir or ""), images.path
    if not settings.data_dir or not all(path.is_dir() and kind_of(path) == "folder" for path in folders):
        return []
    real, made = (" and ".join(formats(path)) for path in folders)
    if real == made:
        return []
    differ = f"the formats of the two sets differ: the real images are {real} files, these are {made} files"
    return [f"{images.name}: {differ}; lossy compression changes images and can lower 'realistic' by itself"]


def _labels(sets: list[GivenSet], data: RealData) -> tuple[int, ...]:
    """Return the classes of the sets, which must agree. Raises InputError."""
    first = sets[0]
    for other in sets[1:]:
        odd = sorted(set(first.images) ^ set(other.images))
        if odd:
            has, lacks = (first, other) if odd[0] in first.images else (other, first)
            name = data.class_names[odd[0]]
            raise InputError(
                f"{has.path} has images of class {name}, but {lacks.path} has none; name the classes with --class."
            )
    return tuple(sorted(first.images))


def _training_set(settings: ScoreSettings, data: RealData, labels: tuple[int, ...]) -> GivenSet:
    """Return the images that the generators were trained on, according to `--train`. Raises InputError."""
    said = replace(settings, classes=",".join(data.class_names[label] for label in labels))
    try:
        return _read_seen(replace(said, range="", invert=False), data)
    except InputError:
        if not (settings.range or settings.invert):
            raise
        return _read_seen(said, data)  # saved as the synthetic images are


def _read_seen(settings: ScoreSettings, data: RealData) -> GivenSet:
    try:
        return read_set("train", Path(settings.train), settings, data)
    except InputError as error:
        raise InputError(f"--train {error}") from None


def _sizes(
    settings: ScoreSettings, data: RealData, sets: list[GivenSet], labels: tuple[int, ...]
) -> tuple[int, Sizes, list[str]]:
    """Return n_real, the sizes of the roles, and notes on them. Raises InputError."""
    given = {(each.name, label): len(each.images[label]) for each in sets for label in labels}
    n = min([*given.values(), settings.n_synthetic or settings.usual("n_synthetic")])
    seen = data.seen.images if data.seen else {}
    counts = [data.n_seen(label) for label in labels]
    n_real, overlap = min(counts), max(len(data.known(label)) for label in labels)
    scarce = n_real if seen and n_real <= SCARCE else 0  # other classes lend as many, for utility_gain
    room = min(data.counts) - max(overlap, scarce)
    held_out = min(n, int(room / ROOM))
    if held_out < min(n, SMALLEST):
        held = f"--train contains {overlap} images of a class, and " if overlap else ""
        raise InputError(
            f"too few real images: the smallest class has {min(data.counts)} apart from its test split; {held}"
            f"at least {int(ROOM * SMALLEST)} {'others' if held else 'per class'} are needed."
        )
    fitted = Sizes(n_real, held_out, neutral=min(NEUTRAL, room - 2 * held_out))
    notes = _notes(settings, data, counts, fitted, n)
    limited = not settings.n_synthetic and fitted.held_out == settings.usual("n_synthetic")
    more = "; to score more, add --n-synthetic" if limited else ""
    for (name, label), count in given.items():
        if count > fitted.held_out:
            notes.append(
                f"{name}: {fitted.held_out:,} of {count:,} images of class {data.class_names[label]} were sampled "
                f"(seed {settings.seed}{more})"
            )
    return n_real, fitted, notes


def _notes(settings: ScoreSettings, data: RealData, counts: list[int], sizes: Sizes, n: int) -> list[str]:
    numbers = " to ".join(f"{count:,}" for count in sorted({min(counts), max(counts)}))
    if settings.train:
        said = f"Copies are searched for in {settings.train}: {numbers} training images per class"
    else:
        where = "all real images, those set aside for testing included" if data.aside else "the whole training split"
        said = (
            f"The training images were not given (--train): copies are searched for in {where}, "
            f"{numbers} real images per class; a real image is compared with all others"
        )
    notes = [said]
    if sizes.held_out < n:
        notes.append(
            f"The smallest real class is small, so only {sizes.held_out} synthetic images per class are scored, "
            f"against as many real ones ({sizes.neutral} neutral)"
        )
    return notes
