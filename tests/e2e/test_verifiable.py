"""From citizens' ballots to a bundle that anybody can check, by the commands themselves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from bot.__main__ import main
from bot.campaigns import close_campaign
from bot.gate import Citizen, Gate
from bot.resources import shipped_questionnaires
from bot.store.database import open_database, writing
from bot.store.log import LogDamaged
from survey_flows.ballot import Ballot
from survey_flows.effects import Cast, Effect, Erase
from tests.web_city import NOW, City, city

BUCKET = int(NOW.timestamp()) // 900


def ballot(rng: Random, number: int) -> Ballot:
    unit, questionnaire = rng.choice([("FIN", "econ"), ("EDU", "livelihood")])
    group = rng.choice(["resident", "service_user", "enterprise"])
    questions = len(shipped_questionnaires()[questionnaire].rated)
    ratings = " ".join(rng.choices(["VS", "S", "B", "D", "VD", "DK"], k=questions))
    receipt = "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
    return Ballot(
        "2026", unit, questionnaire, group, "", "invited", ratings, (), "slow" * (number % 2), BUCKET, receipt
    )


async def crowd(made: City, people: int) -> list[str]:
    """Ballots, some cast again and some withdrawn; returns the receipts."""
    rng = Random(7)
    service = made.service
    gate = Gate(service.keys, service.mixer.key.public)
    ballots = [ballot(rng, number) for number in range(people)]
    todo: list[tuple[Citizen, Effect]] = [(Citizen("test", str(n)), Cast(b)) for n, b in enumerate(ballots)]
    again = [ballot(rng, number) for number in range(40)]
    todo += [(Citizen("test", str(n)), Cast(b)) for n, b in enumerate(again)]
    todo += [(Citizen("test", str(n)), Erase("2026")) for n in range(30, 60)]
    for start in range(0, len(todo), 100):
        async with writing(service.database) as connection:
            await gate.admit(connection, todo[start : start + 100])
        await service.mixer.turn()
    return [b.receipt for b in ballots + again]


async def test_a_campaign_is_verified_from_its_bundle_alone_and_a_changed_answer_is_found(
    tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    async with city(folder, valkey_url) as made:
        receipts = await crowd(made, 500)
        await close_campaign(made.service.database, "2026")
        await made.service.mixer.turn()
        key = made.service.mixer.key.write()
    monkeypatch.setenv("MINPING_DATA", str(folder))

    def command(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        return code, "".join(capsys.readouterr())

    public, audit, forged = (str(tmp_path / name) for name in ("public.zip", "audit.zip", "forged.zip"))
    for arguments in ((public,), (audit, "--openings")):
        code, said = await asyncio.to_thread(command, "bundle", "2026", *arguments)
        assert code == 0, said
    for receipt in (receipts[0], receipts[35], receipts[-1]):
        code, said = await asyncio.to_thread(command, "verify", public, "--key", key, "--receipt", receipt)
        assert (code, "FAIL" in said) == (0, False), said
    code, said = await asyncio.to_thread(command, "verify", audit, "--key", key)
    assert (code, "FAIL" in said) == (0, False), said
    code, said = await asyncio.to_thread(command, "verify", public, "--key", key, "--receipt", "A" * 16)
    assert code == 1

    database = open_database(f"sqlite:///{folder / 'minping.sqlite3'}")
    async with writing(database) as connection:
        await connection.execute(text("UPDATE ballots SET stratum = 'elsewhere'"))
    await database.dispose()
    with pytest.raises(LogDamaged, match="not what the log commits to"):
        await asyncio.to_thread(command, "bundle", "2026", forged, "--openings")
