"""Products of matrices and vectors."""

from __future__ import annotations

from functools import partial
from math import prod

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import (
    Bound,
    Call,
    Inputs,
    Sample,
    Vjp,
    VjpTerms,
    Writer,
    primitive,
    rows_summed,
    sum_rows,
    unbroadcast,
)
from chainrule.engine.terms import (
    Attrs,
    Factor,
    Index,
    Source,
    Term,
    broadcast_index,
    constant,
    element,
    positions,
    upstream,
)

_A = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_B = [[1.5, 0.25], [-2.0, 1.0], [0.5, -0.75]]
_V = [1.5, -0.5, 2.25]


def _matrices(xp: Namespace, inputs: Inputs) -> tuple[Array, Array]:
    """Both arguments as stacks of matrices: a vector on the left is a row, on the right a column."""
    a, b = inputs
    if len(a.shape) == 1:
        a = xp.reshape(a, (1, a.shape[0]))
    if len(b.shape) == 1:
        b = xp.reshape(b, (b.shape[0], 1))
    return a, b


def _matrix_gradient(xp: Namespace, g: Array, inputs: Inputs) -> Array:
    """``g`` with the axes put back that a vector argument took away."""
    a, b = inputs
    if len(b.shape) == 1:
        g = xp.reshape(g, (*g.shape, 1))
    if len(a.shape) == 1:
        g = xp.reshape(g, (*g.shape[:-1], 1, g.shape[-1]))
    return g


def _one_for_all(inputs: Inputs) -> bool:
    """A stack of matrices times one matrix: a single product of all rows, instead of one for each and their sum."""
    return len(inputs[0].shape) > 2 == len(inputs[1].shape)


def _strided(xp: Namespace, inputs: Inputs, argument: int, g: Array) -> bool:
    """Whether an argument is a stack of matrices with its axes moved, as the heads of attention are.

    Its gradient is then laid out in the same way, so that moving the axes back leaves nothing to be copied.
    """
    a, b = inputs
    if xp is not host or inputs[argument].flags.c_contiguous or a.dtype != b.dtype or g.dtype != a.dtype:
        return False
    return len(a.shape) > 2 and a.shape[:-2] == b.shape[:-2]


