"""What is said where the shapes of an op's arguments do not go together."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.engine.backend import Array
from chainrule.engine.op import Op, ShapeError


def listed(values: Sequence[Array]) -> str:
    """The shapes, as they are said."""
    return " and ".join(str(tuple(value.shape)) for value in values)


def shape_error(op: Op, values: Sequence[Array], where: str) -> ShapeError:
    """What is wrong with the shapes of an op's arguments; ``where`` is the place."""
    shapes = [tuple(value.shape) for value in values]
    both = listed(values)
    if op.name == "matmul":
        if not all(shapes):
            return ShapeError(
                f"{where}: both arguments need at least 1 dimension, but their shapes are {both}"
            )
        left, right = shapes
        inner = right[-2] if len(right) > 1 else right[0]
        if left[-1] != inner:
            return ShapeError(
                f"{where}: shapes {both} cannot be multiplied: {left[-1]} columns against {inner} rows"
            )
        return ShapeError(f"{where}: the stacks of matrices of shapes {both} do not broadcast")
    if op.name == "linear" and shapes[0] and len(shapes[1]) == 2 and shapes[0][-1] != shapes[1][1]:
        return ShapeError(
            f"{where}: shapes {both} cannot be multiplied: {shapes[0][-1]} features against {shapes[1][1]}"
        )
    if len(shapes) == 2:
        rank = max(len(shapes[0]), len(shapes[1]))
        a, b = (((1,) * (rank - len(shape))) + shape for shape in shapes)
        for axis in range(rank - 1, -1, -1):
            if a[axis] != b[axis] and 1 not in (a[axis], b[axis]):
                return ShapeError(
                    f"{where}: shapes {both} do not broadcast: the size of tensor a ({a[axis]}) must match "
                    f"the size of tensor b ({b[axis]}) at non-singleton dimension {axis}"
                )
    types = [str(value.dtype).rpartition(".")[2] for value in values]
    of_types = f" of types {' and '.join(types)}" if len(set(types)) > 1 else ""
    return ShapeError(f"{where}: cannot be applied to shapes {both}{of_types}")
