"""Tensor: PyTorch's names and meaning, on top of nodes.

A tensor is a handle on a node. Operators make nodes; operations in place give the handle another node, so that
an array that somebody has recorded never changes.
"""

from __future__ import annotations

import warnings
from sys import getrefcount
from typing import Any, Self
from weakref import ref

from chainrule.engine import dispatch
from chainrule.engine.backend import BOOL, FLOAT32, FLOAT64, INT64, Array, DType, HostArray
from chainrule.engine.backward import gradients
from chainrule.engine.display import tensor_text
from chainrule.engine.grad_mode import no_grad
from chainrule.engine.in_place import InPlace
from chainrule.engine.op import OPS
from chainrule.engine.operators import Operators
from chainrule.engine.tape import Kind, Node, apply, current_backend, leaf_node, state

_DETACH = OPS["detach"]


class Size(tuple[int, ...]):
    """A shape, printed as PyTorch does."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"chainrule.Size({list(self)})"

    def numel(self) -> int:
        """The number of elements."""
        count = 1
        for size in self:
            count *= size
        return count


def must_be_floating(dtype: DType) -> None:
    """Refuse a gradient for integers and booleans."""
    if not dtype.is_floating_point:
        raise RuntimeError(
            f"only Tensors of floating point dtype can require gradients, not {dtype.name}: write 2.0 for 2"
        )


class Tensor(InPlace):
    """An n-dimensional array that remembers how it was computed. See PyTorch's documentation of ``Tensor``.

    Unlike in PyTorch, ``detach()``, ``data`` and ``numpy()`` give values that share nothing which could be
    changed in place.
    """

    __slots__ = ("__weakref__", "_grad", "_retains_grad", "_total")

    def __init__(self, node: Node) -> None:
        self._node = node
        # The gradient: a tensor where somebody has looked at it, else an array.
        self._grad: Tensor | None = None
        self._total: Array | None = None
        self._retains_grad = False

    # What it is

    @property
    def node(self) -> Node:
        """What computed it. An operation in place gives a tensor another node."""
        return self._node

    @property
    def shape(self) -> Size:
        return Size(self._node.value.shape)

    def size(self, dim: int | None = None) -> Size | int:
        return self.shape if dim is None else self.shape[dim]

    @property
    def ndim(self) -> int:
        return len(self._node.value.shape)

    def dim(self) -> int:
        return self.ndim

    def numel(self) -> int:
        return self.shape.numel()

    @property
    def dtype(self) -> DType:
        return dispatch.dtype_of(self._node)

    @property
    def is_leaf(self) -> bool:
        return self._node.op is None or not self._node.requires_grad

    @property
    def requires_grad(self) -> bool:
        return self._node.requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Start or stop recording operations on a leaf.

        Raises
        ------
        RuntimeError
            The type is not floating point; or it is not a leaf and recording should stop.
        """
        node = self._node
        if requires_grad:
            must_be_floating(self.dtype)
        if node.op is not None and node.requires_grad:
            if not requires_grad:
                raise RuntimeError(
                    "you can only change requires_grad flags of leaf variables: use detach() for a computed one"
                )
            return self
        node.requires_grad = requires_grad
        node.owner = ref(self) if requires_grad else None
        return self

    @property
    def grad_fn(self) -> str | None:
        """The backward function as it is printed; None for a leaf."""
        op = self._node.op
        return None if op is None or self.is_leaf else f"<{op.name.capitalize()}Backward>"

    def __repr__(self) -> str:
        notes = []
        dtype = self.dtype
        if dtype.is_floating_point and dtype is not dispatch.get_default_dtype():
            notes.append(f"dtype={dtype!r}")
        if self.grad_fn is not None:
            notes.append(f"grad_fn={self.grad_fn}")
        elif self.requires_grad:
            notes.append("requires_grad=True")
        return tensor_text(self._host(), notes)

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.ndim == 0 else object.__format__(self, spec)

    # Its numbers

    def _host(self) -> HostArray:
        return self._node.backend.to_numpy(self._node.value)

    def item(self) -> Any:
        """The only element, as a Python number.

        Raises
        ------
        RuntimeError
            There is not exactly one element.
        """
        if self.numel() != 1:
            raise RuntimeError(f"a Tensor with {self.numel()} elements cannot be converted to Scalar")
        return self._host().item()

    def tolist(self) -> Any:
        return self._host().tolist()

    def numpy(self) -> HostArray:
        """A copy on the host. PyTorch's shares memory; a recorded array must not be changed from outside."""
        if self.requires_grad:
            raise RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
            )
        return self._host()

    def __float__(self) -> float:
        return float(self.item())

    def __int__(self) -> int:
        return int(self.item())

    def __bool__(self) -> bool:
        if self.numel() != 1:
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        return bool(self.item())

    def __len__(self) -> int:
        if self.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return self.shape[0]

    # Its gradient

    @property
    def grad(self) -> Tensor | None:
        if self._total is not None:
            self._grad = Tensor(Node(self._total, self._node.backend, False, kind="input"))
            self._total = None
        if self._grad is None and not self.is_leaf and not self._retains_grad:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. It won't be populated by "
                "backward(). Call .retain_grad() on it before.",
                UserWarning,
                stacklevel=2,
            )
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(f"assigned grad expected to be a Tensor or None but got {type(value).__name__}")
        if value is not None and value.shape != self.shape:
            raise RuntimeError(
                f"assigned grad has shape {list(value.shape)}, the tensor has {list(self.shape)}"
            )
        self._grad, self._total = value, None

    def retain_grad(self) -> None:
        """Keep the gradient of an inner node too."""
        if not self.requires_grad:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if not self.is_leaf:
            self._retains_grad = True
            self._node.owner = ref(self)

    def backward(
        self, gradient: Tensor | None = None, retain_graph: bool = False, create_graph: bool = False
    ) -> None:
        """Add ∂self/∂leaf to ``leaf.grad`` of every leaf that requires it.

        Parameters
        ----------
        gradient
            ∂L/∂self, of this tensor's shape. Needed unless there is one element.
        retain_graph
            Keep the saved values, so that it can be called again.

        Raises
        ------
        RuntimeError
            Nothing here requires a gradient; there are several elements and no ``gradient``; the saved
            values were freed by an earlier call or changed in place.
        """
        if create_graph:
            raise NotImplementedError("create_graph=True: gradients of gradients are not supported")
        root = self._node
        if not root.requires_grad:
            raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
        seed = None
        if gradient is not None:
            if gradient.shape != self.shape:
                raise RuntimeError(
                    f"Mismatch in shape: gradient has a shape of {list(gradient.shape)} and output has a shape of "
                    f"{list(self.shape)}."
                )
            with no_grad():
                seed = dispatch.cast(gradient._node, self.dtype).value
        root.backend.silently(_accumulate, root, seed, not retain_graph)

    def _receive(self, total: Array) -> None:
        before = self.grad_array
        if before is not None:
            total = self._node.backend.asarray(before + total)
        self._grad, self._total = None, total

    @property
    def grad_array(self) -> Array | None:
        """The gradient as an array of the backend."""
        return self._total if self._grad is None else self._grad._node.value

    # Copies

    @property
    def data(self) -> Tensor:
        return self.detach()

    @data.setter
    def data(self, value: Tensor) -> None:
        # Behind autograd's back, as in PyTorch: nothing is marked as overwritten.
        if value.dtype is not self.dtype:
            raise RuntimeError(f"data of type {value.dtype.name} for a tensor of type {self.dtype.name}")
        self._adopt(value._node.value)

    def replace(self, value: Array) -> None:
        """Give a leaf another value, as an update does; graphs that saved the old one cannot go backward."""
        old = self._node
        if getrefcount(self._node) == _ALONE and old.label is None and old.owner is not None:
            # Nobody else holds the node, so that nobody can tell it from another one.
            old.value = value
            return
        old.overwritten = True
        tape = state.tape
        if (tape is not None and old in tape) or old.label is not None or old.owner is None:
            self._adopt(value)
        else:
            self._node = node = Node(value, old.backend, old.requires_grad, kind=old.kind)
            node.owner = old.owner

    def detach(self) -> Tensor:
        """The same values, as a leaf that no gradient passes."""
        if state.tape is not None:
            # A node like any other: in another iteration it has another value.
            return Tensor(apply(_DETACH, (self._node,)))
        return Tensor(leaf_node(self._node.value, self._node.backend, kind="constant"))

    def clone(self) -> Tensor:
        return self * 1

    def to(self, dtype: DType) -> Tensor:
        node = dispatch.cast(self._node, dtype)
        return self if node is self._node else Tensor(node)

    def float(self) -> Tensor:
        return self.to(FLOAT32)

    def double(self) -> Tensor:
        return self.to(FLOAT64)

    # Another value

    def _adopt(self, value: Array) -> None:
        old = self._node
        node = Node(value, old.backend, old.requires_grad, kind=old.kind)
        if old.label is not None:
            node.label = old.label
        if state.tape is not None:
            state.tape.append(node)
        if old.requires_grad:
            node.owner = old.owner or ref(self)
        self._node = node


