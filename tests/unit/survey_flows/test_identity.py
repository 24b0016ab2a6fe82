"""What a conversation does with an identity: the offer, the page, the source of the ballot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from survey_flows.effects import StoreBallot
from survey_flows.events import Identified, TopicRequested
from survey_flows.identity_kinds import IDENTITY_KINDS
from survey_flows.quota import QuotaCell, Quotas
from survey_flows.session import read_session
from tests.conversations import Talk, build_definition

OFFER = "确认身份（可选）"
SHOWN = "5f" * 32
ANSWERS = ("办过事", "满意", "满意", "满意", "满意", "跳过")


def labels(talk: Talk) -> list[str]:
    assert talk.screen is not None
    return [button.label for row in talk.screen.rows for button in row]


def show(talk: Talk, identity: str = SHOWN) -> None:
    talk.take(Identified("c2026", identity, token=talk.token()))


def test_it_is_offered_where_one_begins_and_nowhere_later() -> None:
    talk = Talk(build_definition(identity=IDENTITY_KINDS))
    talk.start()
    assert labels(talk)[-1] == OFFER
    talk.start(unit="FIN")
    assert labels(talk)[-1] == OFFER
    for answer in ANSWERS:
        talk.press(answer)
        assert OFFER not in labels(talk)
    talk.press("提交")
    assert OFFER not in labels(talk)
    show(talk)
    talk.start()
    assert OFFER not in labels(talk), "they have shown one"


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("phone",), ("用手机号确认身份", False)),
        (("openid",), ("用身份认证平台确认身份", True)),
        (IDENTITY_KINDS, ("用手机号或身份认证平台确认身份", True)),
    ],
)
def test_it_says_by_what_and_who_sees_it(kinds: tuple[str, ...], said: tuple[str, bool]) -> None:
    talk = Talk(build_definition(identity=kinds))
    talk.start()
    talk.press(OFFER)
    assert talk.screen is not None
    assert talk.screen.text.startswith(said[0])
    assert ("平台知道您来确认过" in talk.screen.text) == said[1]
    assert "不确认也可以评价" in talk.screen.text


@pytest.mark.parametrize("unit", ["", "FIN"])
def test_the_screen_that_tells_of_it_leads_back_to_where_they_were(unit: str) -> None:
    talk = Talk(build_definition(identity=IDENTITY_KINDS))
    talk.start(unit=unit)
    before = talk.screen
    talk.press(OFFER)
    assert talk.screen is not None
    assert (talk.screen.step, labels(talk)) == ("identity", ["返回"])
    back = talk.data("返回")
    talk.press("返回")
    assert talk.screen == before
    # The page lifts it, and a chat that still shows it leads back all the same.
    talk.press(OFFER)
    show(talk)
    talk.press_data(back)
    assert talk.notices == ()
    assert talk.screen is not None
    assert talk.screen.step == (before.step if before else "")


@pytest.mark.parametrize(
    ("link", "source"), [("", "verified"), ("poster", "verified"), ("deputy", "verified")]
)
def test_a_rating_in_the_making_goes_on_and_is_stored_as_confirmed(link: str, source: str) -> None:
    talk = Talk(build_definition(identity=IDENTITY_KINDS))
    talk.start(unit="FIN", link=link)
    for answer in ANSWERS[:3]:
        talk.press(answer)
    place = talk.session.place if talk.session else ""
    show(talk)
    assert talk.session is not None
    assert (talk.session.place, talk.session.identity) == (place, SHOWN)
    assert "身份已确认" in talk.notices[0]
    for answer in (*ANSWERS[3:], "提交"):
        talk.press(answer)
    [ballot] = [one.ballot for one in talk.effects if isinstance(one, StoreBallot)]
    assert ballot.source == source
    # The receipt of a ballot that is withdrawn, or another person's, is not shown on.
    show(talk, "6e" * 32)
    assert talk.session is not None
    assert (talk.session.place, talk.session.receipt) == ("unit", "")


def test_a_full_quota_of_open_links_does_not_turn_a_confirmed_person_away() -> None:
    cell = QuotaCell("FIN", "", "", "open")
    full = Quotas({cell: 10}, full=frozenset({cell}))
    talk = Talk(build_definition(identity=IDENTITY_KINDS, quotas=full))
    talk.start(unit="FIN")
    assert "q:" not in (talk.screen.step if talk.screen else "")
    show(talk)
    talk.start(unit="FIN")
    assert talk.screen is not None
    assert talk.screen.step == "q:contact"


def test_without_kinds_nothing_is_taken_and_an_open_screen_of_it_goes() -> None:
    talk = Talk(build_definition(identity=IDENTITY_KINDS))
    talk.start()
    talk.press(OFFER)
    talk.definition = build_definition()
    talk.take(TopicRequested("identity"))
    assert "不确认身份" in talk.notices[0]
    show(talk)
    assert talk.session is not None
    assert (talk.session.identity, talk.session.overlay) == ("", "")
    talk.definition = replace(build_definition(identity=IDENTITY_KINDS), state="paused")
    show(talk)
    assert talk.session.identity == "", "nothing is taken in a pause"


def test_a_session_of_an_earlier_version_has_none() -> None:
    talk = Talk(build_definition())
    talk.start()
    assert talk.session is not None
    written = talk.session.to_json()
    assert '"i"' not in written
    assert read_session(written).identity == ""
