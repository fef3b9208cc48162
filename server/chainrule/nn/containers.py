"""Modules that hold modules."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from chainrule.engine.tape import state
from chainrule.engine.tensor import Tensor
from chainrule.nn.module import Module


class _Listed(Module):
    """Modules under the names 0, 1, 2…"""

    def _place(self, index: int) -> str:
        place, size = operator.index(index), len(self)
        if not -size <= place < size:
            raise IndexError(f"index {index} is out of range")
        return list(self._modules)[place]

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self._part(list(self._modules.items())[index])
        return self._modules[self._place(index)]

    def _part(self, items: list[tuple[str, Module | None]]) -> Self:
        raise NotImplementedError

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._place(index), module)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())  # type: ignore[arg-type]

    def append(self, module: Module) -> Self:
        """One more at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """More at the end."""
        for module in modules:
            self.append(module)
        return self


class Sequential(_Listed):
    """Modules one after another: each gets what the one before gave. They may be named by a dictionary."""

    def __init__(self, *args: Any) -> None:
        super().__init__()
        named = args[0].items() if len(args) == 1 and isinstance(args[0], Mapping) else enumerate(args)
        for name, module in named:
            self.add_module(str(name), module)

    def _part(self, items: list[tuple[str, Module | None]]) -> Self:
        return type(self)(dict(items))

    def forward(self, input: Any) -> Any:  # noqa: A002
        modules: Any = self._modules.values()
        if state.tape is None:
            for module in modules:
                # A call more takes as long as a third of a small layer.
                input = module.forward(input) if module.calls_forward else module(input)  # noqa: A001
        else:
            for module in modules:
                input = module(input)  # noqa: A001
        return input


class ModuleList(_Listed):
    """A list of modules."""

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        self.extend(modules or ())

    def _part(self, items: list[tuple[str, Module | None]]) -> Self:
        return type(self)(module for _, module in items if module is not None)

    def insert(self, index: int, module: Module) -> None:
        """One more before ``index``."""
        modules = [*self]
        modules.insert(index, module)
        for place, each in enumerate(modules):
            setattr(self, str(place), each)

    def _lines(self) -> list[tuple[str, str]]:
        """Equal ones that follow each other are written once."""
        runs: list[tuple[int, int, str]] = []
        for place, module in enumerate(self):
            text = repr(module)
            if runs and runs[-1][2] == text:
                runs[-1] = (runs[-1][0], place, text)
            else:
                runs.append((place, place, text))
        return [
            (str(first), text) if first == last else (f"{first}-{last}", f"{last - first + 1} x {text}")
            for first, last, text in runs
        ]

    def __repr__(self) -> str:
        return super().__repr__()


class ModuleDict(Module):
    """Modules by name."""

    def __init__(self, modules: Mapping[str, Module] | None = None) -> None:
        super().__init__()
        self.update(modules or {})

    def update(self, modules: Mapping[str, Module]) -> None:
        """More modules, in the place of those that have the same names."""
        for name, module in modules.items():
            self[name] = module

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]
        self.__dict__.pop(key, None)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def keys(self) -> Iterable[str]:
        return self._modules.keys()

    def values(self) -> Iterable[Any]:
        return self._modules.values()

    def items(self) -> Iterable[tuple[str, Any]]:
        return self._modules.items()


class Residual(Module):
    """input + body(input): the gradient has a way around the body. PyTorch has no module of that name.

    ``shortcut`` is what the input goes through on its way around, where shapes differ.
    """

    def __init__(self, body: Module, shortcut: Module | None = None) -> None:
        super().__init__()
        self.body = body
        self.shortcut: Module | None = None
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        around: Tensor = input if self.shortcut is None else self.shortcut(input)
        result: Tensor = around + self.body(input)
        return result
