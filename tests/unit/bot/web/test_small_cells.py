"""Twin cities that differ only in small cells look the same on every page, file and listing."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from bot.__main__ import main
from bot.accounts.api_tokens import SCOPES, create_token
from bot.campaigns.registered import read_registered_campaigns
from bot.core.identity import Office
from bot.core.settings import Settings
from bot.publication.public_release import make_public
from bot.results.scoring import score_campaign
from bot.service.composition import Service, build
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.web.admin.routes import PAGES
from bot.web.server import RESULTS, make_web
from tests.console import Console, make_data
from tests.sealing import give_notice, seal_at
from tests.web_city import Clock, after_notice

FEW, MORE = 2, 5
CAMPAIGN = "city-2010"


def pages(unit: str, leader: str) -> dict[str, list[str]]:
    """Return an address for each page that can be read."""
    campaign, year = f"/admin/campaigns/{CAMPAIGN}", "/admin/years/2010"
    found: dict[str, list[str]] = {"/admin/sign-in": [], "/admin/password": ["/admin/password"]}
    found |= {
        "/admin": ["/admin"],
        "/admin/campaigns": ["/admin/campaigns"],
        "/admin/": ["/admin/"],
        "/admin/campaigns/{campaign}": [campaign],
    }
    found["/admin/campaigns/{campaign}/push"] = [f"{campaign}/push"]
    found["/admin/campaigns/{campaign}/push/live"] = []  # a part of the page above, again and again
    found[
        "/admin/campaigns/{campaign}/push/sample.json"
    ] = []  # tells of the frame, which is public, and of no answer
    found["/admin/campaigns/{campaign}/draft"] = []  # of a draft alone, which has no answers
    found[
        "/admin/campaigns/{campaign}/questionnaires/{questionnaire}"
    ] = []  # of a draft alone, likewise
    found["/admin/campaigns/{campaign}/posters"] = []  # tells of units, and of no answer
    found["/admin/campaigns/{campaign}/links/{link}/{place:web|telegram}.svg"] = []  # an address
    found["/admin/campaigns/{campaign}/scheme"] = []  # of a draft alone, likewise
    found["/admin/drafts"] = []  # tells of nothing that was answered
    found["/admin/templates"] = []  # tells of texts, and of no answer
    found["/admin/tokens"] = []  # tells of programs, and of no answer
    found["/admin/campaigns/{campaign}/openings.zip"] = []  # ballot by ballot, for auditors alone
    own = (
        "/admin/people",
        "/admin/people/{login}",
        "/admin/recusal",
        "/admin/challenges",
        "/admin/second-factor",
        "/admin/sessions",
        "/admin/settings",
        "/admin/logo.png",
    )
    found |= {path: [] for path in (*own, "/admin/sign-in/code")}  # tell of staff, and of no answer
    found["/admin/exports"] = ["/admin/exports"]
    found["/admin/campaigns/{campaign}/bundle.zip"] = []  # its totals are compared in test_bundles
    found["/admin/campaigns/{campaign}/responses"] = [f"{campaign}/responses"]
    found[
        "/admin/campaigns/{campaign}/responses/live"
    ] = []  # a part of the page above, again and again
    found |= {f"/admin/sign-in/{way}/{{provider}}": [] for way in ("with", "back", "out")}  # alike
    found["/admin/start"] = []  # of approvers and auditors: tells what waits, and of no answer
    found["/admin/first"] = []  # is there until somebody has signed in
    found["/admin/approvals"] = []  # tells of staff, and of digests of totals
    found["/admin/audit"] = []  # tells of staff, and of no answer
    found["/admin/contacts"] = ["/admin/contacts"]
    found["/admin/drafts/{model}.yaml"] = ["/admin/drafts/scheme.yaml"]
    found["/admin/contacts/{list}.xlsx"] = ["/admin/contacts/import.xlsx"]
    found["/admin/requests"] = found[
        "/admin/requests/{name}"
    ] = []  # the office's alone, who reads what was left
    found["/admin/themes"] = ["/admin/themes"]
    found["/admin/unit"] = []  # the same counts as above, of one unit
    found["/admin/calendar"] = ["/admin/calendar"]
    found["/admin/appeals"] = ["/admin/appeals"]
    found[
        r"/admin/appeals/{appeal:\d{1,9}}"
    ] = []  # tells what was asked and answered, and of no count
    found["/admin/campaigns/{campaign}/scores"] = [f"{campaign}/scores"]
    found["/admin/campaigns/{campaign}/ranking.{form:png|svg|pdf}"] = [f"{campaign}/ranking.svg"]
    found["/admin/campaigns/{campaign}/export.{form:xlsx|zip|sav|parquet}"] = [
        f"{campaign}/export.{form}" for form in ("xlsx", "zip", "sav", "parquet")
    ]
    found |= {
        "/admin/cases": ["/admin/cases"],
        "/admin/cases/{case}": ["/admin/cases/00c0ffee"],
    }
    prefix = r"/admin/years/{year:\d{4}}"
    found[prefix] = [year]
    found[f"{prefix}/ranking"] = [f"{year}/ranking"]
    found[f"{prefix}/ranking.{{form:png|svg|pdf}}"] = [f"{year}/ranking.svg"]
    # The workbooks of the year are compared where the command writes them.
    found[f"{prefix}/export.{{form:xlsx|zip|sav|parquet}}"] = [
        f"{year}/export.zip?audience={audience}" for audience in ("public", "internal")
    ]
    found[f"{prefix}/circular.{{form:pdf|html}}"] = [
        f"{year}/circular.html",
        f"{year}/circular.html?audience=internal",
    ]
    found[f"{prefix}/evidence/{{unit}}.{{form:pdf|html}}"] = [f"{year}/evidence/{unit}.html"]
    found[f"{prefix}/leaders"] = [f"{year}/leaders"]
    found[f"{prefix}/inner-units"] = [f"{year}/inner-units", f"{year}/inner-units?unit=TAX"]
    found[f"{prefix}/proposals"] = [f"{year}/proposals?status=all"]
    found[f"{prefix}/explain/{{subject}}"] = [f"{year}/explain/{unit}", f"{year}/explain/{leader}"]
    found[f"{prefix}/seal"] = []  # tells grades, and digests that differ with any answer
    found[f"{prefix}/amendments"] = []  # tells of decisions, and of no answer
    found[f"{prefix}/notice"] = []  # tells a digest that differs with any answer
    found[f"{prefix}/auditors.zip"] = []  # everything, for auditors with a grant alone
    found[f"{prefix}/letters"] = []  # tells who has a letter, and of no answer
    found[f"{prefix}/sensitivity"] = [f"{year}/sensitivity"]
    found[f"{prefix}/sensitivity.{{form:xlsx|zip}}"] = [f"{year}/sensitivity.zip"]
    found[f"{prefix}/import"] = [f"{year}/import"]
    found[f"{prefix}/data/{{kind}}"] = [f"{year}/data/indicators"]
    found[f"{prefix}/import/{{kind}}.xlsx"] = [f"{year}/import/indicators.xlsx"]
    return found


def public() -> list[str]:
    """Return all addresses that anybody, or a program, can read after publication."""
    found = [
        path.replace("{campaign}", CAMPAIGN)
        for path, _ in RESULTS
        if "form" not in path and "bundle" not in path
    ]
    found += [f"/results/{CAMPAIGN}/data.{form}" for form in ("json", "csv", "zip", "xlsx")]
    campaign, year = f"/api/v1/campaigns/{CAMPAIGN}", "/api/v1/years/2010"
    found += [
        f"{campaign}{part}"
        for part in ("", "/counts", "/results?limit=200", "/releases", "/export.zip")
    ]
    return [*found, *(f"{year}/{part}?limit=200" for part in ("units", "leaders", "proposals"))]


def listings(unit: str) -> list[list[str]]:
    return [
        ["score", CAMPAIGN],
        ["score", CAMPAIGN, "--json"],
        ["campaign", "show"],
        ["appraise", "2010"],
        ["appraise", "2010", "--proposals", "--lang", "en"],
        ["appraise", "2010", "--explain", unit],
        ["appraise", "2010", "--inside", "TAX"],
        ["sensitivity", "2010"],
        ["release", CAMPAIGN],
    ]


def suspected(unit: str) -> dict[str, object]:
    """A case as a scan stores it."""
    seen = {"observed": 50, "expected": 0, "share": 90}
    told = {"ballots": 50, "hours": 24, "source": "open", "alike": 20, "comments": 0, "young": 20}
    return {
        "id": "00c0ffee",
        "campaign": CAMPAIGN,
        "rules": json.dumps(["lockstep", "young_accounts"]),
        "unit": unit,
        "evidence": json.dumps(told | {"rules": {"lockstep": seen, "young_accounts": seen}}),
        "digest": "0" * 64,
        "salt": bytes(16),
        "state": "waiting",
        "verdict": "proposed",
        "round": 1,
        "number": 1,
    }


async def plant(folder: Path, redis_url: str, counts: tuple[int, int]) -> list[str]:
    """Exclude ballots and add «don't know» for the two units with the fewest of the latter."""
    async with build(Settings(data=folder, redis_url=redis_url), Clock()) as service:
        columns = tables.ballots.c
        mute = func.sum(columns.ratings.like("DK %") | columns.ratings.like("% DK"))
        async with writing(service.database) as connection:
            query = (
                select(columns.unit, mute)
                .group_by(columns.unit)
                .order_by(mute, columns.unit)
                .limit(2)
            )
            units = [row[0] for row in await connection.execute(query)]
            for unit, count in zip(units, counts, strict=True):
                query = (
                    select(tables.ballots).where(columns.unit == unit).order_by(columns.id).limit(1)
                )
                row = dict((await connection.execute(query)).mappings().one())
                del row["id"]
                size = len(row["ratings"].split())
                ask = {"weight": 4, "ratings": " ".join(["DK"] * size)}
                out = {"weight": 0, "ratings": " ".join(["VD"] * size)}
                rows = [
                    row
                    | kind
                    | {"voter": f"{unit} {kind['weight']} {n}".encode().ljust(32, b".")[:32]}
                    for kind in (ask, out)
                    for n in range(count)
                ]
                await connection.execute(tables.ballots.insert(), rows)
            await connection.execute(tables.cases.insert(), [suspected(units[0])])
        return units


