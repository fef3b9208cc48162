"""Optimizers with settings that reach every branch, and the gradients that they are given."""

from __future__ import annotations

from math import cos, sin
from typing import Any

STEPS = 100
VALUE = [0.5, -1.25, 3.0, 0.0]
GRADIENTS = [[sin(0.3 * t) + 0.1, 2.0 * cos(0.11 * t), 0.5 - 0.01 * t, 0.0] for t in range(STEPS)]
"""By rule and not by loss: an optimizer is tested apart from any backward pass. The last is zero throughout."""

CASES: dict[str, dict[str, Any]] = {
    "sgd": {"torch": "SGD", "hyper": {"lr": 0.05}},
    "sgd-decay": {"torch": "SGD", "hyper": {"lr": 0.05, "weight_decay": 0.1}},
    "momentum": {"torch": "SGD", "hyper": {"lr": 0.05, "momentum": 0.9}},
    "momentum-damped": {
        "torch": "SGD",
        "hyper": {"lr": 0.05, "momentum": 0.8, "dampening": 0.3, "weight_decay": 0.02},
    },
    "nesterov": {"torch": "SGD", "hyper": {"lr": 0.05, "momentum": 0.9, "nesterov": True}},
    "nesterov-decay": {
        "torch": "SGD",
        "hyper": {"lr": 0.05, "momentum": 0.7, "nesterov": True, "weight_decay": 0.05},
    },
    "adagrad": {"torch": "Adagrad", "hyper": {"lr": 0.1}},
    "adagrad-all": {
        "torch": "Adagrad",
        "hyper": {
            "lr": 0.1,
            "lr_decay": 0.01,
            "weight_decay": 0.1,
            "initial_accumulator_value": 0.5,
            "eps": 1e-6,
        },
    },
    "rmsprop": {"torch": "RMSprop", "hyper": {"lr": 0.02}},
    "rmsprop-all": {
        "torch": "RMSprop",
        "hyper": {
            "lr": 0.02,
            "alpha": 0.9,
            "momentum": 0.5,
            "centered": True,
            "weight_decay": 0.1,
            "eps": 1e-5,
        },
    },
    "adam": {"torch": "Adam", "hyper": {"lr": 0.05}},
    "adam-all": {
        "torch": "Adam",
        "hyper": {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.1},
    },
    "adamw": {"torch": "AdamW", "hyper": {"lr": 0.05}},
    "adamw-all": {
        "torch": "AdamW",
        "hyper": {"lr": 0.05, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.3},
    },
    "adam-amsgrad": {"torch": "Adam", "hyper": {"lr": 0.05, "amsgrad": True}},
    "adamw-amsgrad": {
        "torch": "AdamW",
        "hyper": {"lr": 0.05, "betas": (0.8, 0.95), "amsgrad": True, "weight_decay": 0.3},
    },
}
"""The name up to the dash is the optimizer's."""
