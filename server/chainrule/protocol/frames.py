"""Binary frames: the payload is arrays that a browser views as typed arrays without copying.

Layout, little endian::

    0   4 bytes   magic b"CRF1"
    4   uint16    version, 1
    6   uint16    flags, 0
    8   uint32    length H of the header
    12  H bytes   UTF-8 JSON: the Frame message, or a Companion; each tensor with ``offset`` in place of ``data``
        zeros up to a multiple of 8, where the payload begins
        each tensor at its offset into the payload, a multiple of 8, in C order, zeros between them

A tensor of which only a summary is sent has neither.
"""

from __future__ import annotations

import json
import struct
from math import isfinite, prod
from typing import Any, TypeVar

from chainrule.engine.backend import HostArray, host
from chainrule.protocol.model import FrameTensor, Summary
from chainrule.protocol.numbers import to_json
from chainrule.protocol.server import Companion, Frame

MAGIC = b"CRF1"
VERSION = 1
PREFIX = struct.Struct("<4sHHI")
DTYPES: dict[str, Any] = {
    "float32": host.dtype("<f4"),
    "float64": host.dtype("<f8"),
    "int8": host.dtype("i1"),
}


WithTensors = TypeVar("WithTensors", Frame, Companion)


class FrameError(ValueError):
    """Bytes that are no frame of this version."""


def _aligned(size: int) -> int:
    return -(-size // 8) * 8


def encode_frame(frame: Frame | Companion) -> bytes:
    """The bytes of a message whose tensors hold arrays (or nested lists) as ``data``."""
    payload: list[bytes] = []
    offset = 0
    tensors = []
    for tensor in frame.tensors:
        # Not attribute by attribute: a large frame has hundreds of tensors.
        told = tensor.__dict__
        dtype, data, scale, units = told["dtype"], told["data"], told["scale"], told["units"]
        header: dict[str, Any] = {
            "what": told["what"],
            "index": told["index"],
            "dtype": dtype,
            "shape": told["shape"],
        }
        if data is not None:
            raw = host.asarray(data, dtype=DTYPES[dtype]).tobytes()
            payload.append(raw)
            header["offset"] = offset
            offset += len(raw)
            if offset % 8:
                payload.append(bytes(-offset % 8))
                offset += -offset % 8
        if scale is not None:
            header["scale"] = to_json(scale)
        if units is not None:
            header["units"] = units
        if told["summary"] is not None:
            header["summary"] = _told(told["summary"])
        tensors.append(header)
    message = frame.model_copy(update={"tensors": []}).model_dump(mode="json")
    message["tensors"] = tensors
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    begin = PREFIX.pack(MAGIC, VERSION, 0, len(text)) + text
    return begin.ljust(_aligned(len(begin)), b"\0") + b"".join(payload)


def _told(summary: Summary) -> dict[str, Any]:
    """What ``model_dump`` does, which asks of each number of the picture by itself whether it is one."""
    told = dict(summary)
    if summary.non_finite or not all(map(isfinite, (summary.mean, summary.norm))):
        return {name: to_json(value) for name, value in told.items()}
    return told


def own_bytes(frame: Frame) -> int:
    """Bytes of a frame without its tensors and what it has left out, rounded up."""
    text = json.dumps(
        frame.model_copy(update={"tensors": [], "left": []}).model_dump(mode="json"),
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return PREFIX.size + len(text.encode()) + 16


def tensor_bytes(tensor: FrameTensor) -> int:
    """Bytes that a tensor adds to a frame, rounded up."""
    # Its names, its offset, and the comma after it.
    size = 62 + len(tensor.what) + len(str(tensor.index)) + len(tensor.dtype) + len(str(tensor.shape))
    if tensor.data is not None:
        size += _aligned(DTYPES[tensor.dtype].itemsize * prod(tensor.shape))
    if tensor.scale is not None:
        size += 10 + len(json.dumps(to_json(tensor.scale)))
    if tensor.units is not None:
        size += 10 + len(str(tensor.units))
    if tensor.summary is not None:
        size += 12 + len(tensor.summary.model_dump_json())
    return size


def decode_frame(data: bytes) -> Frame:
    """The frame with arrays as ``data``: views of ``data``, not copies.

    Raises
    ------
    FrameError
        Not a frame, another version, or shorter than it says.
    """
    frame = decode(data)
    if not isinstance(frame, Frame):
        raise FrameError("the header is not a frame")
    return frame


def decode(data: bytes) -> Frame | Companion:
    """The message of either kind; like :func:`decode_frame`."""
    if len(data) < PREFIX.size:
        raise FrameError("shorter than the prefix of a frame")
    magic, version, _, length = PREFIX.unpack_from(data)
    if magic != MAGIC:
        raise FrameError(f"not a frame: begins with {magic!r}")
    if version != VERSION:
        raise FrameError(f"version {version} of the format; {VERSION} is understood")
    if len(data) < PREFIX.size + length:
        raise FrameError("shorter than its header says")
    try:
        message = json.loads(data[PREFIX.size : PREFIX.size + length])
        tensors = message.pop("tensors")
    except (ValueError, KeyError, AttributeError) as error:
        raise FrameError("the header is not a frame") from error
    start = _aligned(PREFIX.size + length)
    kind = Companion if message.get("type") == "companion" else Frame
    frame = kind.model_validate({**message, "tensors": []})
    found = [_decode_tensor(data, start, tensor) for tensor in tensors]
    return frame.model_copy(update={"tensors": found})


def _decode_tensor(data: bytes, start: int, header: dict[str, Any]) -> FrameTensor:
    tensor = FrameTensor.model_validate(header)
    if tensor.offset is None:
        return tensor
    count = 1
    for length in tensor.shape:
        count *= length
    dtype = DTYPES[tensor.dtype]
    begin = start + tensor.offset
    if tensor.offset < 0 or tensor.offset % 8 or len(data) < begin + count * dtype.itemsize:
        raise FrameError(f"tensor {tensor.what} {tensor.index} lies outside the payload")
    array: HostArray = host.frombuffer(data, dtype, count, begin).reshape(tensor.shape)
    return tensor.model_copy(update={"offset": None, "data": array})
