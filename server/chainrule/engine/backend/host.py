"""NumPy on the host, set up once: quiet about NaN and infinity, on one thread, keeping the memory that it frees."""

from __future__ import annotations

import ctypes
import os
import threading
import warnings
from collections.abc import Callable
from contextvars import Context
from typing import Any, TypeVar

# "Bit-identical" needs one order of summation. BLAS reads these when it is loaded, hence before NumPy.
for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
# cuBLAS likewise: without a workspace of its own, concurrent streams may change the order.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import numpy as host  # noqa: E402

T = TypeVar("T")

Array = Any
"""An array of the backend in use; no annotation of the standard covers all backends."""

Namespace = Any
"""A namespace of the array API standard."""

HostArray = host.ndarray[Any, host.dtype[Any]]


def be_quiet() -> None:
    """Let no floating-point warning through that comes from here: NaN and infinity are values, not accidents.

    Done once, on import. Silencing every op by itself would take as long as a small op does.
    """
    warnings.filterwarnings(
        "ignore", category=RuntimeWarning, module=r"(chainrule\.(engine|nn|optim)|array_api_strict)\."
    )


be_quiet()


class _Silence(threading.local):
    """A context of each thread in which NumPy says nothing of NaN and infinity, and whether it is there now."""

    def __init__(self) -> None:
        self.inside = False
        self.context = Context()
        self.context.run(host.seterr, all="ignore")


_silence = _Silence()


def silently(function: Callable[..., T], *arguments: Any) -> T:
    """``function(*arguments)``, as in ``with errstate(all="ignore")``, which takes ten times as long to enter.

    The function is to compute, and nothing else: variables of the caller's context are not there.
    """
    if _silence.inside:
        return function(*arguments)
    _silence.inside = True
    try:
        return _silence.context.run(function, *arguments)
    finally:
        _silence.inside = False


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

__all__ = ["Array", "HostArray", "Namespace", "host", "silently"]
