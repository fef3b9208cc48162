"""What every array library has to give: the standard's namespace, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from chainrule.engine.backend.dtypes import BOOL, DTYPES, FLOAT32, FLOAT64, INT64, DType
from chainrule.engine.backend.host import Array, HostArray, Namespace, T, host

_LIBRARIES: dict[int, Backend] = {}
_ARRAYS: dict[type, Backend] = {}


class Unavailable(ValueError):  # noqa: N818 - an answer
    """A backend or device that is not there: one line that says which there are, or what to install."""


class Backend:
    """An array library on a device.

    Attributes
    ----------
    name
        As asked for in :func:`get_backend`.
    device, place
        The library's own device object, and its name: ``cpu``, ``cuda:0``, ``mps``.
    far
        Whether arrays lie in another memory than the host's, so that looking at them waits for the device.
    exhausted
        What the library raises where that memory does not suffice.
    xp
        The namespace that every op is called with.
    float32, float64, int64, bool
        The library's own dtype objects.
    array_type
        Class of its arrays. NumPy's functions return scalars for shape ``()``; the tape wraps them again.
    """

    __slots__ = (
        "_ones",
        "array_type",
        "bool",
        "device",
        "float32",
        "float64",
        "int64",
        "kind_of",
        "name",
        "native",
        "place",
        "xp",
    )

    far = False
    exhausted: tuple[type[BaseException], ...] = (MemoryError,)

    def __init__(self, name: str, xp: Namespace, device: Any = None, place: str = "cpu") -> None:
        self.name = name
        self.xp = xp
        self.device = device
        self.place = place
        self.float32 = self._dtype(xp.float32)
        self.float64 = self._dtype(xp.float64)
        self.int64 = self._dtype(xp.int64)
        self.bool = self._dtype(xp.bool)
        self.array_type: type = type(xp.asarray(0.0, device=device))
        self.native: dict[DType, Any] = {
            BOOL: self.bool,
            INT64: self.int64,
            FLOAT32: self.float32,
            FLOAT64: self.float64,
        }
        for missing in self._missing():
            del self.native[missing]
        self._ones: dict[Any, Array] = {}
        self.kind_of: dict[Any, DType] = {theirs: ours for ours, theirs in self.native.items()}
        _LIBRARIES.setdefault(id(xp), self)
        _ARRAYS.setdefault(self.array_type, self)

    def _dtype(self, dtype: Any) -> Any:
        return dtype

    def _missing(self) -> tuple[DType, ...]:
        """Types that the device does not have."""
        return ()

    def __repr__(self) -> str:
        return f"Backend({self.name!r}, device={self.device!r})"

    def quiet(self) -> AbstractContextManager[Any]:
        """Silence the library's floating-point warnings: NaN and infinity are values here, not accidents."""
        return nullcontext()

    def silently(self, function: Callable[..., T], *arguments: Any) -> T:
        """``function(*arguments)`` in :meth:`quiet`: for what only computes, and does so often."""
        with self.quiet():
            return function(*arguments)

    def asarray(self, data: Any, dtype: Any = None) -> Array:
        """An array on this device from numbers, nested lists, a host array or an array of this backend.

        ``dtype`` is a name, a :class:`DType` or the library's own; without it the data's is kept. Copies only
        where it must.
        """
        return self.xp.asarray(data, dtype=self.dtype(dtype), device=self.device)

    def dtype(self, dtype: Any) -> Any:
        """The library's dtype for a name, a :class:`DType` or the library's own; None for None.

        Raises
        ------
        TypeError
            There is no such type, or the device does not have it (``mps`` and float64).
        """
        if isinstance(dtype, str):
            if dtype not in DTYPES:
                raise TypeError(f"unknown dtype {dtype!r}: choose one of {', '.join(DTYPES)}")
            dtype = DTYPES[dtype]
        if isinstance(dtype, DType):
            if dtype not in self.native:
                raise TypeError(f"the device {self.place} has no {dtype.name}: choose float32")
            return self.native[dtype]
        return dtype

    def has(self, dtype: str) -> bool:
        """Whether the device has a type."""
        return DTYPES[dtype] in self.native

    def one(self, dtype: Any) -> Array:
        """1 as an array of shape (), of the library's own dtype; made once."""
        array = self._ones.get(dtype)
        if array is None:
            array = self._ones[dtype] = self.xp.ones((), dtype=dtype, device=self.device)
        return array

    def dtype_of(self, array: Array) -> DType:
        """Our dtype of an array."""
        return self.kind_of[array.dtype]

    def to_numpy(self, array: Array) -> HostArray:
        """A copy on the host, with the same shape and dtype."""
        return host.array(array)

    def to_host(self, arrays: Sequence[Array]) -> list[HostArray]:
        """Arrays on the host, to look at and not to change: from another memory in one transfer for all."""
        return [self.to_numpy(array) for array in arrays]

    def at_hand(self, arrays: Sequence[Array]) -> tuple[Namespace, Sequence[Array]]:
        """Arrays that shall be read element by element, and the namespace that they then belong to."""
        return self.xp, arrays

    def numbers(self, arrays: Sequence[Array]) -> list[float]:
        """Arrays of one element as Python's floats, in one transfer for all."""
        return [float(array.item()) for array in self.to_host(arrays)]

    def finite(self, arrays: Sequence[Array]) -> list[bool]:
        """For each array whether it holds neither NaN nor infinity, in one transfer for all."""
        xp = self.xp
        asked = [k for k, array in enumerate(arrays) if self.dtype_of(array).is_floating_point]
        found = [True] * len(arrays)
        if asked:
            answers = self.to_numpy(xp.stack([xp.all(xp.isfinite(arrays[k])) for k in asked]))
            for k, answer in zip(asked, answers.tolist(), strict=True):
                found[k] = answer
        return found

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        """A new array: ``values[i]`` added to ``array[index[i]]`` along the first axis.

        Repeated indices add up, in their order, unlike in ``a[index] += values``. ``index`` is one-dimensional.
        """
        out = self.to_numpy(array)
        host.add.at(out, self.to_numpy(index), self.to_numpy(values))
        return self.xp.asarray(out, device=array.device)


def backend_of(xp: Namespace) -> Backend:
    """A backend of the library that ``xp`` is the namespace of, for what the standard lacks.

    Which device it was made for plays no part: results stay where the arguments are.
    """
    return _LIBRARIES[id(xp)]


def on_host(array: Array) -> HostArray:
    """The numbers of any backend's array, to look at: NumPy's own arrays are not copied."""
    return array if isinstance(array, host.ndarray) else _ARRAYS[type(array)].to_numpy(array)