def _held(tensor: Tensor) -> int:
    """How often a tensor's node is referred to, counted as :meth:`Tensor.replace` does."""
    old = tensor._node
    return getrefcount(tensor._node) if old.op is None else 0


_ALONE = _held(Tensor(Node(None, current_backend(), False)))
"""What is counted where nobody else holds it."""


def _accumulate(root: Node, seed: Array | None, release: bool) -> None:
    """Add the gradients of a backward pass to those of the tensors that collect them."""
    for node, total in gradients(root, seed, release).items():
        if node.owner is not None:
            owner = node.owner()
            if owner is not None:
                if owner._total is None and owner._grad is None:
                    owner._total = total
                else:
                    owner._receive(total)


Operators._tensor = Tensor


def leaf(
    value: Any,
    *,
    name: str | None = None,
    kind: Kind = "input",
    requires_grad: bool = False,
    label: str | None = None,
    dtype: DType | str | None = None,
) -> Tensor:
    """A leaf on the active tape (or on none), on its backend.

    ``value`` is a number, nested lists or an array. ``dtype`` by default: that of an array, the default type
    for numbers. An array is not copied: it must not be changed afterwards.

    Raises
    ------
    RuntimeError
        It should require a gradient and is not floating point.
    ValueError
        The tape has a node of that name.
    """
    backend = current_backend()
    if dtype is None and not hasattr(value, "dtype"):
        dtype = dispatch.get_default_dtype()
    array = backend.asarray(value, dtype)
    if array.dtype not in backend.kind_of:
        raise TypeError(
            f"leaves are {', '.join(d.name for d in (BOOL, INT64, FLOAT32, FLOAT64))}, not {array.dtype}"
        )
    if requires_grad:
        must_be_floating(backend.kind_of[array.dtype])
    result = Tensor(leaf_node(array, backend, kind=kind, requires_grad=requires_grad, name=name, label=label))
    if requires_grad:
        result._node.owner = ref(result)
    return result
