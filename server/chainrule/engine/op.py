"""The record of an op, and the registry that tests, pictures and lessons read.

An op is one record: how it computes, one VJP per argument, what each looks like in LaTeX, what each reads, and
samples. To add an op, write one with :func:`primitive`; its tests are generated from the registry.

Symbols in formulas: ``a``, ``b``, ``c``… the arguments, ``z`` the value, ``g`` the gradient of ``z``, ``n`` a count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from chainrule.engine.backend import Array, HostArray, Namespace, host
from chainrule.engine.terms import (
    Attrs,
    Factor,
    Index,
    Source,
    Term,
    ValueTerms,
    broadcast_index,
    constant,
    element,
    function_terms,
    positions,
    upstream,
)

if TYPE_CHECKING:
    from chainrule.engine.tape import Node

Form = Literal["elementwise", "contraction", "routing", "spread", "dense", "none"]
Read = int | Literal["out"]
Inputs = Sequence[Array]

Forward = Callable[[Namespace, Inputs, Attrs], Array]
Local = Callable[[Namespace, Array, Inputs, Attrs], Array]
"""(xp, out, inputs, attrs) → the local derivative (or a mask), of a shape that broadcasts to ``out``."""
Apply = Callable[[Namespace, Array, Array, Inputs, Attrs], Array]
"""(xp, g, out, inputs, attrs) → the contribution, of the argument's shape."""
VjpTerms = Callable[[Namespace, Array, Array, Inputs, Attrs, Index], "list[Term]"]
"""(xp, g, out, inputs, attrs, index) → terms of ``contribution[index]``."""

Bound = Callable[..., Array]
"""What is left of a forward or a VJP once shapes, dtypes and attributes are known. The same bits, with less asking."""
BindForward = Callable[[Namespace, Inputs, Attrs], Bound]
"""(xp, inputs, attrs) → function of the inputs, for all inputs of these shapes and dtypes."""
Bind = Callable[[Namespace, Array, Inputs, Attrs], "Bound | None"]
"""(xp, out, inputs, attrs) → function of g and of what the VJP reads, in the order of ``reads``; None: there is none."""
Inside = Callable[["tuple[Node, ...]", Attrs], "Node"]
"""(inputs, attrs) → the same value, made of primitives on the active tape."""

ARGUMENTS = "abcdefgh"
"""Letters of the arguments in formulas."""

NO_ATTRS: dict[str, Any] = {}


class ShapeError(RuntimeError):
    """Arguments whose shapes do not go together."""


class Sample(NamedTuple):
    """Arguments (nested lists of numbers) and attributes for one call.

    Arguments that no gradient passes (:data:`FIXED`) keep their type: integers are indices, booleans masks.
    """

    inputs: tuple[Any, ...]
    attrs: Mapping[str, Any] = NO_ATTRS


