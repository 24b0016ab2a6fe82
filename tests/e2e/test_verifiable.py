"""From citizens' ballots to a bundle that anybody can check, by the commands themselves."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from random import Random

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text

import bot
from bot.__main__ import main
from bot.accounts.staff import add_staff
from bot.ballots.gate import Gate
from bot.campaigns.lifecycle import close_campaign
from bot.core.identity import Citizen
from bot.core.shipped_files import shipped_questionnaires
from bot.storage.database import open_database, writing
from bot.verification import minping_verify
from bot.verification.bundle import pack
from bot.verification.bundle_format import unpack
from bot.verification.minping_verify import Asked
from bot.verification.stand_alone import VERIFIER
from bot.web.server import make_web
from survey_flows.ballot import Ballot
from survey_flows.effects import Effect, ErasePerson, StoreBallot
from tests.console import PASSWORD, Console
from tests.unit.bot.web.test_public import Browser
from tests.web_city import NOW, City, after_notice, city

BUCKET = int(NOW.timestamp()) // 900


def ballot(rng: Random, number: int) -> Ballot:
    unit, questionnaire = rng.choice([("FIN", "econ"), ("EDU", "livelihood")])
    group = rng.choice(["resident", "service_user", "enterprise"])
    questions = len(shipped_questionnaires()[questionnaire].rated)
    ratings = " ".join(rng.choices(["VS", "S", "B", "D", "VD", "DK"], k=questions))
    receipt = "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
    return Ballot(
        "2026",
        unit,
        questionnaire,
        group,
        "",
        "invited",
        ratings,
        (),
        "slow" * (number % 2),
        BUCKET,
        receipt,
    )


async def crowd(made: City, people: int) -> list[str]:
    """Cast ballots, some again, and withdraw some; return the receipts."""
    rng = Random(7)
    service = made.service
    gate = Gate(service.keys, service.mixer.key)
    ballots = [ballot(rng, number) for number in range(people)]
    todo: list[tuple[Citizen, Effect]] = [
        (Citizen("test", str(n)), StoreBallot(b)) for n, b in enumerate(ballots)
    ]
    again = [ballot(rng, number) for number in range(40)]
    todo += [(Citizen("test", str(n)), StoreBallot(b)) for n, b in enumerate(again)]
    todo += [(Citizen("test", str(n)), ErasePerson("2026")) for n in range(30, 60)]
    for start in range(0, len(todo), 100):
        async with writing(service.database) as connection:
            await gate.admit(connection, todo[start : start + 100])
        await service.mixer.turn()
    return [b.receipt for b in ballots + again]


async def test_a_citizen_checks_what_the_public_page_hands_out(
    tmp_path: Path, valkey_url: str
) -> None:
    folder = tmp_path / "data"
    async with (
        city(folder, valkey_url) as made,
        TestClient(TestServer(make_web(made.service))) as client,
    ):
        citizen = Browser(client, made)
        await citizen.review()
        await citizen.press("Submit")
        receipt = re.findall(r'<p class="receipt">([^<]+)', citizen.page)[0]
        await crowd(made, 200)
        await add_staff(made.service.roster, "zhou", PASSWORD, "administrator")
        console = Console(client, made.service)
        await console.sign_in()
        await console.open("/admin/campaigns/2026")
        typed = {"csrf": console.csrf, "name": "2026", "reason": "for a test"}
        await console.post("/admin/campaigns/2026/close", typed)
        await after_notice(made.service, 2026)
        await console.open("/admin/exports")
        await console.post(
            "/admin/campaigns/2026/publish", {"csrf": console.csrf, "act": "publish", "sure": "yes"}
        )
        while "being made" in await console.open("/admin/exports"):
            pass
        client.session.cookie_jar.clear()
        assert "/results/2026/bundle.zip" in await citizen.open("/results/2026")
        async with client.get("/results/2026/bundle.zip") as response:
            bundle = await response.read()
        async with client.get("/results/2026/minping_verify.py") as response:
            verifier = await response.read()
        key = made.service.mixer.key.write()
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "bundle.zip").write_bytes(bundle)
    (alone / VERIFIER).write_bytes(verifier)
    code, said = await check(alone, "bundle.zip", "--key", key, "--receipt", receipt)
    assert (code, "FAIL" in said) == (0, False), said
    code, said = await check(alone, "bundle.zip", "--key", key, "--receipt", "A" * 16)
    assert (code, "FAIL" in said) == (1, True), said
    files = unpack(alone / "bundle.zip")
    files["log.txt"] = files["log.txt"].replace(b" sealed ", b" sealed A", 1)
    (alone / "forged.zip").write_bytes(pack(files))
    code, said = await check(alone, "forged.zip", "--key", key)
    assert code == 1, said


async def check(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run both verifiers as a stranger does: in a process and folder with only the bundle."""
    code, said = await run(folder, "-m", "bot", "verify", *arguments)
    other, lines = await run(folder, VERIFIER, *arguments)
    assert code == other, f"{said}\n{lines}"
    return code, said


async def run(folder: Path, *words: str) -> tuple[int, str]:
    """Run Python in a folder; it may not make the data folder."""
    known = {"PATH": os.environ["PATH"], "MINPING_DATA": str(folder / "data"), "LANG": "C.UTF-8"}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        cwd=folder,
        env=known | {"PYTHONPATH": str(Path(bot.__file__).parents[1])},
        stdout=pipe,
        stderr=pipe,
    )
    said = b"".join(await process.communicate()).decode()
    assert not (folder / "data").exists()
    assert process.returncode is not None
    return process.returncode, said


async def test_a_campaign_is_verified_from_its_bundle_alone_and_a_changed_answer_is_found(
    tmp_path: Path,
    valkey_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "data"
    async with city(folder, valkey_url) as made:
        receipts = await crowd(made, 500)
        await close_campaign(
            made.service.database, "2026", made.service.desk, made.service.clock, "for a test"
        )
        await made.service.mixer.turn()
        key = made.service.mixer.key.write()
    monkeypatch.setenv("MINPING_DATA", str(folder))

    def command(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        return code, "".join(capsys.readouterr())

    public, audit, forged = (
        str(tmp_path / name) for name in ("public.zip", "audit.zip", "forged.zip")
    )
    for arguments in ((public,), (audit, "--openings")):
        code, said = await asyncio.to_thread(command, "bundle", "2026", *arguments)
        assert code == 0, said
    for receipt in (receipts[0], receipts[35], receipts[-1]):
        code, said = await asyncio.to_thread(
            command, "verify", public, "--key", key, "--receipt", receipt
        )
        assert (code, "FAIL" in said) == (0, False), said
    for file in (public, audit):
        outcomes = minping_verify.verify(
            minping_verify.unpack(Path(file)), Asked([minping_verify.read_key(key)])
        )
        assert [outcome.line() for outcome in outcomes if not outcome.ok] == []
    code, said = await asyncio.to_thread(command, "verify", audit, "--key", key)
    assert (code, "FAIL" in said) == (0, False), said
    code, said = await asyncio.to_thread(
        command, "verify", public, "--key", key, "--receipt", "A" * 16
    )
    assert code == 1

    database = open_database(f"sqlite:///{folder / 'minping.sqlite3'}")
    async with writing(database) as connection:
        await connection.execute(text("UPDATE ballots SET stratum = 'elsewhere'"))
    await database.dispose()
    code, said = await asyncio.to_thread(command, "bundle", "2026", forged, "--openings")
    assert code == 3
    assert "not what the log commits to" in said
