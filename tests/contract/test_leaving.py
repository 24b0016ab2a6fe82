"""Whoever leaves by any way gets nothing by any other, also after the list comes again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.accounts.approvals import Approvals
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.registered import counts_already
from bot.conversations.contract import Incoming
from bot.core.identity import Address
from bot.fieldwork.audience.contact_file import import_contacts, import_opt_outs
from bot.fieldwork.audience.opt_outs import opt_out_lookups
from bot.fieldwork.audience.sampling import draw_campaign_sample
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.handouts import MERGE, handout_decision
from bot.fieldwork.outreach.messenger import Account, DeliveryOutcome
from bot.fieldwork.outreach.receipts import take_receipts
from bot.fieldwork.outreach.returns import take_return
from bot.messengers.contract import Hooked
from bot.messengers.hooks import Hooks
from bot.storage.database import writing
from survey_flows.events import OptedOut, Typed
from tests.conftest import Backend
from tests.contract.test_conductor import draft, make_road
from tests.contract.test_contacts import KEYS, TODAY
from tests.contract.test_handouts import Fieldwork, table
from tests.contract.test_invitations import make
from tests.contract.test_messengers import Gateway
from tests.contract.test_persons import HEAD
from tests.contract.test_push import Office
from tests.contract.test_sampling import plan

PEOPLE = 14
ADDRESSES: dict[str, Callable[[int], str]] = {
    "sms": lambda n: f"+86{13800000000 + n}",
    "email": lambda n: f"p{n}@example.cn",
    "telegram": lambda n: str(1000 + n),
    "wechat": lambda n: f"openid-of-person-number-{n:03}",
    "wecom": lambda n: f"member{n}",
    "dingtalk": lambda n: f"manager{n}",
}
ACCOUNTS = {kind: Account(kind, kind, "gateway") for kind in ADDRESSES}
STREET = "解放路 {n} 号 410000"


def listed() -> bytes:
    rows = ""
    for n in range(PEOPLE):
        for kind, address in {**ADDRESSES, "letter": lambda n: STREET.format(n=n)}.items():
            rows += f"{n},{kind},{address(n)},en,resident,,,2026-01-02,l\n"
    return (HEAD + rows).encode()


@dataclass
class Reached(Fieldwork):
    """An office whose people all have the same six addresses, and a postal one."""

    posts: dict[str, Gateway]

    async def say(self, channel: str, user: str, event: Any) -> None:
        await self.office.road.conductor.handle(Incoming(f"{channel}{user}", channel, user, event))

    async def send(self) -> None:
        """Let every account send until nothing is left for any of them."""
        for _ in ADDRESSES:
            for post in self.posts.values():
                await self.office.send(post)

    async def answer_the_hook(self, n: int, words: str) -> None:
        road = self.office.road
        hooks = Hooks(self.database, KEYS, road.clock, "Asia/Shanghai", [])
        said = Hooked(words=((ADDRESSES["sms"](n), words),))
        await hooks._act(self.posts["sms"], said)  # type: ignore[arg-type]


@pytest.fixture
async def town(backend: Backend, tmp_path: Path) -> AsyncIterator[Reached]:
    redis = Redis.from_url(backend.redis_url)
    async with make_road(backend.database_url, tmp_path) as road:
        await create_campaign(road.database, draft("next"), road.clock)
        await import_contacts(road.database, KEYS, "l.csv", listed(), TODAY)
        await plan(road, size=PEOPLE)
        await road.open("next")
        await draw_campaign_sample(road.database, "next")
        assert (await make(road)).people == PEOPLE
        await road.live_campaigns.refresh()
        road.conductor._contact_keys = KEYS
        async with writing(road.database) as connection:
            await announce_accounts(connection, ACCOUNTS.values())
        approvals = Approvals(road.roster, handout_decision(), counts_already, road.clock)
        posts = {kind: Gateway(account=account) for kind, account in ACCOUNTS.items()}
        yield Reached(Office(road, redis, posts["telegram"], {}), approvals, posts)
    await redis.aclose()


async def by_sms(town: Reached, n: int) -> None:
    await town.answer_the_hook(n, "退订")


async def by_a_letter_sms(town: Reached, n: int) -> None:
    await town.answer_the_hook(n, "ｒ")


async def by_the_button(town: Reached, n: int) -> None:
    await town.say("telegram", ADDRESSES["telegram"](n), OptedOut())


async def by_wechat(town: Reached, n: int) -> None:
    await town.say("wechat", ADDRESSES["wechat"](n), Typed("退订。"))


async def by_wecom(town: Reached, n: int) -> None:
    await town.say("wecom", ADDRESSES["wecom"](n), Typed("不要再发"))


async def by_mail(town: Reached, n: int) -> None:
    token = KEYS.leave_token(KEYS.lookup(Address("email", ADDRESSES["email"](n))))
    async with writing(town.database) as connection:
        await opt_out_lookups(connection, [KEYS.read_leave_token(token) or b""], TODAY)


async def by_the_operator_s_list(town: Reached, n: int) -> None:
    sms = town.posts["sms"]
    said = {ADDRESSES["sms"](n): DeliveryOutcome.OPTED_OUT}
    now = int(town.office.road.clock.now().timestamp())
    found = [one for one in sms.receipts(said) if one.outcome is DeliveryOutcome.OPTED_OUT]
    async with writing(town.database) as connection:
        assert await take_receipts(connection, found, now, TODAY) == 1


async def by_the_keeper_s_list(town: Reached, n: int) -> None:
    data = f"channel,address\ndingtalk,{ADDRESSES['dingtalk'](n)}\n".encode()
    await import_opt_outs(town.database, KEYS, "out.csv", data, TODAY)


WAYS: tuple[Callable[[Reached, int], Awaitable[None]], ...] = (
    by_sms,
    by_a_letter_sms,
    by_the_button,
    by_wechat,
    by_wecom,
    by_mail,
    by_the_operator_s_list,
    by_the_keeper_s_list,
)
BY_LETTER, STAYING = len(WAYS), set(range(len(WAYS) + 1, PEOPLE))


async def test_who_leaves_by_any_way_gets_nothing_by_any_other_also_after_the_list_comes_again(
    town: Reached,
) -> None:
    everybody = {address(BY_LETTER): kind for kind, address in ADDRESSES.items()}
    for address, kind in everybody.items():
        town.posts[kind].fates[address] = [DeliveryOutcome.UNREACHABLE]
    await town.office.begin()
    await town.send()
    assert town.posts["sms"].times() == {ADDRESSES["sms"](n): 1 for n in range(PEOPLE)}
    (letter,) = table((await town.make(await town.allowed(MERGE, "letter"))).data)
    assert letter["address"] == STREET.format(n=BY_LETTER)
    for n, leave in enumerate(WAYS):
        await leave(town, n)
    on = (town.database, town.office.road.keys, "next", letter["reference"])
    await take_return(*on, "opted_out", TODAY)
    await import_contacts(town.database, KEYS, "l.csv", listed(), TODAY)
    for kind, post in town.posts.items():
        post.sent.clear()
        post.fates = {ADDRESSES[kind](n): [DeliveryOutcome.UNREACHABLE] * 9 for n in range(PEOPLE)}
    await town.office.begin(kind="reminder", people="all")
    await town.send()
    for kind, post in town.posts.items():
        assert set(post.times()) == {ADDRESSES[kind](n) for n in STAYING}, kind
    assert await town.waiting() == {}, "no letter waits for anybody who left"
