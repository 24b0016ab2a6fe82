"""Files of accounts: secrets for their owner's eyes, and refusals that name the field."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from bot.messengers.account_files import read_account, read_account_files
from bot.messengers.gateway.description import (
    load_description,
    read_description,
    shipped_descriptions,
)
from bot.messengers.registry import make_messengers
from survey_flows.errors import BadInput

GOOD = """
provider: gateway
url: https://gateway.example/
secrets: {key: a key}
settings: {description: plain-json}
hook: abcdefghijklmnopqrstuv
rate: 20
hours: 08:00-22:00
"""
SITE = "https://mp.cs.cn"


def written(data: Path, name: str, text: str, mode: int = 0o600) -> Path:
    folder = data / "messengers"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_without_files_there_are_no_accounts(tmp_path: Path) -> None:
    assert read_account_files(tmp_path) == []
    assert make_messengers(tmp_path, "") == []


def test_an_account_declares_what_its_file_says(tmp_path: Path) -> None:
    written(tmp_path, "city", GOOD)
    (made,) = make_messengers(tmp_path, SITE)
    said = made.account
    assert (said.name, said.kind, said.provider, said.link) == ("city", "sms", "gateway", "free")
    assert (said.rate, said.hours) == (20.0, (time(8), time(22)))
    assert "a key" not in repr(said)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_secrets_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    written(tmp_path, "city", GOOD, mode)
    with pytest.raises(BadInput, match="chmod 600"):
        read_account_files(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("url: https://", "url: http://", "has to begin with https://"),
        ("url: https://gateway.example/\n", "", "the account needs this value"),
        ("rate: 20", "rate: 0", "above 0"),
        ("rate: 20", "rate: nan", "above 0"),
        ("08:00-22:00", "22:00-08:00", "08:00-22:00"),
        ("abcdefghijklmnopqrstuv", "short", "at least 22"),
        ("hook:", "hooks:", "hooks"),
        ("rate: 20", "tls_pin: abc", "64 hexadecimal"),
        ("provider: gateway", "provider: pigeon", "pigeon"),
        ("{key: a key}", "{}", "the account needs this value"),
        ("description: plain-json", "description: nothing-like-it", "no such file"),
        ("description: plain-json", "description: ../../x", "no such file"),
    ],
)
def test_what_is_wrong_is_refused_by_name(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert old in GOOD
    written(tmp_path, "city", GOOD.replace(old, new))
    with pytest.raises(BadInput, match=why):
        make_messengers(tmp_path, SITE)


def test_two_accounts_of_one_kind_and_links_without_an_address_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "city", GOOD)
    with pytest.raises(BadInput, match="public https address"):
        make_messengers(tmp_path, "http://localhost")
    written(tmp_path, "other", GOOD)
    with pytest.raises(BadInput, match="another account serves the same kind"):
        make_messengers(tmp_path, SITE)


def test_a_pin_may_have_colons() -> None:
    pin = ":".join(["AB"] * 32)
    assert read_account(GOOD + f"tls_pin: {pin}\n", "city").tls_pin == "ab" * 32


def test_every_shipped_description_can_be_read(tmp_path: Path) -> None:
    assert shipped_descriptions() == ["cmas-norsubmit", "cmas-tmpsubmit", "plain-json"]
    for name in shipped_descriptions():
        assert load_description(name, tmp_path).fields


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("body: json", "body: xml", "xml"),
        ("later: later", "later: perhaps", "perhaps"),
        ("later: later", "later: silence soon", "silence soon"),
        ("mac_over: [to, text]", "mac_over: [to, words]", "signature"),
        ("kind: sms", "kind: pigeon", "pigeon"),
    ],
)
def test_a_description_that_means_nothing_is_refused(old: str, new: str, why: str) -> None:
    text = Path("bot/messengers/descriptions/plain-json.yaml").read_text("utf-8")
    assert old in text
    with pytest.raises(BadInput, match=why):
        read_description(text.replace(old, new, 1), "own.yaml")
