"""Layers and small networks, written once for PyTorch and for Chainrule, which share their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Case(NamedTuple):
    """``make`` builds the module from ``torch``; ``shapes`` are those of its inputs."""

    make: Callable[[Any], Any]
    shapes: list[tuple[int, ...]]


def layer(name: str, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
    return lambda torch: getattr(torch.nn, name)(*args, **kwargs)


LAYERS: dict[str, Case] = {
    "linear": Case(layer("Linear", 3, 5), [(3,), (4, 3), (2, 4, 3)]),
    "linear-no-bias": Case(layer("Linear", 3, 5, bias=False), [(4, 3)]),
    "conv": Case(layer("Conv2d", 2, 3, 3), [(1, 2, 5, 6), (2, 5, 5)]),
    "conv-all": Case(
        layer("Conv2d", 4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2, bias=False),
        [(2, 4, 7, 6)],
    ),
    "conv-same": Case(layer("Conv2d", 1, 2, 3, padding="same"), [(2, 1, 4, 4)]),
    "max-pool": Case(layer("MaxPool2d", 2), [(2, 3, 4, 6), (3, 5, 5)]),
    "max-pool-all": Case(layer("MaxPool2d", 3, 2, padding=1, ceil_mode=True), [(2, 2, 6, 6)]),
    "avg-pool": Case(layer("AvgPool2d", 2), [(2, 3, 4, 6)]),
    "avg-pool-all": Case(layer("AvgPool2d", 3, 2, padding=1, count_include_pad=False), [(2, 2, 6, 6)]),
    "adaptive": Case(layer("AdaptiveAvgPool2d", 1), [(2, 3, 4, 5)]),
    "batch-norm-1d": Case(layer("BatchNorm1d", 3), [(6, 3), (4, 3, 5)]),
    "batch-norm-2d": Case(layer("BatchNorm2d", 3, eps=1e-3, momentum=0.3), [(4, 3, 2, 5)]),
    "batch-norm-plain": Case(
        layer("BatchNorm2d", 3, affine=False, track_running_stats=False), [(4, 3, 2, 2)]
    ),
    "batch-norm-mean": Case(layer("BatchNorm1d", 3, momentum=None), [(6, 3)]),
    "layer-norm": Case(layer("LayerNorm", 4), [(4,), (3, 4), (2, 3, 4)]),
    "layer-norm-two": Case(layer("LayerNorm", (3, 4), eps=1e-3), [(2, 3, 4)]),
    "layer-norm-no-bias": Case(layer("LayerNorm", 4, bias=False), [(3, 4)]),
    "layer-norm-plain": Case(layer("LayerNorm", 4, elementwise_affine=False), [(3, 4)]),
    "relu": Case(layer("ReLU"), [(3, 4)]),
    "tanh": Case(layer("Tanh"), [(3, 4)]),
    "sigmoid": Case(layer("Sigmoid"), [(3, 4)]),
    "leaky-relu": Case(layer("LeakyReLU", 0.2), [(3, 4)]),
    "elu": Case(layer("ELU", 0.7), [(3, 4)]),
    "gelu": Case(layer("GELU"), [(3, 4)]),
    "gelu-tanh": Case(layer("GELU", approximate="tanh"), [(3, 4)]),
    "silu": Case(layer("SiLU"), [(3, 4)]),
    "softplus": Case(layer("Softplus", beta=2.0), [(3, 4)]),
    "softmax": Case(layer("Softmax", dim=1), [(3, 4), (2, 3, 4)]),
    "log-softmax": Case(layer("LogSoftmax", dim=-1), [(3, 4)]),
    "identity": Case(layer("Identity"), [(3, 4)]),
    "flatten": Case(layer("Flatten"), [(2, 3, 4)]),
    "flatten-some": Case(layer("Flatten", 0, 1), [(2, 3, 4)]),
    "dropout-eval": Case(lambda torch: torch.nn.Dropout(0.3).eval(), [(3, 4)]),
    "block": Case(
        layer("TransformerEncoderLayer", 8, 2, 12, dropout=0.0, batch_first=True), [(2, 5, 8), (3, 8)]
    ),
    "block-before": Case(
        layer("TransformerEncoderLayer", 8, 4, 12, dropout=0.0, activation="gelu", norm_first=True),
        [(5, 2, 8)],
    ),
}
"""Modules of one input."""


def mlp(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 1))


def cnn(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 3),
    )  # fmt: skip


def transformer(torch: Any) -> Any:
    """Next-token prediction with a causal mask: indices (N, L) → scores (N · L, 11)."""
    nn = torch.nn

    class Network(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.tokens, self.places = nn.Embedding(11, 16), nn.Embedding(6, 16)
            self.blocks = nn.ModuleList(
                nn.TransformerEncoderLayer(16, 4, 32, 0.0, "gelu", batch_first=True, norm_first=True)
                for _ in range(2)
            )
            self.norm, self.head = nn.LayerNorm(16), nn.Linear(16, 11)

        def forward(self, index: Any) -> Any:
            size = index.shape[1]
            dtype = self.head.weight.dtype
            mask = torch.tensor(
                [[0.0 if j <= i else float("-inf") for j in range(size)] for i in range(size)], dtype=dtype
            )
            x = self.tokens(index) + self.places(torch.tensor(list(range(size))))
            for block in self.blocks:
                x = block(x, mask)
            return self.head(self.norm(x)).reshape(-1, 11)

    return Network()