@pytest.fixture(scope="module")
def twins(
    tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> tuple[list[Path], list[str]]:
    folders, units = [], []
    for counts in ((FEW, MORE), (MORE, FEW)):
        folder = tmp_path_factory.mktemp("twin")
        make_data(folder, valkey_server)
        units = asyncio.run(plant(folder, valkey_server, counts))
        folders.append(folder)
    return folders, units


async def year_in_notice(client: TestClient, service: Service) -> dict[str, bytes]:
    """Seal the year and give notice; return the public table, and the files of its bundle."""
    await seal_at(service, 2010)
    office = Office("zhou", service.clock, "Asia/Shanghai")
    await give_notice(service.database, 2010, office, service.desk)
    await service.mixer.turn()
    found = {}
    for address in ("/results/years/2010", "/results/years/2010/table.json"):
        async with client.get(address) as response:
            assert response.status == 200, address
            found[address] = re.sub(rb"[0-9a-f]{16,64}", b"", await response.read())
    async with client.get("/results/years/2010/bundle.zip") as response:
        assert response.status == 200
        files = zipfile.ZipFile(io.BytesIO(await response.read()))
    # Digests and salts differ by chance, and so does the log.
    told = sorted(set(files.namelist()) - {"log.txt", "public.jsonl", "checkpoint.txt"})
    assert told == ["amendments.jsonl", "bundle.json", "standing.json", "year.json"]
    return found | {name: re.sub(rb'"[0-9a-f]{64}"', b"", files.read(name)) for name in told}


async def look(
    folder: Path, redis_url: str, unit: str
) -> tuple[dict[str, bytes], list[tuple[int, int]]]:
    """Return every page and file, and the planted counts."""
    async with (
        build(Settings(data=folder, redis_url=redis_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        console = Console(client, service)
        await console.sign_in()
        leader = (
            re.findall(r"/explain/([^\"]+)\">", await console.open("/admin/years/2010/leaders"))
        )[0]
        addresses = pages(unit, leader)
        assert set(addresses) == {path for method, path, _ in PAGES if method == "GET"}
        found = {}
        for address in (one for several in addresses.values() for one in several):
            response = await client.get(address)
            assert response.status == 200, address
            body = await response.read()
            found[address] = re.sub(
                rb'(name="csrf" value=")[^"]+|/r/\w+|start=\w+|Release 1 of [-0-9: ]+|http://[^"<]+',
                b"",
                body,
            )
        registered = next(
            registered
            for registered in await read_registered_campaigns(service.database)
            if registered.id == CAMPAIGN
        )
        found |= await year_in_notice(client, service)
        await after_notice(service, 2010, 2)
        await make_public(
            service.database, registered, "zhou", service.clock, service.settings.timezone
        )
        token = await create_token(service.roster, "all", tuple(SCOPES), 30, "zhou", service.clock)
        for address in public():
            async with client.get(
                address, headers={"Authorization": f"Bearer {token}"}
            ) as response:
                assert response.status == 200, address
                found[address] = re.sub(
                    rb'"(at|published_at|released_at)": ?"[^"]+"|"digest": ?"[^"]+"',
                    b"",
                    await response.read(),
                )
        scores = (await score_campaign(service.database, CAMPAIGN)).scores
        return found, [
            (score.excluded, score.distribution["DK"]) for _, score in sorted(scores.items())
        ]


def test_twins_look_the_same_over_http(
    twins: tuple[list[Path], list[str]], valkey_server: str
) -> None:
    folders, units = twins
    (first, planted), (second, other) = (
        asyncio.run(look(folder, valkey_server, units[0])) for folder in folders
    )
    assert planted != other
    assert sorted(x for x, _ in planted if x) == sorted(x for x, _ in other if x) == [FEW, MORE]
    assert [address for address in first if first[address] != second[address]] == []


def test_twins_look_the_same_on_a_terminal(
    twins: tuple[list[Path], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    folders, units = twins
    for words in listings(units[0]):
        told = []
        for folder in folders:
            monkeypatch.setenv("MINPING_DATA", str(folder))
            assert main(words) == 0
            told.append(re.sub(r"(/r/|start=)\w+", "", capsys.readouterr().out))
        assert told[0] == told[1], words
        assert told[0]
    for place, folder in enumerate(folders):
        monkeypatch.setenv("MINPING_DATA", str(folder))
        for audience in ("public", "internal"):
            main(
                [
                    "export",
                    "--year",
                    "2010",
                    "--audience",
                    audience,
                    "--out",
                    str(tmp_path / str(place) / audience),
                ]
            )
    files = [
        {
            path.relative_to(tmp_path / str(place)): path.read_bytes()
            for path in (tmp_path / str(place)).rglob("*.*")
        }
        for place in (0, 1)
    ]
    assert len(files[0]) > 20
    assert files[0] == files[1]
