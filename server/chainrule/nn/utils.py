"""``torch.nn.utils``: gradients kept within bounds before an update."""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.engine.backend import Array
from chainrule.engine.functions.creation import tensor
from chainrule.engine.tape import leaf_node
from chainrule.engine.tensor import Tensor
from chainrule.nn.clipping import scale_to, total_norm, within


def _given(parameters: Tensor | Iterable[Tensor]) -> list[tuple[Tensor, Array]]:
    """Those that have a gradient, with it."""
    listed = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    found = ((parameter, parameter.grad_array) for parameter in listed)
    return [(parameter, grad) for parameter, grad in found if grad is not None]


def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> Tensor:
    """Scale all gradients alike, so that their norm together is at most ``max_norm``. Returns the norm before.

    Raises
    ------
    RuntimeError
        The norm is not finite, and ``error_if_nonfinite``.
    """
    given = _given(parameters)
    if not given:
        return tensor(0.0)
    backend = given[0][0].node.backend
    xp = backend.xp
    with backend.quiet():
        total = backend.asarray(total_norm(xp, [grad for _, grad in given], float(norm_type)))
        if error_if_nonfinite and not bool(xp.isfinite(total)):
            raise RuntimeError(
                f"The total norm of order {float(norm_type)} for gradients from `parameters` is non-finite, so it "
                "cannot be clipped. To disable this error and scale the gradients by the non-finite norm anyway, "
                "set `error_if_nonfinite=False`"
            )
        scale = scale_to(xp, total, float(max_norm))
        for parameter, grad in given:
            parameter._grad, parameter._total = None, backend.asarray(grad * scale, grad.dtype)
    return Tensor(leaf_node(total, backend, kind="constant"))


def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Every element of the gradients into [−clip_value, clip_value]; NaN stays."""
    for parameter, grad in _given(parameters):
        backend = parameter.node.backend
        with backend.quiet():
            clipped = backend.asarray(within(backend.xp, grad, float(clip_value)))
        parameter._grad, parameter._total = None, clipped


__all__ = ["clip_grad_norm_", "clip_grad_value_"]