def _into_a(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    if xp is host and len(inputs[0].shape) == 2 == len(inputs[1].shape):
        return g.dot(inputs[1].T)
    if _one_for_all(inputs):
        return xp.reshape(xp.matmul(_rows(xp, g), inputs[1].T), tuple(inputs[0].shape))
    a, b = _matrices(xp, inputs)
    if _strided(xp, inputs, 0, g):
        return host.matmul(g, b.swapaxes(-1, -2), out=host.empty_like(a))
    full = xp.matmul(_matrix_gradient(xp, g, inputs), xp.matrix_transpose(b))
    return xp.reshape(unbroadcast(xp, full, a.shape), inputs[0].shape)


def _into_b(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    if xp is host and len(inputs[0].shape) == 2 == len(inputs[1].shape):
        return inputs[0].T.dot(g)
    if _one_for_all(inputs):
        return xp.matmul(_rows(xp, inputs[0]).T, _rows(xp, g))
    a, b = _matrices(xp, inputs)
    if _strided(xp, inputs, 1, g):
        return host.matmul(a.swapaxes(-1, -2), g, out=host.empty_like(b))
    full = xp.matmul(xp.matrix_transpose(a), _matrix_gradient(xp, g, inputs))
    return xp.reshape(unbroadcast(xp, full, b.shape), inputs[1].shape)


class _Layout:
    """Which elements meet: ``out[batch, row?, column?] = Σ a[batch, row?, k] · b[batch, k, column?]``."""

    def __init__(self, a: Array, b: Array, out_shape: tuple[int, ...]) -> None:
        self.rows = len(a.shape) > 1
        self.columns = len(b.shape) > 1
        self.batch = out_shape[: len(out_shape) - self.rows - self.columns]
        self.a_batch = a.shape[:-2]
        self.b_batch = b.shape[:-2]
        self.row_count = a.shape[-2] if self.rows else 1
        self.column_count = b.shape[-1] if self.columns else 1
        self.inner = a.shape[-1]

    def a(self, batch: Index, row: int, k: int) -> Index:
        return (*broadcast_index(batch, self.a_batch), row, k) if self.rows else (k,)

    def b(self, batch: Index, k: int, column: int) -> Index:
        return (*broadcast_index(batch, self.b_batch), k, column) if self.columns else (k,)

    def out(self, batch: Index, row: int, column: int) -> Index:
        return (*batch, *((row,) if self.rows else ()), *((column,) if self.columns else ()))

    def split(self, index: Index) -> tuple[Index, int, int]:
        """An index of the product as (batch, row, column)."""
        batch, rest = index[: len(self.batch)], list(index[len(self.batch) :])
        row = rest.pop(0) if self.rows else 0
        return batch, row, rest[0] if self.columns else 0


def _value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    a, b = inputs
    layout = _Layout(a, b, out.shape)
    batch, row, column = layout.split(index)
    result = []
    for k in range(layout.inner):
        left, right = layout.a(batch, row, k), layout.b(batch, k, column)
        result.append(
            Term(
                (
                    Factor("a", element(a, left), (Source(0, left),)),
                    Factor("b", element(b, right), (Source(1, right),)),
                )
            )
        )
    return result


def _terms_into(argument: int) -> VjpTerms:
    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        a, b = inputs
        layout = _Layout(a, b, out.shape)
        own_batch = (layout.a_batch, layout.b_batch)[argument]
        batches = positions(index[: len(own_batch)], own_batch, layout.batch)
        result = []
        for batch in batches:
            if argument == 0:
                row, k = (index[-2] if layout.rows else 0), index[-1]
                for column in range(layout.column_count):
                    other = layout.b(batch, k, column)
                    factor = Factor("b", element(b, other), (Source(1, other),))
                    result.append(Term((upstream(g, layout.out(batch, row, column)), factor)))
            else:
                k, column = (index[-2], index[-1]) if layout.columns else (index[-1], 0)
                for row in range(layout.row_count):
                    other = layout.a(batch, row, k)
                    factor = Factor("a", element(a, other), (Source(0, other),))
                    result.append(Term((factor, upstream(g, layout.out(batch, row, column)))))
        return result

    return terms


@primitive(
    "matmul",
    glyph="@",
    formula=r"z = a\,b",
    vjps=(
        Vjp("contraction", _into_a, r"g\,b^{\top}", _terms_into(0), reads=(1,)),
        Vjp("contraction", _into_b, r"a^{\top} g", _terms_into(1), reads=(0,)),
    ),
    value_terms=_value_terms,
    torch="matmul",
    python="{0} @ {1}",
    samples=(
        Sample((_A, _B)),
        Sample((_A, _V)),
        Sample((_V, _B)),
        Sample((_V, [0.5, 1.0, -2.0])),
        Sample(([_A, _A, _A], _B)),
        Sample(([_A], [_B, _B])),
        Sample((_V, [_B, _B])),
        Sample(([_A, _A], _V)),
        Sample(([[_A], [_A]], [_B, _B])),
    ),
    edges=(Sample(([[float("nan"), 1.0], [float("inf"), 2.0]], [[1.0, 0.0], [2.0, 3.0]])),),
)
def matmul(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a, b = inputs
    if _one_for_all(inputs):
        if a.shape[-1] != b.shape[0]:
            raise ValueError("the inner sizes differ")
        return xp.reshape(xp.matmul(_rows(xp, a), b), (*a.shape[:-1], b.shape[1]))
    # The same BLAS call as NumPy's matmul, reached in half the time.
    return a.dot(b) if xp is host and len(a.shape) == 2 == len(b.shape) else xp.matmul(a, b)


def _rows(xp: Namespace, array: Array) -> Array:
    """All axes but the last as one."""
    shape = array.shape
    if len(shape) == 2:
        return array
    rows = (prod(shape[:-1]), shape[-1])
    return array.reshape(rows) if xp is host else xp.reshape(array, rows)


def _linear_into_x(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    x, w = inputs[0], inputs[1]
    if xp is host:
        return g.dot(w) if len(g.shape) == 2 else _rows(xp, g).dot(w).reshape(x.shape)
    return xp.reshape(xp.matmul(_rows(xp, g), w), x.shape)


def _linear_into_w(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    if xp is host and len(g.shape) == 2:
        return g.T.dot(inputs[0])
    rows = _rows(xp, g).T
    return rows.dot(_rows(xp, inputs[0])) if xp is host else xp.matmul(rows, _rows(xp, inputs[0]))


def _linear_into_b(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    if xp is host and len(g.shape) == 2:
        return sum_rows(g)
    return unbroadcast(xp, g, inputs[2].shape)


def _linear_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    x, w = inputs[0], inputs[1]
    *row, j = index
    result = []
    for k in range(x.shape[-1]):
        left, right = (*row, k), (j, k)
        a = Factor("a", element(x, left), (Source(0, left),))
        result.append(Term((a, Factor("b", element(w, right), (Source(1, right),)))))
    if len(inputs) > 2:
        result.append(Term((Factor("c", element(inputs[2], (j,)), (Source(2, (j,)),)),)))
    return result


def _linear_x_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    w = inputs[1]
    *row, k = index
    result = []
    for j in range(w.shape[0]):
        factor = Factor("b", element(w, (j, k)), (Source(1, (j, k)),))
        result.append(Term((upstream(g, (*row, j)), factor)))
    return result


def _linear_w_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    x, (j, k) = inputs[0], index
    result = []
    for row in positions((), (), x.shape[:-1]):
        factor = Factor("a", element(x, (*row, k)), (Source(0, (*row, k)),))
        result.append(Term((factor, upstream(g, (*row, j)))))
    return result


def _linear_b_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    return [
        Term((upstream(g, place), constant("1", 1.0)))
        for place in positions(index, inputs[2].shape, out.shape)
    ]


def _bound_linear(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    if xp is not host or len(inputs) < 3 or len(inputs[0].shape) != 2:
        return lambda *arrays: linear.forward(xp, arrays, attrs)

    def forward(x: Array, w: Array, b: Array) -> Array:
        return x.dot(w.T) + b

    def into(out: Array, x: Array, w: Array, b: Array) -> tuple[Call, ...]:
        return partial(x.dot, w.T, out), partial(host.add, out, b, out)

    return Writer(forward, into)


def _bound_linear_x(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
    if xp is host and len(out.shape) == 2:
        return Writer(host.dot, lambda out, g, w: (partial(g.dot, w, out),))
    return None


def _bound_linear_w(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
    if xp is host and len(out.shape) == 2:
        return Writer(lambda g, x: g.T.dot(x), lambda out, g, x: (partial(g.T.dot, x, out),))
    return None


def _bound_linear_b(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
    shape = inputs[2].shape
    if xp is host and len(out.shape) == 2:
        return rows_summed(out)
    return lambda g: unbroadcast(xp, g, shape)


@primitive(
    "linear",
    glyph="Wx+b",
    formula=r"z = a\,b^{\top} + c",
    vjps=(
        Vjp("contraction", _linear_into_x, r"g\,b", _linear_x_terms, reads=(1,), bind=_bound_linear_x),
        Vjp("contraction", _linear_into_w, r"g^{\top} a", _linear_w_terms, reads=(0,), bind=_bound_linear_w),
        Vjp("spread", _linear_into_b, "1", _linear_b_terms, bind=_bound_linear_b),
    ),
    value_terms=_linear_terms,
    torch="nn.functional.linear",
    python=lambda arguments, attrs: f"torch.nn.functional.linear({', '.join(arguments)})",
    samples=(
        Sample((_A, [[1.5, 0.25, -0.5], [-2.0, 1.0, 0.75]], [0.5, -1.5])),
        Sample((_A, [[1.5, 0.25, -0.5], [-2.0, 1.0, 0.75]])),
        Sample((_V, [[1.5, 0.25, -0.5], [-2.0, 1.0, 0.75]], [0.5, -1.5])),
        Sample(([_A, _A], [[1.5, 0.25, -0.5]], [0.25])),
    ),
    edges=(Sample(([[float("nan"), 1.0], [float("inf"), 2.0]], [[1.0, 0.0], [2.0, 3.0]], [0.0, 1.0])),),
    optional=1,
    bind=_bound_linear,
)
def linear(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    x, w = inputs[0], inputs[1]
    shape = x.shape
    if xp is host and len(shape) == 2:
        product = x.dot(w.T)
        return product + inputs[2] if len(inputs) > 2 else product
    rows = _rows(xp, x)
    out = rows.dot(w.T) if xp is host else xp.matmul(rows, w.T)
    if len(inputs) > 2:
        b = inputs[2]
        # Into the product's own memory: fresh memory takes as long to write as the sum.
        out = host.add(out, b, out) if xp is host and out.dtype == b.dtype else out + b
    if len(shape) == 2:
        return out
    full = (*shape[:-1], w.shape[0])
    return out.reshape(full) if xp is host else xp.reshape(out, full)
