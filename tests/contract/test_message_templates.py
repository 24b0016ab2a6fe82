"""Templates that providers approve: who may say so, and what is not sent before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.message_templates import (
    APPROVED,
    DRAFT,
    FILED,
    REFUSED,
    STATES,
    Writer,
    list_templates,
    preview_template,
    read_templates,
    turn_template,
    write_template,
)
from bot.fieldwork.outreach.messenger import (
    Account,
    Answer,
    ApprovedTemplate,
    DeliveryOutcome,
    OutgoingMessage,
)
from bot.storage.database import reading, writing
from survey_flows.errors import BadInput
from tests.contract.test_messengers import MAIL, TELEGRAM, City, Gateway, city

__all__ = ["city"]
CLOUD = Account("cloud", "sms", "aliyun", "template", 500)
OPERATOR = Account("mas", "sms", "gateway", "template", 500)
CARD = Account("card", "wechat", "wechat", "template", 500)
TEXT = "请评价政府部门工作：打开 https://mp.cs.cn/k 输入编码 ${a}${b}，拒收请回复R"
PAPER = "云通信〔2026〕12号"
INVITATION, REMINDER = ("cloud", "invitation", "zh-Hans"), ("cloud", "reminder", "zh-Hans")
FORBIDDEN = "forbid surveys in templates and personal links"


@dataclass
class Cloud(Gateway):
    """An account that sends templates alone, and keeps which."""

    account: Account = CLOUD
    got: Counter[ApprovedTemplate | None] = field(default_factory=Counter)

    async def send(self, address: str, letter: OutgoingMessage) -> Answer:
        self.got[letter.template] += 1
        if letter.template is None:
            return Answer(DeliveryOutcome.REFUSED, reason="template")
        return await super().send(address, letter)


def writer(city: City, login: str = "zhou") -> Writer:
    return Writer(login, city.office.road.clock)


async def announce(city: City, *accounts: Account) -> None:
    async with writing(city.database) as connection:
        await announce_accounts(connection, accounts)


async def approve(city: City, place: tuple[str, str, str], id_: str, text: str = TEXT) -> None:
    await write_template(city.database, place, text, writer(city))
    await turn_template(city.database, place, FILED, writer(city), id_)
    await turn_template(city.database, place, APPROVED, writer(city), note=PAPER)


async def kept(city: City) -> list[Any]:
    async with reading(city.database) as connection:
        return await read_templates(connection)


async def test_who_approved_and_when_stands_beside_a_text_which_written_anew_is_a_draft(
    city: City,
) -> None:
    clock = city.office.road.clock
    await announce(city, CLOUD, MAIL)
    await write_template(city.database, INVITATION, f"  {TEXT} \n", writer(city))
    (one,) = await kept(city)
    now = int(clock.now().timestamp())
    assert (one.text, one.state, one.provider_id, one.by, one.at) == (TEXT, DRAFT, "", "zhou", now)
    clock.time += timedelta(days=1)
    await turn_template(city.database, INVITATION, FILED, writer(city, "li"), "SMS_1")
    clock.time += timedelta(days=1)
    await turn_template(city.database, INVITATION, APPROVED, writer(city, "he"), note=PAPER)
    (one,) = await kept(city)
    assert (one.state, one.provider_id, one.note, one.by) == (APPROVED, "SMS_1", PAPER, "he")
    assert one.at == now + 2 * 86_400
    ((account, (shown,)),) = await list_templates(city.database)
    preview = preview_template(account, shown)
    assert preview.text == TEXT.replace("${a}${b}", "7K3M9P2QXB")
    assert (preview.units, preview.parts) == (len(preview.text), 1)
    await write_template(city.database, INVITATION, TEXT + "。", writer(city, "li"))
    (one,) = await kept(city)
    assert (one.state, one.note, one.by) == (DRAFT, "", "li")


async def test_no_state_is_skipped_and_a_cloud_s_approval_names_its_paper(city: City) -> None:
    await announce(city, CLOUD)
    for state in STATES:
        with pytest.raises(BadInput, match="cannot go into this state"):
            await turn_template(city.database, INVITATION, state, writer(city), "SMS_1", PAPER)
    await write_template(city.database, INVITATION, TEXT, writer(city))
    for state in (DRAFT, APPROVED, REFUSED, "else"):
        with pytest.raises(BadInput, match="cannot go into this state"):
            await turn_template(city.database, INVITATION, state, writer(city), "SMS_1", PAPER)
    await turn_template(city.database, INVITATION, FILED, writer(city))
    with pytest.raises(BadInput, match="name the id"):
        await turn_template(city.database, INVITATION, APPROVED, writer(city), note=PAPER)
    with pytest.raises(BadInput, match=FORBIDDEN):
        await turn_template(city.database, INVITATION, APPROVED, writer(city), "SMS_1", "  ")
    with pytest.raises(BadInput, match="at most 64 characters"):
        await turn_template(city.database, INVITATION, APPROVED, writer(city), "x" * 65, PAPER)
    assert [one.state for one in await kept(city)] == [FILED]
    await announce(city, OPERATOR)
    place = ("mas", "invitation", "en")
    await write_template(city.database, place, TEXT, writer(city))
    await turn_template(city.database, place, FILED, writer(city), "T1")
    await turn_template(city.database, place, APPROVED, writer(city))
    await turn_template(city.database, place, REFUSED, writer(city), note="withdrawn")
    assert [one.state for one in await kept(city)] == [FILED, REFUSED]


@pytest.mark.parametrize(
    ("place", "text", "said"),
    [
        (("city", "invitation", "en"), TEXT, "no account of this name sends templates"),
        (("relay", "invitation", "en"), TEXT, "no account of this name sends templates"),
        (("cloud", "handout", "en"), TEXT, "a template is an invitation, a reminder or"),
        (("cloud", "invitation", "fr"), TEXT, "a template is an invitation, a reminder or"),
        (INVITATION, " \n", "1 to 500 characters"),
        (INVITATION, "{1}" + "字" * 498, "1 to 500 characters"),
        (INVITATION, "请评价", "as 1 to 4 variables"),
        (INVITATION, "{1}{2}{3}{4}{5}", "as 1 to 4 variables"),
        (("card", "invitation", "en"), "thing1: " + "字" * 21, "thing1 needs 1 to 20"),
        (("card", "invitation", "en"), "thing1：{code}\nphrase2：", "phrase2 needs 1 to 5"),
        (("card", "invitation", "en"), "phrase2: {code}", "phrase2 needs 1 to 5"),
        (("card", "invitation", "en"), "words without a field", "no field of a WeChat card"),
    ],
)
async def test_a_text_of_which_no_message_could_be_made_is_refused(
    city: City, place: tuple[str, str, str], text: str, said: str
) -> None:
    await announce(city, CLOUD, MAIL, CARD)
    with pytest.raises(BadInput, match=said):
        await write_template(city.database, place, text, writer(city))
    assert await kept(city) == []


async def test_no_step_begins_before_each_account_that_may_send_it_has_its_template(
    city: City,
) -> None:
    cloud = Cloud()
    await announce(city, CLOUD, MAIL, TELEGRAM, CARD)
    with pytest.raises(BadInput, match=FORBIDDEN):
        await city.office.begin()
    await write_template(city.database, INVITATION, TEXT, writer(city))
    await turn_template(city.database, INVITATION, FILED, writer(city), "SMS_1")
    with pytest.raises(BadInput, match="its invitation is not approved"):
        await city.office.begin()
    await turn_template(city.database, INVITATION, APPROVED, writer(city), note=PAPER)
    await city.office.begin()  # nobody has a card's address, so the card holds nothing up
    await city.office.send(cloud)
    assert cloud.got == {ApprovedTemplate("SMS_1", TEXT): 20}
    city.office.road.clock.time += timedelta(days=3)
    for one in (city.office.post, city.mail):
        await city.office.send(one)
    with pytest.raises(BadInput, match="its reminder is not approved"):
        await city.office.begin(kind="reminder", people="all")
    await approve(city, REMINDER, "SMS_2", "请评价：{1}")
    await approve(city, ("cloud", "reminder", "en"), "SMS_3", "Please rate: {1}")
    await city.office.begin(kind="reminder", people="all")
    cloud.got.clear()
    await city.office.send(cloud)
    assert cloud.got == {ApprovedTemplate("SMS_3", "Please rate: {1}"): 20}, "their language first"


async def test_an_approval_that_is_withdrawn_stops_the_step_and_burns_nobody(city: City) -> None:
    cloud = Cloud()
    await announce(city, CLOUD, MAIL, TELEGRAM)
    await approve(city, INVITATION, "SMS_1")
    await city.office.begin()
    await turn_template(city.database, INVITATION, REFUSED, writer(city), note="违规")
    await city.office.send(cloud)
    assert set(cloud.got) == {None}
    assert cloud.sent == []
    assert (await city.progress())["sms"] == {"queued": 20}
