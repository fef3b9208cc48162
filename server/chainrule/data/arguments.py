"""What the functions of this package accept, and the sentence that says so when it was something else."""

from __future__ import annotations

from math import isfinite

from chainrule.engine.backend import HostArray, host

MAX_SAMPLES = 100_000
"""Samples that one call draws."""

MAX_VALUES = 2**25
"""Numbers in the images of one call: 128 MiB in float32."""

SIZES = (8, 256)
"""The least and the greatest side of an image, in pixels."""


def count(n: object, name: str = "n", least: int = 0, most: int = MAX_SAMPLES) -> int:
    """``n`` itself, or a ValueError unless it is a whole number from ``least`` to ``most``."""
    if isinstance(n, bool) or not isinstance(n, int | host.integer) or not least <= n <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}, not {n!r}")
    return int(n)


def share(value: float, name: str, most: float = 1.0) -> float:
    """``value`` itself, or a ValueError unless it lies in 0 … ``most``."""
    if not (isfinite(value) and 0.0 <= value <= most):
        raise ValueError(f"{name} must lie between 0 and {most:g}, not {value!r}")
    return float(value)


def floats(dtype: str) -> host.dtype[host.floating]:
    """The host's dtype for ``"float32"`` or ``"float64"``; a ValueError for any other name."""
    if dtype not in ("float32", "float64"):
        raise ValueError(f"dtype must be 'float32' or 'float64', not {dtype!r}")
    return host.dtype(dtype)


def images(n: int, channels: int, size: int) -> None:
    """Raise a ValueError where ``n`` square images of that size are more than one call makes."""
    count(n)
    count(size, "size", *SIZES)
    if channels not in (1, 3):
        raise ValueError(f"channels must be 1 or 3, not {channels!r}")
    if n * channels * size * size > MAX_VALUES:
        most = MAX_VALUES // (channels * size * size)
        raise ValueError(f"n must be at most {most} for images of {channels}×{size}×{size}, not {n}")


def picture(values: HostArray) -> HostArray:
    """``values`` itself, or a ValueError unless it is a batch of images (n, channels, height, width) of floats."""
    if values.ndim != 4 or values.dtype.kind != "f":
        raise ValueError(
            f"images must be floats of shape (n, channels, height, width), "
            f"not {values.dtype} of shape {values.shape}"
        )
    return values
