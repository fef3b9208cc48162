"""One value used twice: its gradients add, and it may not fire before both have come."""

from chainrule.lessons.circuit.example import Example
from chainrule.lessons.lesson import beat, text

EXAMPLE = Example(
    id="fan-out",
    title=text("Fan-out", "Rẽ nhánh"),
    summary=text(
        "A value that is used twice gets two gradients, and waits for both.",
        "Một giá trị được dùng hai lần sẽ nhận hai gradient, và phải đợi đủ cả hai.",
    ),
    code="x = 2\na = 3 * x\nb = a + 1\nc = a - 4\nf = b * c",
    beats=(
        beat(
            "question",
            ("zero_grad", None),
            text("What if a value is used twice?", "Nếu một giá trị được dùng hai lần?"),
            text(
                "Here $a$ goes two ways: into $b$ and into $c$, and both end up in $f$. If $a$ changes, "
                "$f$ feels it along both ways. What, then, is the gradient of $a$?",
                "Ở đây $a$ rẽ hai ngả: vào $b$ và vào $c$, rồi cả hai cùng dẫn đến $f$. Khi $a$ thay đổi, "
                "$f$ cảm nhận qua cả hai đường. Vậy gradient của $a$ là bao nhiêu?",
            ),
        ),
        beat(
            "branches",
            ("forward", "f"),
            text("Forward: two ways, one result", "Truyền xuôi: hai đường, một kết quả"),
            text(
                "The same {a.value} became {b.value} on one way and {c.value} on the other. Together they "
                "make {f.value}. Copying a value costs nothing; remember it for the way back.",
                "Cùng một số {a.value} thành {b.value} ở đường này và {c.value} ở đường kia. Gặp lại nhau, "
                "chúng cho {f.value}. Sao chép một giá trị chẳng tốn gì; hãy nhớ điều đó cho đường về.",
            ),
        ),
        beat(
            "first",
            ("backward", "c", 0),
            text("One of two has come", "Mới về một trong hai"),
            text(
                "By way of $c$ a contribution has come in, and at $a$ stands {a.grad}. The picture says "
                "1/2: this is not the gradient yet."
                "\n\n"
                "Try it: select $a$ and fire it now. It refuses, and says who is missing. Had it gone on, "
                "everything to its left would have become wrong, quietly.",
                "Một phần đóng góp đã về theo ngả $c$, và tại $a$ đang là {a.grad}. Hình vẽ ghi 1/2: đây "
                "chưa phải là gradient."
                "\n\n"
                "Thử xem: chọn $a$ rồi cho nó truyền đi ngay. Nó từ chối và nói còn thiếu ai. Nếu nó cứ "
                "truyền, mọi thứ bên trái sẽ sai mà không ai hay.",
            ),
        ),
        beat(
            "second",
            ("backward", "b", 0),
            text("Gradients add", "Gradient cộng lại"),
            text(
                "Now the contribution by way of $b$ is in, and it is **added**: {a.grad}. Copying forward is "
                "summing backward. This is why code says `grad +=` and not `grad =`.",
                "Giờ phần đóng góp theo ngả $b$ cũng đã về, và nó được **cộng vào**: {a.grad}. Chiều xuôi "
                "sao chép thì chiều ngược cộng lại. Vì thế trong mã người ta viết `grad +=` chứ không phải "
                "`grad =`.",
            ),
        ),
        beat(
            "on",
            ("backward", "a", 1),
            text("Only now does it go on", "Bây giờ mới đi tiếp"),
            text(
                "With both in, $a$ sends its gradient on, once, and $x$ receives {x.grad}. Going through "
                "the nodes in the reverse of the order in which they were made guarantees that everyone "
                "who is waited for has been there.",
                "Đã đủ cả hai, $a$ truyền gradient của mình đi, đúng một lần, và $x$ nhận {x.grad}. Duyệt "
                "các nút theo thứ tự ngược với lúc tạo ra chúng bảo đảm rằng ai cần đợi thì đều đã tới.",
            ),
        ),
    ),
)
