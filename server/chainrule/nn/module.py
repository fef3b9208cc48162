"""Module: parameters, buffers and other modules under names, and a forward pass that uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, NamedTuple, Self, TypeVar

from chainrule.engine.backend import FLOAT32, FLOAT64, DType, host
from chainrule.engine.dispatch import cast
from chainrule.engine.grad_mode import no_grad
from chainrule.engine.tape import Tape, leaf_node, state
from chainrule.engine.tensor import Tensor
from chainrule.nn.parameter import Parameter

T = TypeVar("T")


class IncompatibleKeys(NamedTuple):
    """What :meth:`Module.load_state_dict` did not find, and what it found too much."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


@contextmanager
def _refused_in(path: str) -> Iterator[None]:
    """What PyTorch would refuse is refused in its words, and with the innermost module after them."""
    try:
        yield
    except (IndexError, RuntimeError, TypeError, ValueError) as error:
        message = error.args[0] if len(error.args) == 1 else None
        # An inner path begins with the paths of the modules around it.
        if path and isinstance(message, str) and f"in {path}" not in message:
            error.args = (f"{message} (in {path})",)
        raise


class Module:
    """Base of all layers and networks. See PyTorch's documentation of ``nn.Module``.

    A subclass calls ``super().__init__()``, sets parameters and modules as attributes, and defines ``forward``.
    Called while a tape is active, a module puts its nodes in the scope of its path from the outermost module that
    is being called; that one itself adds nothing. Its parameters are named by their paths likewise.
    """

    training: bool
    # Name → what it is, in order of registration. Each also stands in __dict__, where Python finds it at once.
    _parameters: dict[str, Tensor | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]
    _passing: set[str]
    calls_forward: ClassVar[bool] = True
    """Without a tape, a call does nothing but ``forward``."""
    may_miss: tuple[str, ...] = ()
    """Buffers that a state_dict need not have, because there were none in earlier times."""

    def __init__(self) -> None:
        self.__dict__.update(training=True, _parameters={}, _buffers={}, _modules={}, _passing=set())

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes."""
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.calls_forward = cls.__call__ is Module.__call__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tape = state.tape
        if tape is None:
            return self.forward(*args, **kwargs)
        path = tape.paths.get(self)
        if path is not None:
            with tape.within(path), _refused_in(path):
                return self.forward(*args, **kwargs)
        with self._outermost(tape):
            return self.forward(*args, **kwargs)

    @contextmanager
    def _outermost(self, tape: Tape) -> Iterator[None]:
        """All modules below have their paths from here."""
        before, prefix = tape.paths, tape.path
        paths = {}
        for path, module in self.named_modules():
            own = paths[module] = _joined(prefix, path)
            for registry in (module._parameters, module._buffers):
                for name, tensor in registry.items():
                    if tensor is not None and tensor.node.name is None:
                        tensor.node.name = _joined(own, name)
        tape.paths = {**before, **paths}
        try:
            yield
        finally:
            tape.paths = before

    # -- attributes

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if "_parameters" not in own:
            if isinstance(value, Parameter | Module):
                kind = "parameters" if isinstance(value, Parameter) else "module"
                raise AttributeError(f"cannot assign {kind} before Module.__init__() call")
            own[name] = value
            return
        if isinstance(value, Parameter):
            self._hold(self._parameters, name, value)
        elif isinstance(value, Module):
            self._hold(self._modules, name, value)
        elif name in self._parameters:
            self._replace(self._parameters, name, value, "parameter", "torch.nn.Parameter or None")
        elif name in self._modules:
            self._replace(self._modules, name, value, "child module", "torch.nn.Module or None")
        elif name in self._buffers:
            if isinstance(value, Tensor):
                self._hold(self._buffers, name, value)
            else:
                self._replace(self._buffers, name, value, "buffer", "torch.Tensor or None")
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        for registry in (self._parameters, self._buffers, self._modules):
            registry.pop(name, None)
        object.__delattr__(self, name)

    def _hold(self, registry: dict[str, Any], name: str, value: Any) -> None:
        for other in (self._parameters, self._buffers, self._modules):
            if other is not registry:
                other.pop(name, None)
        registry[name] = value
        self.__dict__[name] = value

    def _replace(self, registry: dict[str, Any], name: str, value: Any, what: str, expected: str) -> None:
        if value is not None:
            raise TypeError(
                f"cannot assign '{type(value).__name__}' as {what} '{name}' ({expected} expected)"
            )
        self._hold(registry, name, None)

    def _register(self, registry: dict[str, Any], name: object, value: Any, what: str) -> None:
        if "_parameters" not in self.__dict__:
            raise AttributeError(f"cannot assign {what} before Module.__init__() call")
        if not isinstance(name, str):
            raise TypeError(f"{what} name should be a string. Got {type(name).__name__}")
        if "." in name:
            raise KeyError(f'{what} name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{what} name can\'t be empty string ""')
        if name not in registry and hasattr(self, name):
            raise KeyError(f"attribute '{name}' already exists")
        self._hold(registry, name, value)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """A parameter under a name; None reserves the name."""
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{type(param).__name__}' object to parameter '{name}' "
                "(torch.nn.Parameter or None required)"
            )
        self._register(self._parameters, name, param, "parameter")

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """A tensor that is kept but not trained. It is in the state_dict if it is ``persistent``."""
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type(tensor).__name__}' object to buffer '{name}' (torch Tensor or None required)"
            )
        self._register(self._buffers, name, tensor, "buffer")
        (self._passing.discard if persistent else self._passing.add)(name)
        if tensor is not None and tensor.is_leaf:
            tensor.node.kind = "buffer"

    def add_module(self, name: str, module: Module | None) -> None:
        """A module under a name."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        self._register(self._modules, name, module, "module")

    register_module = add_module

    # -- what there is

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """(path, module): this one, then all below, in order of registration."""
        seen = set() if memo is None else memo
        waiting: list[tuple[str, Module]] = [(prefix, self)]
        while waiting:
            path, module = waiting.pop()
            if module in seen:
                continue
            if remove_duplicate:
                seen.add(module)
            yield path, module
            waiting.extend(
                (_joined(path, name), child)
                for name, child in reversed(module._modules.items())
                if child is not None
            )

    def modules(self) -> Iterator[Module]:
        for _, module in self.named_modules():
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        for _, module in self.named_children():
            yield module

    def _named(
        self, registry: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Tensor]]:
        seen = set()
        parts = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in parts:
            for name, tensor in getattr(module, registry).items():
                if tensor is not None and not (remove_duplicate and id(tensor) in seen):
                    seen.add(id(tensor))
                    yield _joined(path, name), tensor

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """(path, parameter) in order of registration."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Tensor]:
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """(path, buffer) in order of registration."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def named_tensors(self) -> list[tuple[str, Tensor]]:
        """(path, tensor): what ``named_parameters`` gives, then what ``named_buffers`` gives, in one walk."""
        parameters: dict[int, tuple[str, Tensor]] = {}
        buffers: dict[int, tuple[str, Tensor]] = {}
        for path, module in self.named_modules():
            for registry, found in ((module._parameters, parameters), (module._buffers, buffers)):
                for name, tensor in registry.items():
                    if tensor is not None and id(tensor) not in found:
                        found[id(tensor)] = _joined(path, name), tensor
        return [*parameters.values(), *buffers.values()]

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target: str) -> Module:
        """The module at a path."""
        module = self
        for name in target.split(".") if target else ():
            found = module._modules.get(name)
            if found is None:
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            module = found
        return module

    def get_parameter(self, target: str) -> Tensor:
        """The parameter at a path."""
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._parameters.get(name)
        if found is None:
            raise AttributeError(f"{type(self.get_submodule(path)).__name__} has no parameter `{name}`")
        return found

    # -- changing all of it

    def apply(self, fn: Callable[[Module], object]) -> Self:
        """Call ``fn`` with every module below, children first, then with this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Self:
        """Training or evaluation: for layers that behave otherwise in the two."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Train the parameters, or leave them as they are."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set them to zero."""
        for parameter in self.parameters():
            if set_to_none:
                parameter._grad = parameter._total = None
            elif parameter.grad is not None:
                parameter.grad.zero_()

    def to(self, dtype: DType) -> Self:
        """All parameters and floating-point buffers in another type, in place."""
        if not dtype.is_floating_point:
            raise TypeError(
                f"nn.Module.to only accepts floating point dtypes, but got desired dtype={dtype!r}"
            )
        for tensor in (*self.parameters(), *self.buffers()):
            if tensor.dtype.is_floating_point:
                with no_grad():
                    tensor.replace(cast(tensor._node, dtype).value)
        return self

    def float(self) -> Self:
        return self.to(FLOAT32)

    def double(self) -> Self:
        return self.to(FLOAT64)

    # -- its state as a dictionary

    def state_dict(self, prefix: str = "") -> dict[str, Tensor]:
        """Parameters and persistent buffers by their paths. Unlike PyTorch's, they keep the values of now."""
        found: dict[str, Tensor] = {}
        for path, module in self.named_modules(prefix=prefix.removesuffix("."), remove_duplicate=False):
            for name, tensor in module._kept():
                found[_joined(path, name)] = Tensor(
                    leaf_node(tensor._node.value, tensor._node.backend, kind="constant")
                )
        return found

    def _kept(self) -> Iterator[tuple[str, Tensor]]:
        """What belongs to the state of this module alone."""
        for name, tensor in (*self._parameters.items(), *self._buffers.items()):
            if tensor is not None and name not in self._passing:
                yield name, tensor

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> IncompatibleKeys:
        """Give parameters and buffers the values of a :meth:`state_dict`.

        Raises
        ------
        RuntimeError
            A shape differs; or, if ``strict``, keys are missing or unknown. What fits has been loaded.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        missing, wrong = [], []
        known = set()
        for path, module in self.named_modules(remove_duplicate=False):
            for name, tensor in module._kept():
                key = _joined(path, name)
                known.add(key)
                if key not in state_dict:
                    if name not in module.may_miss:
                        missing.append(key)
                elif (message := _copy(key, tensor, state_dict[key])) is not None:
                    wrong.append(message)
        unexpected = [key for key in state_dict if key not in known]
        if strict and missing:
            wrong.insert(0, f"Missing key(s) in state_dict: {quoted(missing)}. ")
        if strict and unexpected:
            wrong.insert(1 if missing else 0, f"Unexpected key(s) in state_dict: {quoted(unexpected)}. ")
        if wrong:
            listed = "\n\t".join(wrong)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listed}")
        return IncompatibleKeys(missing, unexpected)

    # -- as it is printed

    def extra_repr(self) -> str:
        """What stands in the parentheses."""
        return ""

    def _lines(self) -> list[tuple[str, str]]:
        """(name, text) of each child."""
        return [(name, repr(module)) for name, module in self._modules.items()]

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): " + text.replace("\n", "\n  ") for name, text in self._lines()]
        title = type(self).__name__
        if not children and len(lines) <= 1:
            return f"{title}({extra})"
        return f"{title}(\n  " + "\n  ".join(lines + children) + "\n)"


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def quoted(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)


def _copy(key: str, tensor: Tensor, given: Any) -> str | None:
    """Give a tensor another value; the reason if it cannot be."""
    node = tensor._node
    if not isinstance(given, Tensor) and not hasattr(given, "shape"):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from '
            f"checkpoint but received {type(given)}"
        )
    if tuple(given.shape) != node.shape:
        return (
            f"size mismatch for {key}: copying a param with shape {_size(given.shape)} from checkpoint, the shape "
            f"in current model is {_size(node.shape)}."
        )
    tensor.replace(node.backend.asarray(values_of(given), node.value.dtype))
    return None


def values_of(given: Any) -> Any:
    """The array of a tensor; a copy of any other, because recorded arrays never change."""
    return given._node.value if isinstance(given, Tensor) else host.array(given)


def _size(shape: Any) -> str:
    return f"torch.Size({list(shape)})"
