"""Convolution and pooling of images, with PyTorch's arguments and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainrule.engine.op import OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor
from chainrule.engine.windows import Pair, Windows, padding_of, windows_of

Sizes = int | Sequence[int]
"""One number for rows and columns, or one for each."""

_CONV, _MAX, _AVERAGE = OPS["conv2d"], OPS["max_pool2d"], OPS["avg_pool2d"]


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _pair(value: Any, name: str, function: str) -> Pair:
    """(rows, columns) from one number, from one in a list, or from two."""
    given = (value,) if _integer(value) else tuple(value) if isinstance(value, (tuple, list)) else None
    if given is None or not all(_integer(size) for size in given):
        raise TypeError(f"{function}(): argument '{name}' must be an int or a tuple of ints, not {value!r}")
    if len(given) not in (1, 2):
        raise RuntimeError(f"{function}: {name} must either be a single int, or a tuple of two ints")
    return (given[0], given[-1])


def _shape(x: Tensor) -> list[int]:
    return list(x.shape)


def _same_type(x: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    for name, other in (("weight", weight), ("bias", bias)):
        if other is not None and other.dtype is not x.dtype:
            raise RuntimeError(
                f"Input type ({x.dtype.name}) and {name} type ({other.dtype.name}) should be the same"
            )


def _conv_attrs(
    function: str, x: Tensor, weight: Tensor, stride: Any, padding: Any, dilation: Any, groups: int
) -> dict[str, Any]:
    strides, dilations = _pair(stride, "stride", function), _pair(dilation, "dilation", function)
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        if padding == "same" and strides != (1, 1):
            raise RuntimeError("padding='same' is not supported for strided convolutions")
        pads: Pair | str = padding
    else:
        pads = _pair(padding, "padding", function)
        if min(pads) < 0:
            raise RuntimeError("negative padding is not supported")
    for name, sizes in (("stride", strides), ("dilation", dilations), ("groups", (groups,))):
        if min(sizes) <= 0:
            raise RuntimeError(f"non-positive {name} is not supported")
    return {"stride": strides, "padding": pads, "dilation": dilations, "groups": groups}


def _refuse_conv(x: Tensor, weight: Tensor, bias: Tensor | None, attrs: dict[str, Any]) -> None:
    """Raise where the shapes do not go together."""
    groups, shape = attrs["groups"], _shape(weight)
    given = f"Given groups={groups}"
    if shape[0] < groups:
        raise RuntimeError(
            f"{given}, expected weight to be at least {groups} at dimension 0, but got weight of size {shape} instead"
        )
    if shape[0] % groups:
        raise RuntimeError(
            f"{given}, expected weight to be divisible by {groups} at dimension 0, but got weight of size {shape} "
            "instead"
        )
    channels = x.shape[-3]
    if channels != shape[1] * groups:
        raise RuntimeError(
            f"{given}, weight of size {shape}, expected input{_shape(x)} to have {shape[1] * groups} channels, "
            f"but got {channels} channels instead"
        )
    if bias is not None and _shape(bias) != shape[:1]:
        raise RuntimeError(
            f"Given weight of size {shape}, expected bias to be 1-dimensional with {shape[0]} elements, but got "
            f"bias of size {_shape(bias)} instead"
        )
    kernel: Pair = (shape[2], shape[3])
    before, after = padding_of(attrs["padding"], kernel, attrs["dilation"])
    padded = [size + a + b for size, a, b in zip(x.shape[-2:], before, after, strict=True)]
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, attrs["dilation"], strict=True)]
    if padded[0] < reach[0] or padded[1] < reach[1]:
        raise RuntimeError(
            f"Calculated padded input size per channel: ({padded[0]} x {padded[1]}). Kernel size: ({reach[0]} x "
            f"{reach[1]}). Kernel size can't be greater than actual input size"
        )


def conv2d(
    input: Tensor,  # noqa: A002
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Sizes = 1,
    padding: Sizes | str = 0,
    dilation: Sizes = 1,
    groups: int = 1,
) -> Tensor:
    """Each pixel a window of the image times a kernel, summed; nothing is flipped.

    Shapes (N, C, H, W) or (C, H, W), (O, C / groups, rows, columns), (O) → (N, O, H′, W′) or (O, H′, W′).
    ``padding`` may be ``"same"`` or ``"valid"``.

    Raises
    ------
    RuntimeError
        Shapes or types that do not go together, or an argument out of range; the message names them.
    """
    if input.ndim not in (3, 4):
        raise RuntimeError(
            f"Expected 3D (unbatched) or 4D (batched) input to conv2d, but got input of size: {_shape(input)}"
        )
    if weight.ndim != 4:
        raise RuntimeError(
            f"conv2d: expected weight to have 4 dimensions, but got weight of size {_shape(weight)}"
        )
    _same_type(input, weight, bias)
    attrs = _conv_attrs("conv2d", input, weight, stride, padding, dilation, groups)
    _refuse_conv(input, weight, bias, attrs)
    nodes = (input._node, weight._node)
    return Tensor(apply(_CONV, nodes if bias is None else (*nodes, bias._node), attrs))


def conv1d(
    input: Tensor,  # noqa: A002
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """:func:`conv2d` of images with one row: (N, C, W) or (C, W), (O, C / groups, columns), (O) → (N, O, W′)."""
    if input.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: {_shape(input)}"
        )
    if weight.ndim != 3:
        raise RuntimeError(
            f"conv1d: expected weight to have 3 dimensions, but got weight of size {_shape(weight)}"
        )
    along = [_one(value, name) for value, name in ((stride, "stride"), (dilation, "dilation"))]
    pads = padding if isinstance(padding, str) else (0, _one(padding, "padding"))
    out = conv2d(
        input.reshape(*input.shape[:-1], 1, input.shape[-1]),
        weight.reshape(*weight.shape[:-1], 1, weight.shape[-1]),
        bias,
        (along[0], along[0]) if pads == "same" else (1, along[0]),
        pads,
        (1, along[1]),
        groups,
    )
    return out.reshape(*out.shape[:-2], out.shape[-1])


def _one(value: Any, name: str) -> int:
    given = (value,) if _integer(value) else tuple(value)
    if len(given) != 1 or not _integer(given[0]):
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of 1 values, but got {value!r}"
        )
    return int(given[0])


# -- pooling


def _pool_attrs(
    function: str, x: Tensor, kernel_size: Any, stride: Any, padding: Any, ceil_mode: bool, dilation: Any = 1
) -> dict[str, Any]:
    if x.ndim not in (3, 4) or 0 in x.shape[-3:]:
        raise RuntimeError(
            f"{function}: Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got: "
            f"{_shape(x)}"
        )
    kernel = _pair(kernel_size, "kernel_size", function)
    strides = kernel if stride is None or stride in ((), []) else _pair(stride, "stride", function)
    pads, dilations = _pair(padding, "padding", function), _pair(dilation, "dilation", function)
    if min(strides) <= 0:
        raise RuntimeError(
            "stride should not be zero" if 0 in strides else "stride should be greater than zero"
        )
    if min(kernel) <= 0:
        raise RuntimeError(f"kernel size should be greater than zero, but got {list(kernel)}")
    if min(dilations) <= 0:
        raise RuntimeError(
            f"dilation should be greater than zero, but got dilationH: {dilations[0]} dilationW: {dilations[1]}"
        )
    if min(pads) < 0:
        raise RuntimeError(f"pad must be non-negative, but got pad: {min(pads)}")
    for k in (0, 1):
        if pads[k] > ((kernel[k] - 1) * dilations[k] + 1) // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pads[k]}, "
                f"kernel_size={kernel[k]} and dilation={dilations[k]}"
            )
    return {
        "kernel_size": kernel,
        "stride": strides,
        "padding": pads,
        "dilation": dilations,
        "ceil_mode": bool(ceil_mode),
    }


def _refuse_small(x: Tensor, windows: Windows) -> None:
    rows, columns = windows
    if rows.count < 1 or columns.count < 1:
        channels = x.shape[-3]
        raise RuntimeError(
            f"Given input size: ({channels}x{rows.size}x{columns.size}). Calculated output size: "
            f"({channels}x{rows.count}x{columns.count}). Output size is too small"
        )


def max_pool2d(
    input: Tensor,  # noqa: A002
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """The largest number of each window; shapes (N, C, H, W) or (C, H, W). ``stride``: the kernel's size.

    Of several maxima the first in the window gets the gradient.

    Raises
    ------
    RuntimeError
        The shape or an argument is out of range; the message names them.
    """
    if input.dtype.name == "bool":
        raise NotImplementedError("max_pool2d: not implemented for booleans")
    attrs = _pool_attrs("max_pool2d", input, kernel_size, stride, padding, ceil_mode, dilation)
    _refuse_small(input, windows_of(input.shape, attrs["kernel_size"], attrs))
    return Tensor(apply(_MAX, (input._node,), attrs))


def avg_pool2d(
    input: Tensor,  # noqa: A002
    kernel_size: Sizes,
    stride: Sizes | None = None,
    padding: Sizes = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window; shapes (N, C, H, W) or (C, H, W). ``stride``: the kernel's size.

    Raises
    ------
    RuntimeError
        The shape or an argument is out of range, or the type is not floating point.
    """
    if not input.dtype.is_floating_point:
        raise RuntimeError(f"avg_pool2d(): the input dtype must be floating point, not {input.dtype.name}")
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    attrs = _pool_attrs("avg_pool2d", input, kernel_size, stride, padding, ceil_mode)
    del attrs["dilation"]
    attrs |= {"count_include_pad": bool(count_include_pad), "divisor_override": divisor_override}
    _refuse_small(input, windows_of(input.shape, attrs["kernel_size"], attrs))
    return Tensor(apply(_AVERAGE, (input._node,), attrs))


