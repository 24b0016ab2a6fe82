"""Kinds of addresses: their forms, and the pseudonyms by which a person is known again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from bot.core.identity import Address
from bot.crypto.contact_keys import ContactKeys
from survey_flows.errors import Message

TELEGRAM, SMS, EMAIL, LETTER, OUTSIDE = "telegram", "sms", "email", "letter", "outside"
WECHAT, WECOM, DINGTALK, FEISHU = "wechat", "wecom", "dingtalk", "feishu"
NUMBER = "number"
"""Kind of a row by which a person is known, and to which nothing is sent."""
GONE = ""
"""Kind of what is left of an address after an opt-out."""
LONGEST = 200
"""Characters of the longest address, a postal one."""

CHAT_ID = re.compile(r"[1-9][0-9]{0,15}")
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
"""E.164: a plus, at most 15 digits, none of which before the others is 0."""
CHINESE_MOBILE = re.compile(r"1[3-9][0-9]{9}")
"""Mobile numbers of the mainland have eleven digits (numbering plan of 2017)."""
IN_CHINA = "+86"
MAIL = re.compile(r"[^\s@,;<>\"]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
WECHAT_USER = re.compile(r"[0-9A-Za-z_-]{20,64}")
"""A person's openid in the city's WeChat account."""
WECOM_USER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.@-]{0,63}")
"""A member's id as WeCom takes it: 1 to 64 signs, the first a letter or digit."""
DINGTALK_USER = re.compile(r"[0-9A-Za-z_.@-]{1,64}")
"""A member's userid of DingTalk."""
FEISHU_USER = re.compile(r"[0-9A-Za-z_]{1,64}")
"""A member's user_id of Feishu."""
LIST_NUMBER = re.compile(r"[0-9A-Za-z_.-]{1,32}")
SHORTEST_LETTER = 5


def _telegram(text: str) -> str | None:
    return text if CHAT_ID.fullmatch(text) else None


def phone_number(text: str) -> str | None:
    """Return a telephone that takes messages in E.164, such as +8613800138000; None for others.

    A number without a country is one of the Chinese mainland, where only mobiles take messages.
    """
    plain = re.sub(r"[ ()\u2010-\u2015-]", "", text)
    plain = "+" + plain[2:] if plain.startswith("00") else plain
    if CHINESE_MOBILE.fullmatch(plain):
        return IN_CHINA + plain
    if not INTERNATIONAL.fullmatch(plain):
        return None
    abroad = not plain.startswith(IN_CHINA)
    return plain if abroad or CHINESE_MOBILE.fullmatch(plain.removeprefix(IN_CHINA)) else None


def returned_number(text: str) -> str | None:
    """Return the telephone that a provider names in E.164; None for others.

    Providers also write the country without a plus, such as 8613800138000 or 85291234567. What
    reads as a Chinese mobile without a country is one.
    """
    return phone_number(text) or phone_number(f"+{text.strip()}")


def _mail(text: str) -> str | None:
    plain = text.lower()
    return plain if MAIL.fullmatch(plain) else None


def _wechat(text: str) -> str | None:
    return text if WECHAT_USER.fullmatch(text) else None


def _wecom(text: str) -> str | None:
    return text if WECOM_USER.fullmatch(text) else None


def _dingtalk(text: str) -> str | None:
    return text if DINGTALK_USER.fullmatch(text) else None


def _feishu(text: str) -> str | None:
    return text if FEISHU_USER.fullmatch(text) else None


def _letter(text: str) -> str | None:
    plain = " ".join(text.split())
    return plain if SHORTEST_LETTER <= len(plain) <= LONGEST else None


def _outside(text: str) -> str | None:
    return text if LIST_NUMBER.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of address: its names in a table, the reader of its form, the refusal of others."""

    zh: str
    en: str
    read: Callable[[str], str | None]
    refusal: Message


KINDS = {
    TELEGRAM: Kind("Telegram", "Telegram", _telegram, Message("fieldwork-no-telegram-address")),
    SMS: Kind("短信", "SMS", phone_number, Message("fieldwork-no-phone")),
    EMAIL: Kind("电子邮件", "E-mail", _mail, Message("fieldwork-no-mail-address")),
    WECHAT: Kind("微信", "WeChat", _wechat, Message("fieldwork-no-wechat-user")),
    WECOM: Kind("企业微信", "WeCom", _wecom, Message("fieldwork-no-wecom-user")),
    DINGTALK: Kind("钉钉", "DingTalk", _dingtalk, Message("fieldwork-no-dingtalk-user")),
    FEISHU: Kind("飞书", "Feishu", _feishu, Message("fieldwork-no-feishu-user")),
    LETTER: Kind("信函", "Letter", _letter, Message("fieldwork-no-postal-address")),
    OUTSIDE: Kind("名单单位发送", "List keeper", _outside, Message("fieldwork-no-list-number")),
}
"""By code. Of `OUTSIDE` people the list's keeper alone holds an address, and we hold a number."""


@lru_cache(maxsize=256)
def kind_called(text: str) -> str:
    """Return the code of the kind with this code or name; empty when there is none."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    for code, kind in KINDS.items():
        if plain in (code, kind.zh.lower(), kind.en.lower()):
            return code
    return ""


def list_number(source: str, number: str) -> Address:
    """Return the address that stands for a person's number in a list: numbers of two lists differ.

    Args:
        source: the list's name.
        number: as `LIST_NUMBER`, so that the stroke before it is the last one.
    """
    return Address(OUTSIDE, f"{source}/{number}")


def number_in_list(address: Address) -> tuple[str, str]:
    """Return the list and the number of what `list_number` made."""
    source, _, number = address.address.rpartition("/")
    return source, number


def lookup_of(keys: ContactKeys, address: Address, person: Address | None = None) -> bytes:
    """Return the pseudonym under which an address is kept.

    Of a letter it is bound to ``person`` (their number or telephone): several people live at one
    postal address, and none of them is known by it.
    """
    if address.channel != LETTER or person is None:
        return keys.lookup(address)
    return keys.lookup(Address(LETTER, f"{keys.lookup(person).hex()} {address.address}"))
