from __future__ import annotations

import pytest

from chainrule.errors import Refusal
from chainrule.protocol.model import Cursor, Text
from chainrule.protocol.room import AnswerCommand, AskCommand, LookCommand, PointerCommand, RoomPointer
from chainrule.room import Member, Room
from chainrule.room.room import PIN_SECONDS, PIN_TRIES, clean_name, digest


def room() -> Room:
    return Room("ABCDEF", "session", "one-weight", Text(en="One weight", vi="Một trọng số"))


def refused(call: object, *arguments: object) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*arguments)  # type: ignore[operator]
    return refusal.value.code


def test_the_room_keeps_digests_alone() -> None:
    made = room()
    secret, pin = made.new_secret(), made.hand_over(0.0)
    content = made.kept().decode()
    assert secret not in content
    assert pin not in content
    made.check(secret)
    assert refused(made.check, secret + "x") == "room_wrong_secret"
    made.new_secret()
    assert refused(made.check, secret) == "room_wrong_secret"


def test_a_number_hands_over_once_in_time_and_after_a_restart_too() -> None:
    made = room()
    old = made.new_secret()
    presenter = Member("", presenter=True, count=False)
    made.members[presenter] = None
    pin = made.hand_over(100.0)
    again = Room.again(made.kept())
    new = again.take_over(f" {pin[:3]} {pin[3:]} ", 100.0 + PIN_SECONDS)
    again.check(new)
    assert refused(again.check, old) == "room_wrong_secret"
    assert refused(again.take_over, pin, 101.0) == "wrong_pin"
    assert refused(made.take_over, pin, 101.0 + PIN_SECONDS) == "wrong_pin"


def test_wrong_numbers_are_counted_over_a_restart() -> None:
    made = room()
    pin = made.hand_over(0.0)
    wrong = "000000" if pin != "000000" else "111111"
    for _ in range(PIN_TRIES):
        assert refused(made.take_over, wrong, 1.0) == "wrong_pin"
        made = Room.again(made.kept())
    assert refused(made.take_over, pin, 1.0) == "wrong_pin"


def test_only_presenters_look_and_point_and_only_the_class_answers() -> None:
    made = room()
    presenter, follower = Member("", presenter=True, count=False), Member(digest("an"))
    made.members.update({presenter: None, follower: None})
    assert (made.followers, made.presented) == (1, True)
    assert made.handle(LookCommand(type="look", view="/one-weight"), presenter).changed == "room"
    assert made.handle(PointerCommand(type="pointer", x=0.5, y=0.25), presenter).changed == "pointer"
    pointed = [made.pointer]
    made.handle(PointerCommand(type="pointer", x=None, y=None), presenter)
    pointed.append(made.pointer)
    assert pointed == [RoomPointer(seq=made.revision - 1, x=0.5, y=0.25), None]
    assert refused(made.handle, LookCommand(type="look", view="/x"), follower) == "room_presenter_only"
    answer = AnswerCommand(type="answer", question=0, value="1")
    assert refused(made.handle, answer, follower) == "no_question"
    made.ask(AskCommand(type="ask", kind="number", text="?", node="w"), Cursor(branch=0, iteration=0, step=8))
    assert refused(made.handle, answer, presenter) == "room_follower_only"
    assert made.handle(answer, follower).changed == "answers"


def test_a_question_is_kept_without_its_answers_and_told_right_once_revealed() -> None:
    made = room()
    follower = Member(digest("an"))
    made.members[follower] = None
    made.ask(AskCommand(type="ask", kind="number", text="?", node="w"), Cursor(branch=0, iteration=0, step=8))
    made.handle(AnswerCommand(type="answer", question=0, value="-24"), follower)
    asked = made.require_question("open")
    assert asked.told is None
    assert asked.message(1).correct is None
    made.reveal(-24.0)
    assert asked.judged(asked.answers[follower.key]) == "exact"
    again = Room.again(made.kept())
    assert again.question is not None
    assert (again.question.state, again.question.told, again.question.answers) == ("revealed", -24.0, {})
    made.ask(AskCommand(type="ask", kind="choice", text="?", choices=["a", "b"], correct=1), None)
    assert [one.state for one in made.asked] == ["closed", "open"]


def test_a_name_is_one_short_line() -> None:
    assert clean_name("  An\n\u202eB ", 40) == "An B"
    assert refused(clean_name, "x" * 41, 40) == "limit_name"
