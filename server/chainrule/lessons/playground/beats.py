"""The narrative of the playground: one batch forward, back and through the update."""

from __future__ import annotations

from chainrule.lessons.lesson import beat, text
from chainrule.lessons.playground.config import Config
from chainrule.protocol.model import Beat


def beats(config: Config) -> list[Beat]:
    """From the question to the next batch; what a network without hidden layers does not have is left out."""
    first = "hidden1" if config.hidden else "output"
    found = [
        beat(
            "question",
            ("zero_grad", None),
            text("Which way should every weight move?", "Mỗi trọng số nên đi về hướng nào?"),
            text(
                "A network is to say something about points of the plane that it has never seen. All it has is "
                "weights. For every one of them training asks one question: if this weight grew by a tiny bit, how "
                "much would the loss change? One backward pass answers for all of them at once.",
                "Một mạng phải nói được điều gì đó về những điểm trên mặt phẳng mà nó chưa từng thấy. Tất cả những "
                "gì nó có là các trọng số. Với từng trọng số, việc huấn luyện đặt một câu hỏi: nếu trọng số này tăng "
                "thêm một chút xíu thì mất mát thay đổi bao nhiêu? Một lượt lan truyền ngược trả lời cho tất cả "
                "cùng một lúc.",
            ),
        ),
        beat(
            "batch",
            ("load", None),
            text("A batch, not one point", "Một lô, không phải một điểm"),
            text(
                "Each iteration takes the next few points of a shuffled pass over the data: `x` has one row for "
                "each point and one column for each input, `y` has what should come out. All rows go through the "
                "network together, and none of them sees another.",
                "Mỗi lượt lặp lấy vài điểm kế tiếp trong một lượt duyệt dữ liệu đã xáo trộn: `x` có một hàng cho "
                "mỗi điểm và một cột cho mỗi đầu vào, `y` là kết quả cần có. Mọi hàng cùng đi qua mạng, và không "
                "hàng nào thấy hàng nào.",
            ),
        ),
        beat(
            "layer",
            ("forward", f"{first}.linear#0"),
            text("What a layer computes", "Một lớp tính gì"),
            text(
                r"Every unit weighs its inputs, adds them up and adds a bias. For the whole batch that is one "
                r"product of matrices: $z = x W^T + b$. Click a cell to see the row and the column that it is made "
                "of.",
                r"Mỗi nơ-ron nhân các đầu vào với trọng số, cộng lại rồi cộng thêm độ lệch. Với cả lô, đó là một "
                r"tích ma trận: $z = x W^T + b$. Hãy bấm vào một ô để xem hàng và cột làm nên nó.",
            ),
        ),
    ]
    if config.hidden and config.activations[0] != "linear":
        found.append(
            beat(
                "activation",
                ("forward", f"hidden1.{config.activations[0]}#0"),
                text("The bend in between", "Chỗ uốn cong ở giữa"),
                text(
                    "The activation bends each number by itself. Without it, layer upon layer would be one straight "
                    "cut through the plane, however many there are. How steep it is at each number decides how much "
                    "gradient gets back through.",
                    "Hàm kích hoạt uốn cong từng con số một. Không có nó thì dù chồng bao nhiêu lớp cũng chỉ như một "
                    "nhát cắt thẳng qua mặt phẳng. Độ dốc của nó tại mỗi con số quyết định bao nhiêu gradient lọt "
                    "được về phía sau.",
                ),
            )
        )
    found += [
        beat(
            "loss",
            ("forward", "loss"),
            text("The loss", "Hàm mất mát"),
            text(
                "What came out is compared with what should have, point by point; the mean is the loss, "
                "{loss.value}. One number now says how wrong the whole batch is.",
                "Kết quả được so với cái lẽ ra phải có, từng điểm một; trung bình của chúng là mất mát, "
                "{loss.value}. Giờ đây một con số nói lên cả lô sai đến mức nào.",
            ),
        ),
        beat(
            "seed",
            ("seed", "loss"),
            text("Backward: the seed", "Lan truyền ngược: gieo hạt giống"),
            text(
                r"The way back begins with $\partial L / \partial L$ = {loss.grad}. From here on each edge turns the "
                "gradient of what an op gave into a contribution to the gradient of what it was given.",
                r"Đường về bắt đầu với $\partial L / \partial L$ = {loss.grad}. Từ đây, mỗi cạnh biến gradient của "
                "cái mà phép toán cho ra thành phần đóng góp vào gradient của cái mà nó nhận vào.",
            ),
        ),
    ]
    if config.hidden:
        found.append(
            beat(
                "passes-on",
                ("backward", "output.linear#0", 0),
                text("What passes on", "Cái được chuyển tiếp"),
                text(
                    r"A linear layer makes three contributions. The first goes on to the layer before: "
                    r"$\partial L / \partial x = g\,W$. Each unit there is told how the loss depends on it, "
                    "by way of the same weights that took its number forward.",
                    r"Một lớp tuyến tính tạo ra ba phần đóng góp. Phần thứ nhất đi tiếp về lớp trước: "
                    r"$\partial L / \partial x = g\,W$. Mỗi nơ-ron ở đó được cho biết mất mát phụ thuộc vào nó ra "
                    "sao, qua chính những trọng số đã đưa con số của nó đi xuôi.",
                ),
            )
        )
    found += [
        beat(
            "stays",
            ("backward", "output.linear#0", 1),
            text("What stays: a product", "Cái ở lại: một tích"),
            text(
                r"The second stays here: $\partial L / \partial W = g^T x$, what arrived times what had come in, summed "
                "over the batch. Each cell belongs to one weight, and each point of the batch has its share in it. "
                "A gradient has the shape of its value.",
                r"Phần thứ hai ở lại đây: $\partial L / \partial W = g^T x$, cái vừa tới nhân với cái đã vào, cộng "
                "lại trên cả lô. Mỗi ô thuộc về một trọng số, và mỗi điểm trong lô đều có phần trong đó. Gradient có "
                "cùng hình dạng với giá trị của nó.",
            ),
        ),
        beat(
            "bias",
            ("backward", "output.linear#0", 2),
            text("The bias", "Độ lệch"),
            text(
                "Going forward, the one bias was copied to every row of the batch. Going back, the rows are added up: "
                "copying and summing are each other's reverse.",
                "Khi đi xuôi, độ lệch được chép cho mọi hàng của lô. Khi đi ngược, các hàng được cộng lại: chép và "
                "cộng là hai chiều của cùng một việc.",
            ),
        ),
        beat(
            "update",
            ("update", f"{first}.weight"),
            text("Only now do weights move", "Đến lúc này trọng số mới dịch chuyển"),
            text(
                "The gradients are the map; the optimizer walks. Plain SGD takes each gradient times the learning "
                "rate and steps the opposite way: check one cell by eye. Nothing that the backward pass has computed "
                "is changed by it.",
                "Các gradient là tấm bản đồ; bộ tối ưu là người đi. SGD thuần lấy từng gradient nhân với tốc độ học "
                "rồi bước theo hướng ngược lại: hãy tự kiểm tra một ô. Việc đó không thay đổi gì trong những con số "
                "mà lượt lan truyền ngược đã tính.",
            ),
        ),
        beat(
            "again",
            ("forward", "loss"),
            text("The next batch", "Lô tiếp theo"),
            text(
                "Other points, other weights, another loss: {loss.value}. It is the loss of this batch alone, which "
                "is why the curve below trembles while it falls. Let it play, then come back to any step.",
                "Điểm khác, trọng số khác, mất mát khác: {loss.value}. Đó chỉ là mất mát của riêng lô này, vì vậy "
                "đường cong bên dưới vừa run vừa giảm. Hãy cho chạy, rồi quay lại bất kỳ bước nào.",
            ),
            iteration=1,
        ),
    ]
    return found
