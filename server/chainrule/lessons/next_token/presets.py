"""Good and bad places to start from, each with a sentence that says what will be seen. What they claim is trained in the tests."""

from __future__ import annotations

from functools import partial

from chainrule.lessons.lesson import preset, text
from chainrule.lessons.next_token.config import Config

_preset = partial(preset, Config)


PRESETS = (
    _preset(
        "works-well",
        True,
        text("Two blocks, two heads", "Hai khối, hai đầu chú ý"),
        text(
            "From noise to words of the rhymes in a few hundred iterations; every second character of unread verses is guessed right.",
            "Từ nhiễu đến từ ngữ của đồng dao sau vài trăm lượt lặp; đoán đúng một nửa số ký tự của những câu chưa đọc.",
        ),
    ),
    _preset(
        "vietnamese",
        True,
        text("Vietnamese rhymes", "Đồng dao tiếng Việt"),
        text(
            "Twice as many characters and a quarter of the text: words come soon, and the rate goes down before they are learnt by heart.",
            "Số ký tự gấp đôi mà văn bản chỉ bằng một phần tư: từ ngữ đến sớm, và tốc độ học giảm trước khi mạng học thuộc lòng.",
        ),
        language="vi",
        schedule_length=300,
    ),
    _preset(
        "one-block",
        True,
        text("One block, four heads", "Một khối, bốn đầu chú ý"),
        text(
            "Each character looks back once, in four ways at the same time: nearly as good, and half as many steps.",
            "Mỗi ký tự nhìn lại một lần, theo bốn cách cùng lúc: tốt gần bằng, mà chỉ nửa số bước.",
        ),
        blocks="1",
        heads="4",
    ),
    _preset(
        "no-mask",
        False,
        text("Without the mask", "Không có mặt nạ"),
        text(
            "Every place sees the next character and just copies it: the loss is almost nothing, and what it writes is nonsense.",
            "Chỗ nào cũng thấy ký tự kế tiếp và chỉ việc chép lại: mất mát gần như không có, còn văn viết ra thì vô nghĩa.",
        ),
        causal=False,
    ),
    _preset(
        "no-position",
        False,
        text("Without positions", "Không có vị trí"),
        text(
            "A bag of characters: it knows what it has read, but hardly in which order. Switch the position embedding on.",
            "Một túi ký tự: nó biết đã đọc gì nhưng hầu như không biết theo thứ tự nào. Hãy bật vector vị trí.",
        ),
        position=False,
    ),
    _preset(
        "context-2",
        False,
        text("Two characters at a time", "Mỗi lần hai ký tự"),
        text(
            "It never sees more than two characters: short words such as “the” come out, longer ones fall apart.",
            "Nó không bao giờ thấy quá hai ký tự: từ ngắn như “the” thì viết được, từ dài hơn thì rời rạc.",
        ),
        context=2,
        batch_size=64,
    ),
    _preset(
        "no-residual",
        False,
        text("Without residual connections", "Không có kết nối tắt"),
        text(
            "All must pass through attention and two linear layers: the character itself gets lost, and learning is slow.",
            "Mọi thứ phải đi qua chú ý và hai lớp tuyến tính: chính ký tự bị thất lạc, và việc học rất chậm.",
        ),
        residual=False,
    ),
    _preset(
        "rate-too-high",
        False,
        text("Learning rate too high", "Tốc độ học quá lớn"),
        text(
            "The first updates throw the weights far away: all it ever learns is how often each character occurs.",
            "Những lần cập nhật đầu ném trọng số đi rất xa: tất cả những gì nó học được là mỗi ký tự hay gặp đến đâu.",
        ),
        lr=0.3,
        schedule="constant",
    ),
)
