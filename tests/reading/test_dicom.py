"""DICOM: grey in the window that is stored, else in the full range of its bits; what is damaged is one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.images.reading import How, formats, read_images

pytestmark = pytest.mark.dicom
VALUES = np.linspace(0, 4095, 48).astype(np.uint16).reshape(6, 8)


def write(path: Path, values: np.ndarray = VALUES, **tags: object) -> None:
    """Write a file with 12 of 16 bits, or 8."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    file = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    file.SOPClassUID, file.SOPInstanceUID = SecondaryCaptureImageStorage, meta.MediaStorageSOPInstanceUID
    file.Rows, file.Columns = values.shape[-2:] if values.shape[-1] != 3 else values.shape[:2]
    file.SamplesPerPixel, file.PhotometricInterpretation = (3, "RGB") if values.shape[-1] == 3 else (1, "MONOCHROME2")
    file.BitsAllocated = 8 * values.dtype.itemsize
    file.BitsStored = 12 if values.dtype.itemsize == 2 else 8
    file.HighBit, file.PixelRepresentation = file.BitsStored - 1, int(values.dtype.kind == "i")
    if values.shape[-1] == 3:
        file.PlanarConfiguration = 0
    for name, value in tags.items():
        setattr(file, name, value)
    file.PixelData = values.tobytes()
    file.save_as(path, enforce_file_format=True)


def test_without_a_window_all_stored_bits_are_shown(tmp_path: Path) -> None:
    write(tmp_path / "0.dcm")
    found = read_images(tmp_path)
    assert (found.images.shape, found.images.dtype) == ((1, 6, 8, 1), np.float32)
    assert found.images[0, ..., 0] == pytest.approx(VALUES / 4095)
    assert formats(tmp_path) == ("DICOM",)


def test_the_stored_window_in_units_of_the_modality(tmp_path: Path) -> None:
    """Hounsfield units: the window of 400 around 40 goes from -160 to 240 (PS3.3 C.11.2.1.2)."""
    write(tmp_path / "0", RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=40, WindowWidth=400)
    expected = np.clip((VALUES - 1024.0 - 39.5) / 399 + 0.5, 0, 1)
    found = read_images(tmp_path).images[0, ..., 0]
    assert found == pytest.approx(expected, abs=1e-6)
    assert 0 < ((found > 0) & (found < 1)).sum() < 10


def test_signed_values_several_windows_and_white_that_is_low(tmp_path: Path) -> None:
    write(
        tmp_path / "0.dcm", VALUES.astype(np.int16) - 2048, PhotometricInterpretation="MONOCHROME1",
        WindowCenter=[0, 99], WindowWidth=[2001, 9],
    )  # fmt: skip
    expected = 1 - np.clip((VALUES - 2048.0 + 0.5) / 2000 + 0.5, 0, 1)
    assert read_images(tmp_path).images[0, ..., 0] == pytest.approx(expected, abs=1e-6)


def test_colour_is_read_as_it_is_and_grey_as_bytes_on_request(tmp_path: Path) -> None:
    colour = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    write(tmp_path / "0.dcm", colour)
    assert np.array_equal(read_images(tmp_path).images[0], colour)
    write(tmp_path / "1.dcm")
    with pytest.raises(InputError, match="1.dcm is 6x8 in grey with 16 bits per value, but 0.dcm is 6x8 in colour"):
        read_images(tmp_path)
    found = read_images(tmp_path, How(convert="gray")).images
    assert found.dtype == np.uint8
    assert np.array_equal(found[1, ..., 0], np.round(VALUES / np.float32(4095) * 255))


def test_of_several_frames_the_first_is_used(tmp_path: Path) -> None:
    write(tmp_path / "0.dcm", np.stack([VALUES, VALUES[::-1]]), NumberOfFrames=2)
    found = read_images(tmp_path)
    assert found.images[0, ..., 0] == pytest.approx(VALUES / 4095)
    assert found.account.left_out == (f"{tmp_path}: 1 of 1 images have several frames; only the first is used",)


def test_a_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    write(tmp_path / "0.dcm")
    (tmp_path / "0.dcm").write_bytes((tmp_path / "0.dcm").read_bytes()[:-20])
    with pytest.raises(InputError, match="0.dcm: cannot be read as an image") as caught:
        read_images(tmp_path)
    assert len(str(caught.value).splitlines()) == 1
