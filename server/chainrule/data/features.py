"""What a network on the plane may be given of a point: x, y, and functions of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chainrule.engine.backend import HostArray, host


@dataclass(frozen=True)
class Feature:
    """A function of a point.

    Attributes
    ----------
    name
        Its key in ``FEATURES``.
    latex, text
        Its formula, in LaTeX and as plain text.
    of
        (n,) x and (n,) y → (n,), in their dtype.
    """

    name: str
    latex: str
    text: str
    of: Callable[[HostArray, HostArray], HostArray]


FEATURES: dict[str, Feature] = {
    each.name: each
    for each in (
        Feature("x", "x", "x", lambda x, y: x),
        Feature("y", "y", "y", lambda x, y: y),
        Feature("x_squared", "x^2", "x²", lambda x, y: x * x),
        Feature("y_squared", "y^2", "y²", lambda x, y: y * y),
        Feature("xy", "xy", "xy", lambda x, y: x * y),
        Feature("sin_x", r"\sin x", "sin x", lambda x, y: host.sin(x)),
        Feature("sin_y", r"\sin y", "sin y", lambda x, y: host.sin(y)),
    )
}
"""All features by name, in the order in which a menu shows them."""


def features(points: HostArray, names: Sequence[str] = ("x", "y")) -> HostArray:
    """(n, 2) points → (n, len(names)): one column per feature, in the order asked for, in the points' dtype.

    Raises ValueError for points of another shape, for no names and for an unknown one.
    """
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points must have shape (n, 2), not {points.shape}")
    if not names:
        raise ValueError("at least one feature is needed")
    for name in names:
        if name not in FEATURES:
            raise ValueError(f"unknown feature {name!r}: choose from {', '.join(FEATURES)}")
    x, y = points.T
    return host.stack([FEATURES[name].of(x, y) for name in names], axis=1)
