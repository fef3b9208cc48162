"""The narrative: a window of text forward, one character's loss back, and what attention says beside what the gradient says."""

from __future__ import annotations

from chainrule.lessons.lesson import beat, text
from chainrule.lessons.next_token.config import Config
from chainrule.protocol.model import Beat


def beats(config: Config) -> list[Beat]:
    """From the text to a question that stepping answers; what the configuration does not have is left out."""
    found = [
        beat(
            "question",
            ("zero_grad", None),
            text("What comes next?", "Ký tự nào đến tiếp?"),
            text(
                "Rhymes, one character after another, and a network that is to say at each place which character comes next. It "
                "knows no letters, no words and no rules. All it can do is look back at what it has read, and be told how "
                "surprised it should have been.",
                "Những câu đồng dao, hết ký tự này đến ký tự khác, và một mạng phải nói ở mỗi chỗ ký tự nào đến tiếp. Nó "
                "không biết chữ, không biết từ, không biết luật. Nó chỉ có thể nhìn lại những gì đã đọc, rồi được cho biết "
                "lẽ ra phải ngạc nhiên đến đâu.",
            ),
        ),
        beat(
            "batch",
            ("load", None),
            text("A batch of windows", "Một lô cửa sổ"),
            text(
                "Each sample is a window of the text. Every place in it is an exercise of its own: from the characters up to "
                "here, say the next. Click a character to follow its exercise.",
                "Mỗi mẫu là một cửa sổ của văn bản. Mỗi chỗ trong đó là một bài tập riêng: từ các ký tự tính đến đây, hãy "
                "nói ký tự kế tiếp. Hãy bấm vào một ký tự để theo dõi bài tập của nó.",
            ),
        ),
        beat(
            "embedding",
            ("forward", "token.embedding#0"),
            text("A character becomes numbers", "Ký tự thành các con số"),
            text(
                "Each character has a row of numbers of its own, its embedding: a parameter that is learnt like any other. "
                "Equal characters get equal rows: in the picture each row stands on end, below its character.",
                "Mỗi ký tự có một hàng số riêng, gọi là vector nhúng: một tham số được học như mọi tham số khác. Ký tự giống "
                "nhau thì hàng số giống nhau: trong hình, mỗi hàng được dựng đứng bên dưới ký tự của nó.",
            ),
        ),
    ]
    if config.position:
        found.append(
            beat(
                "position",
                ("forward", "position.add#0"),
                text("And a place", "Và một vị trí"),
                text(
                    "Attention itself does not know what stands where. So each place of the window adds a row of its own, which "
                    "is learnt too: now even equal characters differ.",
                    "Bản thân cơ chế chú ý không biết cái gì đứng ở đâu. Vì thế mỗi chỗ trong cửa sổ cộng thêm một hàng số "
                    "riêng, cũng được học: giờ cả những ký tự giống nhau cũng khác nhau.",
                ),
            )
        )
    if config.causal:
        found.append(
            beat(
                "mask",
                ("forward", "block1.attention.masked_fill#0"),
                text("Nobody sees what is still to come", "Không ai thấy điều chưa đến"),
                text(
                    "A place asks with its query, every place offers a key; how well the two go together is a score. Scores of "
                    "later places are covered, for there stands the answer. Their weight will be exactly 0, and so will every "
                    "gradient that would go there.",
                    "Mỗi chỗ hỏi bằng truy vấn của mình, mọi chỗ đưa ra một khoá; hai bên hợp nhau đến đâu là một điểm số. "
                    "Điểm của những chỗ phía sau bị che, vì ở đó có đáp án. Trọng số của chúng sẽ đúng bằng 0, và mọi "
                    "gradient đi về đó cũng vậy.",
                ),
            )
        )
    found += [
        beat(
            "attention",
            ("forward", "block1.attention.softmax#0"),
            text("Attention: whom to listen to", "Chú ý: nghe theo ai"),
            text(
                "Softmax turns the scores of a place into weights that sum to 1. The arcs and the bars above the line are those "
                "of the chosen character, one colour for each head; the matrices below have all of them, a row for each place "
                "that looks.",
                "Softmax biến điểm số của một chỗ thành các trọng số có tổng bằng 1. Các cung và các cột phía trên đường kẻ là "
                "của ký tự đang chọn, mỗi đầu chú ý một màu; các ma trận bên dưới có đủ tất cả, mỗi hàng là một chỗ đang nhìn.",
            ),
        ),
        beat(
            "mixed",
            ("forward", "block1.attention.einsum#1"),
            text("What is taken along", "Những gì được mang theo"),
            text(
                "By these weights each place mixes the values of the places that it looks at. This is the only way for something "
                "to come from one character to another; all else happens at each place by itself.",
                "Theo các trọng số ấy, mỗi chỗ trộn giá trị của những chỗ mà nó nhìn. Đây là con đường duy nhất để một điều gì "
                "đó đi từ ký tự này sang ký tự khác; mọi thứ còn lại diễn ra riêng ở từng chỗ.",
            ),
        ),
        beat(
            "loss",
            ("forward", "loss"),
            text("How surprised it is", "Nó ngạc nhiên đến đâu"),
            text(
                "At each place stand probabilities for the next character; the framed one is what really follows. The loss is "
                "minus the logarithm of its probability, averaged over all places of all windows: {loss.value}.",
                "Ở mỗi chỗ là xác suất của ký tự kế tiếp; ký tự có khung là ký tự thật sự theo sau. Mất mát là âm logarit xác "
                "suất của nó, lấy trung bình trên mọi chỗ của mọi cửa sổ: {loss.value}.",
            ),
        ),
        beat(
            "seed",
            ("seed", "loss"),
            text("One character's loss", "Mất mát của một ký tự"),
            text(
                r"The way back begins with $\partial L / \partial L$ = {loss.grad}. For the chosen character the picture follows "
                "its own term of the loss alone: how much would that one surprise change if something here were different?",
                r"Đường về bắt đầu với $\partial L / \partial L$ = {loss.grad}. Với ký tự đang chọn, hình chỉ theo số hạng riêng "
                "của nó trong mất mát: riêng sự ngạc nhiên ấy sẽ thay đổi bao nhiêu nếu điều gì đó ở đây khác đi?",
            ),
        ),
        beat(
            "still",
            ("backward", "output.linear#0", 0),
            text("Still in its own column", "Vẫn ở trong cột của mình"),
            text(
                "From the scores down to the last block, the gradient stays where the character stands: no other place had a "
                "part in these numbers.",
                "Từ các điểm số về đến khối cuối, gradient ở yên tại chỗ của ký tự: chưa chỗ nào khác góp phần vào những con số "
                "này.",
            ),
        ),
        beat(
            "through",
            ("backward", "block1.attention.einsum#1", 1),
            text("Back through attention", "Ngược qua cơ chế chú ý"),
            text(
                "Here it goes to those that were listened to. The gradient of a value is the gradient of the mixture times "
                "the weight: who was heard twice as loud gets twice as much. But that is only one of the ways.",
                "Đến đây nó tới những chỗ đã được nghe. Gradient của một giá trị bằng gradient của hỗn hợp nhân với trọng số: "
                "nghe to gấp đôi thì nhận gấp đôi. Nhưng đó mới chỉ là một trong các con đường.",
            ),
        ),
        beat(
            "beside",
            ("backward", "block1.norm1.layer_norm#0", 0)
            if config.norm
            else ("backward", "block1.attention.query.linear#0", 0),
            text("Attention beside gradient", "Chú ý bên cạnh gradient"),
            text(
                "Now it has reached the embeddings. Above the line: how much the character looked at each one before it. Below: "
                "which share of the gradient of its loss came back there. They disagree: keys have a part in the gradient "
                "too, values may be large or small, and every block mixes anew. Attention is what was read, not what "
                "mattered.",
                "Giờ nó đã về đến các vector nhúng. Trên đường kẻ: ký tự đã nhìn mỗi ký tự trước nó bao nhiêu. Dưới: phần "
                "gradient của mất mát đã trở về đó. Hai bên không trùng nhau: khoá cũng góp phần vào gradient, giá trị có thể "
                "lớn hay nhỏ, và khối nào cũng trộn lại. Chú ý là điều đã đọc, chưa phải điều đã quyết định.",
            ),
        ),
        beat(
            "update",
            ("update", "token.weight"),
            text("The update", "Cập nhật"),
            text(
                "Only now something changes. Press max and watch what it writes: noise first, then spaces and letters "
                "in good numbers, then words. Stop it wherever you like, and begin a line for it.",
                "Đến lúc này mới có thay đổi. Hãy bấm max và xem nó viết gì: đầu tiên là nhiễu, rồi dấu cách và chữ cái với số "
                "lượng hợp lý, rồi đến từ. Hãy dừng ở bất cứ đâu và gợi cho nó một câu.",
            ),
        ),
        beat(
            "answer",
            # Before anything has come back: the bars below the line are not there yet.
            ("seed", "loss"),
            text("A question for you", "Một câu hỏi cho bạn"),
            text(
                "Another batch. Choose a character late in the window. Which one before it could be changed with the least "
                "effect on its loss, and did a head look at it? Guess from the bars above the line, then step on, back to the "
                "embeddings and read those below.",
                "Một lô khác. Hãy chọn một ký tự gần cuối cửa sổ. Ký tự nào trước nó có thay đổi cũng ít ảnh hưởng nhất đến mất "
                "mát của nó, và có đầu nào nhìn vào đó không? Hãy đoán từ các cột trên đường kẻ, rồi đi ngược về các vector "
                "nhúng và đọc các cột bên dưới.",
            ),
            iteration=1,
        ),
    ]
    return found
