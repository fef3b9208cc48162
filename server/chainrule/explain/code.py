"""Where PyTorch and the REST interface hold the same number."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from chainrule.engine.tape import Node
from chainrule.language.instructions import ATOM, PRECEDENCE
from chainrule.nn.runs import run_of
from chainrule.trace import Record

_LONGEST = 120


def own_name(node: Node) -> str | None:
    """The Python expression that holds a node, if one does: a variable, or a module's parameter."""
    if node.kind == "constant":
        return None
    # A run's variables are attributes of it: adam.x.
    name = (node.label or node.name or "").replace("/", ".")
    return name if all(part.isidentifier() for part in name.split(".")) else None


def expression(node: Node) -> str:
    """A Python expression for a node's value, in terms of variables."""
    return own_name(node) or _texts(node)[node.index][0]


def _texts(root: Node) -> dict[int, tuple[str, int]]:
    """Expression and precedence of each node that the root needs, up to the variables."""
    needed: dict[int, Node] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node.index not in needed:
            needed[node.index] = node
            if node is root or own_name(node) is None:
                stack.extend(node.inputs)
    texts: dict[int, tuple[str, int]] = {}
    for index in sorted(needed):
        node = needed[index]
        name = own_name(node) if node is not root else None
        if name is not None:
            texts[index] = name, ATOM
        elif node.op is None:
            texts[index] = _constant(node), ATOM
        else:
            precedence = PRECEDENCE.get(node.op.name, ATOM)
            arguments = []
            for k, child in enumerate(node.inputs):
                text, inner = texts[child.index]
                binds = inner > precedence or (inner == precedence and k == 0 and node.op.name != "pow")
                if precedence == ATOM:
                    # PyTorch's functions take tensors, its operators also numbers.
                    number = child.kind == "constant" and not child.shape
                    arguments.append(f"torch.tensor({text})" if number else text)
                else:
                    arguments.append(text if binds else f"({text})")
            text = node.op.call(arguments, node.attrs)
            texts[index] = (text, precedence) if len(text) <= _LONGEST else (f"{_invented(node)}", ATOM)
    return texts


def _constant(node: Node) -> str:
    if node.shape:
        return f"torch.tensor({node.backend.to_numpy(node.value).tolist()})"
    label = node.label or ""
    value = repr(float(node.backend.to_numpy(node.value)))
    try:
        return label if float(label) >= 0 else f"({label})"
    except ValueError:
        return {"pi": "math.pi", "e": "math.e"}.get(label, value)


def _invented(node: Node) -> str:
    return str(node.name).replace("#", "_").replace(".", "_").replace("/", "_")


def element_code(code: str, index: tuple[int, ...], atom: bool = True) -> str:
    """An element of an expression."""
    if not index:
        return code
    return f"{code if atom else f'({code})'}[{', '.join(map(str, index))}]"


def value_code(node: Node, index: tuple[int, ...]) -> str:
    """The PyTorch expression of a value."""
    return element_code(expression(node), index, own_name(node) is not None)


def grad_code(node: Node, index: tuple[int, ...]) -> str:
    """The PyTorch expression of a gradient, with what must come before it."""
    name = own_name(node)
    if node.op is None and name is not None:
        return element_code(f"{name}.grad", index)
    if name is not None:
        return f"{element_code(f'{name}.grad', index)}  # {name}.retain_grad() before backward()"
    name = _invented(node)
    before = f"{name} = {expression(node)}; {name}.retain_grad() before backward()"
    return f"{element_code(f'{name}.grad', index)}  # {before}"


def state_code(node: Node, key: str, index: tuple[int, ...]) -> str:
    """The PyTorch expression of what an optimizer keeps for a parameter, after its step."""
    run = run_of(str(node.name))
    optimizer = f"{run}.optimizer" if run else "optimizer"
    return element_code(f"{optimizer}.state[{own_name(node) or _invented(node)}][{key!r}]", index)


def contribution_code(node: Node, argument: int, index: tuple[int, ...]) -> str:
    """The PyTorch expression of what one edge contributes: the VJP of one op."""
    name, target = own_name(node) or _invented(node), node.inputs[argument]
    into = own_name(target) or _invented(target)
    code = element_code(f"torch.autograd.grad({name}, {into}, {name}.grad)[0]", index)
    if sum(1 for child in node.inputs if child is target) > 1:
        return f"{code}  # all its uses in {name} together"
    return code


def own_grad_code(root: Node, node: Node, index: tuple[int, ...]) -> str:
    """The PyTorch expression of the gradient of a sample's own loss, with what must come before it."""
    before = f"own = {_texts(root)[root.index][0]}"
    if node is root:
        return f"torch.autograd.grad(own, own)[0]  # {before}"
    name = own_name(node)
    if name is None:
        name = _invented(node)
        before = f"{name} = {expression(node)}; {before}"
    return f"{element_code(f'torch.autograd.grad(own, {name})[0]', index)}  # {before}"


def own_contribution_code(root: Node, node: Node, argument: int, index: tuple[int, ...]) -> str:
    """The PyTorch expression of what one edge contributes to the gradient of a sample's own loss."""
    target = node.inputs[argument]
    name, into = (own_name(one) or _invented(one) for one in (node, target))
    if node is root:
        return own_grad_code(root, target, index)
    given = f"torch.autograd.grad(own, {name}, retain_graph=True)[0]"
    code = element_code(f"torch.autograd.grad({name}, {into}, {given})[0]", index)
    return f"{code}  # own = {_texts(root)[root.index][0]}"


def tensor_path(record: Record, node: Node, what: str) -> str:
    """The REST path that returns a value or gradient, below the session's."""
    return f"/tensors/{quote(str(node.name), safe='')}?{urlencode({'what': what})}"
