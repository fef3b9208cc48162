"""Name → array namespace and device. The only file that names an array library.

Ops are written against the Python array API standard and receive a namespace ``xp``. It is resolved once per
backend, because ``array_namespace()`` costs microseconds and an op is called often.
"""

from __future__ import annotations

import ctypes
import math
import os
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

# "Bit-identical" needs one order of summation. BLAS reads these when it is loaded, hence before NumPy.
for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
# cuBLAS likewise: without a workspace of its own, concurrent streams may change the order.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import numpy as host  # noqa: E402

Array = Any
"""An array of the backend in use; no annotation of the standard covers all backends."""

Namespace = Any
"""A namespace of the array API standard."""

_LIBRARIES: dict[int, Backend] = {}
_ARRAYS: dict[type, Backend] = {}

HostArray = host.ndarray[Any, host.dtype[Any]]

__all__ = [
    "Array",
    "Backend",
    "DType",
    "HostArray",
    "Namespace",
    "Unavailable",
    "backend_of",
    "get_backend",
    "host",
    "on_host",
]


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

    def all_finite(self, array: Array) -> bool:
        """Whether no element is NaN or infinite."""
        return bool(self.xp.all(self.xp.isfinite(array)))

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        """A new array: ``values[i]`` added to ``array[index[i]]`` along the first axis.

        Repeated indices add up, in their order, unlike in ``a[index] += values``. ``index`` is one-dimensional.
        """
        out = self.to_numpy(array)
        host.add.at(out, self.to_numpy(index), self.to_numpy(values))
        return self.xp.asarray(out, device=array.device)


class _NumPy(Backend):
    __slots__ = ()

    def all_finite(self, array: Array) -> bool:
        if array.dtype.kind == "f":
            # A sum of squares takes a third of the time, and is finite only where all are.
            flat = array.ravel()
            if math.isfinite(flat.dot(flat)):
                return True
        return bool(host.isfinite(array).all())

    def asarray(self, data: Any, dtype: Any = None) -> Array:
        if dtype is None:
            return host.asarray(data)
        with self.quiet():  # 1e60 is infinity in float32
            return host.asarray(data, dtype=self.dtype(dtype))

    def _dtype(self, dtype: Any) -> Any:
        return host.dtype(dtype)

    def quiet(self) -> AbstractContextManager[Any]:
        return host.errstate(all="ignore")

    def to_host(self, arrays: Sequence[Array]) -> list[HostArray]:
        return list(arrays)

    def numbers(self, arrays: Sequence[Array]) -> list[float]:
        return [float(array) for array in arrays]

    def finite(self, arrays: Sequence[Array]) -> list[bool]:
        return [self.all_finite(array) for array in arrays]

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        out = host.array(array, order="C")
        width = math.prod(out.shape[1:])
        if width != 1:
            # NumPy adds single numbers six times as fast as rows: the same sums in the same order.
            index = (index[:, None] * width + host.arange(width)).ravel()
        host.add.at(out.reshape(-1), index, values.reshape(-1))
        return out


class _Strict(Backend):
    """array-api-strict: an array that refuses all that the standard does not promise. For tests."""

    __slots__ = ()

    def quiet(self) -> AbstractContextManager[Any]:
        return host.errstate(all="ignore")

    def to_numpy(self, array: Array) -> HostArray:
        return host.array(self.xp.asarray(array, device=self.xp.Device("CPU_DEVICE")))


class _Far(Backend):
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
        if not order:
            return []
        data = self._fetch(self._packed(order))
        found, at = {}, 0
        for array in order:
            dtype, shape = self.dtype_of(array), tuple(array.shape)
            end = at + math.prod(shape) * dtype.itemsize
            found[id(array)] = data[at:end].view(dtype.name).reshape(shape)
            at = end
        return [found[id(array)] for array in arrays]

    def at_hand(self, arrays: Sequence[Array]) -> tuple[Namespace, Sequence[Array]]:
        return host, self.to_host(arrays)


class _CuPy(_Far):
    """CuPy on an NVIDIA GPU. Written from its documentation; see docs/backends.md for what has been run."""

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
            return self.xp.concatenate([array.ravel().view(host.uint8) for array in arrays])

    def _fetch(self, array: Array) -> HostArray:
        found: HostArray = array.get()
        return found

    def scatter_add(self, array: Array, index: Array, values: Array) -> Array:
        # CuPy's own adds in any order, and so to other bits each time. Here no index comes twice in one addition.
        where = self._fetch(index)
        out = array.copy()
        for turn in _turns(where % array.shape[0] if array.shape[0] else where):
            rows = self.xp.asarray(turn)
            out[index[rows]] += values[rows]
        return out


