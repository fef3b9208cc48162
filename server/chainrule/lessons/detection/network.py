"""The network: convolutions down to a grid of cells, each of which says a box, whether something is there, and what."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from io import BytesIO

from chainrule.engine.backend import HostArray, host
from chainrule.engine.backend.dtypes import DTYPES
from chainrule.engine.functions import elementwise
from chainrule.engine.functions.creation import tensor
from chainrule.engine.tensor import Tensor
from chainrule.lessons.detection.config import KINDS, Config
from chainrule.lessons.network import begin as draw
from chainrule.lessons.network import called
from chainrule.nn.layers import Conv2d
from chainrule.nn.module import Module


class Layer(Conv2d):
    """convolution → ReLU, both in the layer's scope; each node is named like its variable."""

    def __init__(self, inputs: int, outputs: int, number: int, stride: int, dtype: str) -> None:
        super().__init__(inputs, outputs, 3, stride=stride, padding=1, dtype=DTYPES[dtype])
        self.number = number

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return called(f"a{self.number}", elementwise.relu(called(f"z{self.number}", super().forward(input))))


class Detector(Module):
    """(n, 3, 64, 64) images → (n, 7, 8, 8), through ``conv1`` … ``conv5`` and ``head``.

    The seven numbers of a cell: where the middle of its box is in it, x and y, before a sigmoid; the logarithms of the
    box's width and height in cells; how sure it is that something is there, before a sigmoid; a score for each class.
    """

    def __init__(self, config: Config, dtype: str) -> None:
        super().__init__()
        few = config.filters
        self.conv1 = Layer(3, few, 1, 2, dtype)
        self.conv2 = Layer(few, 2 * few, 2, 2, dtype)
        self.conv3 = Layer(2 * few, 4 * few, 3, 2, dtype)
        self.conv4 = Layer(4 * few, 4 * few, 4, 1, dtype)
        self.conv5 = Layer(4 * few, 4 * few, 5, 1, dtype)
        self.head = Conv2d(4 * few, 5 + len(KINDS), 1, dtype=DTYPES[dtype])

    def forward(self, x: Tensor) -> Tensor:
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4, self.conv5):
            x = layer(x)
        return called("z", self.head(x))


@cache
def trained() -> dict[str, HostArray]:
    """The parameters that are shipped, by name, in float32."""
    data = files("chainrule.data").joinpath("shipped", "detector.npz").read_bytes()
    with host.load(BytesIO(data), allow_pickle=False) as shipped:
        return {name: shipped[name].astype(host.float32) for name in shipped.files}


def begin(network: Module, seed: int, initialisation: str) -> None:
    """First values that depend on nothing but the seed, the layer's name and its shape; or those already trained."""
    if initialisation == "trained":
        network.load_state_dict({name: tensor(value) for name, value in trained().items()})
    else:
        draw(network, seed, initialisation)
