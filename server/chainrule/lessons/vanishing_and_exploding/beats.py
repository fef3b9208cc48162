"""The narrative: sizes forward, sizes back, their gains and the product of these; and a skip connection to drop in."""

from __future__ import annotations

from chainrule.lessons.lesson import beat, text
from chainrule.lessons.vanishing_and_exploding.config import Config
from chainrule.protocol.model import Beat, Text


def beats(config: Config) -> list[Beat]:
    """The narrative under a configuration; it speaks of the first column."""
    first = config.columns[0]
    deep = config.depth > 1
    found = [
        beat(
            "start",
            ("zero_grad", None),
            text("The same network, side by side", "Cùng một mạng, đặt cạnh nhau"),
            text(
                "A deep network does the same small thing over and over. Each column is that network, layer below layer, "
                "with the same first weights and the same data. They differ in one thing: what is done about the size of "
                "the numbers on their way.",
                "Một mạng sâu lặp đi lặp lại cùng một việc nhỏ. Mỗi cột là mạng ấy, lớp này dưới lớp kia, cùng trọng số "
                "ban đầu và cùng dữ liệu. Chúng chỉ khác nhau một điều: người ta làm gì với độ lớn của các con số trên "
                "đường đi.",
            ),
        ),
        beat(
            "forward",
            # Where the first dots have come.
            ("forward", f"{first}/z{2 if deep else 1}"),
            text(
                "Forward: how large is what is passed on?", "Truyền xuôi: cái được chuyển tiếp lớn bao nhiêu?"
            ),
            text(
                "Step, and each layer gets a round dot: the size of what it passes on, on an axis of decades that all columns "
                "share. Where dots stand below each other, numbers keep their size.",
                "Hãy đi từng bước: mỗi lớp có một chấm tròn, là độ lớn của cái nó chuyển tiếp, trên một trục luỹ thừa mười mà "
                "mọi cột dùng chung. Chấm nào thẳng hàng dọc thì các số giữ được độ lớn.",
            ),
        ),
        beat(
            "seed",
            ("seed", None),
            text("Backward: the same start for all", "Lan truyền ngược: ai cũng xuất phát như nhau"),
            text(
                "The losses are added up, and a sum hands {loss.grad} to each of its parts. So every column's way back begins "
                "alike, at the bottom, and what comes of it is the column's own doing.",
                "Các mất mát được cộng lại, và phép cộng trao {loss.grad} cho từng phần. Vì thế đường về của mọi cột bắt đầu "
                "giống nhau, từ dưới cùng, và sau đó ra sao là do chính cột ấy.",
            ),
        ),
        beat(
            "gain",
            ("backward", f"{first}/z", 0),
            text("The gain of a layer", "Hệ số của một lớp"),
            text(
                "A layer takes the gradient of its output and hands on the gradient of its input: times the weights, times the "
                "slope of the activation. The number between two arrows is its gain, how many times as large the gradient has "
                "become.",
                "Một lớp nhận gradient của đầu ra và trao tiếp gradient của đầu vào: nhân với trọng số, nhân với độ dốc của hàm "
                "kích hoạt. Con số giữa hai mũi tên là hệ số của nó: gradient đã lớn lên bao nhiêu lần.",
            ),
        ),
    ]
    if deep:
        found.append(
            beat(
                "product",
                ("backward", f"{first}/z2", 0),
                text("Gains multiply", "Các hệ số nhân với nhau"),
                _product(config),
            )
        )
    found += [
        beat(
            "paths",
            ("backward", f"{first}/z1", 1),
            text("A sum over paths", "Một tổng trên các đường đi"),
            text(
                "With one unit in each layer there is one path through the network, and a sample's gradient is the product of "
                "the local derivatives along it: nothing else."
                if config.width == 1
                else "With one unit in each layer the gradient would be a product of local derivatives, one for each layer. With "
                "more, it is the sum of such products over every path through the network. Paths may add up or cancel: the "
                "gain measures what is left of all of them.",
                "Mỗi lớp một nơ-ron thì chỉ có một đường đi xuyên mạng, và gradient của một mẫu là tích các đạo hàm cục bộ dọc "
                "đường ấy: không gì khác."
                if config.width == 1
                else "Nếu mỗi lớp chỉ có một nơ-ron, gradient sẽ là tích các đạo hàm cục bộ, mỗi lớp một cái. Có nhiều nơ-ron, nó "
                "là tổng của những tích như thế trên mọi đường đi xuyên mạng. Các đường có thể cộng dồn hay triệt tiêu: hệ số đo "
                "phần còn lại của tất cả.",
            ),
        ),
        beat(
            "update",
            ("update", f"{first}/layer1.weight"),
            text("What the first layer gets", "Lớp đầu nhận được gì"),
            text(
                "Only now do weights move, each by what its gradient is worth. A first layer that was told next to nothing stays "
                "as it was drawn, and all layers after it learn from what it makes of the data. One that was told far too much "
                "is thrown far away: **clipping** shortens such a step, and leaves the gradient as it is.",
                "Đến lúc này trọng số mới dịch chuyển, mỗi cái theo gradient của nó. Lớp đầu hầu như không được báo gì thì vẫn y như "
                "lúc mới rút, và mọi lớp sau phải học từ những gì nó làm ra từ dữ liệu. Lớp bị báo quá nhiều thì văng đi xa: "
                "**cắt gradient** rút ngắn bước ấy lại, còn gradient thì để nguyên.",
            ),
        ),
        beat(
            "skip",
            # Where all arrows have come: one that is dropped in moves them at once.
            ("backward", f"{first}/z1", 1),
            text("Drop in one skip connection", "Thả vào một kết nối tắt"),
            text(
                "A skip connection adds a layer's input to its output. Going back, the sum hands the gradient to both, so the "
                "layer's gain can hardly fall far below 1. Drop one into the plain column, below the picture or beside a "
                "layer: hollow arrows show where gradients were before, and numbers how many times as large they have become.",
                "Kết nối tắt cộng đầu vào của lớp vào đầu ra. Trên đường về, phép cộng trao gradient cho cả hai, nên hệ số của lớp "
                "khó mà tụt xa dưới 1. Hãy thả một cái vào cột trơn, ở dưới hình hoặc ngay cạnh một lớp: mũi tên rỗng cho "
                "thấy gradient trước đó ở đâu, còn các con số cho biết nó đã lớn gấp mấy lần.",
            ),
            iteration=1,
        ),
        beat(
            "answer",
            ("backward", f"{first}/z", 0),
            text("A question for you", "Một câu hỏi cho bạn"),
            text(
                "Choose a layer in the middle. If you drop a skip connection in there, which gradients will change: those above "
                "it, those below it, or all? And will all that change grow as many times as large? Guess, drop it in and read "
                "the numbers; then step through the backward pass and see where the two part.",
                "Hãy chọn một lớp ở giữa. Nếu thả kết nối tắt vào đó, những gradient nào sẽ đổi: phía trên nó, phía dưới nó, hay "
                "tất cả? Và những cái đổi có lớn lên cùng một số lần không? Hãy đoán, thả vào và đọc các con số; rồi đi từng bước "
                "qua lượt lan truyền ngược để xem hai bên tách nhau từ đâu.",
            ),
            iteration=2,
        ),
    ]
    return found


