"""What is to be told of arrays, fetched from where they are in one transfer."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.engine.backend import Array, Backend, HostArray
from chainrule.protocol.model import Summary
from chainrule.session.summary import from_measured, measured, summarise


class Parcel:
    """Collects arrays of a backend, and summaries of arrays; :meth:`fetch` gets them all.

    What was put in is told by a function that may be called once it is fetched. Arrays are to look at, not to change.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._arrays: list[Array] = []
        self._found: list[HostArray] = []

    def whole(self, array: Array) -> Callable[[], HostArray]:
        """An array."""
        place = len(self._arrays)
        self._arrays.append(array)
        return lambda: self._found[place]

    def summary(self, array: Array) -> Callable[[], Summary]:
        """A summary of an array: worked out where it is, if that is far."""
        if not self._backend.far or 0 in array.shape:
            told = self.whole(array)
            return lambda: summarise(told())
        shape = tuple(int(length) for length in array.shape)
        numbers = self.whole(measured(self._backend, array))
        return lambda: from_measured(numbers(), shape)

    def fetch(self) -> None:
        """Get all that was put in."""
        self._found = self._backend.to_host(self._arrays)
