"""One weight: loss = (w·x − target)², from the first forward step to the weight that fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from chainrule.engine.backend import Backend
from chainrule.lessons.lesson import (
    KindFloat,
    LeafSpec,
    Lesson,
    LessonModel,
    beat,
    host_array,
    number,
    text,
)
from chainrule.lessons.options import (
    OptimizerConfig,
    TrainingOptimizer,
    build_optimizer,
    number_code,
    optimizer_fields,
)
from chainrule.lessons.program import Listing, Program
from chainrule.protocol.model import Beat, ConfigField, Preset, Text

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor
    from chainrule.nn.optimizers import Optimizer


class Config(OptimizerConfig):
    """One weight w, one input x and the target that w·x should hit."""

    w: KindFloat = 2.0
    x: KindFloat = 3.0
    target: KindFloat = 10.0
    optimizer: TrainingOptimizer = "sgd"


@dataclass(frozen=True, eq=False)
class OneWeight(LessonModel[Config]):
    """The model of a configuration."""

    @property
    def watch(self) -> tuple[str, ...]:
        return ("w",)

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        loss = (leaves["w"] * leaves["x"] - leaves["target"]) ** 2
        loss.node.label = "loss"
        return loss

    def optimizer(self) -> Optimizer | None:
        return build_optimizer(self.config)


def build(config: Config, seed: int, backend: Backend, dtype: str) -> OneWeight:
    """The model; nothing in it is random."""
    return OneWeight(
        config=config,
        leaves=(
            LeafSpec("w", "parameter", host_array(config.w, dtype), requires_grad=True, config_field="w"),
            LeafSpec("x", "input", host_array(config.x, dtype), config_field="x"),
            LeafSpec("target", "target", host_array(config.target, dtype), config_field="target"),
        ),
        lines=_listing(config, dtype),
    )


def _listing(config: Config, dtype: str) -> Listing:
    suffix = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    program = Program()
    program.add(
        "import torch",
        "",
        f"w = torch.tensor({number_code(config.w)}{suffix}, requires_grad=True)",
    )
    program.steps["load"] = program.add(f"x = torch.tensor({number_code(config.x)}{suffix})")
    program.add(f"target = torch.tensor({number_code(config.target)}{suffix})")
    program.repeat(config, "[w]")
    program.let("loss", "(w * x - target) ** 2")
    program.places[""] = program.variables["loss"]
    program.learn(config)
    return program.listing()


def beats(config: Config) -> list[Beat]:
    """The narrative; its numbers are the engine's."""
    return list(BEATS)


def _leaf_field(name: str, title: Text) -> ConfigField:
    return number(name, title, rebuild=True, leaf=name)


def _preset(name: str, lr: float, title: Text, summary: Text) -> Preset:
    config = {"w": 2.0, "x": 3.0, "target": 10.0, "optimizer": "sgd", "lr": lr, "zero_grad": True}
    return Preset(id=name, title=title, summary=summary, config=config)


