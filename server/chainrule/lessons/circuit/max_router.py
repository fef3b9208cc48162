"""max as a router: the winner gets all of the gradient. Values as in the notes of Stanford's CS231n."""

from chainrule.lessons.circuit.example import Example
from chainrule.lessons.lesson import beat, text

EXAMPLE = Example(
    id="max",
    title=text("max is a router", "max là bộ định tuyến"),
    summary=text(
        "Plus hands on to both, times swaps, and max sends everything to the winner.",
        "Cổng cộng chuyển cho cả hai, cổng nhân hoán đổi, còn max dồn hết cho bên thắng.",
    ),
    code="x = 3\ny = -4\nz = 2\nw = -1\np = x * y\nm = max(z, w)\nf = 2 * (p + m)",
    beats=(
        beat(
            "question",
            ("zero_grad", None),
            text("What is the slope of a choice?", "Đạo hàm của một lựa chọn là gì?"),
            text(
                "A maximum does not calculate, it chooses. Yet gradients pass through it all the time: in "
                "ReLU, in pooling, in every hinge loss. How?",
                "Phép lấy max không tính toán, nó lựa chọn. Vậy mà gradient vẫn luôn đi qua nó: trong "
                "ReLU, trong lớp gộp (pooling), trong mọi hàm mất mát hinge. Bằng cách nào?",
            ),
        ),
        beat(
            "choose",
            ("forward", "m"),
            text("Forward: the larger one passes", "Truyền xuôi: số lớn hơn đi qua"),
            text(
                "Of {z.value} and {w.value}, max lets {m.value} through. It pins its inputs, to know on "
                "the way back who won.",
                "Giữa {z.value} và {w.value}, max cho {m.value} đi qua. Nó ghim hai đầu vào lại để trên "
                "đường về biết bên nào đã thắng.",
            ),
        ),
        beat(
            "result",
            ("forward", "f"),
            text("The whole circuit", "Cả mạch"),
            text(
                "With the product on the other side, the circuit gives {f.value}. Three kinds of gate "
                "stand side by side: watch how differently they treat what comes back.",
                "Cùng với tích ở nhánh bên kia, mạch cho ra {f.value}. Ba loại cổng đứng cạnh nhau: hãy "
                "xem chúng đối xử khác nhau thế nào với thứ quay về.",
            ),
        ),
        beat(
            "winner",
            ("backward", "m", 0),
            text("The winner takes all", "Bên thắng nhận hết"),
            text(
                "While $z$ is the larger one, max simply **is** $z$, with a slope of one. All of {m.grad} "
                "goes to it: {z.grad}.",
                "Chừng nào $z$ còn lớn hơn, max đơn giản **là** $z$, với đạo hàm bằng một. Toàn bộ {m.grad} "
                "chảy về nó: {z.grad}.",
            ),
        ),
        beat(
            "loser",
            ("backward", "m", 1),
            text("The loser gets nothing", "Bên thua không nhận gì"),
            text(
                "A small change of $w$ changes nothing at all, so its gradient is {w.grad}. That does not "
                "make $w$ unimportant for ever: it only has no say **here**."
                "\n\n"
                "Try it: edit $w$ until it wins, or make the two equal. At a tie there is no slope, and "
                "the engine does what PyTorch does: half for each.",
                "Thay đổi $w$ một chút thì chẳng có gì thay đổi, nên gradient của nó là {w.grad}. Điều đó "
                "không có nghĩa $w$ mãi mãi vô can: nó chỉ không có tiếng nói **ở đây**."
                "\n\n"
                "Thử xem: sửa $w$ cho đến khi nó thắng, hoặc cho hai số bằng nhau. Khi hoà thì không có "
                "đạo hàm, và máy làm như PyTorch: chia đôi cho mỗi bên.",
            ),
        ),
        beat(
            "swap",
            ("backward", "p", 1),
            text("Beside it, times swaps", "Bên cạnh, cổng nhân hoán đổi"),
            text(
                "The product got the same {p.grad} as max did, for plus hands on to both. But it gives $x$ "
                "{x.grad} and $y$ {y.grad}: each in proportion to the other.",
                "Tích cũng nhận {p.grad} như max, vì cổng cộng chuyển cho cả hai. Nhưng nó chia cho $x$ "
                "{x.grad} và cho $y$ {y.grad}: mỗi bên tỉ lệ với giá trị của bên kia.",
            ),
        ),
    ),
)
