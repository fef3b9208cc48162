"""The narrative. Its numbers are the first hiker's."""

from __future__ import annotations

from chainrule.lessons.lesson import beat, text
from chainrule.lessons.map_and_hiker.config import Config
from chainrule.protocol.model import Beat


def beats(config: Config) -> list[Beat]:
    """The narrative under a configuration."""
    first, last = config.hikers[0], config.hikers[-1]
    loss = f"{{{first}/loss.value}}" if len(config.hikers) > 1 else "{loss.value}"
    height = f"{first}/loss" if len(config.hikers) > 1 else None
    slope = rf"$\partial L / \partial x$: {{{first}/x.grad}}"
    return [
        beat(
            "start",
            ("zero_grad", None),
            text("A map that nobody has", "Tấm bản đồ không ai có"),
            text(
                "Two parameters, x and y, so the loss is a landscape, and here you see all of it. The hikers do not. "
                "They stand in fog, all at the same place, and each knows only what is under its feet.",
                "Hai tham số x và y, nên mất mát là một vùng đất, và ở đây bạn nhìn thấy trọn nó. Người đi thì không. "
                "Họ đứng trong sương mù, tất cả ở cùng một chỗ, và mỗi người chỉ biết những gì ngay dưới chân mình.",
            ),
        ),
        beat(
            "height",
            ("forward", height),
            text("Forward: how high am I?", "Truyền xuôi: mình đang ở độ cao nào?"),
            text(
                f"The forward pass reads the height at one place: {loss}. It says nothing of the way down. Each hiker has "
                "a copy of the computation to itself; look at the operations to see it.",
                f"Lượt truyền xuôi đọc độ cao tại một điểm: {loss}. Nó chẳng nói gì về đường xuống. Mỗi người đi có riêng "
                "một bản tính toán; hãy xem các phép toán để thấy nó.",
            ),
        ),
        beat(
            "seed",
            ("seed", None),
            text("One sum, and nobody disturbs another", "Một tổng, và không ai làm phiền ai"),
            text(
                "All losses are added, so that one backward pass serves everyone. The gradient of a sum hands {loss.grad} "
                "to each of its parts, unchanged: what comes back to a hiker is its own.",
                "Mọi mất mát được cộng lại để một lượt lan truyền ngược phục vụ tất cả. Gradient của một tổng trao {loss.grad} "
                "cho từng phần, y nguyên: phần về tới ai là của riêng người đó.",
            )
            if len(config.hikers) > 1
            else text(
                "The way back begins at the loss, as always, and ends at the two numbers where the hiker stands.",
                "Đường về bắt đầu từ mất mát, như mọi khi, và kết thúc ở hai con số chỉ chỗ đứng của người đi.",
            ),
        ),
        beat(
            "gradient",
            ("backward", f"{first}/x"),
            text("Backward: which way is down?", "Lan truyền ngược: hướng nào đi xuống?"),
            text(
                f"One backward pass gives the slope along both axes at once. {slope}. Together they point straight uphill, "
                "across the contour; the purple arrow is turned round, so it points downhill. The small arrows on the map are the "
                "same at other places.",
                f"Một lượt lan truyền ngược cho độ dốc dọc theo cả hai trục cùng lúc. {slope}. Ghép lại, chúng chỉ thẳng lên dốc, "
                "vuông góc với đường đồng mức; mũi tên tím quay ngược lại nên chỉ xuống dốc. Các mũi tên nhỏ trên bản đồ cũng thế, ở "
                "những điểm khác.",
            ),
        ),
        beat(
            "differences",
            ("update", f"{first}/x"),
            text("There is another way, at a price", "Có cách khác, nhưng phải trả giá"),
            text(
                "Without a backward pass one could take a tiny step along each parameter and see how the height changes. "
                "Switch to finite differences under the map: the same arrow. But $N$ parameters take $N + 1$ forward passes. Two of them "
                "take three; a network has millions.",
                "Không có lan truyền ngược, ta vẫn có thể nhích một bước tí hon theo từng tham số rồi xem độ cao đổi ra sao. "
                "Hãy chuyển sang sai phân hữu hạn ở dưới bản đồ: vẫn mũi tên ấy. Nhưng $N$ tham số cần $N + 1$ lượt truyền xuôi. Hai tham "
                "số cần ba lượt; một mạng có hàng triệu tham số.",
            ),
        ),
        beat(
            "hikers",
            # Its last update: all of its numbers are there.
            ("update", f"{last}/y"),
            text("Update: the hiker decides", "Cập nhật: người đi quyết định"),
            text(
                "Backpropagation gives the arrow. What step to make of it is the optimizer's business: SGD takes the arrow as it "
                "is, momentum leans on where it was going, RMSprop and Adam measure each axis by how steep it has been. Click a hiker "
                "to see every number on the way.",
                "Lan truyền ngược đưa ra mũi tên. Bước thế nào là việc của bộ tối ưu: SGD dùng mũi tên y nguyên, momentum dựa vào "
                "đà đang có, RMSprop và Adam đo từng trục theo độ dốc đã gặp trên trục ấy. Bấm vào một người đi để xem mọi con số "
                "trên đường.",
            ),
        ),
        beat(
            "answer",
            ("update", f"{last}/y"),
            text("A question for you", "Một câu hỏi cho bạn"),
            text(
                "In the very first step all have the same gradient. Whose step leaves the direction of the purple arrow at "
                "once, and who needs a second step to do so? Guess, go back to the start, and step through the updates.",
                "Ở bước đầu tiên, ai cũng có cùng một gradient. Bước của ai lệch khỏi hướng mũi tên tím ngay lập tức, và ai phải "
                "đến bước thứ hai mới lệch? Hãy đoán, quay về đầu, rồi đi từng bước qua phần cập nhật.",
            ),
            iteration=1,
        ),
    ]
