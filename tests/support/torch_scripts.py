"""Small scripts that run unchanged under PyTorch and under Chainrule: what they print, or refuse, must be the same."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from typing import Any

SCRIPTS: dict[str, str] = {
    "one-weight": """
w = torch.tensor([2.0], requires_grad=True)
x = torch.tensor([3.0])
loss = (w * x - 10.0) ** 2
loss.backward()
print(w.grad.item(), loss.item(), w, loss, w.grad)
""",
    "fan-out": """
a = torch.tensor(1.0, requires_grad=True)
b = a + a
c = b + b
c.backward()
print(a.grad)
x = torch.tensor(3.0, requires_grad=True)
(x * x).backward()
print(x.grad)
""",
    "accumulate": """
w = torch.tensor([2.0], requires_grad=True)
for _ in range(2):
    loss = (w * 3.0 - 10.0) ** 2
    loss.backward()
    print(w.grad)
w.grad = None
print(w.grad)
(w * 2).backward()
print(w.grad)
w.grad.zero_()
print(w.grad)
(w * 2).backward()
print(w.grad)
""",
    "retain": """
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x ** 3).sum()
y.backward(retain_graph=True)
print(x.grad)
y.backward()
print(x.grad)
y.backward()
""",
    "second-backward-through-sums": """
x = torch.tensor([1.5], requires_grad=True)
for f in (lambda x: x + 2, lambda x: -x, torch.mean, torch.sum, lambda x: x.reshape(1, 1).sum(), lambda x: 3 - x):
    y = f(x)
    y.backward()
    y.backward()
    print(x.grad)
""",
    **{
        f"second-backward-{name}": (
            f"x = torch.tensor([1.5], requires_grad=True)\ny = {text}\ny.backward()\ny.backward()"
        )
        for name, text in {
            "mul": "x * 2", "div": "x / 2", "rdiv": "2 / x", "pow": "x ** 2", "rpow": "2 ** x", "exp": "torch.exp(x)",
            "log": "torch.log(x)", "abs": "torch.abs(x)", "relu": "torch.relu(x)", "sigmoid": "torch.sigmoid(x)",
            "tanh": "x.tanh()", "sin": "x.sin()", "cos": "x.cos()", "sqrt": "x.sqrt()",
            "maximum": "torch.maximum(x, torch.tensor([1.0]))", "matmul": "x @ torch.tensor([1.0])",
        }.items()
    },
    "shared-graph": """
x = torch.tensor(1.0, requires_grad=True)
h = torch.exp(x)
(h + 1).backward()
(h + 2).backward()
""",
    "zero-grad": """
w = torch.tensor([2.0], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.5)
(w * 3).backward()
optimizer.zero_grad()
print(w.grad)
(w * 3).backward()
optimizer.zero_grad(set_to_none=False)
print(w.grad)
(w * 3).backward()
optimizer.step()
print(w, w.grad, w.is_leaf)
""",
    "train": """
w = torch.tensor([2.0], requires_grad=True)
b = torch.tensor(0.0, requires_grad=True)
x = torch.tensor([[1.0], [2.0], [3.0]])
y = torch.tensor([5.0, 7.0, 9.0])
for name in ("SGD", "Adam", "RMSprop", "Adagrad", "AdamW"):
    optimizer = getattr(torch.optim, name)([w, b], lr=0.05)
    for _ in range(20):
        optimizer.zero_grad()
        loss = ((x @ w + b - y) ** 2).mean()
        loss.backward()
        optimizer.step()
    print(f"{loss.item():.4f} {w.item():.4f} {b.item():.4f}")
""",
    "closure-and-groups": """
w = torch.tensor([2.0], requires_grad=True)
v = torch.tensor([1.0], requires_grad=True)
optimizer = torch.optim.SGD([{"params": [w]}, {"params": v, "lr": 0.5}], lr=0.1, momentum=0.9)
def closure():
    optimizer.zero_grad()
    loss = (w * v) ** 2
    loss.backward()
    return loss
for _ in range(3):
    print(f"{optimizer.step(closure).item():.5f}")
    optimizer.param_groups[0]["lr"] *= 0.5
print(w, v)
""",
    "detach": """
x = torch.tensor(3.0, requires_grad=True)
y = x * x
z = y.detach() * x
z.backward()
print(x.grad, y.detach().requires_grad, y.requires_grad, y.detach())
""",
    "no-grad": """
