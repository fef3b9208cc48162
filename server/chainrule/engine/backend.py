"""Name → array namespace and device. The only file that names an array library.

Ops are written against the Python array API standard and receive a namespace ``xp``. It is resolved once per
backend, because ``array_namespace()`` costs microseconds and an op is called often.
"""

from __future__ import annotations

import ctypes
import os
import warnings
from contextlib import AbstractContextManager, nullcontext
from typing import Any

# "Bit-identical" needs one order of summation. BLAS reads these when it is loaded, hence before NumPy.
for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")

import numpy as host  # noqa: E402

Array = Any
"""An array of the backend in use; no annotation of the standard covers all backends."""

Namespace = Any
"""A namespace of the array API standard."""

HostArray = host.ndarray[Any, host.dtype[Any]]

__all__ = ["Array", "Backend", "DType", "HostArray", "Namespace", "get_backend", "host"]


def be_quiet() -> None:
    """Let no floating-point warning through that comes from here: NaN and infinity are values, not accidents.

    Done once, on import. Silencing every op by itself would take as long as a small op does.
    """
    warnings.filterwarnings(
        "ignore", category=RuntimeWarning, module=r"(chainrule\.(engine|nn)|array_api_strict)\."
    )


be_quiet()

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""glibc's numbers of these settings."""


def keep_memory() -> None:
    """Let the C library keep up to 64 MiB that was freed, instead of giving it back to the system.

    An iteration makes the arrays that the last one freed. Where the system takes the pages back in between, clearing
    them again takes half as long as all the arithmetic of a small convolutional network. Done once, on import; only
    glibc knows how.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    mallopt(_MMAP_THRESHOLD, 32 << 20)
    mallopt(_TRIM_THRESHOLD, 64 << 20)


keep_memory()


class DType:
    """An element type that exists on every backend, named and printed as PyTorch does."""

    __slots__ = ("is_floating_point", "itemsize", "name", "rank")

    def __init__(self, name: str, rank: int, is_floating_point: bool, itemsize: int) -> None:
        self.itemsize = itemsize
        self.name = name
        self.rank = rank
        self.is_floating_point = is_floating_point

    def __repr__(self) -> str:
        return f"chainrule.{self.name}"


BOOL = DType("bool", 0, False, 1)
INT64 = DType("int64", 1, False, 8)
FLOAT32 = DType("float32", 2, True, 4)
FLOAT64 = DType("float64", 3, True, 8)
DTYPES: dict[str, DType] = {dtype.name: dtype for dtype in (BOOL, INT64, FLOAT32, FLOAT64)}


class Backend:
    """An array library on a device.

    Attributes
    ----------
    name, device
        As asked for in :func:`get_backend`.
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
        "xp",
    )

    def __init__(self, name: str, xp: Namespace, device: Any = None) -> None:
        self.name = name
        self.xp = xp
        self.device = device
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
        self._ones: dict[Any, Array] = {}
        self.kind_of: dict[Any, DType] = {theirs: ours for ours, theirs in self.native.items()}

    def _dtype(self, dtype: Any) -> Any:
        return dtype

    def __repr__(self) -> str:
        return f"Backend({self.name!r}, device={self.device!r})"

    def quiet(self) -> AbstractContextManager[Any]:
        """Silence the library's floating-point warnings: NaN and infinity are values here, not accidents."""
        return nullcontext()

    def asarray(self, data: Any, dtype: Any = None) -> Array:
        """An array on this device from numbers, nested lists, a host array or an array of this backend.

        ``dtype`` is a name, a :class:`DType` or the library's own; without it the data's is kept. Copies only
        where it must.
        """
        return self.xp.asarray(data, dtype=self.dtype(dtype), device=self.device)

    def dtype(self, dtype: Any) -> Any:
        """The library's dtype for a name, a :class:`DType` or the library's own; None for None."""
        if isinstance(dtype, str):
            if dtype not in DTYPES:
                raise TypeError(f"unknown dtype {dtype!r}: choose one of {', '.join(DTYPES)}")
            return self.native[DTYPES[dtype]]
        if isinstance(dtype, DType):
            return self.native[dtype]
        return dtype

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

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        """A new array: ``values[i]`` added to ``array[index[i]]`` along the first axis.

        Repeated indices add up, unlike in ``a[index] += values``. ``index`` is one-dimensional.
        """
        out = self.to_numpy(array)
        host.add.at(out, self.to_numpy(index), self.to_numpy(values))
        return self.asarray(out)


class _NumPy(Backend):
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

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        out = host.array(array)
        host.add.at(out, index, values)
        return out


class _Strict(Backend):
    """array-api-strict: an array that refuses all that the standard does not promise. For tests."""

    __slots__ = ()

    def quiet(self) -> AbstractContextManager[Any]:
        return host.errstate(all="ignore")

    def to_numpy(self, array: Array) -> HostArray:
        return host.array(self.xp.asarray(array, device=self.xp.Device("CPU_DEVICE")))


class _CuPy(Backend):
    __slots__ = ()

    def _dtype(self, dtype: Any) -> Any:
        return host.dtype(dtype)

    def asarray(self, data: Any, dtype: Any = None) -> Array:
        with self.device:
            return self.xp.asarray(data, dtype=self.dtype(dtype))

    def to_numpy(self, array: Array) -> HostArray:
        return host.array(array.get())

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        out = array.copy()
        self.xp.add.at(out, index, values)
        return out


class _Torch(Backend):
    __slots__ = ()

    def to_numpy(self, array: Array) -> HostArray:
        return host.array(array.cpu().numpy())

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        return array.index_add(0, index, values)


def _make(name: str, device: Any) -> Backend:
    if name == "numpy":
        return _NumPy(name, host)
    if name == "array-api-strict":
        import array_api_strict

        return _Strict(name, array_api_strict, array_api_strict.Device(device or "CPU_DEVICE"))
    if name == "cupy":
        import array_api_compat.cupy as cupy

        return _CuPy(name, cupy, cupy.cuda.Device(int(device or 0)))
    if name == "torch":
        import array_api_compat.torch as torch

        return _Torch(name, torch, device or "cpu")
    raise ValueError(f"unknown backend {name!r}: choose numpy, cupy, torch or array-api-strict")


_BACKENDS: dict[tuple[str, Any], Backend] = {}


def get_backend(name: str = "numpy", device: Any = None) -> Backend:
    """The backend of that name on that device (``"cuda:1"`` for torch, an ordinal for cupy), made once.

    Raises
    ------
    ValueError
        The name is not one of numpy, cupy, torch, array-api-strict.
    ImportError
        The library is not installed.
    """
    key = (name, device)
    if key not in _BACKENDS:
        _BACKENDS[key] = _make(name, device)
    return _BACKENDS[key]