BEATS = (
    beat(
        "question",
        ("zero_grad", None),
        text("How sensitive is the loss to w?", "Hàm mất mát nhạy với w đến mức nào?"),
        text(
            r"A model with a single weight predicts $w \cdot x$. It misses its target, and the loss says by "
            "how much. Everything here turns on one question: if $w$ grew by a tiny bit, how much would "
            r"the loss change? The answer is the gradient, $\partial L / \partial w$. Step forward and "
            "watch it being made.",
            r"Một mô hình chỉ có một trọng số dự đoán $w \cdot x$. Nó đoán lệch, và hàm mất mát cho biết "
            "lệch bao nhiêu. Mọi chuyện ở đây xoay quanh một câu hỏi: nếu $w$ tăng thêm một chút xíu thì "
            r"mất mát thay đổi bao nhiêu? Câu trả lời là gradient, $\partial L / \partial w$. Hãy bước tới "
            "và xem nó được tạo ra.",
        ),
    ),
    beat(
        "prediction",
        ("forward", "mul"),
        text("Forward: the prediction", "Truyền xuôi: dự đoán"),
        text(
            r"The input is {x.value} and the weight is {w.value}, so the model predicts $w \cdot x$ = "
            "{mul.value}. The multiplication keeps both of its inputs at hand: it will need them on the "
            "way back.",
            r"Đầu vào là {x.value}, trọng số là {w.value}, nên mô hình dự đoán $w \cdot x$ = {mul.value}. "
            "Phép nhân giữ lại cả hai đầu vào của nó: trên đường về nó sẽ cần đến.",
        ),
    ),
    beat(
        "error",
        ("forward", "sub"),
        text("How far off?", "Lệch bao xa?"),
        text(
            "The target is {target.value}. Prediction minus target is the error, {sub.value}: its sign "
            "tells on which side the model missed, its size how far.",
            "Mục tiêu là {target.value}. Dự đoán trừ mục tiêu là sai số, {sub.value}: dấu của nó cho biết "
            "mô hình lệch về phía nào, độ lớn của nó cho biết lệch bao xa.",
        ),
    ),
    beat(
        "loss",
        ("forward", "loss"),
        text("The loss", "Hàm mất mát"),
        text(
            "Squaring the error gives the loss, {loss.value}. Too high and too low now count alike, and a "
            "large error counts far more than a small one. That ends the forward pass: one number says how "
            "wrong the model is.",
            "Bình phương sai số ta được mất mát, {loss.value}. Giờ đây đoán thừa hay đoán thiếu đều bị "
            "tính như nhau, và sai số lớn bị tính nặng hơn hẳn sai số nhỏ. Lượt truyền xuôi kết thúc: một "
            "con số nói lên mô hình sai đến mức nào.",
        ),
    ),
    beat(
        "seed",
        ("seed", "loss"),
        text("Backward: the seed", "Lan truyền ngược: gieo hạt giống"),
        text(
            "The way back begins with an easy question: if the loss changes, how much does the loss "
            r"change? By just as much, so $\partial L / \partial L$ = {loss.grad}. Nothing else is put in; "
            "the chain rule makes the rest.",
            "Đường về bắt đầu bằng một câu hỏi dễ: nếu mất mát thay đổi thì mất mát thay đổi bao nhiêu? "
            r"Đúng bằng chừng ấy, nên $\partial L / \partial L$ = {loss.grad}. Ta không đưa thêm gì nữa; "
            "phần còn lại là việc của quy tắc dây chuyền.",
        ),
    ),
    beat(
        "square",
        ("backward", "loss", 0),
        text("Through the square", "Qua phép bình phương"),
        text(
            r"A square is steeper the further out one stands: its slope is $2 \cdot$ error. The edge "
            "multiplies what arrives from above by this local slope: upstream × local = contribution. The "
            "error's gradient is {sub.grad}.",
            r"Càng ra xa, đường bình phương càng dốc: độ dốc của nó là $2 \cdot$ sai số. Cạnh này nhân số "
            "từ phía trên đưa xuống với độ dốc tại chỗ ấy: gradient từ trên × đạo hàm tại chỗ = phần đóng "
            "góp. Gradient của sai số là {sub.grad}.",
        ),
    ),
    beat(
        "difference",
        ("backward", "sub", 0),
        text("Through the difference", "Qua phép trừ"),
        text(
            "If the prediction grows by a little, so does the error: the local slope is exactly one, and "
            "the gradient passes through unchanged, {mul.grad}. Nothing goes to the target, which nobody "
            "is going to change.",
            "Dự đoán tăng bao nhiêu thì sai số tăng bấy nhiêu: đạo hàm tại chỗ đúng bằng một, nên gradient "
            "đi qua nguyên vẹn, {mul.grad}. Không có gì chảy về mục tiêu, vì chẳng ai định thay đổi nó.",
        ),
    ),
    beat(
        "gradient",
        ("backward", "mul", 0),
        text("The gradient of w, and what it means", "Gradient của w và ý nghĩa của nó"),
        text(
            "In a product, each factor is the slope of the other: for $w$ the local slope is $x$ = "
            "{x.value}. So {mul.grad} × {x.value} = {w.grad}, the gradient of $w$."
            "\n\n"
            "Nudge $w$ up by a tiny amount, and the loss changes {w.grad} times as much; a minus sign "
            "means that it falls. A gradient is a sensitivity. It blames nobody, and it has not changed "
            "anything yet.",
            "Trong một tích, thừa số này là đạo hàm theo thừa số kia: với $w$, đạo hàm tại chỗ là $x$ = "
            "{x.value}. Vậy {mul.grad} × {x.value} = {w.grad}, chính là gradient của $w$."
            "\n\n"
            "Nhích $w$ lên một lượng rất nhỏ thì mất mát thay đổi gấp {w.grad} lần lượng ấy; dấu trừ nghĩa "
            "là nó giảm. Gradient là độ nhạy. Nó không đổ lỗi cho ai, và cũng chưa thay đổi điều gì.",
        ),
    ),
    beat(
        "update",
        ("update", "w"),
        text("The map and the hiker", "Tấm bản đồ và người leo núi"),
        text(
            "Backpropagation has drawn the map: which way is downhill, and how steep. Walking is somebody "
            "else's job. The optimizer takes the gradient {w.grad}, scales it with the learning rate and "
            "steps the opposite way. Only now does the weight move, to {w.value}.",
            "Lan truyền ngược đã vẽ xong tấm bản đồ: hướng nào là xuống dốc và dốc bao nhiêu. Đi bộ là "
            "việc của người khác. Bộ tối ưu lấy gradient {w.grad}, nhân với tốc độ học rồi bước theo hướng "
            "ngược lại. Đến lúc này trọng số mới thực sự dịch chuyển, tới {w.value}.",
        ),
    ),
    beat(
        "repeat",
        # What belongs to the iteration before is gone with its gradient.
        ("zero_grad", None),
        text("Again, from the new place", "Lặp lại từ chỗ đứng mới"),
        text(
            "The next iteration asks the same question where the weight now stands, at {w.value}. The old gradient "
            "is cleared; the new one will be another, because the slope differs from place to place. Keep "
            "stepping by iteration and watch the point slide down the parabola.",
            "Lượt lặp tiếp theo đặt lại câu hỏi cũ tại chỗ trọng số đang đứng, tức {w.value}. Gradient cũ đã "
            "được xoá; gradient mới sẽ là một số khác, vì mỗi chỗ có một độ dốc riêng. Hãy bước tiếp theo từng "
            "lượt lặp và xem điểm trượt xuống đường parabol.",
        ),
        iteration=1,
    ),
    beat(
        "rate",
        ("update", "w"),
        text("How long a step?", "Bước dài bao nhiêu?"),
        text(
            "The gradient says which way; the learning rate decides how far. Try the three presets: one "
            "crawls, one lands at once, one leaps further out each time. The rate that lands is no "
            "accident: this parabola bends by $2x^2$ everywhere, and with a rate of $1 / (2x^2)$ a single "
            "step reaches the bottom from any place on it.",
            "Gradient cho biết đi hướng nào; tốc độ học quyết định đi bao xa. Hãy thử ba thiết lập có sẵn: "
            "một cái bò chậm, một cái tới đích ngay, một cái càng nhảy càng văng xa. Tốc độ tới đích ngay "
            "không phải tình cờ: độ cong của parabol này ở đâu cũng bằng $2x^2$, và với tốc độ học $1 / "
            "(2x^2)$ thì từ chỗ nào cũng chỉ một bước là tới đáy.",
        ),
        iteration=1,
    ),
)

