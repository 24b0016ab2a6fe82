"""Mails through a relay: what each reply means, and one click that opts out."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from bot.fieldwork.outreach.messenger import DeliveryOutcome as To
from bot.fieldwork.outreach.messenger import OutgoingMessage
from bot.messengers.account_files import read_account
from bot.messengers.contract import BadReceipt, Request
from bot.messengers.email.messenger import CALLS, MailMessenger, make
from survey_flows.errors import BadInput
from tests.standins.relay import Relay
from tests.waiting import PATIENCE

ACCOUNT = """
provider: email
settings:
  host: 127.0.0.1
  port: {port}
  security: none
  from: kaoping@qingshui.gov.cn
  from_name: 清水市考评办
"""
LEAVE = "https://mp.cs.cn/out/" + "A" * 80
MESSAGE = OutgoingMessage(
    "诚邀您参加。\n.一行以点开头",
    "开始评价",
    "7K3M9P2QXB",
    "不再接收邀请",
    "https://mp.cs.cn/7K3M9P2QXB",
    "",
    "邀请您评价政府部门工作",
    LEAVE,
)
ADDRESS = "p1@example.cn"


def messenger_of(port: int) -> MailMessenger:
    return make(read_account(ACCOUNT.format(port=port), "relay"), Path())


async def test_a_mail_says_who_asks_has_the_link_and_leaves_in_one_click() -> None:
    async with Relay() as relay, messenger_of(relay.port) as messenger:
        answer = await messenger.send(ADDRESS, MESSAGE)
        assert (answer.outcome, answer.reference) == (To.ACCEPTED, "")
    assert relay.violations == []
    assert relay.people == [ADDRESS]
    (mail,) = relay.mails
    assert mail["List-Unsubscribe"] == f"<{LEAVE}>"
    assert (mail["Subject"], mail["To"]) == (MESSAGE.subject, ADDRESS)
    assert mail["From"].addresses[0].display_name == "清水市考评办"
    text = mail.get_content()
    for part in (MESSAGE.text, MESSAGE.begin, MESSAGE.link, MESSAGE.stop, LEAVE):
        assert part in text


@pytest.mark.parametrize(
    ("verb", "reply", "outcome"),
    [
        ("RCPT", "550 5.1.1 no such user", To.UNREACHABLE),
        ("RCPT", "550 5.2.1 disabled", To.UNREACHABLE),
        ("RCPT", "552 5.2.2 mailbox full", To.LATER),
        ("RCPT", "550 no", To.LATER),
        ("RCPT", "450 4.2.0 greylisted", To.LATER),
        ("RCPT", "452 4.5.3 too many", To.SILENCE),
        ("RCPT", "550 5.7.1 we do not take this", To.REFUSED),
        ("CONNECT", "421 later", To.SILENCE),
        ("CONNECT", "554 go away", To.REFUSED),
        ("MAIL", "530 5.7.0 sign in first", To.REFUSED),
        ("DATA.", "554 5.7.1 spam", To.REFUSED),
        ("DATA.", "451 4.3.0 try again", To.LATER),
        ("DATA", "451 4.3.0 try again", To.LATER),
    ],
)
async def test_each_reply_has_its_outcome(verb: str, reply: str, outcome: To) -> None:
    async with Relay({verb: reply}) as relay, messenger_of(relay.port) as messenger:
        answer = await messenger.send(ADDRESS, MESSAGE)
        assert answer.outcome is outcome
        assert (answer.seconds > 0) == (outcome is To.SILENCE)
        assert ADDRESS not in answer.reason
    assert relay.violations == []


async def test_a_relay_that_is_away_or_speaks_no_smtp_is_asked_later() -> None:
    async with Relay({"CONNECT": "hello"}) as relay, messenger_of(relay.port) as messenger:
        assert (await messenger.send(ADDRESS, MESSAGE)).outcome is To.LATER
        port = relay.port
    assert (await messenger_of(port).send(ADDRESS, MESSAGE)).outcome is To.LATER


async def test_a_relay_that_hangs_takes_no_thread_of_the_service() -> None:
    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    ended = asyncio.Event()
    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    async with messenger_of(server.sockets[0].getsockname()[1]) as messenger:
        sending = [asyncio.create_task(messenger.send(ADDRESS, MESSAGE)) for _ in range(CALLS)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(PATIENCE):
            assert await asyncio.gather(*(asyncio.to_thread(len, "x") for _ in range(20)))
        assert not any(one.done() for one in sending)
        ended.set()
        answers = await asyncio.gather(*sending)
        assert {answer.outcome for answer in answers} == {To.LATER}
    server.close()
    await server.wait_closed()


async def test_nothing_of_a_mail_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Relay({"RCPT": "550 5.1.1 p1@example.cn unknown"}) as relay:
        await messenger_of(relay.port).send(ADDRESS, MESSAGE)
    for told in (ADDRESS, MESSAGE.token, "A" * 80):
        assert told not in caplog.text


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("  host: 127.0.0.1\n", "  host: relay.example.cn\n", "security is starttls"),
        ("security: none", "security: perhaps", "security is starttls"),
        ("  port: 25\n", "  port: mail\n", "port"),
        ("from: kaoping@qingshui.gov.cn", "from: kaoping", "no mail address"),
        ("  host: 127.0.0.1\n", "", "the account needs this value"),
        ("settings:", "secrets: {user: x}\nsettings:", "the account needs this value"),
    ],
)
def test_what_is_wrong_is_refused(old: str, new: str, why: str) -> None:
    text = ACCOUNT.format(port=25)
    assert old in text
    with pytest.raises(BadInput, match=why):
        make(read_account(text.replace(old, new), "relay"), Path())


def test_no_header_is_broken_by_a_new_line() -> None:
    messenger = messenger_of(25)
    for address in ("a@example.cn\r\nBcc: b@example.cn", "a@example.cn, b@example.cn"):
        with pytest.raises((ValueError, IndexError)):
            messenger.written(address, MESSAGE)
    with pytest.raises(BadReceipt):
        messenger.read_hook(Request(b"{}"))
