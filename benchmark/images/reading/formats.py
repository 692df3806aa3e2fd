"""Recognises image files by their first bytes. The ending of a name is not relied on."""

from __future__ import annotations

from pathlib import Path

from benchmark.files.regular import read_head

HEAD = 132  # bytes that tell
READABLE = "PNG, JPEG, WebP, TIFF, BMP, GIF or DICOM"
PILLOW = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")
BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
}
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".dcm")


def format_of(content: bytes) -> str:
    """Return the format of an encoded image, such as 'PNG', or '' if it is not an image that can be read."""
    for beginning, name in BEGINNINGS.items():
        if content.startswith(beginning):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WebP"
    if content[:2] == b"BM" and content[6:10] == bytes(4):
        return "BMP"
    return "DICOM" if content[128:132] == b"DICM" else ""


def format_of_file(path: Path) -> str:
    """Return the format of an image file, or '' if it is not an image, or cannot be read."""
    return format_of(read_head(path, HEAD))


def is_image(path: Path) -> bool:
    """Whether a file is an image, or is called one, so that it is an error if it cannot be read."""
    return path.suffix.lower() in ENDINGS or bool(format_of_file(path))