LESSON = Lesson(
    slug="one-weight",
    order=1,
    title=text("One weight", "Một trọng số"),
    summary=text(
        "The smallest model that learns: one weight, one square, and a gradient that one can follow edge "
        "by edge.",
        "Mô hình nhỏ nhất biết học: một trọng số, một phép bình phương và một gradient lần theo được từng "
        "cạnh.",
    ),
    outcome=text(
        "The gradient of w is 2 · (w·x − 10) · x: how the loss answers to w. How far w then goes is for the learning rate to say.",
        "Gradient của w là 2 · (w·x − 10) · x: mất mát thay đổi ra sao theo w. Còn w đi bao xa là do tốc độ học quyết định.",
    ),
    Config=Config,
    fields=(
        _leaf_field("w", text("weight w", "trọng số w")),
        _leaf_field("x", text("input x", "đầu vào x")),
        _leaf_field("target", text("target", "mục tiêu")),
        *optimizer_fields(get_args(TrainingOptimizer)),
    ),
    presets=(
        _preset(
            "crawl",
            0.01,
            text("lr 0.01 crawls", "lr 0.01 bò chậm"),
            text(
                "Small, safe steps: the weight creeps towards the bottom and gets a little slower each time.",
                "Bước nhỏ và chắc: trọng số nhích dần về đáy, mỗi lần một chậm hơn.",
            ),
        ),
        _preset(
            "land",
            1 / 18,
            text("lr 1/18 lands at once", "lr 1/18 tới đích ngay"),
            text(
                "Exactly the inverse of the curvature: one step, and the weight stands at the bottom.",
                "Đúng bằng nghịch đảo của độ cong: chỉ một bước là trọng số đứng ngay dưới đáy.",
            ),
        ),
        _preset(
            "diverge",
            0.12,
            text("lr 0.12 diverges", "lr 0.12 phân kỳ"),
            text(
                "Each step overshoots the bottom and ends higher up on the other side.",
                "Bước nào cũng vọt qua đáy và dừng lại ở chỗ cao hơn, phía bên kia.",
            ),
        ),
    ),
    plot="w",
    beats=beats,
    build=build,
)
