"""The narrative: an image forward, its error back, and one kernel weight with all the places where it was used."""

from __future__ import annotations

from chainrule.lessons.convolution.config import Config
from chainrule.lessons.lesson import beat, text
from chainrule.protocol.model import Beat


def beats(config: Config) -> list[Beat]:
    """From the image to a question that stepping answers; what the configuration does not have is left out."""
    return [
        beat(
            "question",
            ("zero_grad", None),
            text("Reading without being told how", "Đọc mà không ai chỉ cách"),
            text(
                "Handwritten digits, and a network that is to say which is which. Nobody tells it what a stroke, an "
                "edge or a loop is. It has small filters that slide over the image, and one question for every weight "
                "in them: which way should it move?",
                "Những chữ số viết tay, và một mạng phải nói đâu là số nào. Không ai bảo nó nét bút, cạnh hay vòng là "
                "gì. Nó có những bộ lọc nhỏ trượt trên ảnh, và với mỗi trọng số trong đó là một câu hỏi: nên dịch về "
                "hướng nào?",
            ),
        ),
        beat(
            "batch",
            ("load", None),
            text("A batch of images", "Một lô ảnh"),
            text(
                "The strip above the picture is the batch. Choose one image to follow it; all of them go through the "
                "network together, and none sees another. A pixel is a number from 0, paper, to 1, ink.",
                "Dải ảnh phía trên hình là cả lô. Hãy chọn một ảnh để theo dõi; tất cả cùng đi qua mạng, không ảnh "
                "nào thấy ảnh nào. Mỗi điểm ảnh là một số từ 0, giấy trắng, đến 1, mực.",
            ),
        ),
        beat(
            "window",
            ("forward", "conv1.conv2d#0"),
            text("One window, one number", "Một cửa sổ, một con số"),
            text(
                "Lay a filter on a window of the image, multiply cell by cell, add everything up and add a bias: "
                "that is one pixel of a map. Move the window and do it again with the same filter. Click a pixel of a map "
                "to light its window and to read its products.",
                "Đặt bộ lọc lên một cửa sổ của ảnh, nhân từng ô, cộng tất cả lại rồi cộng độ lệch: được một điểm của "
                "bản đồ. Dời cửa sổ và làm lại với chính bộ lọc đó. Hãy bấm vào một điểm của bản đồ để soi cửa sổ của "
                "nó và đọc các tích.",
            ),
        ),
        beat(
            "pool",
            ("forward", _pool(config, 1)),
            text("Pooling: a coarser look", "Gộp: nhìn thô hơn"),
            text(
                "Four neighbours become one number. The map is a quarter as large, and what it says of a place matters "
                "a little less on where exactly the pen went."
                if config.pooling == "average"
                else "Of four neighbours only the largest is kept. The map is a quarter as large, and it no longer matters "
                "where exactly the pen went.",
                "Bốn điểm kề nhau thành một số, là trung bình của chúng. Bản đồ chỉ còn một phần tư, và nét bút lệch đôi "
                "chút cũng ít ảnh hưởng hơn."
                if config.pooling == "average"
                else "Trong bốn điểm kề nhau chỉ giữ số lớn nhất. Bản đồ chỉ còn một phần tư, và nét bút lệch đôi chút "
                "cũng không sao.",
            ),
        ),
        beat(
            "deeper",
            ("forward", "conv2.conv2d#0"),
            text("Filters over maps", "Bộ lọc trên các bản đồ"),
            text(
                "A filter of the second layer has a slice for every map of the first: it looks at all of them at the same "
                "place and adds up. So edges are put together into corners, ends and loops.",
                "Bộ lọc ở lớp hai có một lát cho mỗi bản đồ của lớp đầu: nó nhìn tất cả ở cùng một chỗ rồi cộng lại. "
                "Nhờ vậy các cạnh được ghép thành góc, đầu nét và vòng.",
            ),
        ),
        beat(
            "loss",
            ("forward", "loss"),
            text("Ten scores and one loss", "Mười điểm số và một mất mát"),
            text(
                "The last layer gives each digit a score. Softmax turns the scores into probabilities, and the loss is minus the "
                "logarithm of the right one's, averaged over the batch: {loss.value}.",
                "Lớp cuối cho mỗi chữ số một điểm số. Softmax biến điểm số thành xác suất, và mất mát là âm logarit xác "
                "suất của số đúng, lấy trung bình trên cả lô: {loss.value}.",
            ),
        ),
        beat(
            "seed",
            ("seed", "loss"),
            text("Backward", "Lan truyền ngược"),
            text(
                r"The way back begins with $\partial L / \partial L$ = {loss.grad}. From now on the tiles show gradients: "
                "how much the loss would change if that very pixel of a map were a little larger.",
                r"Đường về bắt đầu với $\partial L / \partial L$ = {loss.grad}. Từ đây các ô hiện gradient: mất mát sẽ "
                "thay đổi bao nhiêu nếu chính điểm ấy của bản đồ lớn thêm một chút.",
            ),
        ),
        beat(
            "routing",
            ("backward", _pool(config, 2), 0),
            text("Back through the pooling", "Ngược qua lớp gộp"),
            text(
                "Each of the four neighbours gets a quarter of what came back."
                if config.pooling == "average"
                else "What came back goes to the neighbour that was the largest; the other three get 0, for a tiny change of "
                "them would have changed nothing.",
                "Mỗi điểm trong bốn điểm kề nhau nhận một phần tư của cái vừa trở về."
                if config.pooling == "average"
                else "Cái vừa trở về đi tới điểm từng lớn nhất; ba điểm kia nhận 0, vì thay đổi chúng chút ít cũng "
                "chẳng thay đổi gì.",
            ),
        ),
        beat(
            "spread",
            ("backward", "conv2.conv2d#0", 0),
            text("A pixel's gradient comes from many windows", "Gradient của một điểm đến từ nhiều cửa sổ"),
            text(
                "A pixel was seen by every window that it lies in, and by every filter. On the way back each of them "
                "sends its gradient times the weight that met the pixel there, and they add up. Click a pixel to "
                "see the sum.",
                "Một điểm từng được mọi cửa sổ chứa nó và mọi bộ lọc nhìn thấy. Trên đường về, mỗi nơi gửi lại "
                "gradient của mình nhân với trọng số đã gặp điểm ấy, rồi cộng lại. Hãy bấm vào một điểm để xem tổng.",
            ),
        ),
        beat(
            "everywhere",
            ("backward", "conv1.conv2d#0", 1),
            text("One weight, used everywhere", "Một trọng số, dùng ở khắp nơi"),
            text(
                "A filter's weight was used at every place of every image of the batch. Its gradient is the sum over all "
                "of them: gradient of the map's pixel times the pixel that the weight met. Click a cell of a filter, and "
                "every place where it was used lights up. Then walk from place to place, and see the products add up.",
                "Một trọng số của bộ lọc được dùng ở mọi chỗ trên mọi ảnh của lô. Gradient của nó là tổng trên tất cả: "
                "gradient tại điểm của bản đồ nhân với điểm ảnh mà trọng số đã gặp. Hãy bấm vào một ô của bộ lọc, và "
                "mọi chỗ từng dùng nó sẽ sáng lên. Rồi đi từ chỗ này sang chỗ khác, và xem các tích cộng dồn.",
            ),
        ),
        beat(
            "update",
            ("update", "conv1.weight"),
            text("The filters move", "Các bộ lọc dịch chuyển"),
            text(
                "Only now the filters change. The optimizer turns each gradient into a step; behind every filter stands "
                "its ghost, what it was before.",
                "Đến lúc này các bộ lọc mới thay đổi. Bộ tối ưu biến mỗi gradient thành một bước; sau mỗi bộ lọc là "
                "cái bóng của nó, tức giá trị trước đó.",
            ),
        ),
        beat(
            "answer",
            ("backward", "conv1.conv2d#0", 1),
            text("A question for you", "Một câu hỏi cho bạn"),
            text(
                "Another batch. A weight at the corner of a filter meets fewer pixels than the one in the middle, for at the "
                "edge of the image part of the window hangs over nothing. Which places of a map add exactly 0 to the "
                "corner's gradient, whatever the image? Light them: click the corner, then the middle, and compare.",
                "Một lô khác. Trọng số ở góc bộ lọc gặp ít điểm ảnh hơn trọng số ở giữa, vì ở mép ảnh một phần cửa sổ "
                "treo vào khoảng không. Những chỗ nào của bản đồ đóng góp đúng 0 vào gradient của trọng số góc, dù "
                "ảnh là gì? Hãy soi chúng: bấm vào ô góc, rồi ô giữa, và so sánh.",
            ),
            iteration=1,
        ),
    ]


def _pool(config: Config, layer: int) -> str:
    return f"conv{layer}.{'max' if config.pooling == 'max' else 'avg'}_pool2d#0"
