from __future__ import annotations

from unicodedata import is_normalized

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.text import CORPORA, Vocabulary, corpus, cut, draw_windows, windows
from chainrule.engine.random import generator


@pytest.mark.parametrize("language", CORPORA)
def test_a_corpus_is_small_and_regular(language: str) -> None:
    text = corpus(language)
    assert is_normalized("NFC", text)
    assert text == text.lower() and text.endswith(".\n") and "\r" not in text and "  " not in text
    assert 2_000 < len(text) < 20_000
    verses = text.strip().split("\n\n")
    assert len(set(verses)) == len(verses)
    assert all(1 < len(verse.split("\n")) < 9 and verse[-1] in ".?" for verse in verses)


def test_the_english_corpus_uses_the_whole_alphabet_and_nothing_else() -> None:
    assert Vocabulary.of(corpus("en")).characters == "\n ,.?abcdefghijklmnopqrstuvwxyz"
    assert len(corpus("en")) > 10_000


def test_the_vietnamese_corpus_has_all_tones() -> None:
    assert set("àáảãạđưươ") <= set(corpus("vi"))


def test_a_few_characters_say_what_comes_next() -> None:
    # What makes it learnable in seconds: after eight characters the next is nearly always settled.
    text = corpus("en")
    seen: dict[str, dict[str, int]] = {}
    for i in range(len(text) - 8):
        following = seen.setdefault(text[i : i + 8], {})
        following[text[i + 8]] = following.get(text[i + 8], 0) + 1
    right = sum(max(each.values()) for each in seen.values())
    assert right / (len(text) - 8) > 0.85


@given(st.text())
def test_there_and_back(text: str) -> None:
    vocabulary = Vocabulary.of(text + "a")
    tokens = vocabulary.encode(text)
    assert tokens.dtype == np.int64 and tokens.shape == (len(text),)
    assert vocabulary.decode(tokens) == text


def test_a_vocabulary_refuses_what_it_does_not_know() -> None:
    vocabulary = Vocabulary.of("banana")
    assert vocabulary.characters == "abn" and len(vocabulary) == 3
    with pytest.raises(ValueError, match="'x' at 2 is not one of the 3"):
        vocabulary.encode("baxa")
    for wrong in (-1, 3):
        with pytest.raises(ValueError, match=f"{wrong} is no token"):
            vocabulary.decode([0, wrong])
    for characters in ("", "ba", "aa"):
        with pytest.raises(ValueError, match="sorted"):
            Vocabulary(characters)


@given(st.integers(2, 60), st.integers(1, 12), st.integers(1, 5))
def test_windows_are_pieces_and_what_follows(length: int, context: int, stride: int) -> None:
    tokens = np.arange(length) * 3
    if length <= context:
        with pytest.raises(ValueError, match="need a text of more than"):
            windows(tokens, context)
        return
    pieces, following = windows(tokens, context, stride)
    assert len(pieces) == -(-(length - context) // stride)
    for i, (piece, after) in enumerate(zip(pieces, following, strict=True)):
        np.testing.assert_array_equal(piece, tokens[i * stride : i * stride + context])
        np.testing.assert_array_equal(after, piece + 3)


def test_drawn_windows_depend_on_their_key_and_reach_every_place() -> None:
    tokens = np.arange(20)

    def draw(iteration: int, n: int = 500) -> np.ndarray:
        pieces, following = draw_windows(generator(1, "batch", "text", iteration), tokens, n, 4)
        np.testing.assert_array_equal(following, pieces + 1)
        return pieces

    np.testing.assert_array_equal(draw(3), draw(3))
    np.testing.assert_array_equal(draw(3, 50), draw(3)[:50])
    assert not np.array_equal(draw(3), draw(4))
    assert sorted(set(draw(3)[:, 0].tolist())) == list(range(16))


@given(st.integers(0, 50), st.floats(0, 1))
def test_nothing_held_out_is_trained_on(length: int, fraction: float) -> None:
    tokens = np.arange(length)
    train, test = cut(tokens, fraction)
    np.testing.assert_array_equal(np.concatenate([train, test]), tokens)
    assert len(test) == int(length * fraction + 0.5)
    if len(train) > 4 and len(test) > 4:
        a, b = windows(train, 4), windows(test, 4)
        assert max(a.following.max(), a.context.max()) < min(b.context.min(), b.following.min())


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="language must be one of en, vi"):
        corpus("fr")
    with pytest.raises(ValueError, match="context must be a whole number from 1 to 1024"):
        windows(np.arange(5), 0)
    with pytest.raises(ValueError, match="stride must be"):
        windows(np.arange(5), 2, 0)
    with pytest.raises(ValueError, match="test_fraction"):
        cut(np.arange(5), -1)
