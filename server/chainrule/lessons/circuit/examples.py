"""The ready-made circuits by name, in the order of learning."""

from chainrule.lessons.circuit.add_mul import EXAMPLE as ADD_MUL
from chainrule.lessons.circuit.custom import EXAMPLE as CUSTOM
from chainrule.lessons.circuit.example import Example
from chainrule.lessons.circuit.fan_out import EXAMPLE as FAN_OUT
from chainrule.lessons.circuit.log_sum_exp import EXAMPLE as LOG_SUM_EXP
from chainrule.lessons.circuit.max_router import EXAMPLE as MAX
from chainrule.lessons.circuit.sigmoid_neuron import EXAMPLE as SIGMOID_NEURON

EXAMPLES: dict[str, Example] = {
    example.id: example for example in (ADD_MUL, SIGMOID_NEURON, FAN_OUT, MAX, LOG_SUM_EXP, CUSTOM)
}

__all__ = ["CUSTOM", "EXAMPLES"]
