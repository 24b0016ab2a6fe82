"""WeChat's and WeCom's servers and a citizen's phone, as far as the service can see them.

wechatpy, a library that shares nothing with ours, seals and opens the messages.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import aiohttp
import xmltodict
from sqlalchemy import select
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WeComCrypto
from wechatpy.utils import WeChatSigner

from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import create_campaign
from bot.core.settings import Settings
from bot.service.composition import Service, build
from bot.serving import listening
from bot.storage.database import reading
from bot.storage.schema import all as tables
from tests.contract.test_conductor import Frozen, draft
from tests.openings import open_campaign
from tests.servers import free_port

TOKEN = "minpingToken2026"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APP_ID, CORP_ID = "wx5823bf96d3bd56c7", "ww1a2b3c4d5e6f7890"
OPENID = "oCanary-Zx9_OpenId4711471147"
WEB = "https://minping.example.gov"
TAP = re.compile(
    r'<a href="weixin://bizmsgmenu\?msgmenucontent=([^"&]*)&msgmenuid=([^"]*)">(.*?)</a>'
)
READING = timedelta(seconds=4)
"""The seconds in which a citizen reads and answers."""


@dataclass
class City:
    """A service with one campaign and both channels."""

    service: Service
    clock: Frozen
    link: str
    port: int

    def phone(self, way: str = "sealed", user: str = OPENID) -> Phone:
        return Phone(self, way, user)

    async def ballots(self) -> list[tuple[str, ...]]:
        columns = tables.ballots.c
        assert isinstance(self.service.mixer, Mixer)
        while await self.service.mixer.mix({"year"}):
            pass
        async with reading(self.service.database) as connection:
            query = select(columns.unit, columns.grp, columns.source, columns.ratings)
            return sorted(tuple(row) for row in await connection.execute(query))


@dataclass
class Phone:
    """A citizen by one of three ways: WeChat in clear (``plain``) or ``sealed``, or ``wecom``.

    ``ahead`` are the seconds that the sender's clock is ahead of ours.
    """

    city: City
    way: str
    user: str
    number: int = 9_000_000
    ahead: int = 0
    shown: str = ""
    sent: dict[str, str | int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    async def type(self, text: str) -> str:
        """Write a message and read the answer."""
        return await self.message(text, MsgType="text", Content=text)

    async def tap(self, label: str) -> str:
        """Tap a link that sends itself."""
        found = [(sent, data) for sent, data, shown in TAP.findall(self.shown) if label in shown]
        assert found, f"no link «{label}» in:\n{self.shown}"
        return await self.message(
            f"[{label}]", MsgType="text", Content=found[0][0], bizmsgmenuid=found[0][1]
        )

    async def scan(self, payload: str, follows: bool = True) -> str:
        """Scan a code; a citizen who does not follow the account yet becomes a follower."""
        if follows:
            return await self.event("SCAN", payload)
        return await self.event("subscribe", f"qrscene_{payload}" if payload else "")

    async def event(self, name: str, key: str = "") -> str:
        return await self.message(
            f"({name} {key})".replace(" )", ")"), MsgType="event", Event=name, EventKey=key
        )

    async def message(self, told: str, **fields: str) -> str:
        """Send a message four seconds after the last one, and return the answer."""
        self.city.clock.time += READING
        self.number += 1
        common = {
            "ToUserName": "gh_minping",
            "FromUserName": self.user,
            "CreateTime": self.second(),
        }
        self.sent = {**common, **fields} | (
            {"MsgId": self.number} if fields["MsgType"] != "event" else {}
        )
        self.lines.append(f"> {told}")
        return await self.again()

    async def again(self) -> str:
        """Send the last message as it was."""
        status, text = await self.deliver(self.sent)
        assert status == 200, (status, text)
        if text:
            self.shown = text
            self.lines += [f"  {line}".rstrip() for line in readable(text).split("\n")]
        return text

    def second(self) -> int:
        """The present second by the sender's clock."""
        return int(self.city.clock.time.timestamp()) + self.ahead

    async def deliver(self, fields: dict[str, str | int]) -> tuple[int, str]:
        """Deliver a message; return the status and the text to show, which may be empty."""
        xml = (
            "<xml>"
            + "".join(f"<{name}>{_cdata(value)}</{name}>" for name, value in fields.items())
            + "</xml>"
        )
        query, body = self.wrapped(xml)
        status, answer = await self.post(query, body)
        if status != 200 or answer == b"success":
            return status, ""
        reply = xmltodict.parse(self.unwrapped(answer))["xml"]
        assert (reply["ToUserName"], reply["FromUserName"], reply["MsgType"]) == (
            self.user,
            "gh_minping",
            "text",
        )
        assert len(reply["Content"].encode()) <= 2048
        return status, str(reply["Content"])

    async def post(self, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        path = "wecom" if self.way == "wecom" else "wechat"
        url = f"http://127.0.0.1:{self.city.port}/{path}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, params=query, data=body) as response,
        ):
            return response.status, await response.read()

    def wrapped(self, xml: str) -> tuple[dict[str, str], bytes]:
        """Return a request's query and body, signed for now and, in that mode, sealed."""
        told, nonce = str(self.second()), "n0nce"
        if self.way == "plain":
            return {
                "signature": signed(TOKEN, told, nonce),
                "timestamp": told,
                "nonce": nonce,
            }, xml.encode()
        outer = self.crypto().encrypt_message(xml, nonce, told)
        signature = xmltodict.parse(outer)["xml"]["MsgSignature"]
        query = {"msg_signature": signature, "timestamp": told, "nonce": nonce}
        extra = {
            "encrypt_type": "aes",
            "signature": signed(TOKEN, told, nonce),
            "openid": self.user,
        }
        return (query | extra if self.way == "sealed" else query), outer.encode()

    def unwrapped(self, answer: bytes) -> str:
        if self.way == "plain":
            return answer.decode()
        outer = xmltodict.parse(answer)["xml"]
        return str(
            self.crypto().decrypt_message(
                outer, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"]
            )
        )

    def crypto(self) -> WeChatCrypto | WeComCrypto:
        kind, receiver = (WeComCrypto, CORP_ID) if self.way == "wecom" else (WeChatCrypto, APP_ID)
        return kind(TOKEN, AES_KEY, receiver)

    def transcript(self) -> str:
        return "\n".join(self.lines) + "\n"


def signed(*parts: str) -> str:
    signer = WeChatSigner()
    signer.add_data(*parts)
    return str(signer.signature)


def readable(text: str) -> str:
    """A message as it looks: links that send themselves in brackets."""
    return TAP.sub(r"[\3]", text)


def _cdata(value: str | int) -> str:
    return str(value) if isinstance(value, int) else escape(value)


@asynccontextmanager
async def open_city(folder: Path, database_url: str, redis_url: str) -> AsyncIterator[City]:
    settings = Settings(
        data=folder,
        database_url=database_url,
        redis_url=redis_url,
        port=free_port(),
        public_url=WEB,
        wechat_token=TOKEN,
        wechat_aes_key=AES_KEY,
        wechat_app_id=APP_ID,
        wecom_token=TOKEN,
        wecom_aes_key=AES_KEY,
        wecom_corp_id=CORP_ID,
    )
    stop, clock = asyncio.Event(), Frozen()
    async with build(settings, clock) as service, listening(service, stop) as port:
        link = await create_campaign(service.database, draft(), clock)
        await open_campaign(service.database, "year", service.keys, service.desk)
        assert isinstance(service.mixer, Mixer)
        await service.mixer.turn()
        await service.live_campaigns.refresh()
        yield City(service, clock, link.token, port)
        stop.set()
