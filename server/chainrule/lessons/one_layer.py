"""One layer: three samples through a linear layer, softmax and cross-entropy, as matrices whose every cell can be seen.

z = x W + b, softmax, cross-entropy; the loss in steps or as one op.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field

from chainrule.engine.backend import Backend
from chainrule.language.arithmetic import Nested
from chainrule.language.listing import tensor_code
from chainrule.lessons.lesson import (
    KindFloat,
    LeafSpec,
    Lesson,
    LessonModel,
    beat,
    choice,
    host_array,
    number,
    preset,
    text,
)
from chainrule.lessons.network import called
from chainrule.lessons.options import OptimizerConfig, TrainingOptimizer, build_optimizer, optimizer_fields
from chainrule.lessons.program import Listing, Program
from chainrule.nn.functional import softmax
from chainrule.nn.losses import cross_entropy
from chainrule.protocol.model import Beat

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor
    from chainrule.nn.optimizers import Optimizer

Form = Literal["steps", "fused"]

SAMPLES: Nested = [[1.0, 2.0], [2.0, -1.0], [-1.0, 1.0]]
CLASSES = [1, 0, 2]
WEIGHTS = [[0.5, -0.4, 0.1], [-0.3, 0.6, 0.2]]
BIASES: list[Nested] = [0.2, 0.0, -0.1]


class Config(OptimizerConfig):
    """How the loss is computed, and what the first weights are multiplied with."""

    form: Form = "steps"
    scale: Annotated[KindFloat, Field(ge=-1000, le=1000)] = 1.0
    optimizer: TrainingOptimizer = "sgd"
    lr: Annotated[KindFloat, Field(ge=0)] = 0.5

    @property
    def weights(self) -> list[Nested]:
        return [[self.scale * weight for weight in row] for row in WEIGHTS]

    @property
    def one_hot(self) -> list[Nested]:
        return [[float(k == right) for k in range(len(BIASES))] for right in CLASSES]


@dataclass(frozen=True, eq=False)
class OneLayer(LessonModel[Config]):
    """The model of a configuration: x (3, 2), W (2, 3), b (3,), y (3, 3) with a one for the right class or (3,)."""

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        s = called("s", leaves["x"] @ leaves["W"])
        z = called("z", s + leaves["b"])
        if self.config.form == "fused":
            return called("loss", cross_entropy(z, leaves["y"]))
        p = called("p", softmax(z, 1))
        picked = called("picked", leaves["y"] * called("logp", p.log()))
        losses = called("losses", -called("right", picked.sum(1)))
        return called("loss", losses.mean())

    def optimizer(self) -> Optimizer | None:
        return build_optimizer(self.config)


def build(config: Config, seed: int, backend: Backend, dtype: str) -> OneLayer:
    """The model; nothing in it is random."""
    y = host_array(CLASSES, "int64") if config.form == "fused" else host_array(config.one_hot, dtype)
    return OneLayer(
        config=config,
        leaves=(
            LeafSpec("W", "parameter", host_array(config.weights, dtype), requires_grad=True),
            LeafSpec("b", "parameter", host_array(BIASES, dtype), requires_grad=True),
            LeafSpec("x", "input", host_array(SAMPLES, dtype)),
            LeafSpec("y", "target", y),
        ),
        lines=_listing(config, dtype),
    )


def _listing(config: Config, dtype: str) -> Listing:
    fused = config.form == "fused"
    program = Program()
    program.add("import torch", "from torch.nn import functional as F", "")
    program.steps["load"] = program.add(f"x = {tensor_code(SAMPLES, dtype)}")
    program.add(
        f"y = torch.tensor({CLASSES})" if fused else f"y = {tensor_code(config.one_hot, dtype)}",
        f"W = {tensor_code(config.weights, dtype, requires_grad=True)}",
        f"b = {tensor_code(BIASES, dtype, requires_grad=True)}",
    )
    program.repeat(config, "[W, b]")
    program.let("s", "x @ W")
    program.let("z", "s + b")
    if fused:
        program.let("loss", "F.cross_entropy(z, y)")
    else:
        program.let("p", "F.softmax(z, dim=1)")
        program.let("logp", "p.log()")
        program.let("picked", "y * logp")
        program.let("right", "picked.sum(dim=1)")
        program.let("losses", "-right")
        program.let("loss", "losses.mean()")
    program.learn(config)
    return program.listing()


# -- the narrative; its numbers are the engine's


def beats(config: Config) -> list[Beat]:
    """The beats of the form that is shown."""
    middle = FUSED if config.form == "fused" else STEPS
    return [*BEFORE, *middle, *AFTER]


BEFORE = (
    beat(
        "question",
        ("zero_grad", None),
        text("A whole layer, and nothing hidden", "Trọn một lớp, không giấu gì"),
        text(
            "Three samples $x$, one in each row, with two inputs each; three classes; so six weights $W$ and three "
            "biases $b$. All of them fit on the page. The question is the one from the single weight, asked six "
            "times at once: if one cell of $W$ grew by a tiny bit, how much would the loss change?",
            "Ba mẫu $x$, mỗi hàng một mẫu, mỗi mẫu hai đầu vào; ba nhãn; vậy là sáu trọng số $W$ và ba độ chệch $b$. "
            "Tất cả nằm gọn trên trang. Vẫn là câu hỏi của bài một trọng số, nhưng hỏi sáu lần cùng lúc: nếu một ô "
            "của $W$ tăng một chút xíu thì mất mát thay đổi bao nhiêu?",
        ),
    ),
    beat(
        "product",
        ("forward", "s"),
        text("Forward: rows meet columns", "Truyền xuôi: hàng gặp cột"),
        text(
            "Each row of $x$ meets each column of $W$: two products, added. That makes one cell of $s$ for every "
            "sample and every class. Click a cell to see its products.",
            "Mỗi hàng của $x$ gặp mỗi cột của $W$: hai tích, rồi cộng lại. Thế là mỗi mẫu và mỗi nhãn có một ô của "
            "$s$. Bấm vào một ô để xem các tích của nó.",
        ),
    ),
    beat(
        "broadcast",
        ("forward", "z"),
        text("One row for all samples", "Một hàng cho mọi mẫu"),
        text(
            "There is one $b$ and there are three samples: the same row is added to each. This is called "
            "broadcasting. Remember that $b$ is used once for every sample; on the way back it will matter.",
            "Chỉ có một $b$ mà có tới ba mẫu: cùng một hàng được cộng vào từng mẫu. Người ta gọi đó là broadcasting. "
            "Hãy nhớ $b$ được dùng một lần cho mỗi mẫu; trên đường về điều này sẽ quan trọng.",
        ),
    ),
)

STEPS = (
    beat(
        "softmax",
        ("forward", "p"),
        text("Scores become probabilities", "Điểm số thành xác suất"),
        text(
            "Softmax makes every score positive and divides by the sum of its row. Each row of $p$ now adds up to 1: "
            "what the model believes of that sample.",
            "Softmax biến mọi điểm số thành số dương rồi chia cho tổng của hàng. Mỗi hàng của $p$ giờ cộng lại bằng 1: "
            "đó là điều mô hình tin về mẫu ấy.",
        ),
    ),
    beat(
        "picked",
        ("forward", "picked"),
        text("Only the right class counts", "Chỉ nhãn đúng được tính"),
        text(
            "$y$ has a one where the class is right and zeros elsewhere. Multiplied with $\\log p$ it lets one number "
            "of each row through: the logarithm of the probability that the right class was given. A zero with a minus is a zero "
            "too: zero times something negative.",
            "$y$ có số một ở nhãn đúng và số không ở các chỗ khác. Nhân với $\\log p$, nó chỉ cho một số của mỗi hàng "
            "đi qua: logarit của xác suất mà nhãn đúng được trao. Số không mang dấu trừ cũng là số không: không nhân với một số âm.",
        ),
    ),
    beat(
        "loss",
        ("forward", "loss"),
        text("The loss: a mean over the samples", "Mất mát: trung bình trên các mẫu"),
        text(
            "Each sample's loss is minus that logarithm: zero for a model that is sure and right, large for one that "
            "is sure and wrong. Their mean is the loss, {loss.value}.",
            "Mất mát của mỗi mẫu là logarit ấy đổi dấu: bằng không nếu mô hình chắc chắn và đúng, rất lớn nếu chắc "
            "chắn mà sai. Trung bình của chúng là mất mát, {loss.value}.",
        ),
    ),
    beat(
        "mean",
        ("backward", "loss", 0),
        text("Backward: everyone gets a share", "Lan truyền ngược: ai cũng có phần"),
        text(
            "The loss is a mean over $N$ samples, so each sample's loss gets $1/N$ of the {loss.grad} that the way "
            "back begins with. That is where the batch size enters, here and nowhere else.",
            "Mất mát là trung bình trên $N$ mẫu, nên mất mát của mỗi mẫu nhận $1/N$ của số {loss.grad} mở đầu đường "
            "về. Kích thước lô bước vào ở đây, và chỉ ở đây thôi.",
        ),
    ),
    beat(
        "log",
        ("backward", "logp", 0),
        text("Minus one over p", "Âm một chia p"),
        text(
            r"The slope of the logarithm is $1/p$, so the right class gets $-\frac{1}{N p}$ and all others get 0. The "
            "smaller the probability of the right class, the louder the call. At zero it would be infinite: try the "
            "preset that is sure and wrong.",
            r"Độ dốc của logarit là $1/p$, nên nhãn đúng nhận $-\frac{1}{N p}$ còn mọi nhãn khác nhận 0. Xác suất của "
            "nhãn đúng càng nhỏ thì tiếng gọi càng to. Nếu bằng không, nó thành vô cực: hãy thử thiết lập tự tin mà "
            "sai.",
        ),
    ),
    beat(
        "collapse",
        ("backward", "p", 0),
        text("And it collapses to p − y", "Và nó rút gọn thành p − y"),
        text(
            "In a softmax every score moves every probability of its row, so its local slope is a whole matrix: "
            "raise one score, and one probability rises while the others fall. Yet when $-1/p$ meets that matrix, "
            r"the fractions cancel, and what is left is $\frac{p - y}{N}$: what the model believes minus what is "
            "true. Compare it with the preset in one op: the same numbers, in one step.",
            "Trong softmax, điểm số nào cũng làm mọi xác suất cùng hàng thay đổi, nên đạo hàm tại chỗ là cả một ma "
            "trận: nâng một điểm số thì một xác suất tăng, các xác suất khác giảm. Thế mà khi $-1/p$ gặp ma trận ấy, "
            r"các phân số triệt tiêu, chỉ còn lại $\frac{p - y}{N}$: điều mô hình tin trừ đi sự thật. Hãy so với thiết "
            "lập gộp một phép: vẫn những con số ấy, chỉ trong một bước.",
        ),
    ),
)

FUSED = (
    beat(
        "loss",
        ("forward", "loss"),
        text("Softmax, logarithm and mean in one", "Softmax, logarit và trung bình trong một"),
        text(
            "One op turns scores and right classes into the loss, {loss.value}. It takes the largest score of each "
            "row out first, so it never meets the logarithm of zero, however sure the model is.",
            "Một phép biến điểm số và nhãn đúng thành mất mát, {loss.value}. Nó rút điểm số lớn nhất của mỗi hàng ra "
            "trước, nên không bao giờ gặp logarit của không, dù mô hình có chắc chắn đến đâu.",
        ),
    ),
    beat(
        "collapse",
        ("backward", "loss", 0),
        text("Backward: p − y at once", "Lan truyền ngược: p − y ngay lập tức"),
        text(
            r"Its slope for every score is $\frac{p - y}{N}$: what the model believes minus what is true, shared "
            "among the samples. Compare it with the preset that goes step by step: the same numbers, after four "
            "steps instead of one.",
            r"Độ dốc của nó theo từng điểm số là $\frac{p - y}{N}$: điều mô hình tin trừ đi sự thật, chia đều cho các "
            "mẫu. Hãy so với thiết lập từng bước một: vẫn những con số ấy, nhưng phải qua bốn bước thay vì một.",
        ),
    ),
)

AFTER = (
    beat(
        "bias",
        ("backward", "z", 1),
        text("Broadcasting, reversed", "Broadcasting, theo chiều ngược lại"),
        text(
            r"$b$ went to every sample, so what comes back from every sample is added: $\partial L / \partial b$ is "
            r"the sum of the rows of $\partial L / \partial z$. A gradient always has the shape of its value.",
            r"$b$ đã đi tới mọi mẫu, nên phần trở về từ mọi mẫu được cộng lại: $\partial L / \partial b$ là tổng các "
            r"hàng của $\partial L / \partial z$. Gradient luôn có cùng kích thước với giá trị của nó.",
        ),
    ),
    beat(
        "weights",
        ("backward", "s", 1),
        text("The gradient of W: row × column", "Gradient của W: hàng × cột"),
        text(
            r"$\partial L / \partial W = x^\top \, \partial L / \partial s$: a column of $x$ meets a column of what "
            "came from above. Each cell sums one product for every sample: how strong the input was, times how much "
            "that sample wants the score to change. Click a cell to see the products that sum to it.",
            r"$\partial L / \partial W = x^\top \, \partial L / \partial s$: một cột của $x$ gặp một cột của phần từ "
            "trên xuống. Mỗi ô là tổng các tích, mỗi mẫu một tích: đầu vào mạnh đến đâu, nhân với việc mẫu ấy muốn "
            "điểm số thay đổi bao nhiêu. Bấm vào một ô để xem các tích cộng lại thành nó.",
        ),
    ),
    beat(
        "update",
        ("update", "W"),
        text("Six weights move at once", "Sáu trọng số cùng dịch chuyển"),
        text(
            "The optimizer knows nothing of samples or classes: it takes the gradient and moves each cell of $W$ "
            "against it, cell by cell.",
            "Bộ tối ưu chẳng biết gì về mẫu hay nhãn: nó nhận gradient rồi dịch từng ô của $W$ theo hướng ngược lại, "
            "ô nào theo ô nấy.",
        ),
    ),
    beat(
        "answer",
        ("update", "b"),
        text("A question for you", "Một câu hỏi cho bạn"),
        text(
            r"Add up the three numbers of $\partial L / \partial b$. They come to 0, up to rounding, and they always "
            "will. Why? Step back to where softmax has its say, and look at the rows.",
            r"Hãy cộng ba số của $\partial L / \partial b$ lại. Tổng bằng 0, nếu bỏ qua sai số làm tròn, và lúc nào "
            "cũng vậy. Vì sao? Hãy lùi về chỗ softmax lên tiếng và nhìn vào các hàng.",
        ),
    ),
)


# -- the lesson


_preset = partial(preset, Config)


LESSON = Lesson(
    slug="one-layer",
    order=3,
    title=text("One layer", "Một lớp"),
    summary=text(
        "Three samples, six weights, three classes: every cell of every matrix, and what sums to it on the way back.",
        "Ba mẫu, sáu trọng số, ba nhãn: từng ô của từng ma trận, và những gì cộng lại thành nó trên đường về.",
    ),
    outcome=text(
        "Each cell of dW is a row times a column, summed over the samples; softmax and cross-entropy together leave p − y.",
        "Mỗi ô của dW là một hàng nhân một cột, cộng qua các mẫu; softmax cùng cross-entropy chỉ còn lại p − y.",
    ),
    Config=Config,
    fields=(
        choice("form", text("cross-entropy", "cross-entropy"), get_args(Form), rebuild=True),
        number("scale", text("first weights, times", "trọng số ban đầu, nhân với"), rebuild=True),
        *optimizer_fields(get_args(TrainingOptimizer)),
    ),
    presets=(
        _preset(
            "steps",
            True,
            text("Step by step", "Từng bước một"),
            text(
                "Softmax, logarithm, the right class picked, a mean: each its own node.",
                "Softmax, logarit, chọn nhãn đúng, lấy trung bình: mỗi việc là một nút riêng.",
            ),
        ),
        _preset(
            "fused",
            True,
            text("In one op", "Gộp thành một phép"),
            text(
                "The same loss as one op: its slope is p − y over N at once, with the same numbers.",
                "Cùng mất mát ấy trong một phép duy nhất: độ dốc là p − y chia cho N ngay lập tức, các con số vẫn thế.",
            ),
            form="fused",
        ),
        _preset(
            "sure-and-wrong",
            False,
            text("Sure and wrong", "Tự tin mà sai"),
            text(
                "Huge weights: probabilities become zero, their logarithms minus infinity, and zero times infinity is NaN.",
                "Trọng số khổng lồ: xác suất thành không, logarit của chúng là âm vô cực, và không nhân vô cực là NaN.",
            ),
            scale=-200.0,
        ),
        _preset(
            "sure-and-wrong-fused",
            True,
            text("Sure and wrong, in one op", "Tự tin mà sai, gộp một phép"),
            text(
                "The same weights: the one op never takes the logarithm of zero. Its loss is large, its gradient finite, and it learns.",
                "Cũng những trọng số ấy: phép gộp không bao giờ lấy logarit của không. Mất mát lớn, gradient hữu hạn, và nó học được.",
            ),
            form="fused",
            scale=-200.0,
        ),
        _preset(
            "rate-too-low",
            False,
            text("Learning rate too low", "Tốc độ học quá nhỏ"),
            text(
                "The gradients are right and the steps tiny: after hundreds of iterations the loss has hardly moved.",
                "Gradient thì đúng mà bước thì bé tí: sau hàng trăm lượt lặp, mất mát hầu như chưa nhúc nhích.",
            ),
            lr=0.001,
        ),
    ),
    plot=None,
    beats=beats,
    build=build,
)