w = torch.tensor([2.0], requires_grad=True)
with torch.no_grad():
    y = w * 3
    print(y.requires_grad, y.is_leaf, torch.is_grad_enabled(), y)
    with torch.enable_grad():
        print((w * 3).requires_grad)
@torch.no_grad()
def f(x):
    return x * 2
print(f(w).requires_grad, torch.is_grad_enabled(), (w * 2).requires_grad)
with torch.set_grad_enabled(False):
    print((w * 2).requires_grad)
""",
    "update-by-hand": """
w = torch.tensor([2.0], requires_grad=True)
for _ in range(3):
    loss = (w * 3.0 - 10.0) ** 2
    loss.backward()
    with torch.no_grad():
        w -= 0.01 * w.grad
    w.grad = None
print(w, w.is_leaf)
w.data = torch.tensor([5.0])
w.grad = torch.ones(1)
w.data -= 0.0
print(w, w.grad)
""",
    "in-place-on-a-leaf": "w = torch.tensor([1.0], requires_grad=True)\nw -= 1",
    "in-place-zero-on-a-leaf": "w = torch.tensor([1.0], requires_grad=True)\nw.zero_()",
    "in-place-on-what-was-saved": """
w = torch.tensor([1.0], requires_grad=True)
y = torch.exp(w)
y += 1
y.backward()
""",
    "in-place-on-what-was-not-saved": """
w = torch.tensor([1.0], requires_grad=True)
y = w + 1
y *= 3
y += w
y.backward()
print(y, w.grad)
""",
    "weight-changed-before-backward": """
w = torch.tensor([1.0], requires_grad=True)
y = w * w
with torch.no_grad():
    w -= 1
y.backward()
""",
    "in-place-shape": "x = torch.ones(2)\nx += torch.ones(3, 2)",
    "in-place-type": "x = torch.tensor([1, 2])\nx += 0.5",
    "item-of-many": "torch.tensor([1.0, 2.0]).item()",
    "item-of-one": "x = torch.tensor([[2.5]])\nprint(x.item(), torch.tensor(7).item(), float(x), int(torch.ones(1)))",
    "gradient-of-integers": "torch.tensor([1, 2], requires_grad=True)",
    "gradient-of-integers-later": "torch.tensor([1, 2]).requires_grad_()",
    "backward-of-many": "(torch.ones(2, requires_grad=True) * 2).backward()",
    "backward-without-gradient": "torch.tensor(1.0).backward()",
    "backward-in-no-grad": """
x = torch.tensor(1.0, requires_grad=True)
with torch.no_grad():
    y = x * 2
y.backward()
""",
    "backward-of-a-leaf": "x = torch.tensor(1.0, requires_grad=True)\nx.backward()\nx.backward()\nprint(x.grad)",
    "backward-with-gradient": """
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * x
y.backward(torch.tensor([1.0, 10.0]))
print(x.grad)
""",
    "backward-with-a-wrong-gradient": "(torch.ones(2, requires_grad=True) * 2).backward(torch.ones(3))",
    "backward-one-element": "x = torch.tensor([[2.0]], requires_grad=True)\n(x * x).backward()\nprint(x.grad)",
    "grad-of-inner": """
x = torch.tensor(2.0, requires_grad=True)
y = x * x
y.retain_grad()
(y * 3).backward()
print(y.grad, x.grad)
""",
    "grad-of-inner-warns": "x = torch.tensor(2.0, requires_grad=True)\ny = x * x\ny.grad",
    "grad-of-a-wrong-shape": "x = torch.tensor([2.0], requires_grad=True)\nx.grad = torch.ones(2)",
    "requires-grad-of-inner": "x = torch.tensor(2.0, requires_grad=True)\n(x * x).requires_grad = False",
    "shapes-that-do-not-fit": "torch.ones(2, 3) + torch.ones(4)",
    "matrices-that-do-not-fit": "torch.ones(2, 3) @ torch.ones(4)",
    "matmul-of-scalars": "torch.tensor(1.0) @ torch.tensor(2.0)",
    "axis-out-of-range": "torch.ones(2).sum(dim=3)",
    "axis-twice": "torch.ones(2).mean(dim=(0, 0))",
    "mean-of-integers": "torch.tensor([1, 2]).mean()",
    "function-of-a-number": "torch.exp(2.0)",
    "maximum-with-a-number": "torch.maximum(torch.ones(1), 2.0)",
    "text": "torch.ones(2) + 'a'",
    "ragged": "torch.tensor([[1.0], [2.0, 3.0]])",
    "truth-of-many": "bool(torch.ones(2))",
    "numpy-of-recorded": "torch.ones(2, requires_grad=True).numpy()",
    "reshape-wrong": "torch.ones(3).reshape(2, 2)",
    "length-of-a-scalar": "len(torch.tensor(1.0))",
    "empty-optimizer": "torch.optim.SGD([], lr=0.1)",
    "optimizer-of-a-tensor": "torch.optim.SGD(torch.ones(1, requires_grad=True), lr=0.1)",
    "optimizer-of-inner": "torch.optim.SGD([torch.ones(1, requires_grad=True) * 2], lr=0.1)",
    "negative-rate": "torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=-0.1)",
    "nesterov-alone": "torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1, nesterov=True)",
    "types": """
