"""Formats of image files: what has a plain reading is read exactly; the rest only on request, and it is reported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.images.reading import How, formats, read_images

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (3, 6, 8), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (3, 6, 8, 3), dtype=np.uint8)
GRAY, RGB = How(convert="gray"), How(convert="rgb")


def folder(path: Path, images: list[Image.Image], ending: str = "png", **options: object) -> Path:
    path.mkdir(exist_ok=True)
    for i, image in enumerate(images):
        image.save(path / f"{i}.{ending}", **options)
    return path


def pictures(arrays: np.ndarray) -> list[Image.Image]:
    return [Image.fromarray(array) for array in arrays]


@pytest.mark.parametrize(
    ("ending", "options", "images"),
    [
        ("png", {}, GREY), ("png", {}, COLOUR), ("bmp", {}, GREY), ("bmp", {}, COLOUR),
        ("tif", {}, GREY), ("tiff", {"compression": "tiff_lzw"}, COLOUR), ("webp", {"lossless": True}, COLOUR),
    ],
)  # fmt: skip
def test_lossless_formats_are_read_exactly(tmp_path: Path, ending: str, options: dict[str, object], images) -> None:
    found = read_images(folder(tmp_path / "a", pictures(images), ending, **options))
    assert np.array_equal(found.images.squeeze(), images)
    assert found.account.sentences == ()
    assert formats(tmp_path / "a") == ({"tif": "TIFF", "tiff": "TIFF", "webp": "WebP"}.get(ending, ending.upper()),)


def test_formats_in_one_folder_and_webp_that_has_no_grey(tmp_path: Path) -> None:
    smooth = [Image.fromarray(np.add.outer(np.arange(32), np.arange(32)).astype(np.uint8) * 3)]
    for ending in ("png", "webp", "bmp", "jpg"):
        folder(tmp_path / "a", smooth, ending)
    found = read_images(tmp_path / "a")
    assert found.images.shape == (4, 32, 32, 1)
    assert np.ptp(found.images.astype(int), axis=0).max() < 10
    assert found.account.changed == (
        f"{tmp_path / 'a'}: 1 of 4 images are grey but saved in colour; they are used as grey",
    )


def test_grey_among_colour_needs_a_choice(tmp_path: Path) -> None:
    folder(tmp_path, pictures(COLOUR))
    Image.fromarray(GREY[0]).save(tmp_path / "3.png")
    with pytest.raises(InputError, match="0.png is 6x8 in colour, but 3.png is 6x8 in grey; .*: add --convert gray or"):
        read_images(tmp_path)
    found = read_images(tmp_path, RGB)
    assert np.array_equal(found.images[3], GREY[0][..., None].repeat(3, axis=-1))
    assert found.account.changed == (f"{tmp_path}: 1 of 4 images were converted to 8-bit RGB (1 had no colour)",)
    grey = read_images(tmp_path, GRAY).images
    expected = np.stack([np.asarray(image.convert("L")) for image in pictures(COLOUR)])
    assert np.abs(grey[:3, ..., 0].astype(int) - expected).max() <= 1
    assert np.array_equal(grey[3, ..., 0], GREY[0])


def test_a_palette_is_colour_and_gif_has_only_that(tmp_path: Path) -> None:
    few = [image.quantize(16) for image in pictures(COLOUR)]
    for ending in ("png", "gif"):
        found = read_images(folder(tmp_path / ending, few, ending)).images
        assert np.array_equal(found, np.stack([np.asarray(image.convert("RGB")) for image in few]))


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_16_bits_of_grey_are_used(tmp_path: Path, ending: str) -> None:
    deep = RNG.integers(0, 65536, (3, 6, 8), dtype=np.uint16)
    found = read_images(folder(tmp_path / "a", pictures(deep), ending))
    assert found.images.dtype == np.float32
    assert np.array_equal(np.round(found.images[..., 0] * 65535), deep)
    assert found.account.changed == (
        f"{tmp_path / 'a'}: the images have more than 8 bits per value; all of these are used",
    )
    eight = read_images(tmp_path / "a", GRAY).images
    assert eight.dtype == np.uint8 and np.array_equal(eight[..., 0], np.round(deep / 257))


def deep_colour(path: Path) -> None:
    """Write a PNG with 16 bits per value in colour, which Pillow cannot write, by hand."""
    import zlib

    rows = b"".join(b"\0" + RNG.bytes(8 * 6) for _ in range(6))
    header = (8).to_bytes(4, "big") + (6).to_bytes(4, "big") + bytes([16, 2, 0, 0, 0])
    content = b"\x89PNG\r\n\x1a\n"
    for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        content += len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (lambda p: Image.fromarray(COLOUR[0]).convert("CMYK").save(p / "0.tif"), "CMYK values"),
        (lambda p: Image.fromarray(COLOUR[0]).convert("CMYK").save(p / "0.jpg"), "CMYK values"),
        (lambda p: Image.new("RGBA", (8, 6), (9, 9, 9, 100)).save(p / "0.png"), "transparent pixels"),
        (lambda p: Image.new("LA", (8, 6), (9, 100)).save(p / "0.webp"), "transparent pixels"),
        (lambda p: Image.new("P", (8, 6)).save(p / "0.gif", transparency=0), "transparent pixels"),
        (lambda p: deep_colour(p / "0.png"), "16 bits per value in colour, of which Pillow reads 8"),
    ],
    ids=["CMYK TIFF", "CMYK JPEG", "RGBA", "LA", "GIF", "16-bit colour"],
)
def test_what_would_be_changed_needs_a_choice_and_is_reported(tmp_path: Path, write, why: str) -> None:
    write(tmp_path)
    with pytest.raises(InputError, match=f"0.[a-z]+: has {why}; add --convert gray or --convert rgb"):
        read_images(tmp_path)
    found = read_images(tmp_path, RGB)
    assert found.images.shape == (1, 6, 8, 3)
    assert found.account.changed[0].startswith(f"{tmp_path}: 1 of 1 images were converted to 8-bit RGB (1 had {why})")


def test_what_is_transparent_becomes_white(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 6), (0, 0, 0, 0)).save(tmp_path / "0.png")
    found = read_images(tmp_path, GRAY)
    assert (found.images == 255).all()
    assert found.account.changed[0].endswith("; what was transparent is white now")


def test_numbers_without_a_white_are_refused(tmp_path: Path) -> None:
    Image.fromarray(GREY[0].astype(np.float32)).save(tmp_path / "0.tif")
    for how in (How(), GRAY):
        with pytest.raises(InputError, match="0.tif: has floating-point values; save it with 8 or 16 bits per value"):
            read_images(tmp_path, how)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_images_are_turned_as_exif_says(tmp_path: Path, ending: str, orientation: int) -> None:
    ramp = np.repeat(np.linspace(0, 255, 16).astype(np.uint8)[None], 8, axis=0)[..., None].repeat(3, axis=-1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    folder(tmp_path / "a", pictures(ramp[None]), ending, exif=exif)
    found = read_images(tmp_path / "a")
    turned = {1: ramp, 3: ramp[::-1, ::-1], 6: np.rot90(ramp, -1)}[orientation]
    assert found.images[0].shape == turned.shape
    assert np.abs(found.images[0].astype(int) - turned).mean() < 8
    said = f"{tmp_path / 'a'}: 1 of 1 images were turned or mirrored as their EXIF orientation says"
    assert found.account.changed == (() if orientation == 1 else (said,))


def test_of_several_frames_the_first_is_used_and_it_is_reported(tmp_path: Path) -> None:
    first, *more = [image.convert("P") for image in pictures(GREY)]
    first.save(tmp_path / "0.gif", save_all=True, append_images=more)
    found = read_images(tmp_path)
    assert np.array_equal(found.images[0, ..., 0], GREY[0])
    assert found.account.left_out == (f"{tmp_path}: 1 of 1 images have several frames; only the first is used",)


def test_fit_crops_to_the_centre_pads_with_black_or_stretches(tmp_path: Path) -> None:
    wide = np.full((1, 20, 40), 200, np.uint8)
    wide[..., :10] = wide[..., 30:] = 100
    folder(tmp_path, pictures(wide))
    crop, pad, stretch = (read_images(tmp_path, How(fit=fit, size=(10, 10))) for fit in ("crop", "pad", "stretch"))
    assert (crop.images[:, :, 1:-1] == 200).all()  # the outermost pixels are antialiased
    assert (pad.images[0, :2] == 0).all() and (pad.images[0, -2:] == 0).all() and (pad.images[0, 3:7] >= 100).all()
    assert stretch.images[0, 5, 0, 0] == 100 and stretch.images[0, 5, 5, 0] == 200
    assert crop.account.changed == (f"{tmp_path}: 1 of 1 images were cropped and scaled to 10x10",)
    assert pad.account.changed == (f"{tmp_path}: 1 of 1 images were scaled and padded with black to 10x10",)


def test_arrays_are_converted_and_fitted_as_files_are(tmp_path: Path) -> None:
    folder(tmp_path / "files", pictures(COLOUR))
    np.savez(tmp_path / "a.npz", images=COLOUR)
    for how in (GRAY, How(fit="crop", size=(4, 4)), How(convert="gray", fit="pad", size=(9, 9))):
        files, array = read_images(tmp_path / "files", how), read_images(tmp_path / "a.npz", how)
        assert np.array_equal(files.images, array.images)
        assert array.account.changed and not array.account.left_out
