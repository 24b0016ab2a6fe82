"""Twilio: what it posts is signed, and the signature equals the official library's."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

from bot.fieldwork.outreach.messenger import DeliveryOutcome as To
from bot.messengers.contract import BadReceipt, Request
from bot.messengers.twilio.messenger import outcome_of, signature
from tests.unit.bot.messengers.test_messengers import CASES, HOOK, messenger_of

STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered"}
STATUS |= {"To": "+14155550100", "From": "+14155550199"}
WORDS = {"MessageSid": "SM2", "Body": "停止 please & thanks", "From": "+14155550100"}
# By twilio 9.13.0, `RequestValidator("token-of-test").compute_signature`.
SIGNED = {"SM1": "MQt8xDvcUeHYmgq0WED7c9+d7YQ=", "SM2": "AN99hDD1F33hRGll4jPB2Ry63k8="}
WHERE = f"https://mp.cs.cn/hooks/city/{HOOK}"


def request(said: dict[str, str], signed: str) -> Request:
    return Request(urlencode(said).encode(), {"x-twilio-signature": signed})


@pytest.mark.parametrize("said", [STATUS, WORDS])
def test_the_official_library_signs_alike(said: dict[str, str]) -> None:
    assert signature("token-of-test", WHERE, said) == SIGNED[said["MessageSid"]]


def test_a_status_and_words_are_taken_only_with_their_signature(tmp_path: Path) -> None:
    messenger = messenger_of(CASES["twilio"], "https://api.example", tmp_path)
    hooked = messenger.read_hook(request(STATUS, SIGNED["SM1"]))
    assert (hooked.receipts, hooked.words) == ((("SM1", To.DELIVERED),), ())
    hooked = messenger.read_hook(request(WORDS, SIGNED["SM2"]))
    assert (hooked.receipts, hooked.words) == ((), (("+14155550100", "停止 please & thanks"),))
    assert hooked.answer == "", "any other answer would be sent as a message"
    for said, signed in (
        (STATUS | {"MessageStatus": "failed"}, SIGNED["SM1"]),
        (STATUS, SIGNED["SM2"]),
        (STATUS, ""),
        (WORDS, "é"),
    ):
        with pytest.raises(BadReceipt):
            messenger.read_hook(request(said, signed))


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        ("sent", "", None),
        ("delivered", "", To.DELIVERED),
        ("undelivered", "30003", To.LATER),
        ("undelivered", "30005", To.UNREACHABLE),
        ("failed", "21610", To.OPTED_OUT),
        ("failed", "", To.LATER),
    ],
)
def test_only_the_last_status_counts(status: str, code: str, outcome: To | None) -> None:
    assert outcome_of(status, code) is outcome
