"""The narrative: what each cell says, what it costs, where the gradient goes; and why the score itself has none."""

from __future__ import annotations

from chainrule.lessons.detection.config import Config
from chainrule.lessons.lesson import beat, text
from chainrule.protocol.model import Beat, Text


def beats(config: Config) -> list[Beat]:
    """From the street to a question that stepping answers; what the configuration does not have is left out."""
    return [*_forward(config), *_backward(), *_measured()]


def _forward(config: Config) -> list[Beat]:
    return [
        beat(
            "question",
            ("zero_grad", None),
            text("What is where?", "Cái gì ở đâu?"),
            text(
                "A street, and a network that is to draw a box around every car and every pedestrian. How many there are "
                "nobody tells it. So the image is cut into cells, and each cell may speak for one thing, or keep silent. "
                "Let it train for a while: the boxes gather around what is there.",
                "Một con phố, và một mạng phải vẽ khung quanh mọi ô tô và mọi người đi bộ. Có bao nhiêu thì không ai bảo "
                "nó. Vì vậy ảnh được chia thành các ô, mỗi ô có thể nói thay cho một vật, hoặc im lặng. Hãy để nó học "
                "một lúc: các khung sẽ tụ lại quanh những gì có thật.",
            ),
        ),
        beat(
            "batch",
            ("load", None),
            text("A batch of scenes", "Một lô cảnh"),
            _batch(config),
        ),
        beat(
            "cells",
            ("forward", "z"),
            text("Every cell speaks", "Ô nào cũng nói"),
            text(
                "Three convolutions halve the image, until one pixel of a map stands for one cell; two more look around. "
                "Then each cell says a place, a size, how sure it is that the middle of something lies in it, and a score "
                "for each class. The larger the dot in a cell, the surer it is. Click a cell to read what it says.",
                "Ba lớp tích chập lần lượt thu nhỏ ảnh một nửa, đến khi một điểm của bản đồ ứng với một ô; hai lớp nữa "
                "nhìn ra xung quanh. Rồi mỗi ô nói một vị trí, một kích thước, mức chắc chắn rằng tâm của vật nào đó "
                "nằm trong ô, và một điểm số cho mỗi lớp. Chấm trong ô càng lớn thì ô càng chắc chắn. Hãy bấm vào một ô để đọc.",
            ),
        ),
        beat(
            "box",
            ("forward", "box_cells"),
            text("Whose box is it?", "Khung này của ô nào?"),
            _box(config),
        ),
        beat(
            "objectness",
            ("forward", "objectness_cells"),
            text("Is anything there?", "Có gì ở đó không?"),
            text(
                "Objectness is asked of every cell: 1 where the middle of a thing lies, 0 elsewhere. Each cell pays a "
                "cross-entropy. There is much more sky than cars, so at first most of the loss comes from cells that should "
                "keep silent.",
                "Câu hỏi có vật hay không thì ô nào cũng phải trả lời: 1 nơi có tâm của vật, 0 ở chỗ khác. Mỗi ô trả một "
                "cross-entropy. Trời và nhà nhiều hơn xe rất nhiều, nên lúc đầu phần lớn mất mát đến từ những ô đáng lẽ "
                "phải im lặng.",
            ),
        ),
        beat(
            "class",
            ("forward", "class_cells"),
            text("Car or pedestrian?", "Ô tô hay người đi bộ?"),
            text(
                "Which of the two it is, only a cell that owns something is asked. All others pay exactly 0.",
                "Là loại nào thì chỉ ô sở hữu một vật mới bị hỏi. Mọi ô khác trả đúng 0.",
            ),
        ),
        beat(
            "loss",
            ("forward", "loss"),
            text("Three terms, one number", "Ba số hạng, một con số"),
            text(
                "Each term is summed over the cells and averaged over the batch: box {box_loss.value}, objectness "
                "{objectness_loss.value}, class {class_loss.value}. Weighted and added they are the loss, {loss.value}. "
                "Beside the picture stands what this one scene costs, weighted. The weights are a choice: they say how much "
                "a pixel of overlap is worth beside a false alarm.",
                "Mỗi số hạng được cộng trên các ô rồi lấy trung bình trên lô: khung {box_loss.value}, có-vật "
                "{objectness_loss.value}, lớp {class_loss.value}. Nhân trọng số rồi cộng lại thành mất mát, {loss.value}. "
                "Bên cạnh hình là phần của riêng cảnh này, đã nhân trọng số. Trọng số là một lựa chọn: nó nói một điểm ảnh chồng khớp đáng giá bao nhiêu so với một báo động giả.",
            ),
        ),
    ]


