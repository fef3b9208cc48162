"""Training in a session's timeline. The argument says whether the record of every iteration is kept, or of none."""

from __future__ import annotations

import sys
from typing import Any

KEPT = sys.argv[1] == "recorded"
sys.argv[1] = "chainrule"

from benchmarks.contestants import LEARNING_RATE, Case, Iterate, eager, serve  # noqa: E402
from chainrule.engine.backend import get_backend  # noqa: E402
from chainrule.lessons.lesson import LeafSpec, LessonConfig  # noqa: E402
from chainrule.limits import Limits  # noqa: E402
from chainrule.nn.binding import bound  # noqa: E402
from chainrule.nn.optimizers import make_optimizer  # noqa: E402
from chainrule.timeline.store import Timeline  # noqa: E402
from chainrule.trace import Regime  # noqa: E402

FAR = 10**9


class Network:
    """A lesson's model of the network that the eager contestants train."""

    zero_grad = True
    iterations_per_epoch = 1
    listing = ()
    watch = ()
    loss_label = "loss"

    def __init__(self, case: Case) -> None:
        self.net, self.criterion, x, y = eager.problem(case)
        self.names = [name for name, _ in self.net.named_parameters()]
        self.leaves = (
            *(
                LeafSpec(name, "parameter", tensor.detach().numpy(), requires_grad=True)
                for name, tensor in self.net.named_parameters()
            ),
            LeafSpec("x", "input", x.numpy()),
            LeafSpec("y", "target", y.numpy()),
        )
        self._batch = {"x": x.numpy(), "y": y.numpy()}

    def batch(self, iteration: int) -> dict[str, Any]:
        return self._batch

    def forward(self, leaves: Any) -> Any:
        with bound(self.net, {name: leaves[name] for name in self.names}):
            return self.criterion(self.net(leaves["x"]), leaves["y"])

    def optimizer(self) -> Any:
        return make_optimizer("sgd", LEARNING_RATE)

    def line_for(self, kind: Any, node: Any) -> None:
        return None


def make(case: Case) -> Iterate | None:
    """One training iteration of the timeline."""
    model: Any = Network(case)
    timeline = Timeline(Limits())
    line = timeline.root(
        Regime(LessonConfig(), model, model.optimizer(), get_backend(), "float32"), "benchmark", []
    )
    if not KEPT:
        far = timeline.extend(line, FAR)

        def advance() -> None:
            # It pauses within an iteration that takes long.
            tip = line.tip
            while line.tip == tip:
                next(far)

        return advance

    def iterate() -> None:
        # What is asked for is recorded, and so are the iterations just before it.
        for _ in timeline.extend(line, line.tip + 1):
            pass

    return iterate


if __name__ == "__main__":
    serve(make)
