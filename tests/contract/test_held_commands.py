"""The commands for held campaigns and refused envelopes, as an operator types them."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.__main__ import make_parser
from bot.accounts.staff import add_staff
from bot.campaigns.summaries import show_campaign
from bot.core.settings import Settings
from bot.storage.database import writing
from bot.storage.schema import all as tables
from survey_flows.errors import BadInput
from tests.contract.test_conductor import Road, make_road
from tests.contract.test_guarded_log import PASSWORD
from tests.contract.test_mixer import rows
from tests.desk import roster_of

ADMIN = "administrator"


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def typed(store_url: str, folder: Path, *words: str) -> int:
    """Run a command on the road's database and keys."""
    keys = folder / "keys" / "mixer"
    if not keys.exists():
        shutil.copytree(folder / "mixer", keys)
    chosen = make_parser(words[0]).parse_args(words)
    settings = Settings(database_url=store_url, data=folder, log_origin="minping")
    return int(await chosen.run(settings, chosen))


async def test_a_held_campaign_is_shown_and_closed_with_what_is_missing(
    road: Road, store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        await road.rate(f"{number}")
    (_, row, _) = await rows(road, tables.staging)
    async with writing(road.database) as connection:
        await connection.execute(delete(tables.staging).where(tables.staging.c.id == row.id))
    await road.close("year")
    held = "year: messages that the gate accepted were not mixed: 1; they concern the units TAX"
    assert await typed(store_url, tmp_path, "held", "show", "year") == 0
    assert capsys.readouterr().out.splitlines() == [held]
    settle = ("held", "settle", "year", "--missing", "1", "--reason", "a disk was full")
    assert await typed(store_url, tmp_path, *settle) == 0
    assert capsys.readouterr().out.splitlines() == [held, "year is now: closed"]
    assert (await show_campaign(road.database, "year")).state == "closed"


async def test_refused_envelopes_are_counted_tried_again_and_refused(
    road: Road,
    store_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (box,) = await rows(road, tables.mixer_keys)
    async with writing(road.database) as connection:
        foreign = [{"box": box.id, "sealed": b"x" * 99}, {"box": "none", "sealed": b"y" * 99}]
        await connection.execute(tables.staging.insert(), foreign)
    await road.mix()
    for words in (
        ("show",),
        ("retry", "--reason", "unknown_key"),
        ("refuse", "--reason", "broken"),
        ("show",),
    ):
        assert await typed(store_url, tmp_path, "staging", *words) == 0
    assert capsys.readouterr().out.splitlines() == [
        "broken (damaged, or not sealed to its key), staging: 1 kept, 0 refused for good",
        "unknown_key (there is no mixer key of this name), staging: 1 kept, 0 refused for good",
        "1 put back; the mixer takes them with its next batch",
        "1 refused for good",
        "broken (damaged, or not sealed to its key), staging: 0 kept, 1 refused for good",
    ]
    assert [row.box for row in await rows(road, tables.staging)] == ["none"]
    await road.mix()
    for login in ("zhou", "li"):
        await add_staff(roster_of(road.database, tmp_path / "keys/desk"), login, PASSWORD, ADMIN)
    given = ("staging", "refuse", "--reason", "unknown_key")
    for people, said, refusal in (
        ((), PASSWORD, "two different people"),
        (("--by", "nobody"), PASSWORD, "no account that decides"),
        (("--by", "zhou"), "guessed", "this password is wrong"),
    ):
        monkeypatch.setattr("getpass.getpass", lambda _prompt, said=said: said)
        with pytest.raises(BadInput, match=refusal):
            await typed(store_url, tmp_path, *given, *people)
        assert all(row.sealed for row in await rows(road, tables.refused) if row.box == "none")
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    capsys.readouterr()
    assert await typed(store_url, tmp_path, *given, "--by", "zhou") == 0
    assert capsys.readouterr().out.splitlines() == ["1 refused for good"]
    async with writing(road.database) as connection:
        await connection.execute(delete(tables.refused))
    assert await typed(store_url, tmp_path, "staging", "show") == 0
    assert capsys.readouterr().out.splitlines() == ["no envelope is refused"]
