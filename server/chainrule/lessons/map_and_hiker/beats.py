"""The narrative. Its numbers are the first hiker's."""

from __future__ import annotations

from chainrule.lessons.lesson import beat, text
from chainrule.lessons.map_and_hiker.config import Config
from chainrule.protocol.model import Beat


def beats(config: Config) -> list[Beat]:
    """The narrative under a configuration."""
    first, last = config.hikers[0], config.hikers[-1]
    return [
        beat(
            "start",
            ("zero_grad", None),
            text("A map nobody has", "Tấm bản đồ không ai có"),
            text(
                "Two parameters, $x$ and $y$, so the loss is a landscape, and here you see all of it. The hikers do not: "
                "they stand in fog, all at the same place, and each knows only the number under its feet.",
                "Hai tham số $x$ và $y$, nên mất mát là một vùng đất, và ở đây bạn nhìn thấy trọn nó. Người đi thì không: "
                "họ đứng trong sương mù, tất cả ở cùng một chỗ, và mỗi người chỉ biết con số ngay dưới chân mình.",
            ),
        ),
        beat(
            "height",
            ("forward", f"{first}/loss"),
            text("Forward: how high am I?", "Truyền xuôi: mình đang ở độ cao nào?"),
            text(
                f"The forward pass reads the height at one place: {{{first}/loss.value}}. It says nothing of the way down. "
                "Each hiker has its own copy of the computation; zoom in to *Operations* to see it.",
                f"Lượt truyền xuôi đọc độ cao tại một điểm: {{{first}/loss.value}}. Nó chẳng nói gì về đường xuống. "
                "Mỗi người đi có một bản tính toán riêng; hãy phóng to vào *Phép tính* để xem.",
            ),
        ),
        beat(
            "seed",
            ("seed", None),
            text("One sum, and nobody disturbs another", "Một tổng, và không ai làm phiền ai"),
            text(
                "All losses are added, so that one backward pass serves everyone. The gradient of a sum hands the same 1 to "
                "each part: what comes back to a hiker is its own.",
                "Mọi mất mát được cộng lại để một lượt lan truyền ngược phục vụ tất cả. Gradient của một tổng trao cho mỗi phần "
                "đúng số 1 ấy: phần về tới ai là của riêng người đó.",
            ),
        ),
        beat(
            "gradient",
            ("backward", f"{first}/x"),
            text("Backward: which way is up?", "Lan truyền ngược: hướng nào đi lên?"),
            text(
                "One backward pass gives the slope in both directions at once: "
                f"$\\partial L / \\partial x$ is {{{first}/x.grad}}. Together they make an arrow that points straight uphill, "
                "across the contour. The small arrows over the map are the same thing at other places, turned downhill.",
                "Một lượt lan truyền ngược cho độ dốc theo cả hai hướng cùng lúc: "
                f"$\\partial L / \\partial x$ là {{{first}/x.grad}}. Ghép lại thành một mũi tên chỉ thẳng lên dốc, vuông góc với "
                "đường đồng mức. Các mũi tên nhỏ trên bản đồ cũng là thế ở những điểm khác, quay xuống dốc.",
            ),
        ),
        beat(
            "differences",
            ("update", f"{first}/x"),
            text("There is another way, at a price", "Có cách khác, nhưng phải trả giá"),
            text(
                "Without a backward pass one could take a tiny step along each parameter and look how the height changes. "
                "Switch to *Finite differences*: the same arrow. It took $N + 1$ forward passes for $N$ parameters. Here $N$ is 2; "
                "in a network it is a million.",
                "Không có lan truyền ngược, ta vẫn có thể nhích một bước tí hon theo từng tham số rồi xem độ cao đổi ra sao. "
                "Hãy chuyển sang *Sai phân hữu hạn*: vẫn mũi tên ấy. Nhưng phải truyền xuôi $N + 1$ lần cho $N$ tham số. Ở đây "
                "$N$ là 2; trong một mạng thật, $N$ là một triệu.",
            ),
        ),
        beat(
            "hikers",
            ("update", f"{last}/x"),
            text("Update: the hiker decides", "Cập nhật: người đi quyết định"),
            text(
                "Backpropagation has only given the arrow. What step to make of it is the optimizer's business: SGD takes the "
                "arrow as it is, momentum leans on where it was going, RMSProp and Adam measure each direction by how large its "
                "slopes have been. Open a hiker in the table to see every number on the way.",
                "Lan truyền ngược chỉ đưa ra mũi tên. Bước thế nào là việc của bộ tối ưu: SGD dùng mũi tên y nguyên, momentum dựa "
                "vào đà đang đi, RMSProp và Adam đo mỗi hướng theo độ dốc từng gặp ở hướng ấy. Mở một người đi trong bảng để xem "
                "mọi con số trên đường.",
            ),
        ),
        beat(
            "answer",
            ("update", f"{last}/y"),
            text("A question for you", "Một câu hỏi cho bạn"),
            text(
                "In the first step, whose arrow and whose step point in different directions, though all start with the same "
                "gradient? Guess, then step through the updates and compare. What would change if the map were a round bowl?",
                "Ở bước đầu tiên, mũi tên và bước đi của ai lệch hướng nhau, dù tất cả đều bắt đầu với cùng một gradient? Hãy đoán, "
                "rồi đi từng bước qua phần cập nhật và so sánh. Nếu bản đồ là một cái bát tròn thì có gì khác?",
            ),
            iteration=1,
        ),
    ]
