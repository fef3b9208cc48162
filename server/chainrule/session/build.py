"""From a lesson's configuration to what iterations run with."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING, Any

from chainrule.engine.backend import Backend, Unavailable, get_backend
from chainrule.errors import Refusal
from chainrule.limits import Limits
from chainrule.trace import Regime

if TYPE_CHECKING:
    from chainrule.lessons.lesson import Lesson, LessonConfig


def backend_named(name: str, device: str | None = None) -> Backend:
    """The backend; a refusal ``unknown_backend`` where its library is not there."""
    try:
        return get_backend(name, device)
    except Unavailable as error:
        raise Refusal(
            "unknown_backend", 422, "No such backend", str(error), "Start the service with another --backend."
        ) from error


def dtype_of(config: LessonConfig) -> str:
    """The element type that a configuration asks for."""
    return str(getattr(config, "dtype", "float32"))


def build_regime(
    lesson: Lesson[Any],
    config: LessonConfig,
    seed: int,
    backend: Backend,
    limits: Limits,
    dtype: str | None = None,
) -> Regime:
    """The model and optimizer of a configuration.

    Raises
    ------
    Refusal
        The lesson refuses it; ``limit_parameters``; or ``unsupported_dtype``: the device has no float64.
    """
    dtype = dtype or dtype_of(config)
    if not backend.has(dtype):
        raise Refusal(
            "unsupported_dtype",
            422,
            "The device has no numbers of this type",
            f"The device {backend.place} of this server has no {dtype}.",
            "Choose float32, or start the service on another device.",
        )
    with backend.quiet():
        model = lesson.build(config, seed, backend, dtype)
        optimizer = model.optimizer()
    count = sum(prod(spec.value.shape) for spec in model.leaves if spec.kind == "parameter")
    if count > limits.max_parameters:
        raise Refusal(
            "limit_parameters",
            422,
            "The model is too large",
            f"The parameters hold {count} numbers; {limits.max_parameters} are allowed.",
            "Make the model smaller.",
            reason="numbers_of_model",
            params={"numbers": count, "most": limits.max_parameters},
        )
    return Regime(config, model, optimizer, backend, dtype)


def changed_fields(before: LessonConfig, after: LessonConfig) -> list[str]:
    """Names of the fields in which two configurations differ."""
    old, new = before.model_dump(), after.model_dump()
    return [name for name in new if not _same(old.get(name), new[name])]


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    return bool(a == b) and type(a) is type(b)