def _product(config: Config) -> Text:
    if config.activation == "sigmoid":
        return text(
            "Layer after layer the gradient is multiplied by a gain. A sigmoid is nowhere steeper than a quarter, so in the "
            "plain column each step takes away most of what is left. The number at the foot of a column is the product of all "
            "its gains: the first layer's gradient over the last one's.",
            "Qua mỗi lớp, gradient lại bị nhân với một hệ số. Sigmoid không chỗ nào dốc quá một phần tư, nên ở cột trơn mỗi bước "
            "lấy đi phần lớn những gì còn lại. Con số ở chân cột là tích mọi hệ số của nó: gradient của lớp đầu chia cho của lớp "
            "cuối.",
        )
    return text(
        "Layer after layer the gradient is multiplied by a gain. A little below 1, and nothing is left at the top; a little "
        "above, and it outgrows everything. The number at the foot of a column is the product of all its gains: the first "
        "layer's gradient over the last one's.",
        "Qua mỗi lớp, gradient lại bị nhân với một hệ số. Dưới 1 một chút là lên tới đỉnh chẳng còn gì; trên 1 một chút là nó lớn "
        "vượt mọi thứ. Con số ở chân cột là tích mọi hệ số của nó: gradient của lớp đầu chia cho của lớp cuối.",
    )
