"""``torch.optim``: optimizers, and schedules of their learning rates."""

from chainrule.optim import lr_scheduler
from chainrule.optim.optimizer import SGD, Adagrad, Adam, AdamW, Lion, Optimizer, RMSprop

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Lion", "Optimizer", "RMSprop", "lr_scheduler"]
