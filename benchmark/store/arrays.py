"""Plain values with arrays in them, as one .npz file that can be read without running anything.

An .npz file is a zip archive of arrays. What is written here also has a member `head`: JSON that says what the arrays
are for. Reading checks each size before memory is taken, and refuses objects, compression, NaN and infinity.
"""

from __future__ import annotations

import io
import json
import math
import struct
import tokenize
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.store.records import parsed, read_bytes

if TYPE_CHECKING:
    from benchmark.api import Array

LARGEST = 2**32  # bytes of a file
MANY = 100_000  # arrays in a file
KINDS = "biufcUS"  # booleans, numbers, texts, bytes
FAULTS = (  # what zipfile and the parser of array headers raise, apart from ValueError
    zipfile.BadZipFile,
    tokenize.TokenError,
    SyntaxError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    OSError,
    EOFError,
    TypeError,
    struct.error,
)
PLACE, SEQUENCE = "array", "tuple"  # in the head: {"array": 0} is the first array, {"tuple": [...]} a tuple


def read_npz(path: Path, most: int = LARGEST) -> dict[str, Array]:
    """Return the arrays of an .npz file by name. Raises OSError and ValueError."""
    return arrays_in(read_bytes(path, most))


def arrays_in(content: bytes) -> dict[str, Array]:
    """Return the arrays of the content of an .npz file by name. Raises ValueError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MANY or sum(member.file_size for member in members) > len(content):
                raise ValueError("it claims to hold more than there is")
            if any(member.compress_type != zipfile.ZIP_STORED for member in members):
                raise ValueError("it is compressed")
            names = [member.filename.removesuffix(".npy") for member in members]
            if len(set(names)) < len(names):
                raise ValueError("two of its arrays have the same name")
            return {name: _array(archive.read(member)) for name, member in zip(names, members, strict=True)}
    except FAULTS as error:
        raise ValueError(f"it is not an intact .npz file ({error})") from None


def packed(value: Any) -> bytes:
    """Return plain values (numbers, texts, None, arrays, and lists, tuples and dicts of these) as an .npz file.

    Raises TypeError and ValueError, naming what cannot be stored.
    """
    arrays: list[Array] = []
    head = json.dumps(_head(value, "", arrays), allow_nan=False)
    buffer = io.BytesIO()
    numbered = {str(i): array for i, array in enumerate(arrays)}
    np.savez(buffer, head=np.frombuffer(head.encode(), dtype=np.uint8), **numbered)  # type: ignore[arg-type]
    return buffer.getvalue()


def unpacked(content: bytes) -> Any:
    """Return what `packed` was given. Raises ValueError on anything else."""
    arrays = arrays_in(content)
    head = arrays.pop("head", None)
    if head is None or head.dtype != np.uint8 or head.ndim != 1:
        raise ValueError("it has no head")
    value = _value(parsed(head.tobytes().decode()), arrays)
    if arrays:
        raise ValueError("it has arrays that its head does not name")
    return value


def _array(content: bytes) -> Array:
    """Return the array of a .npy file, after comparing the size that it claims with the size that it has."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"it has an array in the version {version} of its format")
    shape, fortran, dtype = read(file)
    if dtype.kind not in KINDS or dtype.itemsize == 0 or min(shape, default=0) < 0:
        raise ValueError(f"it has an array of the type {dtype}")
    body = content[file.tell() :]
    if math.prod(shape) * dtype.itemsize != len(body):
        raise ValueError(f"it has an array of the shape {shape} in {len(body)} bytes")
    return np.frombuffer(body, dtype=dtype).reshape(shape, order="F" if fortran else "C").copy(order="A")


def _head(value: Any, name: str, arrays: list[Array]) -> Any:
    match value:
        case np.ndarray():
            arrays.append(_storable(value, name))
            return {PLACE: len(arrays) - 1}
        case np.generic():
            return _head(value.item(), name, arrays)
        case tuple():
            return {SEQUENCE: [_head(each, f"{name}[{i}]", arrays) for i, each in enumerate(value)]}
        case list():
            return [_head(each, f"{name}[{i}]", arrays) for i, each in enumerate(value)]
        case dict() if all(isinstance(key, str) for key in value):
            return {"dict": {key: _head(each, f"{name}.{key}" if name else key, arrays) for key, each in value.items()}}
        case float() if not math.isfinite(value):
            raise ValueError(f"{name} is {value}")
        case None | bool() | int() | float() | str():
            return value
    raise TypeError(f"{name} is of the type {type(value).__name__}")


def _storable(array: Array, name: str) -> Array:
    if array.dtype.kind not in KINDS or array.dtype.itemsize == 0:
        raise TypeError(f"{name} is an array of the type {array.dtype}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} contains NaN or infinity")
    return array


def _value(head: Any, arrays: dict[str, Array]) -> Any:
    if isinstance(head, list):
        return [_value(each, arrays) for each in head]
    if not isinstance(head, dict):
        return head
    match head:
        case {"dict": dict(items)}:
            return {name: _value(each, arrays) for name, each in items.items()}
        case {"tuple": list(items)}:
            return tuple(_value(each, arrays) for each in items)
        case {"array": int(number)} if str(number) in arrays:
            array = arrays.pop(str(number))
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise ValueError("one of its arrays contains NaN or infinity")
            return array
    raise ValueError("its head is not one that was written here")