i, f, d = torch.tensor([1, 2]), torch.tensor([1.5, 2.5]), torch.tensor([1.5, 2.5], dtype=torch.float64)
for x in (i + 1, i + 1.5, i / 2, i * f, f * d, f * 2, i + i, f + d.sum(), i + f.sum(), f.sum() * i,
          i + d.sum(), i ** 2, i.sum(), torch.exp(i), -i, abs(-i), i == 2, f > 2, (f > 2) + 1, (f > 2).sum(), 2 ** f,
          1 - i, i.float(), f.double(), torch.tensor(True) + 0.5,
          torch.relu(i), torch.tensor([True]) + torch.tensor([True])):
    print(x, x.dtype)
""",
    "casts-pass-gradients": """
x = torch.tensor([1.5, 2.5], requires_grad=True)
y = (x.double() * torch.tensor([2.0, 3.0], dtype=torch.float64)).sum()
y.backward()
print(y.dtype, x.grad, x.grad.dtype)
""",
    "shapes": """
x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
print(x.shape, x.size(), x.size(0), x.dim(), x.ndim, x.numel(), len(x), x.T.shape)
print(x.reshape(3, 2).tolist())
print(x.view(-1).shape, x.reshape((6,)).shape, x.permute(1, 0).shape, x.transpose(0, 1).shape)
print(x.sum(0), x.sum(dim=1, keepdim=True))
print(x.mean(), x.mean(dim=(0, 1)), x.sum(-1).tolist(), torch.sum(x).item())
print(torch.zeros(2, 3), torch.ones((2,)), torch.full((2,), 7.0))
(x.T @ x).sum().backward()
print(x.grad)
""",
    "numbers": """
for x in (torch.tensor([1.5, 2.0]), torch.tensor([1.0, 1e5]), torch.tensor([[1.0, float("nan")], [2.0, 3.0]]),
          torch.tensor(1e-5), torch.tensor([0.1, 0.25], dtype=torch.float64), torch.tensor([True, False]),
          torch.tensor([]), torch.tensor([[[1.5, 2], [3, 4]], [[1, 2], [3, 4]]]), torch.tensor(3.0),
          torch.tensor(123456.5), torch.tensor([float("nan"), 1.5]), torch.tensor(float("-inf")),
          torch.tensor([-1, 20]), torch.tensor([-1.0, 20.0]), torch.tensor([[-0.5]]), torch.zeros(2, 2),
          torch.tensor(2.0, requires_grad=True)):
    print(x)
print(f"{torch.tensor(2.5):.3f}")
""",
    "kinks": """
for f in (torch.relu, torch.abs, torch.sqrt, lambda x: torch.maximum(x, x * 1), lambda x: x ** 0, lambda x: x ** 0.5):
    x = torch.tensor([0.0], requires_grad=True)
    f(x).backward()
    print(x.grad)
""",
}  # fmt: skip


def outcome(script: str, torch: Any) -> str:
    """What the script prints, then the class of what it raises or warns of."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            exec(compile(script, "script", "exec"), {"torch": torch})
        except Exception as error:
            # PyTorch's refusals are of a few classes; a class of our own below one of them is as good.
            known = (RuntimeError, TypeError, ValueError, IndexError, UserWarning)
            kind = next((k.__name__ for k in known if isinstance(error, k)), type(error).__name__)
            print(f"raises {kind}", file=out)
    text = re.sub(r"<(\w+?)(Backward|Accumulate)\d*(Grad)?\d*>", r"<\1\2>", out.getvalue())
    return re.sub(r"\b(torch|chainrule)\.", "", text)
