"""Good and bad places to start from, each with a sentence that says what will be seen. What they claim is trained in the tests."""

from __future__ import annotations

from functools import partial

from chainrule.lessons.detection.config import Config
from chainrule.lessons.lesson import preset, text

_preset = partial(preset, Config)


PRESETS = (
    _preset(
        "works-well",
        True,
        text("256 scenes, mirrored, moved and scaled", "256 cảnh, lật, dời và phóng"),
        text(
            "No two epochs show the same images, and what it has never seen is found nearly as well as what it has.",
            "Không epoch nào giống epoch nào, và cảnh chưa từng thấy được phát hiện gần tốt như cảnh đã thấy.",
        ),
    ),
    _preset(
        "trained",
        True,
        text("Already trained", "Đã huấn luyện sẵn"),
        text(
            "The same network after two thousand iterations: for those who want to drag boxes and step through the list at once.",
            "Vẫn mạng ấy sau hai nghìn lượt lặp: dành cho ai muốn kéo khung và đi qua danh sách ngay.",
        ),
        initialisation="trained",
        lr=0.0002,
    ),
    _preset(
        "plain-iou",
        True,
        text("Box loss 1 − IoU", "Mất mát khung 1 − IoU"),
        text(
            "Simpler to read: the loss is the very overlap that is counted. A box apart from the true one gets no gradient.",
            "Dễ đọc hơn: mất mát chính là độ chồng được đem đếm. Khung nằm rời khung thật thì không có gradient.",
        ),
        box_loss="iou",
    ),
    _preset(
        "few-scenes",
        False,
        text("Sixteen scenes, never changed", "Mười sáu cảnh, không hề đổi"),
        text(
            "It learns its sixteen scenes by heart: mAP on them goes to 1, and on scenes held out it stays low.",
            "Nó học thuộc lòng mười sáu cảnh: mAP trên đó lên tới 1, còn trên cảnh giữ riêng thì vẫn thấp.",
        ),
        scenes=16,
        augment=[],
    ),
    _preset(
        "no-objectness",
        False,
        text("No loss for objectness", "Không có mất mát có-vật"),
        text(
            "Boxes and classes are learnt, but nothing tells a cell with a car from a cell of sky: everything is said everywhere.",
            "Khung và lớp thì học được, nhưng không gì phân biệt ô có xe với ô trời: ở đâu nó cũng kêu có.",
        ),
        objectness_weight=0.0,
    ),
    _preset(
        "no-suppression",
        False,
        text("Nothing is suppressed", "Không loại khung nào"),
        text(
            "Trained, but neighbours that say the same car are all kept, and all but one are wrong. They are less sure than it, so "
            "mAP falls only a little: look at the list.",
            "Đã huấn luyện, nhưng các ô kề nhau cùng kêu một chiếc xe đều được giữ, và chỉ một là đúng. Các khung thừa kém chắc chắn "
            "hơn nên mAP chỉ tụt chút ít: hãy xem danh sách.",
        ),
        initialisation="trained",
        lr=0.0002,
        nms=1.0,
    ),
    _preset(
        "rate-too-high",
        False,
        text("Learning rate too high", "Tốc độ học quá lớn"),
        text(
            "The first updates throw the weights far away: within a few iterations every loss is NaN.",
            "Những lần cập nhật đầu ném trọng số đi quá xa: chỉ sau vài lượt lặp, mọi mất mát đều là NaN.",
        ),
        lr=0.2,
    ),
)
