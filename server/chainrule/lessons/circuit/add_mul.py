"""(x + y)·z: a plus gate that hands on, a times gate that swaps."""

from chainrule.lessons.circuit.example import Example
from chainrule.lessons.lesson import beat, text

EXAMPLE = Example(
    id="add-mul",
    title=text("(x + y) · z", "(x + y) · z"),
    summary=text(
        "Two gates: a plus that hands its gradient on and a times that swaps its inputs.",
        "Hai cổng: cổng cộng chuyển tiếp gradient, cổng nhân hoán đổi hai đầu vào.",
    ),
    code="x = -2\ny = 5\nz = -4\nq = x + y\nf = q * z",
    beats=(
        beat(
            "question",
            ("zero_grad", None),
            text("A circuit of two gates", "Mạch gồm hai cổng"),
            text(
                r"Here is $f = (x + y) \cdot z$, cut into its smallest parts. No gate sees the whole. Each "
                "knows its own inputs, its output and the slope between them, and that turns out to be "
                "enough to differentiate everything.",
                r"Đây là $f = (x + y) \cdot z$, được tách thành những phần nhỏ nhất. Không cổng nào thấy "
                "toàn mạch. Mỗi cổng chỉ biết đầu vào, đầu ra và độ dốc giữa chúng, vậy mà bấy nhiêu là đủ "
                "để lấy đạo hàm của cả mạch.",
            ),
        ),
        beat(
            "plus",
            ("forward", "q"),
            text("Forward: plus", "Truyền xuôi: phép cộng"),
            text(
                "The plus gate adds {x.value} and {y.value} and calls the sum $q$: {q.value}. It need not "
                "remember anything, for its slopes are one whatever the inputs are.",
                "Cổng cộng lấy {x.value} cộng {y.value} và gọi tổng là $q$: {q.value}. Nó không cần ghi "
                "nhớ gì, vì đạo hàm của nó luôn bằng một, bất kể đầu vào là gì.",
            ),
        ),
        beat(
            "times",
            ("forward", "f"),
            text("Forward: times", "Truyền xuôi: phép nhân"),
            text(
                "The times gate multiplies: {q.value} × {z.value} = {f.value}. It pins both inputs, "
                "because each one is the slope of the other.",
                "Cổng nhân tính {q.value} × {z.value} = {f.value}. Nó ghim lại cả hai đầu vào, vì số này "
                "là đạo hàm theo số kia.",
            ),
        ),
        beat(
            "seed",
            ("seed", "f"),
            text("Backward: start at the end", "Lan truyền ngược: bắt đầu từ cuối"),
            text(
                "From here on every wire carries a second number, written below it: how strongly $f$ "
                "reacts to that wire. For $f$ itself it is {f.grad}.",
                "Từ đây mỗi dây mang thêm một con số, ghi bên dưới: $f$ phản ứng mạnh đến đâu với dây ấy. "
                "Với chính $f$, số đó là {f.grad}.",
            ),
        ),
        beat(
            "swap",
            ("backward", "f", 0),
            text("Times swaps: the edge into q", "Cổng nhân hoán đổi: cạnh vào q"),
            text(
                r"The slope of $q \cdot z$ in $q$ is $z$. So {f.grad} × {z.value} = {q.grad} goes back to "
                "$q$: the value of the **other** input comes out as the slope.",
                r"Đạo hàm của $q \cdot z$ theo $q$ là $z$. Vậy {f.grad} × {z.value} = {q.grad} chảy về $q$: "
                "giá trị của đầu vào **bên kia** lại thành đạo hàm bên này.",
            ),
        ),
        beat(
            "swap-z",
            ("backward", "f", 1),
            text("The edge into z", "Cạnh vào z"),
            text(
                "The other way round, the slope in $z$ is $q$, and $z$ receives {z.grad}. It is a leaf: "
                "for it the journey ends here.",
                "Ngược lại, đạo hàm theo $z$ là $q$, nên $z$ nhận {z.grad}. Nó là nút lá: với nó, hành "
                "trình kết thúc ở đây.",
            ),
        ),
        beat(
            "hand-on",
            ("backward", "q", 0),
            text("Plus hands on", "Cổng cộng chuyển tiếp"),
            text(
                "A sum grows exactly as fast as either of its terms. So plus passes on what it got, "
                "{q.grad}, and $x$ receives {x.grad}.",
                "Tổng tăng đúng bằng mức tăng của mỗi số hạng. Vì thế cổng cộng chuyển nguyên số nó nhận "
                "được, {q.grad}, và $x$ nhận {x.grad}.",
            ),
        ),
        beat(
            "read",
            ("backward", "q", 1),
            text("Read the answer", "Đọc kết quả"),
            text(
                "And $y$ receives the same, {y.grad}. Check it with your own eyes: edit $x$ to be a little "
                "larger, and $f$ moves {x.grad} times as far.",
                "Và $y$ cũng nhận y như thế, {y.grad}. Hãy tự kiểm chứng: sửa $x$ lớn hơn một chút, $f$ sẽ "
                "dịch chuyển gấp {x.grad} lần.",
            ),
        ),
    ),
)