def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:  # noqa: A002
    """The means of ``output_size`` windows of equal size: an :func:`avg_pool2d`. None keeps the input's size.

    Raises
    ------
    NotImplementedError
        The image does not divide into windows of equal size.
    RuntimeError
        ``output_size`` is not one or two numbers of at least 1.
    """
    if input.ndim not in (3, 4):
        raise ValueError(f"adaptive_avg_pool2d: Input dimension should be at least 3, but got {input.ndim}")
    sizes = tuple(output_size) if isinstance(output_size, (tuple, list)) else (output_size, output_size)
    if len(sizes) != 2:
        raise RuntimeError("adaptive_avg_pool2d: output_size must be 2")
    image = (input.shape[-2], input.shape[-1])
    wanted = [own if size is None else size for size, own in zip(sizes, image, strict=True)]
    if min(wanted) < 1:
        raise RuntimeError(f"adaptive_avg_pool2d: elements of output_size must be at least 1, not {wanted}")
    if image[0] % wanted[0] or image[1] % wanted[1]:
        raise NotImplementedError(
            f"adaptive_avg_pool2d: images of {image[0]} × {image[1]} do not divide into {wanted[0]} × {wanted[1]} "
            "windows of equal size"
        )
    return avg_pool2d(input, (image[0] // wanted[0], image[1] // wanted[1]))


__all__ = ["adaptive_avg_pool2d", "avg_pool2d", "conv1d", "conv2d", "max_pool2d"]
