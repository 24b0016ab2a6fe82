"""The checkers' pages: blind, barred from one's own unit, and closed to everybody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.__main__ import main
from bot.accounts.staff import add_staff
from bot.core.settings import Settings
from bot.service.composition import build
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.web.admin.routes import PAGES
from tests.console import CAMPAIGN, PASSWORD, Console, make_data, opened_copy, texts
from tests.unit.bot.web.test_small_cells import suspected
from tests.web_city import Clock

CASE = "/admin/cases/00c0ffee"
UNIT = "FIN"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)

    async def people() -> None:
        async with build(Settings(data=folder, redis_url=valkey_server), Clock()) as service:
            for login in ("chen", "liu", "sun"):
                await add_staff(
                    service.roster, login, PASSWORD, "checker", UNIT if login == "sun" else ""
                )
            async with writing(service.database) as connection:
                await connection.execute(tables.cases.insert(), [suspected(UNIT)])
                query = select(tables.ballots.c.id).where(tables.ballots.c.unit == UNIT).limit(30)
                ballots = (await connection.execute(query)).scalars().all()
                rows = [
                    {"case_id": "00c0ffee", "ballot": id_, "weight": 0, "before": 4}
                    for id_ in ballots
                ]
                await connection.execute(tables.case_ballots.insert(), rows)
                await connection.execute(
                    update(tables.ballots).where(tables.ballots.c.id.in_(ballots)).values(weight=0)
                )

    asyncio.run(people())
    return folder


@pytest.fixture
async def console(filled: Path, tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with opened_copy(filled, tmp_path / "data", valkey_url) as console:
        yield console


async def secrets_of_the_unit(console: Console) -> list[str]:
    """Return what a checker must not read: code, names, and the scores of every unit."""
    async with reading(console.service.database) as connection:
        unit = (
            await connection.execute(select(tables.units).where(tables.units.c.code == UNIT))
        ).one()
    await console.sign_in("zhou")
    scores = re.findall(r">(\d\d\.\d\d)<", await console.open(f"{CAMPAIGN}/scores"))
    assert len(scores) > 5
    await console.post("/admin/sign-out", {"csrf": console.csrf})
    return [UNIT, unit.name_zh, unit.name_en, *scores]


async def vote(console: Console, login: str, choice: str, note: str = "") -> str:
    await console.sign_in(login)
    await console.open(CASE)
    page = await console.post(CASE, {"csrf": console.csrf, "reason": choice, "note": note})
    return texts(page)


async def leave(console: Console) -> None:
    await console.post("/admin/sign-out", {"csrf": console.csrf})


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
async def test_the_pages_tell_neither_unit_nor_score(console: Console, lang: str) -> None:
    hidden = await secrets_of_the_unit(console)
    assert "Cases" in await console.sign_in("chen")
    for path in ("/admin/cases", CASE):
        page = texts(await console.open(f"{path}?lang={lang}"))
        assert console.status == 200
        assert [word for word in hidden if word in page] == []
        assert "00c0ffee" in page
    assert ("50+" in page, "24" in page) == (True, True)


async def test_a_terminal_tells_neither_unit_nor_score(
    console: Console, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hidden = await secrets_of_the_unit(console)
    monkeypatch.setenv("MINPING_DATA", str(console.service.settings.data))
    for words in (["list"], ["show", "00c0ffee"]):
        assert await asyncio.to_thread(main, ["cases", *words]) == 0
        told = capsys.readouterr().out
        assert "00c0ffee" in told
        assert [word for word in hidden if word in told] == []


async def test_who_is_barred_finds_no_such_case(console: Console) -> None:
    await console.sign_in("sun")
    assert "00c0ffee" not in await console.open("/admin/cases")
    form = {"csrf": console.csrf, "reason": "uphold:same-wording"}
    barred, missing = await console.open(CASE), await console.open("/admin/cases/00c0ffef")
    assert console.status == 404
    assert barred == missing.replace("00c0ffef", "00c0ffee")
    await console.post(CASE, form)
    assert console.status == 404


async def test_checkers_see_nothing_else_and_observers_no_case(console: Console) -> None:
    await console.sign_in("chen")
    fill = {
        "{campaign}": "city-2010",
        r"{year:\d{4}}": "2010",
        "{subject}": UNIT,
        "{case}": "00c0ffee",
    }
    fill |= {
        "{form:png|svg|pdf}": "svg",
        "{form:xlsx|zip}": "zip",
        "{form:xlsx|zip|sav|parquet}": "zip",
    }
    seen = set()
    for method, pattern, _ in PAGES:
        path = pattern
        for name, value in fill.items():
            path = path.replace(name, value)
        if method == "GET":
            response = await console.client.get(path, allow_redirects=False)
            if response.status == 200:
                seen.add(path)
    assert seen == {
        "/admin/password",
        "/admin/second-factor",
        "/admin/sessions",
        "/admin/recusal",
        "/admin/approvals",
        "/admin/cases",
        CASE,
    }
    await leave(console) if await console.open("/admin/cases") else None
    await console.sign_in("li")
    for path in ("/admin/cases", CASE):
        await console.open(path)
        assert console.status == 403


async def test_a_vote_is_seen_by_the_next_reviewer_only_after_their_own(console: Console) -> None:
    first = await vote(console, "chen", "uphold:other", "all typed alike")
    assert "all typed alike" in first
    assert "You have voted" in first
    await leave(console)
    await console.sign_in("zhou")
    page = texts(await console.open(CASE))
    assert ("all typed alike" in page, "Your verdict" in page) == (False, False)
    await console.open("/admin")
    await console.open("/admin/password")
    await console.post(CASE, {"csrf": console.csrf, "reason": "uphold:same-wording"})
    assert console.status == 403
    await console.open("/admin/password")
    await leave(console)
    await console.sign_in("liu")
    assert "all typed alike" not in texts(await console.open(CASE))
    await leave(console)
    second = await vote(console, "liu", "uphold:same-wording")
    assert "all typed alike" in second
    assert "Upheld" in second
    assert "Your verdict" not in second


async def test_a_verdict_needs_its_own_reason(console: Console) -> None:
    assert "Choose a verdict" in await vote(console, "chen", "uphold:genuine-event")
    assert console.status == 422
    await console.open(CASE)
    assert "say in a note" in texts(
        await console.post(CASE, {"csrf": console.csrf, "reason": "release:other"})
    )
    assert console.status == 422
