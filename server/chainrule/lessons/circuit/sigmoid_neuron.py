"""A neuron: a weighted sum and a sigmoid, gate by gate. Values as in the notes of Stanford's CS231n."""

from chainrule.lessons.circuit.example import Example
from chainrule.lessons.lesson import beat, text

EXAMPLE = Example(
    id="sigmoid-neuron",
    title=text("Sigmoid neuron", "Nơ-ron sigmoid"),
    summary=text(
        "A weighted sum squashed between 0 and 1, taken apart down to the exponential.",
        "Một tổng có trọng số được nén vào khoảng từ 0 đến 1, tách nhỏ đến tận hàm mũ.",
    ),
    code=("w0 = 2\nx0 = -1\nw1 = -3\nx1 = -2\nw2 = -3\ns = w0 * x0 + w1 * x1 + w2\nf = 1 / (1 + exp(-s))"),
    beats=(
        beat(
            "question",
            ("zero_grad", None),
            text("What is a neuron made of?", "Nơ-ron được ghép từ những gì?"),
            text(
                "A neuron weighs its inputs, adds a bias and squashes the sum: $f = 1 / (1 + e^{-s})$. As "
                "a formula this looks hard to differentiate. As a circuit it is a row of gates that you "
                "know already.",
                "Nơ-ron nhân đầu vào với trọng số, cộng độ lệch rồi nén tổng lại: $f = 1 / (1 + e^{-s})$. "
                "Nhìn công thức thì khó lấy đạo hàm. Nhìn như một mạch thì đó chỉ là một dãy cổng bạn đã "
                "quen.",
            ),
        ),
        beat(
            "sum",
            ("forward", "s"),
            text("Forward: the weighted sum", "Truyền xuôi: tổng có trọng số"),
            text(
                "Two products and a bias make $s = w_0 x_0 + w_1 x_1 + w_2$, here {s.value}. The sign of "
                "$s$ already decides to which side the neuron leans.",
                "Hai tích và một độ lệch tạo thành $s = w_0 x_0 + w_1 x_1 + w_2$, ở đây là {s.value}. Dấu "
                "của $s$ đã quyết định nơ-ron ngả về phía nào.",
            ),
        ),
        beat(
            "squash",
            ("forward", "f"),
            text("Forward: the squash", "Truyền xuôi: nén lại"),
            text(
                "Minus, exponential, plus one, one over: four gates in a row, and out comes {f.value}. It "
                "always lies between 0 and 1, however large $s$ is.",
                "Đổi dấu, lấy mũ, cộng một, nghịch đảo: bốn cổng nối tiếp cho ra {f.value}. Kết quả luôn "
                "nằm giữa 0 và 1, dù $s$ lớn đến đâu.",
            ),
        ),
        beat(
            "seed",
            ("seed", "f"),
            text("Backward: one gate at a time", "Lan truyền ngược: từng cổng một"),
            text(
                "The seed {f.grad} enters at the output. Follow it to the left. No gate asks what the "
                "formula as a whole is; each multiplies by its own slope.",
                "Hạt giống {f.grad} được gieo ở đầu ra. Hãy theo nó sang trái. Không cổng nào hỏi cả công "
                "thức là gì; mỗi cổng chỉ nhân với độ dốc của chính mình.",
            ),
        ),
        beat(
            "reciprocal",
            ("backward", "f", 1),
            text("Through one over …", "Qua phép nghịch đảo"),
            text(
                "The slope of $1/a$ is $-1/a^2$: the larger the denominator, the less its changes matter. "
                "What passes is {add#2.grad}.",
                "Đạo hàm của $1/a$ là $-1/a^2$: mẫu số càng lớn thì thay đổi của nó càng ít quan trọng. "
                "Phần đi qua là {add#2.grad}.",
            ),
        ),
        beat(
            "exponential",
            ("backward", "exp", 0),
            text("Through the exponential", "Qua hàm mũ"),
            text(
                "The exponential is its own slope, so it multiplies by the value that it has just made, "
                "{exp.value}. That is why it pins its output and not its input.",
                "Hàm mũ có đạo hàm bằng chính nó, nên nó nhân với giá trị mà nó vừa tạo ra, {exp.value}. "
                "Vì vậy nó ghim đầu ra chứ không ghim đầu vào.",
            ),
        ),
        beat(
            "sigmoid",
            ("backward", "neg", 0),
            text("Four slopes, one formula", "Bốn độ dốc, một công thức"),
            text(
                "At $s$ stands {s.grad}. Four small slopes have multiplied to the well-known one: "
                r"$\sigma(s) \cdot (1 - \sigma(s))$. Where the neuron is sure, near 0 or 1, hardly any "
                "gradient gets through.",
                r"Tại $s$ ta có {s.grad}. Bốn độ dốc nhỏ nhân lại thành công thức quen thuộc: $\sigma(s) "
                r"\cdot (1 - \sigma(s))$. Khi nơ-ron đã chắc chắn, gần 0 hay 1, hầu như gradient không lọt "
                "qua được.",
            ),
        ),
        beat(
            "bias",
            ("backward", "s", 1),
            text("The bias", "Độ lệch"),
            text(
                "The bias is added, so it simply receives what arrived at the sum: {w2.grad}.",
                "Độ lệch chỉ được cộng vào, nên nó nhận đúng số đã tới tổng: {w2.grad}.",
            ),
        ),
        beat(
            "weights",
            ("backward", "mul#0", 0),
            text("A weight learns from its input", "Trọng số học từ đầu vào"),
            text(
                "The slope of $w_0 x_0$ in the weight is the input. So $w_0$ receives {s.grad} × "
                "{x0.value} = {w0.grad}. A weight whose input is zero learns nothing; one with a large "
                "input learns fast.",
                "Đạo hàm của $w_0 x_0$ theo trọng số chính là đầu vào. Vậy $w_0$ nhận {s.grad} × "
                "{x0.value} = {w0.grad}. Trọng số có đầu vào bằng không thì chẳng học được gì; đầu vào lớn "
                "thì học nhanh.",
            ),
        ),
        beat(
            "inputs",
            ("backward", "mul#0", 1),
            text("And the input from its weight", "Và đầu vào nhận từ trọng số"),
            text(
                "The input gets a gradient too: {x0.grad}. In a deep network that is what travels on to "
                "the layer before, whose output this input is.",
                "Đầu vào cũng nhận gradient: {x0.grad}. Trong mạng sâu, đó chính là phần truyền tiếp về "
                "tầng trước, nơi đã tạo ra đầu vào này.",
            ),
        ),
    ),
)
