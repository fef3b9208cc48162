"""Where the elements of a value came from, for ops that only put them elsewhere.

The op itself is asked: what it makes of numbered elements says for each place which one went there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from chainrule.engine.backend import Array, HostArray, Namespace, host, on_host
from chainrule.engine.op import ARGUMENTS, FIXED, OPS, Apply, Bind, Form, Inputs, Read, Vjp
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, ValueTerms, constant, element, upstream


def letter(argument: int) -> str:
    """The symbol of an argument, of which there may be any number."""
    return ARGUMENTS[argument] if argument < len(ARGUMENTS) else f"x_{{{argument + 1}}}"


def atom(text: str) -> str:
    """An argument's expression as something that can be indexed or asked for a method."""
    return text if text.isidentifier() else f"({text})"


def _unflat(position: int, shape: Sequence[int]) -> Index:
    index = []
    for size in reversed(shape):
        position, i = divmod(position, size)
        index.append(i)
    return tuple(reversed(index))


def _numbered(name: str, inputs: Inputs, attrs: Attrs) -> tuple[HostArray, list[int]]:
    """The value made of numbers that count the elements of all arguments that move, from 1; 0 where it was filled in.

    With it, the first number of each argument.
    """
    op, starts, start = OPS[name], [], 1
    arrays: list[HostArray] = []
    for k, x in enumerate(inputs):
        starts.append(start)
        if op.vjps[k] is FIXED:
            arrays.append(on_host(x))
            continue
        count = math.prod(x.shape)
        arrays.append(host.arange(start, start + count).reshape(tuple(x.shape)))
        start += count
    if "value" in attrs:
        attrs = {**attrs, "value": 0}
    return op.forward(host, arrays, attrs), starts


def moved_terms(name: str) -> ValueTerms:
    """Terms of a value whose elements are elements of arguments, or the attribute ``value`` (0 if there is none)."""

    def value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        numbers, starts = _numbered(name, inputs, attrs)
        number = int(numbers[index])
        if not number:
            filled = float(attrs.get("value", 0.0))
            return [Term((constant(f"{filled:g}", filled),))]
        argument = max(
            k for k, start in enumerate(starts) if start <= number and OPS[name].vjps[k] is not FIXED
        )
        place = _unflat(number - starts[argument], inputs[argument].shape)
        value = element(inputs[argument], place)
        return [Term((Factor(letter(argument), value, (Source(argument, place),)),))]

    return value_terms


def moving(
    name: str,
    apply: Apply,
    *,
    argument: int = 0,
    form: Form = "routing",
    formula: str = "1",
    reads: tuple[Read, ...] = (),
    bind: Bind | None = None,
) -> Vjp:
    """The VJP of an op that puts elements elsewhere: what arrives at an element's places, added up."""

    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        numbers, starts = _numbered(name, inputs, attrs)
        position = 0
        for i, size in zip(index, inputs[argument].shape, strict=True):
            position = position * size + i
        places = host.argwhere(numbers == starts[argument] + position).tolist()
        if not places:
            # It was put nowhere: nothing is multiplied.
            return [Term((constant("0", 0.0),))]
        return [Term((upstream(g, tuple(place)), constant("1", 1.0))) for place in places]

    return Vjp(form, apply, formula, terms, reads=reads, bind=bind)
