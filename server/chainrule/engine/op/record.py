"""Op and Vjp: the records, and the registry that tests, pictures and lessons read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.terms import Attrs, Index, Term, ValueTerms, function_terms

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
Call = Callable[[], object]
Into = Callable[..., tuple[Call, ...]]
"""(out, arrays…) → calls that leave in the memory ``out`` what a bound form returns for what the arrays then hold."""
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


class Writer:
    """A bound form that can also write into memory which it is given: NumPy's, contiguous and of the right dtype.

    Ufuncs need none of this: they take ``out`` themselves.

    Attributes
    ----------
    function
        The bound form.
    into
        ``(out, *arrays)`` → calls without arguments. Run in order, they leave in ``out`` the bits that ``function``
        returns, every time. Arrays that are not writeable never change.
    slope
        Of a VJP that is g times a local derivative which depends on one array, element by element: ``(out, array)``
        → calls for that derivative. It is the same function for all that may be computed together.
    """

    __slots__ = ("function", "into", "slope")

    def __init__(self, function: Bound, into: Into, slope: Into | None = None) -> None:
        self.function = function
        self.into = into
        self.slope = slope

    def __call__(self, *arrays: Array) -> Array:
        return self.function(*arrays)


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