def _turns(index: HostArray) -> list[HostArray]:
    """Positions of an index in turns: the first of each repeated number, then the second of each, and so on."""
    order = host.argsort(index, stable=True)
    ranked = index[order]
    first = host.searchsorted(ranked, ranked)
    turn = host.arange(len(index)) - first
    return [order[turn == k] for k in range(int(turn.max()) + 1)] if len(index) else []


class _Torch(Backend):
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


class _TorchFar(_Far, _Torch):
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


def _make(name: str, device: str | None) -> Backend:
    if name == "numpy":
        if device not in (None, "cpu"):
            raise Unavailable(
                f"NumPy has no device {device!r}: there is cpu; PyTorch (torch) and CuPy (cupy) compute on others"
            )
        return _NumPy(name, host)
    if name == "array-api-strict":
        import array_api_strict

        place = device or "CPU_DEVICE"
        return _Strict(name, array_api_strict, array_api_strict.Device(place), place)
    if name == "cupy":
        return _make_cupy(device)
    if name == "torch":
        return _make_torch(device)
    raise Unavailable(f"unknown backend {name!r}: choose numpy, torch or cupy")


def _make_torch(device: str | None) -> Backend:
    try:
        import array_api_compat.torch as namespace
        import torch
    except (ImportError, OSError) as error:
        raise _not_loaded("PyTorch", "torch", error) from error
    with warnings.catch_warnings():
        # Of a driver that does not fit: then there is no device, and that is said below.
        warnings.simplefilter("ignore")
        there = ["cpu", *(f"cuda:{k}" for k in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        there.append("mps")
    library = f"PyTorch {torch.__version__}"
    if torch.version.cuda is None and torch.version.hip is None:
        library += ", built without CUDA,"
    place = _chosen(library, "cpu" if device is None else device, there)
    if place == "cpu":
        torch.set_num_threads(1)
        return _Torch("torch", namespace, torch.device(place), place)
    if place.startswith("cuda"):
        # Else adding to repeated indices gives other bits each time.
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.utils.deterministic.fill_uninitialized_memory = False
    _TorchFar.exhausted = (MemoryError, torch.OutOfMemoryError)
    return _TorchFar("torch", namespace, torch.device(place), place)


def _make_cupy(device: str | None) -> Backend:
    try:
        import array_api_compat.cupy as namespace
        import cupy
    except (ImportError, OSError) as error:
        raise _not_loaded("CuPy", "cuda", error) from error
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError:
        count = 0
    there = [f"cuda:{k}" for k in range(count)]
    place = _chosen(f"CuPy {cupy.__version__}", "cuda:0" if device is None else device, there)
    _CuPy.exhausted = (MemoryError, cupy.cuda.memory.OutOfMemoryError)
    own = cupy.cuda.Device(int(place.partition(":")[2]))
    with own:
        return _CuPy("cupy", namespace, own, place)


def _not_loaded(library: str, extra: str, error: ImportError | OSError) -> Unavailable:
    if isinstance(error, ModuleNotFoundError) and error.name in ("torch", "cupy"):
        return Unavailable(f"{library} is not installed: pip install 'chainrule[{extra}]'")
    why = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return Unavailable(f"{library} is installed but cannot be loaded: {why}")


def _chosen(library: str, wanted: str, there: Sequence[str]) -> str:
    """The name of the device that was asked for: ``cuda`` and a number alone are short for ``cuda:…``."""
    place = f"cuda:{int(wanted)}" if wanted.isdecimal() else "cuda:0" if wanted == "cuda" else wanted
    if place not in there:
        found = f"there is {', '.join(there)}" if there else "there is no GPU that it can use"
        raise Unavailable(f"{library} has no device {wanted!r}: {found}")
    return place


_BACKENDS: dict[tuple[str, str | None], Backend] = {}


def get_backend(name: str = "numpy", device: str | None = None) -> Backend:
    """The backend of that name on that device, made once.

    Parameters
    ----------
    name
        ``numpy``, ``torch``, ``cupy``; ``array-api-strict`` for tests.
    device
        ``cpu``, ``cuda``, ``cuda:1`` (or ``1``), ``mps``. By default the CPU; of CuPy the first GPU.

    Raises
    ------
    Unavailable
        There is no such backend or device, or the library is not installed.
    """
    key = (name, device)
    if key not in _BACKENDS:
        made = _make(name, device)
        _BACKENDS[key] = _BACKENDS.setdefault((name, made.place), made)
    return _BACKENDS[key]


def backend_of(xp: Namespace) -> Backend:
    """A backend of the library that ``xp`` is the namespace of, for what the standard lacks.

    Which device it was made for plays no part: results stay where the arguments are.
    """
    return _LIBRARIES[id(xp)]


def on_host(array: Array) -> HostArray:
    """The numbers of any backend's array, to look at: NumPy's own arrays are not copied."""
    return array if isinstance(array, host.ndarray) else _ARRAYS[type(array)].to_numpy(array)
