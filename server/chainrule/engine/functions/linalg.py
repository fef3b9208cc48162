"""PyTorch's products of matrices and vectors."""

from __future__ import annotations

from chainrule.engine.functions.arguments import methods, two_tensors

matmul = two_tensors("matmul")

methods(matmul=matmul, mm=matmul)
