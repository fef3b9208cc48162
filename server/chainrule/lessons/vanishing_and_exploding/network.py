"""The network of a column, layer by layer, and what its weights begin with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chainrule.engine.backend import HostArray, host
from chainrule.engine.backend.dtypes import DTYPES
from chainrule.engine.random import generator
from chainrule.engine.tape import state
from chainrule.engine.tensor import Tensor
from chainrule.lessons.network import ACTIVATIONS, called
from chainrule.lessons.vanishing_and_exploding.config import NORMED, ColumnName, Config
from chainrule.nn import init
from chainrule.nn.functional import linear
from chainrule.nn.layers.basic import weights
from chainrule.nn.normalisation import batch_norm

INPUTS = 2


def layer_names(config: Config) -> list[str]:
    """All layers in order, the output last."""
    return [*(f"layer{k}" for k in range(1, config.depth + 1)), "output"]


def first_values(config: Config, seed: int, dtype: str) -> Iterator[tuple[str, HostArray]]:
    """Each parameter, layer by layer and in a layer column by column: ``plain/layer1.weight`` and its first value.

    Weights are drawn by the seed and the layer's name, so that all columns begin with the same.
    """
    widths = [INPUTS, *[config.width] * config.depth, 1]
    for k, name in enumerate(layer_names(config)):
        own = _drawn(config, seed, name, widths[k], widths[k + 1], dtype)
        for column in config.columns:
            yield from ((f"{column}/{name}.{what}", value) for what, value in own.items())
            if column in NORMED and name != "output":
                norm = f"{column}/norm{k + 1}"
                yield f"{norm}.weight", host.ones(config.width, dtype)
                yield f"{norm}.bias", host.zeros(config.width, dtype)


def _drawn(
    config: Config, seed: int, name: str, inputs: int, outputs: int, dtype: str
) -> dict[str, HostArray]:
    rng = generator(seed, "init", name, 0)
    weight, bias = weights(outputs, inputs, dtype=DTYPES[dtype]), weights(outputs, dtype=DTYPES[dtype])
    if config.initialisation == "default":
        init.kaiming_uniform_(weight, a=5**0.5, generator=rng)
        init.default_bias_(bias, weight, rng)
    elif config.initialisation == "xavier":
        init.xavier_normal_(weight, generator=rng)
    elif config.initialisation == "he":
        init.kaiming_normal_(weight, nonlinearity="relu", generator=rng)
    elif config.initialisation == "normal":
        init.normal_(weight, generator=rng)
    else:
        init.eye_(weight)
    values = {"weight": weight.detach().numpy(), "bias": bias.detach().numpy()}
    with host.errstate(over="ignore"):
        return {what: (value * config.scale).astype(dtype) for what, value in values.items()}


def layer(config: Config, column: ColumnName, k: int, x: Tensor, leaves: Mapping[str, Tensor]) -> Tensor:
    """Layer ``k`` of a column, from 1: linear → batch norm → activation → + input; after the last hidden one, linear.

    On the active tape all of it is in the scope ``column.layerk``; the last node there is what the layer passes on,
    and each node has the name of its variable in the listing.
    """
    assert state.tape is not None
    last = k > config.depth
    name, suffix = ("output", "") if last else (f"layer{k}", str(k))
    with state.tape.within(f"{column}.{name}"):
        weight, bias = _own(leaves, f"{column}/{name}")
        now = called(f"{column}/z{suffix}", linear(x, weight, bias))
        if last:
            return now
        if column in NORMED:
            weight, bias = _own(leaves, f"{column}/norm{k}")
            now = called(f"{column}/n{k}", batch_norm(now, None, None, weight, bias, training=True))
        bend = ACTIVATIONS[config.activation][0]
        if bend is not None:
            now = called(f"{column}/a{k}", bend(now))
        if config.adds(column, k):
            now = called(f"{column}/h{k}", now + x)
        return now


def _own(leaves: Mapping[str, Tensor], path: str) -> tuple[Tensor, Tensor]:
    """Weight and bias of a module, in the scope where they are used."""
    assert state.tape is not None
    found = leaves[f"{path}.weight"], leaves[f"{path}.bias"]
    for tensor in found:
        tensor.node.scope = state.tape.path
    return found