def _batch(config: Config) -> Text:
    if not config.augment:
        return text(
            "The strip above the picture is the batch; choose a scene to follow it. The same scenes come back in every "
            "epoch, pixel for pixel.",
            "Dải phía trên hình là cả lô; hãy chọn một cảnh để theo dõi. Ở epoch nào cũng lại những cảnh ấy, đúng từng "
            "điểm ảnh.",
        )
    return text(
        "The strip above the picture is the batch; choose a scene to follow it. Each is changed a little, anew in every "
        "epoch, and its boxes follow. Switch to the original to see what it was, and how its gradient differs.",
        "Dải phía trên hình là cả lô; hãy chọn một cảnh để theo dõi. Mỗi cảnh bị đổi đi một chút, mỗi epoch một kiểu, và "
        "các khung đi theo. Hãy chuyển sang ảnh gốc để xem nó vốn thế nào, và gradient của nó khác ra sao.",
    )


def _box(config: Config) -> Text:
    owner = (
        "The cell in which the middle of a true box lies owns it, and its own box is compared with the true one. ",
        "Ô chứa tâm của một khung thật thì sở hữu khung đó, và khung của ô được so với khung thật. ",
    )
    silent = (
        " All other cells are multiplied by 0: what box they say costs nothing.",
        " Mọi ô khác bị nhân với 0: chúng nói khung nào cũng không mất gì.",
    )
    how = {
        "l1": (
            "It costs the distances of the four edges, in cells.",
            "Cái giá là khoảng cách của bốn cạnh, tính theo ô.",
        ),
        "iou": (
            "It costs 1 − IoU: the overlap of both, divided by what both cover together.",
            "Cái giá là 1 − IoU: phần chồng nhau chia cho phần mà cả hai phủ.",
        ),
        "giou": (
            "IoU is the overlap of both, divided by what both cover together. It costs 1 − IoU, and more where they lie "
            "apart: the empty part of the box around both.",
            "IoU là phần chồng nhau chia cho phần mà cả hai phủ. Cái giá là 1 − IoU, và thêm nữa khi chúng rời nhau: phần "
            "trống của khung bao cả hai.",
        ),
    }[config.box_loss]
    return text(*(a + b + c for a, b, c in zip(owner, how, silent, strict=True)))


def _backward() -> list[Beat]:
    return [
        beat(
            "seed",
            ("seed", "loss"),
            text("Backward", "Lan truyền ngược"),
            text(
                r"The way back begins with $\partial L / \partial L$ = {loss.grad}. The terms are a sum, so each gets it "
                "whole, times its weight, and they go back one after the other. Watch the grid: a cell's mark grows with the "
                "gradient that arrives there.",
                r"Đường về bắt đầu với $\partial L / \partial L$ = {loss.grad}. Ba số hạng là một tổng, nên mỗi số hạng "
                "nhận trọn, nhân với trọng số của nó, và lần lượt đi về. Hãy nhìn lưới: dấu ở một ô lớn theo gradient đến "
                "được đó.",
            ),
        ),
        beat(
            "class-back",
            ("backward", "class_cells", 0),
            text("The class: p − y, where something is", "Lớp: p − y, ở nơi có vật"),
            text(
                "What a cell's scores get is its probabilities minus the right answer. Cells that own nothing get 0.",
                "Điểm số của một ô nhận về xác suất của nó trừ đi câu trả lời đúng. Ô không sở hữu gì nhận 0.",
            ),
        ),
        beat(
            "objectness-back",
            ("backward", "objectness_cells", 0),
            text("Objectness: everywhere", "Có-vật: ở khắp nơi"),
            text(
                "Every cell gets its probability minus 1 or minus 0: a cell of sky is told to be less sure, a cell with a "
                "car to be surer. This is the only term that speaks to all cells.",
                "Ô nào cũng nhận xác suất của nó trừ 1 hoặc trừ 0: ô trời được bảo bớt chắc chắn, ô có xe được bảo chắc "
                "chắn hơn. Đây là số hạng duy nhất nói với mọi ô.",
            ),
        ),
        beat(
            "box-back",
            ("backward", "box_cells", 0),
            text("The box: only its owner", "Khung: chỉ ô sở hữu"),
            text(
                "The mask that silenced the other cells on the way here silences them on the way back. A cell that "
                "owns nothing says a box as well, and nothing in the world corrects it.",
                "Mặt nạ từng làm các ô khác im lặng ở chiều đi cũng làm chúng im lặng ở chiều về. Một ô không sở hữu gì "
                "vẫn nói ra một khung, và chẳng có gì sửa khung ấy.",
            ),
        ),
        beat(
            "weights",
            ("backward", "z", 1),
            text("From cells to weights", "Từ ô về trọng số"),
            text(
                "All cells are read off the map with the same weights, so a weight's gradient is the sum over all cells of "
                "all scenes. Under Output stands how hard each of the three terms pulls on each layer.",
                "Mọi ô đọc bản đồ bằng cùng những trọng số, nên gradient của một trọng số là tổng trên mọi ô của mọi cảnh. "
                "Trong thẻ Đầu ra là lực kéo của từng số hạng trên mỗi lớp.",
            ),
        ),
        beat(
            "update",
            ("update", "head.weight"),
            text("One step", "Một bước"),
            text(
                "Only now the weights move. Play on, and look at a scene that is not trained on: it is measured on those.",
                "Đến lúc này trọng số mới dịch chuyển. Hãy cho chạy tiếp và nhìn một cảnh không dùng để huấn luyện: mạng "
                "được đo trên những cảnh ấy.",
            ),
        ),
    ]


