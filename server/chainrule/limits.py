"""What a session may use, so that one user's session cannot take the machine. The service's settings fill it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Each with its unit; going beyond one is refused with a code ``limit_…``, or thins what is kept.

    Attributes
    ----------
    max_iterations
        Length of a branch in iterations: its end.
    max_iterations_per_command
        Iterations that one command may compute.
    max_nodes, max_parameters
        Nodes of the graph; numbers in the parameters.
    max_branches, max_breakpoints, max_undo, max_answers
        How many are kept. The oldest undo, remembered answer or unused branch is forgotten first.
    keyframe_bytes, record_bytes
        Memory for keyframes and for recorded iterations.
    frame_elements, tensor_elements
        A tensor with more elements is summarised in a frame unless subscribed to; all of a frame's full tensors together.
    frame_tensors
        Tensors in a frame that nobody subscribed to by name.
    trace_numbers
        Numbers in a recording of the timeline.
    unacknowledged
        Frames on their way to one viewer.
    check_evaluations
        Forward passes of one gradcheck.
    answer_seconds
        Time after which a command's work goes on in slices.
    """

    max_iterations: int = 1_000_000
    max_iterations_per_command: int = 100_000
    max_nodes: int = 20_000
    max_parameters: int = 5_000_000
    max_branches: int = 1_000
    max_breakpoints: int = 100
    max_undo: int = 200
    max_answers: int = 128
    keyframe_bytes: int = 32_000_000
    record_bytes: int = 64_000_000
    tensor_elements: int = 1_024
    frame_elements: int = 262_144
    frame_tensors: int = 4_096
    trace_numbers: int = 2_000_000
    unacknowledged: int = 2
    check_evaluations: int = 20_000
    answer_seconds: float = 0.02
