"""What networks are made of: ``torch.nn``'s functions, and optimizers."""

from chainrule.nn import functional

__all__ = ["functional"]
