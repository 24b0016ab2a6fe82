"""The interfaces that accounts may name as their provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.messengers.account_files import AccountFile, read_account_files
from bot.messengers.aliyun import messenger as aliyun
from bot.messengers.contract import AccountMessenger
from bot.messengers.dingtalk import messenger as dingtalk
from bot.messengers.email import messenger as email
from bot.messengers.feishu import messenger as feishu
from bot.messengers.gateway import messenger as gateway
from bot.messengers.tencent import messenger as tencent
from bot.messengers.twilio import messenger as twilio
from bot.messengers.wechat import messenger as wechat
from bot.messengers.wecom import messenger as wecom
from survey_flows.errors import BadInput, Message, Place

PROVIDERS: Mapping[str, Callable[[AccountFile, Path], AccountMessenger]] = {
    "aliyun": aliyun.make,
    "dingtalk": dingtalk.make,
    "email": email.make,
    "feishu": feishu.make,
    "gateway": gateway.make,
    "tencent": tencent.make,
    "twilio": twilio.make,
    "wechat": wechat.make,
    "wecom": wecom.make,
}


def make_messengers(data: Path, public_url: str) -> list[AccountMessenger]:
    """Return a messenger for each account in a data folder.

    Raises:
        BadInput: a file is not as it should be, names a provider that is unknown, serves a kind of
            address that another serves, or the service has no address that links could lead to.
    """
    files = read_account_files(data)
    found = [_make(file, data) for file in files]
    if found and not public_url.startswith("https://"):
        raise BadInput(Message("messengers-no-address"), Place(field="MINPING_PUBLIC_URL"))
    kinds = Counter(one.account.kind for one in found)
    for file, one in zip(files, found, strict=True):
        if kinds[one.account.kind] > 1:
            raise BadInput(Message("messengers-kind-twice"), file.place())
    return found


def _make(file: AccountFile, data: Path) -> AccountMessenger:
    maker = PROVIDERS.get(file.provider)
    if maker is None:
        message = Message("messengers-choice", value=file.provider, choices=tuple(PROVIDERS))
        raise BadInput(message, file.place("provider"))
    return maker(file, data)
