"""The autograd engine: ops, tape, tensors, and a backward pass that goes one edge at a time."""
