"""Libraries whose arrays lie in the memory of a device: PyTorch on CUDA and MPS, CuPy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from chainrule.engine.backend.dtypes import FLOAT64, DType
from chainrule.engine.backend.host import Array, HostArray, Namespace, host
from chainrule.engine.backend.library import Backend
from chainrule.engine.backend.near import Torch


class Far(Backend):
    """Arrays in the memory of a device. All that is looked at together is copied together: every copy waits."""

    __slots__ = ()

    far = True

    def _packed(self, arrays: Sequence[Array]) -> Array:
        """The bytes of all arrays, one after another, on the device."""
        raise NotImplementedError

    def _fetch(self, array: Array) -> HostArray:
        """The one way from the device to the host."""
        raise NotImplementedError

    def to_numpy(self, array: Array) -> HostArray:
        return host.array(self._fetch(array))

    def to_host(self, arrays: Sequence[Array]) -> list[HostArray]:
        # Those with the largest elements first: so each begins at a multiple of its element's size.
        once = {id(array): array for array in arrays}
        order = sorted(once.values(), key=lambda array: -self.dtype_of(array).itemsize)
        full = [array for array in order if 0 not in array.shape]
        data = self._fetch(self._packed(full)) if full else host.zeros(0, "uint8")
        found, at = {}, 0
        for array in order:
            dtype, shape = self.dtype_of(array), tuple(array.shape)
            end = at + math.prod(shape) * dtype.itemsize
            found[id(array)] = data[at:end].view(dtype.name).reshape(shape)
            at = end
        return [found[id(array)] for array in arrays]

    def at_hand(self, arrays: Sequence[Array]) -> tuple[Namespace, Sequence[Array]]:
        return host, self.to_host(arrays)


class CuPy(Far):
    """CuPy on an NVIDIA GPU. Written from its documentation; docs/backends.md says what of it has been run."""

    __slots__ = ()

    def _dtype(self, dtype: Any) -> Any:
        return host.dtype(dtype)

    def quiet(self) -> AbstractContextManager[Any]:
        # CuPy warns of nothing. It allocates on the current device, and all arithmetic is done in here.
        device: AbstractContextManager[Any] = self.device
        return device

    def asarray(self, data: Any, dtype: Any = None) -> Array:
        with self.device:
            return self.xp.asarray(data, dtype=self.dtype(dtype))

    def one(self, dtype: Any) -> Array:
        with self.device:
            return super().one(dtype)

    def _packed(self, arrays: Sequence[Array]) -> Array:
        with self.device:
            return self.xp.concat([array.ravel().view(host.uint8) for array in arrays])

    def _fetch(self, array: Array) -> HostArray:
        found: HostArray = array.get()
        return found

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        # CuPy's own adds in any order, and so to other bits each time. Here no index comes twice in one addition.
        where = self._fetch(index)
        out = array.copy()
        for turn in turns(where % array.shape[0] if array.shape[0] else where):
            rows = self.xp.asarray(turn)
            out[index[rows]] += values[rows]
        return out


def turns(index: HostArray) -> list[HostArray]:
    """Positions of an index in turns: the first of each repeated number, then the second of each, and so on."""
    order = host.argsort(index, stable=True)
    ranked = index[order]
    first = host.searchsorted(ranked, ranked)
    turn = host.arange(len(index)) - first
    return [order[turn == k] for k in range(int(turn.max()) + 1)] if len(index) else []


class TorchFar(Far, Torch):
    """PyTorch on CUDA or Apple's Metal (MPS), which has no float64."""

    __slots__ = ()

    def _missing(self) -> tuple[DType, ...]:
        return (FLOAT64,) if self.place == "mps" else ()

    def _packed(self, arrays: Sequence[Array]) -> Array:
        xp = self.xp
        return xp.concat([array.contiguous().view(-1).view(xp.uint8) for array in arrays])

    def _fetch(self, array: Array) -> HostArray:
        found: HostArray = array.cpu().numpy()
        return found
