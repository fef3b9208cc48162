"""Whether operations are recorded for a backward pass: per thread, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar

from chainrule.engine.tape import state

P = ParamSpec("P")
R = TypeVar("R")


class set_grad_enabled:  # noqa: N801  (PyTorch's name)
    """Switch recording on or off: a statement, a context manager or a decorator."""

    def __init__(self, mode: bool) -> None:
        self._mode = mode
        self._before = [state.grad_enabled]
        state.grad_enabled = mode

    def __enter__(self) -> None:
        state.grad_enabled = self._mode

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state.grad_enabled = self._before.pop()


class _Mode:
    _mode: bool

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(state.grad_enabled)
        state.grad_enabled = self._mode

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        state.grad_enabled = self._before.pop()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        mode = type(self)

        @wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            with mode():
                return function(*args, **kwargs)

        return wrapper


class no_grad(_Mode):  # noqa: N801  (PyTorch's name)
    """Record nothing: ``with no_grad():`` or ``@no_grad()``."""

    _mode = False


class enable_grad(_Mode):  # noqa: N801  (PyTorch's name)
    """Record again inside :class:`no_grad`."""

    _mode = True


def is_grad_enabled() -> bool:
    return state.grad_enabled