class Vjp:
    """How the gradient passes through one argument.

    Attributes
    ----------
    form
        What kind of map it is, which is how it is drawn.
    apply
        Upstream gradient → contribution.
    local
        The local derivative where there is one number per element of the value; None for a contraction.
    formula
        The local derivative in LaTeX.
    reads
        Arguments and value that the forward pass must keep for it.
    terms
        What an element of the contribution is made of.
    convention
        Code of the choice that is made where the derivative does not exist (or is infinite).
    at_kink
        Where that choice is made: booleans that broadcast to the value.
    bind
        Prepares ``apply`` for graphs that are run again and again.
    """

    __slots__ = ("_bind", "apply", "at_kink", "convention", "form", "formula", "local", "reads", "terms")

    def __init__(
        self,
        form: Form,
        apply: Apply,
        formula: str,
        terms: VjpTerms,
        *,
        local: Local | None = None,
        reads: tuple[Read, ...] = (),
        convention: str | None = None,
        at_kink: Local | None = None,
        bind: Bind | None = None,
    ) -> None:
        self.form = form
        self._bind = bind
        self.apply = apply
        self.local = local
        self.formula = formula
        self.reads = reads
        self.terms = terms
        self.convention = convention
        self.at_kink = at_kink

    def pins(self, arguments: int) -> tuple[Read, ...]:
        """What it reads in a call with so many arguments: some may have been left out."""
        return tuple(read for read in self.reads if read == "out" or read < arguments)

    def bind(self, xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
        """``apply`` for arrays of these shapes and dtypes: a function of g and of the arrays that it ``reads``.

        None where there is nothing quicker.
        """
        return None if self._bind is None else self._bind(xp, out, inputs, attrs)


def sum_rows(array: HostArray) -> HostArray:
    """A matrix of NumPy's summed over its rows: BLAS does that three times as fast as NumPy's reduction."""
    result: HostArray = ones_of(array.shape[0], array.dtype).dot(array)
    return result


def rows_summed(like: HostArray) -> Bound:
    """:func:`sum_rows` for matrices of one shape and dtype."""
    dot: Bound = ones_of(like.shape[0], like.dtype).dot
    return dot


def _no_contribution(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    raise RuntimeError("no gradient passes through this argument")


FIXED = Vjp("none", _no_contribution, "", lambda xp, g, out, inputs, attrs, index: [])
"""In place of a VJP where no gradient can pass: indices, masks, labels."""


class Repeated(Sequence[Vjp]):
    """The VJPs of an op with any number of arguments: argument → VJP, made when it is first asked for."""

    def __init__(self, make: Callable[[int], Vjp]) -> None:
        self._make = make
        self._made: dict[int, Vjp] = {}

    def __getitem__(self, argument: Any) -> Any:
        vjp = self._made.get(argument)
        if vjp is None:
            vjp = self._made[argument] = self._make(argument)
        return vjp

    def __len__(self) -> int:
        """Those that a record shows: one stands for all."""
        return 1

    def first(self, arguments: int) -> tuple[Vjp, ...]:
        """Those of a call with so many arguments."""
        return tuple(self[k] for k in range(arguments))

    def __iter__(self) -> Iterator[Vjp]:
        return iter((self[0],))


class Op:
    """A primitive.

    Attributes
    ----------
    name, glyph, formula
        How it is called in names of nodes, drawn on a card and written in LaTeX.
    forward
        (xp, inputs, attrs) → value.
    vjps
        One per argument; :data:`FIXED` where no gradient passes, :class:`Repeated` for any number of arguments.
    value_terms
        What an element of the value is made of.
    torch, python
        PyTorch's function, and the Python expression with the arguments as ``{0}``, ``{1}``; or a function
        (arguments, attrs) → expression where attributes are no keyword arguments.
    samples, edges
        Calls at smooth points, for the numeric check; calls at kinks, ties, NaN and infinity.
    real
        Whether integers are converted to floating point first.
    bind
        Prepares ``forward`` for graphs that are run again and again.
    differentiable
        Whether a gradient passes through any argument.
    optional
        How many of the last arguments may be left out.
    inside
        For a composite: how primitives make the same value. Set by :mod:`chainrule.engine.composite`.
    """

    __slots__ = (
        "_bind",
        "differentiable",
        "edges",
        "formula",
        "forward",
        "glyph",
        "inside",
        "name",
        "optional",
        "python",
        "real",
        "samples",
        "torch",
        "value_terms",
        "vjps",
    )

    def __init__(
        self,
        name: str,
        forward: Forward,
        *,
        glyph: str,
        formula: str,
        vjps: tuple[Vjp, ...] | Repeated,
        torch: str,
        python: str | Callable[[Sequence[str], Attrs], str],
        samples: tuple[Sample, ...],
        edges: tuple[Sample, ...] = (),
        value_terms: ValueTerms | None = None,
        real: bool = False,
        bind: BindForward | None = None,
        optional: int = 0,
    ) -> None:
        self._bind = bind
        self.optional = optional
        self.differentiable = isinstance(vjps, Repeated) or any(vjp is not FIXED for vjp in vjps)
        self.name = name
        self.glyph = glyph
        self.formula = formula
        self.forward = forward
        self.vjps = vjps
        self.torch = torch
        self.python = python
        self.samples = samples
        self.edges = edges
        self.value_terms = value_terms or function_terms(formula.partition("=")[2].strip())
        self.real = real
        self.inside: Inside | None = None

    def __repr__(self) -> str:
        return f"Op({self.name!r})"

    def bind(self, xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
        """``forward`` for inputs of these shapes and dtypes: a function of the inputs."""
        if self._bind is not None:
            return self._bind(xp, inputs, attrs)
        forward = self.forward
        return lambda *arrays: forward(xp, arrays, attrs)

    def call(self, arguments: Sequence[str], attrs: Attrs = NO_ATTRS) -> str:
        """The PyTorch expression of a call, with its attributes."""
        if not isinstance(self.python, str):
            return self.python(arguments, attrs)
        text = self.python.format(*arguments)
        # PyTorch's sum has no keepdim without dim, so that dim=None is written where anything is.
        given_any = any(value not in (None, False) for value in attrs.values())
        given = ", ".join(
            f"{_PYTORCH_ATTRS.get(key, key)}={f'torch.{value}' if key == 'dtype' else repr(value)}"
            for key, value in attrs.items()
            if value is not False and (value is not None or given_any)
        )
        if not given:
            return text
        opened = text.removesuffix(")")
        return f"{opened}{given})" if opened.endswith("(") else f"{opened}, {given})"


_PYTORCH_ATTRS = {"axis": "dim", "keepdims": "keepdim"}

OPS: dict[str, Op] = {}
"""All ops by name, in order of registration."""


def primitive(name: str, **record: Any) -> Callable[[Forward], Op]:
    """Register the decorated forward function, with the rest of its record, as the op ``name``."""

    def register(forward: Forward) -> Op:
        if name in OPS:
            raise ValueError(f"an op named {name!r} exists already")
        op = OPS[name] = Op(name, forward, **record)
        return op

    return register


def unbroadcast(xp: Namespace, array: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes along which ``shape`` was broadcast to ``array.shape``: the adjoint of copying."""
    full = array.shape
    if full == shape:
        return array
    if xp is host and len(full) == 2 and len(shape) == 1 and full[1] == shape[0] and array.dtype.kind == "f":
        return sum_rows(array)
    missing = len(full) - len(shape)
    axes = tuple(
        axis
        for axis, size in enumerate(array.shape)
        if axis < missing or (shape[axis - missing] == 1 and size != 1)
    )
    if axes:
        if xp is host:
            if axes == tuple(range(len(axes))) and array.dtype.kind == "f":
                rows, columns = math.prod(full[: len(axes)]), math.prod(full[len(axes) :])
                return sum_rows(array.reshape(rows, columns)).reshape(shape)
            return host.add.reduce(array, axis=axes, keepdims=True).reshape(shape)
        array = xp.sum(array, axis=axes, keepdims=True)
    return xp.reshape(array, shape) if missing else array


@lru_cache(maxsize=1024)
def _number(value: float, dtype: Any) -> HostArray:
    array = host.full((), value, dtype)
    array.flags.writeable = False
    return array


@lru_cache(maxsize=256)
def ones_of(rows: int, dtype: Any) -> HostArray:
    """A vector of ones, made once: to sum by BLAS."""
    array = host.ones(rows, dtype)
    array.flags.writeable = False
    return array


def elementwise(
    argument: int,
    local: Local | float,
    formula: str,
    *,
    reads: tuple[Read, ...] = (),
    convention: str | None = None,
    at_kink: Local | None = None,
    zero_where: Local | None = None,
    apply: Apply | None = None,
    bind: Bind | None = None,
) -> Vjp:
    """A VJP that multiplies by a local derivative, element by element, and sums over broadcast axes.

    ``local`` may be a number. The product is formed as written, so that upstream × local = contribution to the
    last digit. Where ``zero_where`` holds the contribution is 0 whatever the upstream gradient, NaN included.
    ``apply`` is for what can do that quicker; ``bind`` for arguments that were not broadcast.
    """
    derivative: Local
    if isinstance(local, float):
        factor = local
        derivative = _uniform(factor)

        def product(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
            return g if factor == 1.0 else g * factor

        def bind(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
            if factor == 1.0:
                return passed
            scalar = number(xp, factor, out)
            return lambda g: g * scalar

    else:
        derivative = local
        dead = zero_where

        def product(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
            full = g * derivative(xp, out, inputs, attrs)
            if dead is not None:
                full = xp.where(dead(xp, out, inputs, attrs), xp.zeros_like(full), full)
            return full

    def whole(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return unbroadcast(xp, product(xp, g, out, inputs, attrs), inputs[argument].shape)

    quick = bind

    def bound(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
        return None if quick is None else summed(quick(xp, out, inputs, attrs), xp, out, inputs[argument])

    return Vjp(
        "elementwise",
        apply or whole,
        formula,
        _product_terms(argument, derivative, formula, reads, zero_where),
        local=derivative,
        reads=reads,
        convention=convention,
        at_kink=at_kink,
        bind=bound,
    )


def passed(g: Array) -> Array:
    """A bound VJP that gives on what arrives."""
    return g


def number(xp: Namespace, value: float, like: Array) -> Array:
    """A number as an array of shape (): NumPy takes half the time to multiply by one that is an array already."""
    if xp is host:
        return _number(value, like.dtype)
    return xp.full((), value, dtype=like.dtype, device=like.device)


def summed(full: Bound | None, xp: Namespace, out: Array, argument: Array) -> Bound | None:
    """A bound VJP, summed over the axes along which the argument was broadcast."""
    shape = tuple(argument.shape)
    if full is None or shape == tuple(out.shape):
        return full
    return lambda *arrays: unbroadcast(xp, full(*arrays), shape)


def _uniform(number: float) -> Local:
    def local(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return xp.full_like(out, number)

    return local


def routing(
    argument: int,
    mask: Local,
    formula: str,
    *,
    reads: tuple[Read, ...],
    convention: str | None = None,
    at_kink: Local | None = None,
    apply: Apply | None = None,
    bind: Bind | None = None,
) -> Vjp:
    """A VJP that lets the gradient pass (mask 1), halves it (½, a tie) or stops it (0).

    A stopped gradient is 0 even where it was NaN, as in PyTorch: it is chosen, not multiplied. ``apply`` is for
    what can do that quicker.
    """

    def stopped(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return mask(xp, out, inputs, attrs) == 0.0

    def chosen(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        share = mask(xp, out, inputs, attrs)
        full = xp.where(share == 0.0, xp.zeros_like(g), g * share)
        return unbroadcast(xp, full, inputs[argument].shape)

    def bound(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
        return None if bind is None else summed(bind(xp, out, inputs, attrs), xp, out, inputs[argument])

    return Vjp(
        "routing",
        apply or chosen,
        formula,
        _product_terms(argument, mask, formula, reads, stopped),
        local=mask,
        reads=reads,
        convention=convention,
        at_kink=at_kink,
        bind=bound,
    )


def _product_terms(
    argument: int, local: Local, formula: str, reads: tuple[Read, ...], zero_where: Local | None
) -> VjpTerms:
    """Terms g × local, one for each place to which the argument's element was broadcast."""

    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        derivative = xp.broadcast_to(local(xp, out, inputs, attrs), out.shape)
        dead = None if zero_where is None else xp.broadcast_to(zero_where(xp, out, inputs, attrs), out.shape)
        result = []
        for place in positions(index, inputs[argument].shape, out.shape):
            sources = tuple(
                Source(of, place if of == "out" else broadcast_index(place, inputs[of].shape)) for of in reads
            )
            factor = Factor(formula, element(derivative, place), sources)
            arriving = upstream(g, place)
            if dead is not None and bool(dead[place]):
                # Not a product: the upstream number is not looked at.
                factor = Factor(formula, 0.0, sources)
                finite = arriving.value - arriving.value == 0.0
                result.append(Term((arriving, factor) if finite else (factor,)))
            else:
                result.append(Term((arriving, factor)))
        return result

    return terms


__all__ = [
    "ARGUMENTS",
    "FIXED",
    "NO_ATTRS",
    "OPS",
    "Apply",
    "Attrs",
    "Bind",
    "Bound",
    "Form",
    "Forward",
    "Index",
    "Inputs",
    "Local",
    "Op",
    "Read",
    "Repeated",
    "Sample",
    "ShapeError",
    "Vjp",
    "VjpTerms",
    "constant",
    "elementwise",
    "number",
    "ones_of",
    "primitive",
    "routing",
    "rows_summed",
    "sum_rows",
    "unbroadcast",
]
