"""The presets: some go well, some badly, each in one sentence."""

from __future__ import annotations

from functools import partial

from chainrule.lessons.lesson import preset, text
from chainrule.lessons.map_and_hiker.config import Config

_preset = partial(preset, Config)


PRESETS = (
    _preset(
        "ravine",
        True,
        text("Ravine", "Khe núi"),
        text(
            "Steep across, flat along: SGD zigzags from wall to wall, momentum and Adam cut through.",
            "Dốc theo bề ngang, thoải theo chiều dọc: SGD dích dắc giữa hai vách, momentum và Adam băng thẳng qua.",
        ),
    ),
    _preset(
        "bowl",
        True,
        text("Bowl", "Cái bát"),
        text(
            "Round: the gradient points away from the middle, so plain SGD walks straight in.",
            "Tròn đều: gradient hướng thẳng ra xa tâm, nên SGD thuần đi thẳng một mạch vào giữa.",
        ),
        surface="bowl",
    ),
    _preset(
        "rate-too-high",
        False,
        text("Learning rate too high", "Tốc độ học quá lớn"),
        text(
            "The ravine at a rate just above 2 over its steepest curvature: SGD is thrown higher with every step.",
            "Vẫn khe núi ấy, tốc độ học nhỉnh hơn 2 chia cho độ cong lớn nhất: mỗi bước SGD lại văng lên cao hơn.",
        ),
        lr_sgd=0.102,
    ),
    _preset(
        "rate-too-low",
        False,
        text("Learning rate too low", "Tốc độ học quá nhỏ"),
        text(
            "The same ravine at a thousandth of the rates: everybody crawls.",
            "Vẫn khe núi ấy, tốc độ học chỉ bằng một phần nghìn: ai cũng bò.",
        ),
        lr_sgd=0.000085,
        lr_momentum=0.00002,
        lr_nesterov=0.00002,
        lr_rmsprop=0.00005,
        lr_adam=0.0002,
        lr_adamw=0.0002,
    ),
    _preset(
        "saddle",
        True,
        text("Saddle", "Yên ngựa"),
        text(
            "A hair's breadth beside the ridge: each finds its way down, and who divides by the gradient's size first.",
            "Chỉ lệch khỏi sống núi một sợi tóc: ai cũng tìm được đường xuống, ai chia cho độ lớn của gradient thì xuống trước.",
        ),
        surface="saddle",
    ),
    _preset(
        "saddle-ridge",
        False,
        text("Exactly on the ridge", "Đúng ngay trên sống núi"),
        text(
            "The slope to the side is exactly zero, so nobody ever leaves the ridge: all end on the saddle.",
            "Độ dốc sang bên đúng bằng không, nên chẳng ai rời được sống núi: tất cả dừng lại trên yên ngựa.",
        ),
        surface="saddle",
        y=0.0,
    ),
    _preset(
        "rosenbrock",
        True,
        text("Rosenbrock's banana", "Quả chuối Rosenbrock"),
        text(
            "A bent valley with a flat floor: all find the valley at once, and hardly anybody its end.",
            "Một thung lũng cong, đáy phẳng: ai cũng tìm thấy thung lũng ngay, nhưng hiếm ai đi tới cuối.",
        ),
        surface="rosenbrock",
    ),
    _preset(
        "many-minima",
        None,
        text("Many minima", "Nhiều cực tiểu"),
        text(
            "Hollows everywhere: where one ends depends on where one begins, and the gradient knows only its own hollow.",
            "Hố ở khắp nơi: đi đâu về đâu tuỳ chỗ xuất phát, và gradient chỉ biết cái hố của chính nó.",
        ),
        surface="many-minima",
    ),
    _preset(
        "network",
        True,
        text("Two weights of a network", "Hai trọng số của một mạng"),
        text(
            "A real loss: two weights of a trained network, the others held. Two valleys, and a saddle between them.",
            "Một mất mát thật: hai trọng số của một mạng đã huấn luyện, phần còn lại giữ nguyên. Hai thung lũng, ở giữa là yên ngựa.",
        ),
        surface="network",
    ),
)
