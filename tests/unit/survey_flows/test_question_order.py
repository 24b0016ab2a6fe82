"""Split halves: what each form asks, and that it is drawn from nothing that leads to a person."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from bot.channels.telegram.parsing import ParsedUpdate
from bot.channels.telegram.rendering import render
from bot.channels.wechat.rendering import write_reply
from bot.conversations.contract import Incoming, Reply
from bot.core.shipped_files import offered_questionnaires, shipped_questionnaires
from bot.web.public.chat_screen import chat_view
from survey_flows.effects import StoreBallot
from survey_flows.errors import BadInput
from survey_flows.events import Returned
from survey_flows.halves import FACT, HALVES, ORDERS, Split, check_halves
from survey_flows.questionnaire import AnswerComparison, Condition, Questionnaire
from survey_flows.session import worn
from tests.conversations import MORNING, Talk, build_definition

MISSING = {"": frozenset({"DK"}), "five_dk": frozenset({"DK"}), "five_ne": frozenset({"DK", "NE"})}
BOTH = Split(frozenset(HALVES), MISSING)


def order(form: Questionnaire) -> list[str]:
    return [question.id for question in form.questions]


@pytest.mark.parametrize("name", sorted(offered_questionnaires()))
def test_a_form_turns_round_what_it_says_and_nothing_else(name: str) -> None:
    written = offered_questionnaires()[name]
    overall = next(question.id for question in written.questions if question.overall)
    rated = [question.id for question in written.rated]
    for form, turned in ORDERS.items():
        asked = BOTH.turned(written, form)
        assert sorted(order(asked)) == sorted(order(written))
        last = "items" in turned
        assert [one.id for one in asked.rated][-1 if last else 0] == overall
        assert [one for one in order(asked) if one not in rated] == [
            one for one in order(written) if one not in rated
        ]
        assert order(asked)[-1] == order(written)[-1], "the box for words stays the last"
        for question in asked.rated:
            codes = [option.code for option in question.options]
            best, worst = ("VD", "VS") if "scale" in turned else ("VS", "VD")
            assert (codes[0], codes[4]) == (best, worst)
            assert codes[5:] == [option.code for option in written.by_id[question.id].options][5:]


def test_a_split_by_one_thing_draws_two_forms() -> None:
    assert Split(frozenset({"items"})).orders == ("A", "B")
    assert Split(frozenset({"scale"})).orders == ("A", "C")
    assert BOTH.orders == ("A", "B", "C", "D")
    assert Split().orders == ()
    assert Split().draw("any") == ""


def test_each_form_is_drawn_as_often() -> None:
    drawn = Counter(BOTH.draw(f"token {number}") for number in range(4000))
    assert set(drawn) == set("ABCD")
    assert all(880 < count < 1120 for count in drawn.values()), drawn


def rated(split: Split, unit: str = "FIN") -> Talk:
    talk = Talk(build_definition(split=split))
    talk.start(unit=unit)
    return talk


def finish(talk: Talk) -> StoreBallot:
    for _ in range(12):
        assert talk.screen is not None
        shown = [button.label for row in talk.screen.rows for button in row]
        talk.press(next(one for one in ("办过事", "非常不满意", "跳过", "提交") if one in shown))
        for effect in talk.effects:
            if isinstance(effect, StoreBallot):
                return effect
    raise AssertionError(talk.screen)


def in_order(letter: str) -> Talk:
    """A conversation whose first rating is asked in this form."""
    talk = rated(BOTH)
    assert talk.session is not None
    talk.session = replace(talk.session, order=letter)
    talk.take(Returned())
    return talk


@pytest.mark.parametrize("letter", "ABCD")
def test_a_ballot_reads_the_same_in_every_form_and_says_which_it_was(letter: str) -> None:
    ballot = finish(in_order(letter)).ballot
    assert ballot.ratings == "VD VD VD VD"
    assert ballot.facts == (("contact", "used"), (FACT, letter))


def test_the_screens_follow_the_form() -> None:
    talk = in_order("D")
    talk.press("办过事")
    assert talk.screen is not None
    assert talk.screen.step != "q:overall"
    assert talk.screen.rows[0][0].label == "非常不满意"
    talk.take(Returned())
    assert talk.session is not None
    steps = [talk.session.place]
    for _ in range(3):
        talk.press("满意")
        assert talk.session is not None
        steps.append(talk.session.place)
    assert steps[-1] == "q:overall"


def test_one_sitting_has_one_form_and_a_later_one_another_chance() -> None:
    talk = rated(BOTH)
    assert talk.session is not None
    form = talk.session.order
    assert form in ORDERS
    finish(talk)
    talk.press("评价其他单位")
    talk.press("市公安局")
    assert talk.session is not None
    assert talk.session.order == form
    finish(talk)
    assert talk.session is not None
    later = int(MORNING.timestamp()) + 3700
    assert worn(talk.session, later, "NEWONE", "").order == ""


def test_the_form_hangs_on_chance_and_not_on_who_somebody_is() -> None:
    """The same person's sittings have forms of their own: only the update's token decides."""
    seen = set()
    for number in range(40):
        talk = Talk(build_definition(split=BOTH))
        talk._count = number * 7
        talk.start(unit="FIN")
        assert talk.session is not None
        seen.add(talk.session.order)
    assert seen == set(ORDERS)


def test_without_a_split_no_form_is_written_anywhere() -> None:
    talk = rated(Split())
    assert talk.session is not None
    assert talk.session.order == ""
    assert '"h"' not in talk.session.to_json()
    assert FACT not in dict(finish(talk).ballot.facts)


def test_what_cannot_be_split_is_refused() -> None:
    forms = shipped_questionnaires()
    check_halves(HALVES, forms)
    for wrong in (["sex"], ["items", "items"]):
        with pytest.raises(BadInput):
            check_halves(wrong, forms)
    written = next(iter(forms.values()))
    *others, box = written.questions
    depends = Condition((AnswerComparison("overall", "=", "VD"),))
    looking = replace(written, questions=(*others, replace(box, show_if=depends)))
    check_halves(["scale"], {"mixed": looking})
    with pytest.raises(BadInput):
        check_halves(["items"], {"mixed": looking})


@pytest.mark.parametrize("letter", "AC")
def test_every_channel_shows_the_levels_in_the_order_of_the_screen(letter: str) -> None:
    talk = in_order(letter)
    talk.press("办过事")
    assert talk.screen is not None
    reply = Reply(screen=talk.screen)
    levels = ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    wanted = [*(reversed(levels) if letter == "C" else levels), "不了解"]
    web = [button.label for row in chat_view(talk.screen).rows for button in row]
    wechat = re.findall(r"^\d+\W+(\S+)$", write_reply(reply, taps=False), re.MULTILINE)
    taken = ParsedUpdate(Incoming("t:1", "telegram", "1", Returned()), 1)
    call = render(taken, reply)
    assert call is not None
    telegram = [key["text"] for row in call["reply_markup"]["inline_keyboard"] for key in row]
    assert [shown[:6] for shown in (web, wechat, telegram)] == [wanted] * 3
