"""Operations in place: a tensor gets another node, so that an array that somebody has recorded never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from chainrule.engine import dispatch
from chainrule.engine.backend import Array, DType
from chainrule.engine.dispatch import Scalar
from chainrule.engine.op import Op
from chainrule.engine.operators import ADD, DIV, MUL, SUB, Operand, Operators, binary
from chainrule.engine.tape import Node, state

if TYPE_CHECKING:
    from chainrule.engine.tensor import Size, Tensor


class InPlace(Operators):
    """The methods of :class:`Tensor` that end in an underscore, and ``+=`` and its like."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def shape(self) -> Size: ...
        @property
        def dtype(self) -> DType: ...
        def replace(self, value: Array) -> None: ...

    def _check_in_place(self) -> None:
        node = self._node
        if node.requires_grad and node.op is None and state.grad_enabled:
            what = f"{node.name} of shape" if node.name else "its shape is"
            raise RuntimeError(
                "a leaf Variable that requires grad is being used in an in-place operation: "
                f"{what} {list(node.value.shape)}"
            )

    def _in_place(self, op: Op, other: Operand) -> Tensor:
        self._check_in_place()
        result = binary(op, self, other)
        if result is NotImplemented:
            raise TypeError(f"{op.name}: cannot be applied to {type(other).__name__}")
        changed: Any = self.become(result)
        return changed  # type: ignore[no-any-return]

    def become(self, result: Tensor) -> Self:
        """Hold another tensor's values from now on, as what an operation in place computed.

        Raises
        ------
        RuntimeError
            This is a leaf that requires a gradient; or the shape or the type does not fit.
        """
        self._check_in_place()
        if result.shape != self.shape:
            raise RuntimeError(
                f"output with shape {list(self.shape)} doesn't match the broadcast shape {list(result.shape)}"
            )
        if result.dtype.is_floating_point and not self.dtype.is_floating_point:
            raise RuntimeError(
                f"result type {result.dtype.name} can't be cast to the desired output type {self.dtype.name}"
            )
        result._node.in_place = True
        self._overwrite(dispatch.cast(result._node, self.dtype))
        return self

    def _overwrite(self, node: Node) -> None:
        if state.grad_enabled and node.requires_grad:
            self._node.overwritten = True
            self._node = node
        else:
            self.replace(node.value)

    def __iadd__(self, other: Operand) -> Tensor:
        return self._in_place(ADD, other)

    def __isub__(self, other: Operand) -> Tensor:
        return self._in_place(SUB, other)

    def __imul__(self, other: Operand) -> Tensor:
        return self._in_place(MUL, other)

    def __itruediv__(self, other: Operand) -> Tensor:
        return self._in_place(DIV, other)

    def add_(self, other: Operand, *, alpha: Scalar = 1) -> Tensor:
        return self._in_place(ADD, other if alpha == 1 else other * alpha)

    def sub_(self, other: Operand, *, alpha: Scalar = 1) -> Tensor:
        return self._in_place(SUB, other if alpha == 1 else other * alpha)

    def mul_(self, other: Operand) -> Tensor:
        return self._in_place(MUL, other)

    def div_(self, other: Operand) -> Tensor:
        return self._in_place(DIV, other)

    def zero_(self) -> Self:
        return self.fill_(0)

    def fill_(self, value: Scalar) -> Self:
        self._check_in_place()
        with self._node.backend.quiet():
            self.replace(self._node.backend.xp.full_like(self._node.value, value))
        return self