def _measured() -> list[Beat]:
    return [
        beat(
            "suppression",
            ("forward", "z"),
            text("Neighbours say the same", "Hàng xóm cùng nói một điều"),
            text(
                "Let it train for a while, or choose “Already trained” under Set up: then several cells around a car say it. "
                "Non-maximum suppression goes down the list from the most confident: a box is kept, and every later one of "
                "its class that overlaps it too much goes. Step through the list beside the picture.",
                "Hãy cho nó học một lúc, hoặc chọn “Đã huấn luyện sẵn” trong Thiết lập: khi ấy nhiều ô quanh một chiếc xe "
                "cùng kêu chiếc xe ấy. Loại trùng (NMS) đi dọc danh sách từ khung chắc chắn nhất: giữ nó, rồi bỏ mọi khung "
                "cùng lớp phía sau chồng lên nó quá nhiều. Hãy đi từng bước qua danh sách bên cạnh hình.",
            ),
            iteration=1,
        ),
        beat(
            "drag",
            ("forward", "box_cells"),
            text("Drag a box", "Hãy kéo một khung"),
            text(
                "Choose a box and drag it, by its middle or by a corner; or a true one, by its brackets: then the cell that "
                "owns it follows. The loss slides with every pixel. mAP stays where it is, and then jumps: when the overlap "
                "crosses the threshold, or when another box is suppressed.",
                "Chọn một khung rồi kéo nó, ở giữa hay ở góc; hoặc kéo một khung thật ở các dấu ngoặc: khi ấy ô sở hữu nó "
                "đi theo. Mất mát trượt theo từng điểm ảnh. mAP đứng yên, rồi nhảy: khi độ chồng vượt ngưỡng, hoặc khi "
                "một khung khác bị loại.",
            ),
            iteration=1,
        ),
        beat(
            "no-gradient",
            ("forward", "loss"),
            text("Why mAP has no gradient", "Vì sao mAP không có gradient"),
            text(
                "mAP sorts the boxes and asks of each: does it overlap enough, yes or no? Sorting and asking change in "
                "steps. Between the steps the slope is 0, on a step there is none: almost everywhere the gradient of mAP is 0, "
                "and nothing could be learnt from it. So we train on a loss that slides, and hope that mAP follows.",
                "mAP sắp xếp các khung rồi hỏi từng khung: chồng đủ chưa, có hay không? Sắp xếp và hỏi thì đổi theo bậc. "
                "Giữa hai bậc độ dốc bằng 0, ngay tại bậc thì không có: gần như ở mọi nơi gradient của mAP là 0, và chẳng "
                "học được gì từ nó. Vì thế ta huấn luyện bằng một mất mát biết trượt, và mong mAP đi theo.",
            ),
            iteration=1,
        ),
        beat(
            "answer",
            ("backward", "box_cells", 0),
            text("A question for you", "Một câu hỏi cho bạn"),
            text(
                "Click a cell of sky and look at the box that it says. How much gradient does that box get from the box term, "
                "and from which term does the cell get any? Step by phase to the end of the backward pass, and read the cell.",
                "Hãy bấm vào một ô trời và nhìn khung mà nó nói. Khung ấy nhận bao nhiêu gradient từ số hạng khung, và ô nhận "
                "gradient từ số hạng nào? Hãy đi theo pha đến hết lượt lan truyền ngược, rồi đọc ô ấy.",
            ),
            iteration=1,
        ),
    ]
