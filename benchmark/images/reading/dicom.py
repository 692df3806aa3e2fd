"""Reads DICOM images with pydicom (extra `dicom`): in the window that is stored, else the full range of their bits."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.images.reading.pictures import Array


def about(content: bytes) -> tuple[int, int, int, int, bool, bool]:
    """Return height, width, channels, bits, False (it is stored upright), and whether there is more than one frame."""
    file = _read(content, pixels=False)
    channels = 1 if int(file.get("SamplesPerPixel", 1)) == 1 else 3
    return int(file.Rows), int(file.Columns), channels, 16 if channels == 1 else 8, False, _frames(file) > 1


def pixels(content: bytes) -> Array:
    """Return grey as float32 (h, w, 1) in [0, 1], colour as uint8 (h, w, 3); of several frames, the first.

    The modality transform and the first stored window are applied; MONOCHROME1 (white is low) is inverted.
    """
    from pydicom import pixels as dicom

    file = _read(content, pixels=True)
    space = str(file.PhotometricInterpretation)
    values = dicom.pixel_array(file, index=0, raw=True)
    if values.ndim == 3 and values.dtype == np.uint8:
        return values if space == "RGB" else np.asarray(dicom.convert_color_space(values, space, "RGB"))
    if space not in ("MONOCHROME1", "MONOCHROME2"):
        raise InputError(f"has DICOM's colours {space} in {values.dtype}; save it as 8-bit RGB.")
    shown = np.asarray(dicom.apply_voi_lut(dicom.apply_modality_lut(values, file), file, index=0), dtype=np.float64)
    low, high = _ends(file)
    grey = np.clip((shown - low) / (high - low), 0, 1).astype(np.float32)
    return (1 - grey if space == "MONOCHROME1" else grey)[..., None]


def _ends(file: Any) -> tuple[float, float]:
    """Return the values of black and white: a window is spread over all that the stored bits can be (PS3.3 C.11.2)."""
    table = file.get("VOILUTSequence") or file.get("ModalityLUTSequence")
    if table:
        return 0.0, float(2 ** int(table[0].LUTDescriptor[2]) - 1)
    least = -(2 ** (int(file.BitsStored) - 1)) if int(file.PixelRepresentation) else 0
    slope, intercept = float(file.get("RescaleSlope", 1)), float(file.get("RescaleIntercept", 0))
    return least * slope + intercept, (least + 2 ** int(file.BitsStored) - 1) * slope + intercept


def _frames(file: Any) -> int:
    return int(file.get("NumberOfFrames", None) or 1)


def _read(content: bytes, *, pixels: bool) -> Any:
    try:
        import pydicom
    except ImportError:
        raise InputError("is a DICOM image; to read it, run: pip install 'synthassay[dicom]'.") from None
    return pydicom.dcmread(io.BytesIO(content), stop_before_pixels=not pixels)
