"""A sheet: a plan whose arrays have places in memory, so that its calls need not be told anything.

Small ops spend most of their time on finding out what they are given and where the result shall go. On a sheet every
array of a plan has a place of its own, and every call is prepared with the arrays at their places, transposed views
included. They are the plan's calls in the plan's order, hence its bits.

The next run writes into the same memory. So nothing of it is ever handed out: who wants to keep a run takes a copy of
the *body*, which is all that was computed but the gradients of the parameters, in one vector. Those lie in a vector
of their own, in the order of the parameters, so that an optimizer changes all parameters as if they were one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import add

from chainrule.engine.backend import Array, HostArray, host
from chainrule.engine.op import Bound, Call, Into, Writer
from chainrule.engine.packing import Packing
from chainrule.engine.plan import Plan, Step, Workspace

LARGEST = 1 << 20
"""Bytes of a body at most. Larger arrays take so long that nothing is left to gain, and a copy of them is dear."""
COPIED = 1 << 17
"""Bytes at most of what is copied to its place, because its op cannot write there."""


class Sheet:
    """A plan in memory.

    Attributes
    ----------
    parameters, gradients
        What is to be filled before a run, and what it leaves: vectors, as ``packing`` says.
    given
        The other leaves, by slot: to be filled too.
    body
        All else that a run computes.
    loss, loss_place
        The root's value, and its place in the body.
    """

    def __init__(
        self,
        plan: Plan,
        packing: Packing[str],
        parameters: Mapping[str, int],
        gradients: Mapping[str, int],
    ) -> None:
        """Of a plan that :func:`lay_out` has looked at."""
        forward, backward = _steps(plan)
        steps, seed = {**forward, **backward}, plan.seed
        assert seed is not None
        self._own = {slot: name for name, slot in parameters.items()}
        self.parameters, self.gradients = packing.empty(), packing.empty()
        self.given = {
            slot: host.array(leaf.value) for slot, leaf in enumerate(plan.leaves) if slot not in self._own
        }
        # Two parameters may have one gradient (of a + b): then the second gets a copy.
        self._direct = {
            gradients[name]: name for name in reversed(list(gradients)) if gradients[name] in steps
        }
        shapes = {slot: step.shape for slot, step in steps.items() if slot not in self._direct}
        shapes[plan.seed_slot] = tuple(seed.shape)
        sloped = _sloped(backward, shapes)
        together = {slot: shapes[slot] for slots in sloped.values() for slot in slots}
        self._body = Packing({**together, **shapes}, packing.dtype)
        self.body = self._body.empty()
        w: dict[int, Array] = {**self.given, **self._body.views(self.body)}
        values, grads = packing.views(self.parameters), packing.views(self.gradients)
        w.update({slot: values[name] for slot, name in self._own.items()})
        w.update({slot: grads[name] for slot, name in self._direct.items()})
        w[plan.seed_slot][...] = seed
        w[plan.seed_slot].flags.writeable = False
        self.loss: HostArray = w[plan.root]
        self.loss_place = self._body.spans[plan.root][0]
        calls: list[Call] = []
        self._views: dict[int, Array] = {}
        for slot, step in forward.items():
            calls += _writing(step, w[slot], [w[read] for read in step.reads], self._views)
        # Local derivatives that depend on one array each, of all steps of a kind at once.
        slopes: dict[int, Array] = {}
        for slope, slots in sloped.items():
            part = self._body.part(slots)
            out = host.zeros_like(self.body)
            slopes.update({slot: array for slot, array in self._body.views(out).items() if slot in slots})
            calls += slope(out[part], self.body[part])
        for slot, step in backward.items():
            arrays = [w[read] for read in step.reads]
            if isinstance(step.bound, Writer) and step.bound.slope is not None and step.reads[1] in slopes:
                calls.append(partial(host.multiply, arrays[0], slopes[step.reads[1]], w[slot]))
            else:
                calls += _writing(step, w[slot], arrays, self._views)
        for name, slot in gradients.items():
            if self._direct.get(slot) != name:
                calls.append(partial(host.copyto, grads[name], w[slot]))
        self._calls = tuple(calls)

    def run(self) -> None:
        """Both passes. The caller is in ``backend.quiet()``."""
        for call in self._calls:
            call()
        self._views.clear()

    def workspace(
        self,
        given: Mapping[int, Array],
        parameters: Mapping[str, Array],
        gradients: Mapping[str, Array],
        body: HostArray,
    ) -> Workspace:
        """The arrays of a run by the plan's slots, from copies of what it was given and of what it left."""
        w = {**given, **self._body.views(body)}
        w.update({slot: parameters[name] for slot, name in self._own.items()})
        w.update({slot: gradients[name] for slot, name in self._direct.items()})
        return [w[slot] for slot in range(len(w))]


def _steps(plan: Plan) -> tuple[dict[int, Step], dict[int, Step]]:
    """The steps of both passes, by the slot of what they compute."""
    return (
        dict(enumerate(plan.forward, len(plan.leaves))),
        dict(enumerate(plan.backward, plan.seed_slot + 1)),
    )


def _sloped(backward: Mapping[int, Step], body: Mapping[int, object]) -> dict[Into, list[int]]:
    """By slope, the slots in the body that it is asked for."""
    found: dict[Into, list[int]] = {}
    for step in backward.values():
        if isinstance(step.bound, Writer) and step.bound.slope is not None and step.reads[1] in body:
            slots = found.setdefault(step.bound.slope, [])
            if step.reads[1] not in slots:
                slots.append(step.reads[1])
    return found


def _writing(step: Step, out: Array, arrays: Sequence[Array], views: dict[int, Array]) -> Iterable[Call]:
    """The calls that put a step's value at its place."""
    bound = host.add if step.bound is add else step.bound
    if isinstance(bound, host.ufunc):
        return (partial(bound, *arrays, out=out),)
    if isinstance(bound, Writer):
        return bound.into(out, *arrays)
    return (partial(_copied, out, bound, arrays, views),)


def _writes(step: Step) -> bool:
    return step.bound is add or isinstance(step.bound, (host.ufunc, Writer))


def _copied(out: HostArray, function: Bound, arrays: Sequence[Array], views: dict[int, Array]) -> None:
    # Views that live for one run, because an op may remember what it made of an array: in the next run this memory
    # holds other numbers.
    given = []
    for array in arrays:
        view = views.get(id(array))
        if view is None:
            view = views[id(array)] = array.view()
        given.append(view)
    host.copyto(out, function(*given))


def lay_out(
    plan: Plan, packing: Packing[str], parameters: Mapping[str, int], gradients: Mapping[str, int]
) -> Sheet | None:
    """A sheet for a plan; None where there is none, or where there is nothing to gain.

    ``parameters`` and ``gradients`` are the slots of each parameter's value and gradient, by name.
    """
    if plan.backend.name != "numpy" or plan.seed is None or plan.stale:
        return None
    dtype = packing.dtype
    forward, backward = _steps(plan)
    steps = [*forward.values(), *backward.values()]
    if plan.seed.dtype != dtype or any(step.dtype != dtype or not step.packed for step in steps):
        return None
    if any(not leaf.value.flags.c_contiguous for leaf in plan.leaves):
        return None
    nbytes = [(math.prod(step.shape) * dtype.itemsize, _writes(step)) for step in steps]
    if sum(size for size, _ in nbytes) > LARGEST or sum(size for size, own in nbytes if not own) > COPIED:
        return None
    return Sheet(plan, packing, parameters, gradients)
