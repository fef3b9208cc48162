"""log-sum-exp with the maximum subtracted: safe in floating point, and its gradient is the softmax."""

from chainrule.lessons.circuit.example import Example
from chainrule.lessons.lesson import beat, text

EXAMPLE = Example(
    id="log-sum-exp",
    title=text("log-sum-exp", "log-sum-exp"),
    summary=text(
        "A soft maximum, computed so that it cannot overflow; its gradients are the softmax.",
        "Một phép lấy max mềm, tính sao cho không tràn số; gradient của nó chính là softmax.",
    ),
    code=("a = 2\nb = 1\nc = -1\nm = max(a, b, c)\ns = exp(a - m) + exp(b - m) + exp(c - m)\nf = m + log(s)"),
    beats=(
        beat(
            "question",
            ("zero_grad", None),
            text("A maximum without a kink", "Phép max không có điểm gãy"),
            text(
                r"$\ln(e^a + e^b + e^c)$ is nearly the largest of the three, but smooth, so that all of "
                "them have a say. It is the heart of every classifier. Typed just so it overflows as soon "
                "as one number is large.",
                r"$\ln(e^a + e^b + e^c)$ gần bằng số lớn nhất trong ba số, nhưng trơn, nên số nào cũng có "
                "tiếng nói. Nó là trái tim của mọi bộ phân loại. Nếu gõ nguyên như thế, chỉ cần một số lớn "
                "là tràn số.",
            ),
        ),
        beat(
            "shift",
            ("forward", "m"),
            text("Forward: subtract the largest", "Truyền xuôi: trừ đi số lớn nhất"),
            text(
                "So the largest, {m.value}, is taken out first and added again at the end. On paper "
                r"nothing changes: $\ln \sum e^{a - m} + m = \ln \sum e^{a}$. In the machine every "
                "exponential is now at most one.",
                "Vì vậy ta rút số lớn nhất, {m.value}, ra trước rồi cộng lại ở cuối. Trên giấy chẳng có gì "
                r"thay đổi: $\ln \sum e^{a - m} + m = \ln \sum e^{a}$. Còn trong máy, mọi hàm mũ giờ đều "
                "không vượt quá một.",
            ),
        ),
        beat(
            "sum",
            ("forward", "s"),
            text("The sum of exponentials", "Tổng các hàm mũ"),
            text(
                "The largest contributes exactly one, the others less: together {s.value}. Neither "
                "overflow nor the logarithm of zero can happen any more.",
                "Số lớn nhất góp đúng một, các số khác góp ít hơn: tổng cộng {s.value}. Không còn cảnh "
                "tràn số, cũng không còn phải lấy log của không.",
            ),
        ),
        beat(
            "result",
            ("forward", "f"),
            text("A soft maximum", "Một phép max mềm"),
            text(
                "The result, {f.value}, lies a little above the largest, {m.value}.",
                "Kết quả {f.value} nằm nhỉnh hơn số lớn nhất, {m.value}, một chút.",
            ),
        ),
        beat(
            "log",
            ("backward", "log", 0),
            text("Backward: a share of the whole", "Lan truyền ngược: một phần của tổng thể"),
            text(
                "The slope of the logarithm is $1/s$. It gives {s.grad} to every exponential, which "
                "multiplies by itself: $e^{a-m} / s$. A part divided by the whole: that is the softmax.",
                "Đạo hàm của logarit là $1/s$. Nó chia {s.grad} cho từng hàm mũ, và mỗi hàm mũ lại nhân "
                "với chính mình: $e^{a-m} / s$. Một phần chia cho tổng thể: đó chính là softmax.",
            ),
        ),
        beat(
            "cancel",
            ("backward", "m", 0),
            text("The trick leaves no trace", "Mẹo nhỏ không để lại dấu vết"),
            text(
                "The largest went four ways: once it was added, three times subtracted. Its contributions "
                "meet again at $m$ and cancel: {m.grad}, up to rounding. A shift that changes nothing has "
                "no gradient.",
                "Số lớn nhất đã rẽ bốn ngả: một lần được cộng, ba lần bị trừ. Các phần đóng góp gặp lại "
                "nhau tại $m$ và triệt tiêu: {m.grad}, nếu bỏ qua sai số làm tròn. Một phép dời không thay "
                "đổi gì thì không có gradient.",
            ),
        ),
        beat(
            "softmax",
            ("backward", "maximum#0", 1),
            text("The gradients are the softmax", "Gradient chính là softmax"),
            text(
                "What stays: {a.grad}, {b.grad} and {c.grad}. All positive, and together one: "
                "probabilities."
                "\n\n"
                "Try it: write `f = log(exp(a) + exp(b) + exp(c))` with `a = 100` and see infinity spread "
                "through the circuit; then give this circuit the same number.",
                "Còn lại là {a.grad}, {b.grad} và {c.grad}. Tất cả đều dương và cộng lại bằng một: chúng "
                "là xác suất."
                "\n\n"
                "Thử xem: gõ `f = log(exp(a) + exp(b) + exp(c))` với `a = 100` rồi xem vô cực lan khắp "
                "mạch; sau đó cho mạch này đúng con số ấy.",
            ),
        ),
    ),
)
