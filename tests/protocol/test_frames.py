from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from chainrule.protocol.frames import FrameError, decode_frame, encode_frame
from chainrule.protocol.model import Cursor, FrameTensor, Step, Summary
from chainrule.protocol.server import Frame

ARRAYS = st.one_of(
    hnp.arrays(np.float32, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)),
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)),
)


def frame(arrays: list[Any], loss: float | None = 1.0) -> Frame:
    return Frame(
        seq=3,
        topology=12,
        cursor=Cursor(branch=0, iteration=1, step=8),
        phase="backward",
        step=Step(index=8, kind="backward", phase="backward", label="mul → w", node=3, edge=0, line=4),
        arrived=[1, 0],
        withheld=False,
        tensors=[
            FrameTensor.model_construct(
                what="value",
                index=k,
                dtype="float64" if array.dtype == np.float64 else "float32",
                shape=list(array.shape),
                offset=None,
                data=array,
                summary=None,
            )
            for k, array in enumerate(arrays)
        ],
        update=[],
        non_finite=[],
        loss=loss,
    )


@given(st.lists(ARRAYS, max_size=6), st.one_of(st.none(), st.floats()))
def test_what_is_encoded_is_decoded_to_the_last_bit(arrays: list[Any], loss: float | None) -> None:
    sent = frame(arrays, loss)
    received = decode_frame(encode_frame(sent))
    assert len(received.tensors) == len(arrays)
    for tensor, array in zip(received.tensors, arrays, strict=True):
        assert tensor.dtype == str(array.dtype)
        data: Any = tensor.data
        assert data.shape == array.shape
        assert data.tobytes() == array.tobytes()
    before, after = (f.model_copy(update={"tensors": []}).model_dump_json() for f in (sent, received))
    assert before == after


@given(st.lists(ARRAYS, min_size=1, max_size=6))
def test_the_layout_is_as_documented(arrays: list[Any]) -> None:
    data = encode_frame(frame(arrays))
    magic, version, flags, length = struct.unpack_from("<4sHHI", data)
    assert (magic, version, flags) == (b"CRF1", 1, 0)
    header = json.loads(data[12 : 12 + length].decode())
    assert header["type"] == "frame"
    start = -(-(12 + length) // 8) * 8
    assert not any(data[12 + length : start])
    end = start
    for tensor, array in zip(header["tensors"], arrays, strict=True):
        assert "data" not in tensor
        assert tensor["offset"] % 8 == 0
        at = start + tensor["offset"]
        assert at == end
        kind = {"float32": "f", "float64": "d"}[tensor["dtype"]]
        numbers = struct.unpack_from(f"<{array.size}{kind}", data, at)
        assert np.asarray(numbers, array.dtype).tobytes() == array.tobytes()
        end = at + -(-array.nbytes // 8) * 8
    assert end == len(data)


def test_decoding_does_not_copy() -> None:
    data = encode_frame(frame([np.arange(4.0)]))
    array: Any = decode_frame(data).tensors[0].data
    assert not array.flags.owndata
    assert not array.flags.writeable


def test_a_transposed_array_goes_in_c_order() -> None:
    array = np.arange(6.0).reshape(2, 3).T
    sent: Any = decode_frame(encode_frame(frame([array]))).tensors[0].data
    assert sent.tolist() == array.tolist()


def test_a_summary_takes_no_payload() -> None:
    summary = Summary(
        minimum=0.0,
        maximum=float("inf"),
        mean=1.0,
        mean_size=1.0,
        norm=2.0,
        zeros=0,
        non_finite=1,
        histogram=[1],
        thumbnail=[[float("nan")]],
    )
    sent = frame([])
    tensor = FrameTensor(what="grad", index=1, dtype="float32", shape=[5000], summary=summary)
    received = decode_frame(encode_frame(sent.model_copy(update={"tensors": [tensor]})))
    assert received.tensors[0].data is None
    found = received.tensors[0].summary
    assert found is not None
    assert found.maximum == float("inf")
    assert np.isnan(found.thumbnail[0][0])


def test_inline_numbers_are_json() -> None:
    text = frame([np.asarray([1.5, np.nan, -np.inf], np.float32)], float("inf")).model_dump_json()
    message = json.loads(text)
    assert message["tensors"][0]["data"] == [1.5, "NaN", "-Infinity"]
    assert message["loss"] == "Infinity"


GOOD = encode_frame(frame([np.arange(3.0)]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"CRF1",
        b"CRF2" + GOOD[4:],
        GOOD[:4] + b"\x02" + GOOD[5:],
        GOOD[:20],
        GOOD[:-8],
        GOOD[:12] + b"!" * (len(GOOD) - 12),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        decode_frame(data)
