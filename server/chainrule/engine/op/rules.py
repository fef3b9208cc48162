"""The usual VJPs: a local derivative element by element, and gates."""

from __future__ import annotations

from functools import partial

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op.record import Apply, Bind, Bound, Inputs, Local, Read, Vjp, VjpTerms, Writer
from chainrule.engine.op.sums import number, summed, unbroadcast
from chainrule.engine.terms import (
    Attrs,
    Factor,
    Index,
    Source,
    Term,
    broadcast_index,
    element,
    positions,
    upstream,
)


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
            return Writer(lambda g: g * scalar, lambda out, g: (partial(xp.multiply, g, scalar, out),))

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

    return Vjp(
        "elementwise",
        apply or whole,
        formula,
        _product_terms(argument, derivative, formula, reads, zero_where),
        local=derivative,
        reads=reads,
        convention=convention,
        at_kink=at_kink,
        bind=_summed_over(argument, bind),
    )


def passed(g: Array) -> Array:
    """A bound VJP that gives on what arrives."""
    return g


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

    return Vjp(
        "routing",
        apply or chosen,
        formula,
        _product_terms(argument, mask, formula, reads, stopped),
        local=mask,
        reads=reads,
        convention=convention,
        at_kink=at_kink,
        bind=_summed_over(argument, bind),
    )


def _summed_over(argument: int, bind: Bind | None) -> Bind | None:
    """``bind``, of arguments that were not broadcast, for those that were."""
    if bind is None:
        return None
    whole = bind
    return lambda xp, out, inputs, attrs: summed(whole(xp, out, inputs, attrs), xp, out, inputs[argument])


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
