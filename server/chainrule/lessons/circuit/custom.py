"""Any expression that a person types."""

from chainrule.lessons.circuit.example import Example
from chainrule.lessons.lesson import beat, text

EXAMPLE = Example(
    id="custom",
    title=text("Your expression", "Biểu thức của bạn"),
    summary=text(
        "Type any computation, line by line, and step through its backward pass.",
        "Gõ bất kỳ phép tính nào, từng dòng một, rồi bước qua lượt lan truyền ngược của nó.",
    ),
    code="x = 2\ny = -1\nu = x * y + sin(x)\nf = u ** 2 + exp(y)",
    beats=(
        beat(
            "type",
            ("zero_grad", None),
            text("Type your own", "Gõ biểu thức của bạn"),
            text(
                "Write one line per step, as in Python. A number gives a variable its value: `x = 2`. A "
                "name for an intermediate result labels its node: `q = x + y`. The last line is the result."
                "\n\n"
                "There are `+ - * / ** @`, parentheses, `pi`, `e`, lists such as `[1, 2]` for vectors, and "
                "`exp log sqrt abs sin cos tanh sigmoid relu max min sum mean`. `sum(v)` and `mean(v)` make one "
                "number of a vector; `max(a, b)` and `min(a, b)` choose between two.",
                "Mỗi dòng một bước, viết như trong Python. Một con số cho biến giá trị của nó: `x = 2`. "
                "Đặt tên cho kết quả trung gian là dán nhãn cho nút của nó: `q = x + y`. Dòng cuối cùng là "
                "kết quả."
                "\n\n"
                "Bạn có `+ - * / ** @`, dấu ngoặc, `pi`, `e`, danh sách như `[1, 2]` cho vectơ, và `exp "
                "log sqrt abs sin cos tanh sigmoid relu max min sum mean`. `sum(v)` và `mean(v)` gộp một vectơ "
                "thành một con số; `max(a, b)` và `min(a, b)` chọn giữa hai số.",
            ),
        ),
        beat(
            "forward",
            ("forward", None),
            text("Forward", "Truyền xuôi"),
            text(
                "Each operation became a node. Forward they run in the order in which you wrote them, and "
                "every node keeps what its way back will need.",
                "Mỗi phép toán thành một nút. Ở lượt truyền xuôi, chúng chạy theo thứ tự bạn viết, và mỗi "
                "nút giữ lại những gì nó sẽ cần trên đường về.",
            ),
        ),
        beat(
            "seed",
            ("seed", None),
            text("The seed", "Gieo hạt giống"),
            text(
                "Your result is the end of the circuit and the beginning of the way back: its own gradient "
                "is one, by definition.",
                "Kết quả của bạn là điểm cuối của mạch và là điểm đầu của đường về: gradient của chính nó "
                "bằng một, theo định nghĩa.",
            ),
        ),
        beat(
            "backward",
            ("backward", None),
            text("Backward, edge by edge", "Ngược về, từng cạnh một"),
            text(
                "Every edge does the same small thing: upstream gradient × local derivative = "
                "contribution. Click a number to see what it was made of; click again to go deeper.",
                "Cạnh nào cũng làm cùng một việc nhỏ: gradient từ trên × đạo hàm tại chỗ = phần đóng góp. "
                "Nhấp vào một con số để xem nó được tạo nên từ đâu; nhấp tiếp để đi sâu hơn.",
            ),
        ),
    ),
)
