"""Libraries whose arrays lie in the memory of the host: NumPy, array-api-strict, PyTorch on the CPU."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from chainrule.engine.backend.dtypes import FLOAT64
from chainrule.engine.backend.host import Array, HostArray, Namespace, T, host, silently
from chainrule.engine.backend.library import Backend


class NumPy(Backend):
    __slots__ = ()

    def asarray(self, data: Any, dtype: Any = None) -> Array:
        if dtype is None:
            return host.asarray(data)
        with self.quiet():  # 1e60 is infinity in float32
            return host.asarray(data, dtype=self.dtype(dtype))

    def _dtype(self, dtype: Any) -> Any:
        return host.dtype(dtype)

    def quiet(self) -> AbstractContextManager[Any]:
        return host.errstate(all="ignore")

    def silently(self, function: Callable[..., T], *arguments: Any) -> T:
        return silently(function, *arguments)

    def to_host(self, arrays: Sequence[Array]) -> list[HostArray]:
        return list(arrays)

    def numbers(self, arrays: Sequence[Array]) -> list[float]:
        return [float(array.item()) for array in arrays]

    def finite(self, arrays: Sequence[Array]) -> list[bool]:
        return [_finite(array) for array in arrays]

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        out = host.array(array, order="C")
        width = math.prod(out.shape[1:])
        if width != 1:
            # NumPy adds single numbers six times as fast as rows: the same sums in the same order.
            index = (index[:, None] * width + host.arange(width)).ravel()
        host.add.at(out.reshape(-1), index, values.reshape(-1))
        return out


def _finite(array: HostArray) -> bool:
    if array.dtype.kind == "f":
        # A sum of squares takes a third of the time, and is finite only where all are.
        flat = array.ravel()
        if math.isfinite(flat.dot(flat)):
            return True
    return bool(host.isfinite(array).all())


class Strict(Backend):
    """array-api-strict: an array that refuses all that the standard does not promise. For tests."""

    __slots__ = ()

    def quiet(self) -> AbstractContextManager[Any]:
        return host.errstate(all="ignore")

    def to_numpy(self, array: Array) -> HostArray:
        return host.array(self.xp.asarray(array, device=self.xp.Device("CPU_DEVICE")))


class Torch(Backend):
    """PyTorch in the host's memory: nothing but its arrays is used."""

    __slots__ = ()

    def asarray(self, data: Any, dtype: Any = None) -> Array:
        dtype, own = self.dtype(dtype), self.array_type
        known: Any = data if type(data) is own else None
        if known is not None:
            return known if dtype is None or known.dtype is dtype else known.to(dtype)
        if isinstance(data, host.ndarray):
            if dtype is None and data.dtype == host.float64:
                dtype = self.dtype(FLOAT64)
            if not data.flags.writeable or any(stride < 0 for stride in data.strides):
                # PyTorch shares the memory, and cannot share such.
                data = data.copy()
        return self.xp.asarray(data, dtype=dtype, device=self.device)

    def to_numpy(self, array: Array) -> HostArray:
        return host.array(array.cpu().numpy())

    def to_host(self, arrays: Sequence[Array]) -> list[HostArray]:
        return [array.numpy() for array in arrays]

    def at_hand(self, arrays: Sequence[Array]) -> tuple[Namespace, Sequence[Array]]:
        # An element of a tensor takes twenty times as long to read as one of NumPy's arrays.
        return host, self.to_host(arrays)

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        return array.index_add(0, index, values)
