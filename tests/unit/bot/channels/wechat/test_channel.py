"""WeChat's and WeCom's seals, XML, messages and texts; wechatpy is the other side."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import xmltodict
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.enterprise.crypto import WeChatCrypto as WeComCrypto
from wechatpy.enterprise.parser import parse_message as parse_wecom
from wechatpy.parser import parse_message
from wechatpy.utils import check_signature

from bot.channels.channel_wording import channel_words
from bot.channels.wechat.account import (
    MOST_APART,
    WECHAT,
    WECOM,
    MessageRefused,
    WechatAccount,
    read_account,
)
from bot.channels.wechat.channel import WechatChannel
from bot.channels.wechat.crypto import BadCiphertext, MessageCipher, read_aes_key, signature
from bot.channels.wechat.parsing import ParsedMessage, read_message, written_at
from bot.channels.wechat.rendering import MOST_BYTES, write_reply
from bot.channels.wechat.xml import BadXml, read_fields, write_fields
from bot.commands.letters import update_readers
from bot.conversations.contract import Delivery, Incoming, Reply
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_words
from bot.crypto.gate_keys import make_gate_keys
from bot.service.composition import build
from bot.serving import listening
from survey_flows.effects import Button, Input, Screen
from survey_flows.errors import BadInput
from survey_flows.events import Pressed, Returned, Started, TopicRequested, Typed, Update
from survey_flows.outside_window import deleted_screen
from tests.contract.test_conductor import Frozen
from tests.conversations import Talk, build_definition
from tests.wechat import AES_KEY, APP_ID, CORP_ID, OPENID, TAP, TOKEN, signed

SEAL = MessageCipher(read_aes_key(AES_KEY, "test"), APP_ID)
SENT = 1_795_420_800


def name_of(name: str, _sent: int) -> str:
    return name


BOTH = pytest.mark.parametrize(
    ("channel", "crypto", "receiver"),
    [(WECHAT, WeChatCrypto, APP_ID), (WECOM, WeComCrypto, CORP_ID)],
)


# Seals and signatures


@BOTH
@given(text=st.text(max_size=300))
@hypothesis_settings(max_examples=40, deadline=None)
def test_the_library_opens_what_we_close_and_we_open_what_it_closes(
    channel: str, crypto: type[WeChatCrypto | WeComCrypto], receiver: str, text: str
) -> None:
    account = read_account(channel, TOKEN, AES_KEY, receiver)
    assert account
    xml = write_fields({"MsgType": "text", "Content": text, "CreateTime": SENT})
    ours = xmltodict.parse(account.encrypt(xml, SENT))["xml"]
    other = crypto(TOKEN, AES_KEY, receiver)
    assert (
        other.decrypt_message(ours, ours["MsgSignature"], ours["TimeStamp"], ours["Nonce"]) == xml
    )
    theirs = other.encrypt_message(xml, "nonce", str(SENT))
    query = {
        "msg_signature": xmltodict.parse(theirs)["xml"]["MsgSignature"],
        "timestamp": str(SENT),
        "nonce": "nonce",
    }
    assert account.decrypt(query, theirs.encode(), SENT) == xml.encode()


@BOTH
def test_what_is_sealed_for_another_or_changed_is_refused(
    channel: str, crypto: type[WeChatCrypto | WeComCrypto], receiver: str
) -> None:
    account = read_account(channel, TOKEN, AES_KEY, receiver)
    assert account
    for token, key, whose in [
        ("otherToken", AES_KEY, receiver),
        (TOKEN, AES_KEY[::-1], receiver),
        (TOKEN, AES_KEY, "wx0"),
    ]:
        body = crypto(token, key, whose).encrypt_message("<xml/>", "n", str(SENT))
        query = {
            "msg_signature": xmltodict.parse(body)["xml"]["MsgSignature"],
            "timestamp": str(SENT),
            "nonce": "n",
        }
        with pytest.raises(MessageRefused):
            account.decrypt(query, body.encode(), SENT)
    body = crypto(TOKEN, AES_KEY, receiver).encrypt_message("<xml/>", "n", str(SENT))
    query = {
        "msg_signature": xmltodict.parse(body)["xml"]["MsgSignature"],
        "timestamp": str(SENT),
        "nonce": "n",
    }
    assert account.decrypt(query, body.encode(), SENT) == b"<xml/>"
    for changed in (
        {"nonce": "m"},
        {"timestamp": str(SENT + 1)},
        {"msg_signature": ""},
        {"msg_signature": "é"},
    ):
        with pytest.raises(MessageRefused):
            account.decrypt(query | changed, body.encode(), SENT)
    for apart in (-MOST_APART - 1, MOST_APART + 1):
        with pytest.raises(MessageRefused):
            account.decrypt(query, body.encode(), SENT + apart)
    assert account.decrypt(query, body.encode(), SENT + MOST_APART) == b"<xml/>"


def test_where_there_is_a_seal_nothing_in_clear_is_taken() -> None:
    account = read_account(WECHAT, TOKEN, AES_KEY, APP_ID)
    assert account
    body = b"<xml><FromUserName>x</FromUserName></xml>"
    query = {"signature": signed(TOKEN, str(SENT), "n"), "timestamp": str(SENT), "nonce": "n"}
    assert WechatAccount(WECHAT, TOKEN).decrypt(query, body, SENT) == body
    with pytest.raises(MessageRefused):
        account.decrypt(query, body, SENT)
    with pytest.raises(MessageRefused):
        account.decrypt(query | {"msg_signature": query["signature"]}, body, SENT)


@given(data=st.binary(max_size=200))
@hypothesis_settings(max_examples=100, deadline=None)
def test_no_bytes_break_the_opening(data: bytes) -> None:
    whole = data + bytes(-len(data) % 16)
    for text in (
        data.decode("latin-1"),
        SEAL.encrypt("x")[: len(data)],
        base64.b64encode(whole).decode(),
    ):
        with pytest.raises(BadCiphertext):
            SEAL.decrypt(text)


def test_the_library_takes_our_signature() -> None:
    check_signature(TOKEN, signature(TOKEN, str(SENT), "n"), str(SENT), "n")


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ((WECHAT, "a b", "", ""), "MINPING_WECHAT_TOKEN"),
        ((WECHAT, "abc", AES_KEY, APP_ID), "MINPING_WECHAT_TOKEN"),
        ((WECHAT, TOKEN[:15], AES_KEY, APP_ID), "MINPING_WECHAT_TOKEN"),
        ((WECOM, TOKEN[:15], AES_KEY, CORP_ID), "MINPING_WECOM_TOKEN"),
        ((WECHAT, TOKEN * 3, AES_KEY, APP_ID), "MINPING_WECHAT_TOKEN"),
        ((WECHAT, "", AES_KEY, APP_ID), "MINPING_WECHAT_TOKEN"),
        ((WECHAT, TOKEN, "short", APP_ID), "MINPING_WECHAT_AES_KEY"),
        ((WECHAT, TOKEN, AES_KEY, ""), "MINPING_WECHAT_APP_ID"),
        ((WECOM, TOKEN, "", CORP_ID), "MINPING_WECOM_AES_KEY"),
        ((WECOM, TOKEN, AES_KEY, ""), "MINPING_WECOM_CORP_ID"),
    ],
)
def test_a_setting_that_is_missing_or_malformed_is_named(
    given: tuple[str, str, str, str], what: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read_account(*given)
    assert refused.value.where == what
    assert AES_KEY not in str(refused.value)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "MINPING_WECHAT_AES_KEY: behind https the service takes sealed messages only; "),
        ("zh-Hans", "MINPING_WECHAT_AES_KEY：对外使用 https 时只接收加密消息；"),
    ],
)
async def test_behind_https_the_start_asks_for_safe_mode(
    lang: str, said: str, tmp_path: Path, valkey_url: str
) -> None:
    settings = Settings(
        data=tmp_path, redis_url=valkey_url, public_url="https://x.example", wechat_token=TOKEN
    )
    async with build(settings) as service:
        with pytest.raises(BadInput) as refused:
            async with listening(service, asyncio.Event()):
                pass
    assert refused.value.render(lang).startswith(said)


def test_without_settings_there_is_no_account_and_secrets_are_not_shown() -> None:
    assert read_account(WECHAT, "", "", "") is None
    shown = repr(read_account(WECOM, TOKEN, AES_KEY, CORP_ID))
    assert TOKEN not in shown
    assert repr(SEAL.key) not in shown


# XML

BOMB = (
    b'<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    b"<xml><x>&c;</x></xml>"
)
FILE = (
    b"""<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>"""
)


@pytest.mark.parametrize(
    "body",
    [
        *(
            BOMB,
            FILE,
            BOMB.decode().encode("utf-16"),
            b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd"><xml/>',
        ),
        *(b"", b"<xml>", b"{}", b"<a/><b/>", b"<xml>&f;</xml>", b"\xff\xfe<"),
        b'<?xml version="1.0" encoding="x-no"?><xml/>',
    ],
)
def test_no_document_type_is_read_and_nothing_that_is_not_xml(body: bytes) -> None:
    with pytest.raises(BadXml):
        read_fields(body)


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z][a-z]{1,9}", fullmatch=True), st.text(max_size=80), max_size=5
    )
)
@hypothesis_settings(max_examples=50, deadline=None)
def test_fields_are_read_as_they_are_written_but_for_what_no_xml_holds(
    fields: dict[str, str],
) -> None:
    kept = {
        name: re.sub(r"[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
        for name, text in fields.items()
    }
    assert read_fields(write_fields(fields).encode()) == kept
    assert {
        k: v or ""
        for k, v in (
            xmltodict.parse(write_fields(fields), strip_whitespace=False)["xml"] or {}
        ).items()
    } == kept


def test_what_is_nested_deeper_is_left_out() -> None:
    body = (
        b"<xml><Event>scancode_push</Event><Info><Result>x</Result></Info><A>1<b>2</b>3</A></xml>"
    )
    assert read_fields(body) == {"Event": "scancode_push", "Info": "", "A": "13"}


# Messages


def fields(**changed: str) -> dict[str, str]:
    common = {
        "ToUserName": "gh_1",
        "FromUserName": OPENID,
        "CreateTime": "1795420790",
        "MsgType": "text",
    }
    return {
        name: text for name, text in {**common, "MsgId": "77", **changed}.items() if text != "-"
    }


@pytest.mark.parametrize(
    ("changed", "event"),
    [
        ({"Content": "2"}, Typed("2", sent=SENT)),
        ({"Content": " 满意 "}, Typed("满意", sent=SENT)),
        ({"Content": "满意", "bizmsgmenuid": "ABC.1:a:overall:S"}, Pressed("ABC.1:a:overall:S")),
        ({"Content": "开始"}, Started()),
        ({"Content": "Start"}, Started(lang="en")),
        ({"Content": "/start LINK-TAX"}, Started("LINK", "TAX")),
        ({"Content": "帮助。"}, TopicRequested("help")),
        ({"Content": "？"}, TopicRequested("help")),
        ({"Content": "删除"}, TopicRequested("delete")),
        ({"Content": "回执"}, TopicRequested("receipt")),
        ({"Content": "查看"}, Returned()),
        ({"Content": "网页"}, Returned()),
        ({"Content": "帮助很大，谢谢"}, Typed("帮助很大，谢谢", sent=SENT)),
        ({"MsgType": "image"}, Typed("", sent=SENT, media="photo")),
        ({"MsgType": "voice", "Recognition": "满意"}, Typed("", sent=SENT, media="voice")),
        (
            {"Content": "【收到不支持的消息类型，暂无法显示】"},
            Typed("", sent=SENT, media="other"),
        ),
        (
            {"MsgType": "event", "Event": "subscribe", "EventKey": "last_trade_no_4200001"},
            Started(),
        ),
        ({"MsgType": "event", "Event": "subscribe", "EventKey": ""}, Started()),
        (
            {"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_LINK-TAX"},
            Started("LINK", "TAX"),
        ),
        ({"MsgType": "event", "Event": "SCAN", "EventKey": "-TAX"}, Started("", "TAX")),
        ({"MsgType": "event", "Event": "SCAN", "EventKey": "<x>"}, Started()),
        ({"MsgType": "event", "Event": "CLICK", "EventKey": "privacy"}, TopicRequested("privacy")),
        ({"MsgType": "event", "Event": "CLICK", "EventKey": "weather"}, TopicRequested("help")),
        ({"MsgType": "event", "Event": "unsubscribe"}, Returned()),
        ({"MsgType": "event", "Event": "LOCATION"}, None),
        ({"MsgType": "news"}, None),
        ({"Content": "-"}, None),
        ({"Content": "2", "FromUserName": ""}, None),
        ({"Content": "2", "CreateTime": "soon"}, None),
    ],
)
def test_what_a_message_means(changed: dict[str, str], event: Update | None) -> None:
    taken = read_message(WECHAT, fields(**changed), SENT, name_of)
    assert (taken.incoming.event if taken else None) == event
    assert taken is None or taken.left == (changed.get("Event") == "unsubscribe")


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("qrscene_ABCDEFGHIJ", "r/ABCDEFGHIJ"),
        ("qrscene_ABCDEFGHIJ-TAX", "r/ABCDEFGHIJ/TAX"),
        ("qrscene_-TAX", "u/TAX"),
        ("qrscene_7K3M9P2QXB", "r/7K3M9P2QXB"),
        ("last_trade_no_4200001234", ""),
        ("qrscene_4200001234", ""),
        ("qrscene_order_2026113000", ""),
    ],
)
def test_no_unknown_code_goes_into_an_address(key: str, path: str) -> None:
    event = {"MsgType": "event", "Event": "subscribe", "EventKey": key}
    taken = read_message(WECHAT, fields(**event), SENT, name_of)
    assert taken is not None
    assert taken.web == path


def test_the_help_names_words_and_numbers_and_no_commands() -> None:
    talk = Talk(build_definition())
    talk.take(TopicRequested("help"))
    written = write_reply(Reply(screen=talk.screen), False)
    assert "/start" not in written
    assert "退订" in written
    assert len(written.encode()) <= 2048


def test_the_library_reads_the_same_message() -> None:
    xml = write_fields(fields(Content="满意"))
    theirs, ours = (
        parse_message(xml),
        read_message(WECHAT, read_fields(xml.encode()), SENT, name_of),
    )
    assert ours
    assert (theirs.source, theirs.target, theirs.content) == (ours.to, ours.by, "满意")
    event = write_fields(fields(MsgType="event", Event="SCAN", EventKey="LINK-TAX", Ticket="t"))
    assert parse_message(event).scene_id == "LINK-TAX"
    ours = read_message(WECHAT, read_fields(event.encode()), SENT, name_of)
    assert ours
    assert ours.incoming.event == Started("LINK", "TAX")
    wecom = write_fields(fields(Content="1", AgentID="1000002"))
    assert parse_wecom(wecom).source == OPENID


def test_a_message_that_comes_again_has_the_same_key_and_no_other_has() -> None:
    def key(channel: str = WECHAT, **changed: str) -> str:
        taken = read_message(channel, fields(**changed), SENT, name_of)
        assert taken
        return taken.incoming.key

    events = {"MsgType": "event", "MsgId": "-"}
    keys = [
        key(Content="1"),
        key(Content="1", MsgId="78"),
        key(Content="1", FromUserName="oOther"),
        key(WECOM, Content="1"),
        key(**events, Event="SCAN", EventKey="A"),
        key(**events, Event="SCAN", EventKey="B"),
        key(**events, Event="CLICK", EventKey="A"),
        key(**events, Event="SCAN", EventKey="A", CreateTime="1795420791"),
    ]
    assert len(set(keys)) == len(keys)
    assert key(Content="1") == key(Content="1", Extra="x")


def test_a_letter_is_read_as_the_message_was(tmp_path: Path) -> None:
    keys, message = make_gate_keys(tmp_path), fields(Content="2")
    live = read_message(WECHAT, message, 1_795_420_790, keys.update)
    assert live
    assert update_readers(keys)["wechat"](write_fields(message).encode()) == live.incoming
    assert update_readers(keys)["wechat"](b"no xml") is None
    assert OPENID not in live.incoming.key


def test_when_a_message_was_written_is_told_by_our_clock() -> None:
    written = fields(CreateTime="1000")
    assert [written_at(written, told, 5000.9) for told in (1000, 1007, 990)] == [5000, 4993, 5000]


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "FromUserName",
                "MsgType",
                "Event",
                "EventKey",
                "Content",
                "CreateTime",
                "MsgId",
                "bizmsgmenuid",
            ]
        ),
        st.text(max_size=12)
        | st.sampled_from(["event", "text", "1", "SCAN", "subscribe", "image"]),
    )
)
@hypothesis_settings(max_examples=150, deadline=None)
def test_any_fields_are_read_or_are_nothing(raw: dict[str, str]) -> None:
    taken = read_message(WECHAT, raw, SENT, name_of)
    assert taken is None or (isinstance(taken, ParsedMessage) and taken.incoming.user)


# Texts


def screens(lang: str) -> list[Screen]:
    """Return what a citizen sees up to the receipt, for each kind of unit, and on side screens."""
    shown: list[Screen] = []
    for code, unit in build_definition().units.items():
        if unit.questionnaire == "missing":
            continue
        talk = Talk(build_definition())
        talk.start(unit=code, lang=lang)
        for _ in range(40):
            assert talk.screen
            shown.append(talk.screen)
            if talk.screen.step == "receipt":
                break
            buttons = [button for row in talk.screen.rows for button in row]
            if talk.screen.input is Input.TEXT:
                talk.write(("很" if lang == "zh-Hans" else "x") * (300 if code != "MIX" else 10))
            elif talk.screen.input is Input.NUMBER:
                talk.write("7")
            else:
                talk.press_data(buttons[0].data)
        for topic in ("help", "privacy", "language", "delete"):
            talk.take(TopicRequested(topic))
            assert talk.screen
            shown.append(talk.screen)
    return shown


@pytest.mark.parametrize("lang", shipped_words().languages)
@pytest.mark.parametrize("taps", [True, False])
def test_every_shipped_screen_fits_whole_and_tells_how_to_go_on(lang: str, taps: bool) -> None:
    shown = screens(lang)
    assert {"review", "receipt", "help", "q:overall"} <= {screen.step for screen in shown}
    for screen in shown:
        text = write_reply(Reply(("您好！" * 30,), screen), taps)
        plain = TAP.sub(r"\3", text)
        assert len(text.encode()) <= MOST_BYTES
        assert channel_words().say(lang, "text-more") not in text, screen.step
        assert (plain.count("<a "), len(text) > len(plain)) == (0, taps), screen.step
        if screen.step == "review":
            assert {"zh-Hans": "核对无误，请回复：提交", "en": "please reply: Submit"}[
                lang
            ] in plain


@pytest.mark.parametrize("lang", shipped_words().languages)
def test_after_a_deletion_it_says_what_the_chat_keeps(lang: str) -> None:
    screen = deleted_screen(build_definition(), lang)
    text = write_reply(Reply((), screen), taps=False)
    kept, _, office = screen.text.rpartition("\n")
    assert kept in text
    assert office
    assert office not in text  # words for an office cannot be left in this channel
    assert channel_words().say(lang, "deleted-wechat") in text


@given(
    st.text(max_size=4000),
    st.lists(st.text(max_size=300), max_size=4),
    st.booleans(),
    st.integers(0, 9),
)
@hypothesis_settings(max_examples=60, deadline=None)
def test_what_is_too_long_is_shortened_and_the_way_on_stays(
    text: str, notices: list[str], taps: bool, options: int
) -> None:
    rows = tuple((Button(f"{'选项' * 20}{n}", f"ABC.1:a:q:{n}"),) for n in range(options))
    screen = Screen("q:q", "zh-Hans", text, (*rows, (Button("停止", "ABC.1:x:q"),)))
    shown = write_reply(Reply(tuple(notices), screen), taps)
    assert len(shown.encode("utf-8", "replace")) <= MOST_BYTES
    assert "停止" in shown.rpartition("\n")[2]
    assert all(f"{n + 1} " in shown for n in range(options))


def test_what_can_be_kept_has_its_address_or_stands_there_whole() -> None:
    shown = Screen("promised", "en", "Yours", ((Button("Done", "n.1:o:x"),),), keep="note <b>\n")
    linked = replace(shown, address="https://rate.example/p/2026#abc")
    for taps in (True, False):
        text = write_reply(Reply(screen=linked), taps)
        assert "Yours\n\nOpen its page, to keep it\nhttps://rate.example/p/2026#abc\n\n" in text
        assert "note" not in text
        text = write_reply(Reply(screen=replace(shown, address="/p/2026#abc")), taps)
        assert text.startswith("Yours\n\nnote <b>\n")
        assert "#abc" not in text


def test_the_page_that_confirms_is_an_address_with_words_of_its_own() -> None:
    shown = Screen("identity", "zh-Hans", "确认", ((Button("返回", "n.1:o:identity"),),))
    text = write_reply(Reply(screen=replace(shown, address="https://rate.example/i/abc")), True)
    assert "打开网页，确认身份\nhttps://rate.example/i/abc\n\n" in text


def test_a_citizens_words_make_no_link() -> None:
    screen = Screen(
        "unit", "zh-Hans", '→ <a href="weixin://bizmsgmenu?msgmenucontent=x&msgmenuid=y">x</a>'
    )
    assert "<a" not in write_reply(Reply((), screen), taps=True)


def test_data_that_would_break_a_link_is_not_linked() -> None:
    screen = Screen("unit", "zh-Hans", "", ((Button("局", 'A.1:u:"><b'),),), Input.SEARCH)
    assert write_reply(Reply((), screen), taps=True) == "1 局\n\n请回复序号或单位名称。"


# The channel


@dataclass
class Handler:
    """Takes everything and shows one screen."""

    taken: list[Incoming] = field(default_factory=list)

    async def handle(self, incoming: Incoming) -> Reply:
        self.taken.append(incoming)
        return Reply(screen=Screen("unit", "zh-Hans", "好", ((Button("再来", "A.1:n"),),)))

    async def note(self, incoming: Incoming, delivery: Delivery) -> None:
        assert delivery == Delivery(blocked=True)
        self.taken.append(incoming)


@dataclass
class Stand:
    """One account, served alone."""

    channel: WechatChannel
    handler: Handler
    client: TestClient
    kept: list[bytes]
    clock: Frozen

    @property
    def now(self) -> str:
        return str(int(self.clock.time.timestamp()))


async def stand(account: WechatAccount | None) -> AsyncIterator[Stand]:
    assert account
    handler, kept, clock = Handler(), list[bytes](), Frozen()

    async def keep(_channel: str, raw: bytes) -> bool:
        kept.append(raw)
        return True

    async with WechatChannel(account, handler, clock, name_of, keep) as channel:
        app = Application()
        app.add_routes(channel.routes())
        async with TestClient(TestServer(app)) as client:
            yield Stand(channel, handler, client, kept, clock)


@pytest.fixture
async def plain() -> AsyncIterator[Stand]:
    async for made in stand(read_account(WECHAT, TOKEN, "", "")):
        yield made


@pytest.fixture
async def wechat() -> AsyncIterator[Stand]:
    async for made in stand(read_account(WECHAT, TOKEN, AES_KEY, APP_ID)):
        yield made


@pytest.fixture
async def wecom() -> AsyncIterator[Stand]:
    async for made in stand(read_account(WECOM, TOKEN, AES_KEY, CORP_ID)):
        yield made


async def test_the_page_of_an_official_account_is_answered(plain: Stand, wechat: Stand) -> None:
    for made in (plain, wechat):  # in each mode it asks in clear
        query = {
            "signature": signed(TOKEN, made.now, "n"),
            "timestamp": made.now,
            "nonce": "n",
            "echostr": "4711",
        }
        answer = await made.client.get("/wechat", params=query)
        assert (answer.status, await answer.text(), answer.content_type) == (
            200,
            "4711",
            "text/plain",
        )
        for changed in (
            {"signature": "0" * 40},
            {"timestamp": "1"},
            {"timestamp": "x"},
            {"nonce": "m"},
        ):
            assert (await made.client.get("/wechat", params=query | changed)).status == 403
    assert (await plain.client.get("/wechat")).status == 403


async def test_the_page_of_an_application_is_answered(wecom: Stand) -> None:
    crypto = WeComCrypto(TOKEN, AES_KEY, CORP_ID)
    sealed = xmltodict.parse(crypto.encrypt_message("4711", "n", wecom.now))["xml"]
    query = {
        "msg_signature": sealed["MsgSignature"],
        "timestamp": wecom.now,
        "nonce": "n",
        "echostr": sealed["Encrypt"],
    }
    assert (
        crypto.check_signature(query["msg_signature"], wecom.now, "n", sealed["Encrypt"]) == "4711"
    )
    answer = await wecom.client.get("/wecom", params=query)
    assert (answer.status, await answer.text()) == (200, "4711")
    assert (await wecom.client.get("/wecom", params=query | {"echostr": "4711"})).status == 403


async def test_what_was_recorded_cannot_be_played_back_later(wechat: Stand) -> None:
    body = WeChatCrypto(TOKEN, AES_KEY, APP_ID).encrypt_message(
        write_fields(fields(Content="1")), "n", wechat.now
    )
    query = {
        "msg_signature": xmltodict.parse(body)["xml"]["MsgSignature"],
        "timestamp": wechat.now,
        "nonce": "n",
    }
    assert (await wechat.client.post("/wechat", params=query, data=body)).status == 200
    wechat.clock.time += timedelta(seconds=MOST_APART + 1)
    assert (await wechat.client.post("/wechat", params=query, data=body)).status == 403
    assert (len(wechat.handler.taken), wechat.channel.counts["refused"]) == (1, 1)


async def test_one_recorded_signature_makes_no_other_person(wechat: Stand, wecom: Stand) -> None:
    for made, crypto in (
        (wechat, WeChatCrypto(TOKEN, AES_KEY, APP_ID)),
        (wecom, WeComCrypto(TOKEN, AES_KEY, CORP_ID)),
    ):
        path = made.channel.routes()[0].path
        sealed = crypto.encrypt_message(write_fields(fields(Content="1")), "n", made.now)
        query = {
            "signature": signed(TOKEN, made.now, "n"),
            "msg_signature": xmltodict.parse(sealed)["xml"]["MsgSignature"],
            "timestamp": made.now,
            "nonce": "n",
        }
        for number in range(60):
            invented = write_fields(fields(Content="1", FromUserName=f"o{number}"))
            other = crypto.encrypt_message(invented, "n", made.now)
            for body in (invented, other):
                assert (await made.client.post(path, params=query, data=body)).status == 403
        assert (made.handler.taken, made.channel.counts["refused"]) == ([], 120)


async def test_what_is_too_large_is_dropped(plain: Stand) -> None:
    query = {"signature": signed(TOKEN, plain.now, "n"), "timestamp": plain.now, "nonce": "n"}
    answer = await plain.client.post("/wechat", params=query, data=b"<xml>" + b"x" * 70_000)
    assert (answer.status, await answer.text(), plain.channel.counts["dropped"]) == (
        200,
        "success",
        1,
    )


async def test_mangled_messages_are_never_a_fault(
    plain: Stand, wechat: Stand, wecom: Stand
) -> None:
    chance = Random(20261123)
    whole = write_fields(fields(Content="满意")).encode()
    for number in range(100):
        raw = bytearray(whole)
        for _ in range(chance.randint(0, 3)):
            raw[chance.randrange(len(raw))] = chance.choice(
                b"0123456789abcdefghijklmnopqrstuvwxyz<>[]&\x00\xff"
            )
        body = bytes(raw)[: chance.randint(0, len(raw))] if number % 3 == 0 else bytes(raw)
        query = {"signature": signed(TOKEN, plain.now, "n"), "timestamp": plain.now, "nonce": "n"}
        answer = await plain.client.post("/wechat", params=query, data=body)
        assert answer.status == 200
        for made, crypto in (
            (wechat, WeChatCrypto(TOKEN, AES_KEY, APP_ID)),
            (wecom, WeComCrypto(TOKEN, AES_KEY, CORP_ID)),
        ):
            outer = crypto.encrypt_message(body.decode("latin-1"), "n", made.now)
            query = {
                "msg_signature": xmltodict.parse(outer)["xml"]["MsgSignature"],
                "timestamp": made.now,
                "nonce": "n",
            }
            path = made.channel.routes()[0].path
            assert (await made.client.post(path, params=query, data=outer)).status == 200
            assert (await made.client.post(path, params=query, data=body)).status == 403
    assert plain.handler.taken
    assert plain.kept


async def test_of_strangers_nothing_is_kept(plain: Stand, wechat: Stand, wecom: Stand) -> None:
    for made in (plain, wechat, wecom):
        path = made.channel.routes()[0].path
        for body in (
            b"",
            b"no xml",
            write_fields(fields(Content="1")).encode(),
            b"<xml><Encrypt>x</Encrypt></xml>",
        ):
            for query in (
                {},
                {"timestamp": made.now, "nonce": "n", "signature": "", "msg_signature": "0" * 40},
            ):
                assert (await made.client.post(path, params=query, data=body)).status == 403
        assert (made.kept, made.handler.taken) == ([], [])
