"""Name and device → backend, or one line that says why there is none."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from chainrule.engine.backend.far import CuPy, TorchFar
from chainrule.engine.backend.host import host
from chainrule.engine.backend.library import Backend, Unavailable
from chainrule.engine.backend.near import NumPy, Strict, Torch


def _make(name: str, device: str | None) -> Backend:
    if name == "numpy":
        if device not in (None, "cpu"):
            raise Unavailable(
                f"NumPy has no device {device!r}: there is cpu; PyTorch (torch) and CuPy (cupy) compute on others"
            )
        return NumPy(name, host)
    if name == "array-api-strict":
        import array_api_strict

        place = device or "CPU_DEVICE"
        return Strict(name, array_api_strict, array_api_strict.Device(place), place)
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
        return Torch("torch", namespace, torch.device(place), place)
    if place.startswith("cuda"):
        # Else adding to repeated indices gives other bits each time.
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.utils.deterministic.fill_uninitialized_memory = False
    TorchFar.exhausted = (MemoryError, torch.OutOfMemoryError)
    return TorchFar("torch", namespace, torch.device(place), place)


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
    CuPy.exhausted = (MemoryError, cupy.cuda.memory.OutOfMemoryError)
    own = cupy.cuda.Device(int(place.partition(":")[2]))
    with own:
        return CuPy("cupy", namespace, own, place)


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
