"""Public results: nothing before an administrator publishes, then one release in all files."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import update

from bot.__main__ import main
from bot.accounts.audit_log import read_records
from bot.accounts.staff import add_staff
from bot.campaigns.registered import RegisteredCampaign, read_registered_campaigns
from bot.publication.public_release import make_public, read_publications
from bot.results.releases import publish_release
from bot.results.scoring import score_campaign
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.verification.bundle import bundle_path
from survey_flows.errors import BadInput
from tests.console import PASSWORD, Console, texts
from tests.openapi.stand import standing
from tests.web_city import after_notice

PAGES = (
    "/results/closed",
    *(f"/results/closed/data.{form}" for form in ("json", "csv", "zip", "xlsx")),
    "/results/closed/minping_verify.py",
)


@pytest.fixture
async def console(tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with standing(tmp_path, valkey_url) as (service, server, _), TestClient(server) as client:
        await add_staff(service.roster, "zhou", PASSWORD, "administrator")
        yield Console(client, service)


async def closed(console: Console) -> RegisteredCampaign:
    return next(
        registered
        for registered in await read_registered_campaigns(console.service.database)
        if registered.id == "closed"
    )


async def press(console: Console, act: str, **fields: str) -> str:
    await console.sign_in()
    await console.open("/admin/exports")
    return await console.post(
        "/admin/campaigns/closed/publish", {"csrf": console.csrf, "act": act, **fields}
    )


async def statuses(console: Console) -> list[int]:
    found = []
    for path in (*PAGES, "/results/closed/bundle.zip"):
        async with console.client.get(path) as response:
            found.append(response.status)
    return found


async def test_nothing_is_public_before_the_notice_is_over_and_somebody_says_so(
    console: Console,
) -> None:
    assert "Nothing has been published yet" in await console.open("/results")
    assert "no public notice" in texts(await press(console, "publish", sure="yes"))
    stopped = await console.open("/admin/exports")
    assert "no public notice" in texts(stopped)
    assert 'value="publish" disabled' in stopped
    await after_notice(console.service, 2026)
    assert 'value="publish" disabled' not in await console.open("/admin/exports")
    assert await statuses(console) == [404] * 7
    assert "tick that anybody may read" in await press(console, "publish")
    assert await statuses(console) == [404] * 7
    assert "The results are public." in await press(console, "publish", sure="yes")
    assert await statuses(console) == [200] * 6 + [
        404
    ]  # these ballots are in no log, so nothing proves them
    assert "Ratings 2026" in await console.open("/results")
    assert "is public already" in texts(await press(console, "publish", sure="yes"))
    assert "not public any more" in await press(console, "withdraw")
    assert await statuses(console) == [404] * 7
    acts = [
        (act.who, act.act, act.outcome)
        for act in await read_records(console.service.database)
        if "publish" in act.act
    ]
    path = "/admin/campaigns/{campaign}/publish"
    assert acts[:2] == [
        ("zhou", f"{path} withdraw", "done"),
        ("zhou", f"{path} publish", "refused"),
    ]


async def test_a_bundle_that_cannot_be_made_says_why(console: Console) -> None:
    await score_campaign(console.service.database, "closed")
    await press(console, "bundle")
    while "being made" in console.page:
        await console.open("/admin/exports")
    assert "No bundle was made." in texts(console.page)
    assert "are not in the log" in texts(console.page)
    assert 'value="bundle"' in console.page  # it can be tried again


async def test_a_saved_bundle_is_sent_as_it_was_saved(console: Console) -> None:
    await score_campaign(console.service.database, "closed")
    path = bundle_path(console.service.settings.data, "closed", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"the saved bundle")
    await console.sign_in()
    address = "/admin/campaigns/closed/bundle.zip"
    async with console.client.get(address, allow_redirects=False) as response:
        assert (response.status, await response.read()) == (200, b"the saved bundle")
    path.unlink()
    async with console.client.get(address) as response:
        assert response.status == 409  # now it would have to be made, from ballots of no log


async def test_row_publish_review_open_the_line_is_marked_until_it_is_over(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every public output, and only while the review runs."""
    waits = ["FIN"]

    async def unsettled(*_given: object) -> tuple[str, ...]:
        return tuple(waits)

    for room in ("early_publication", "public_release"):
        monkeypatch.setattr(f"bot.publication.{room}.unsettled_units", unsettled)
    monkeypatch.setattr("bot.appraisal.settling.unsettled_units", unsettled)
    assert 'value="publish-early"' not in await press(console, "look")
    await after_notice(console.service, 2026)
    assert "1 units may still ask" in texts(await press(console, "publish", sure="yes"))
    await console.open("/admin/exports")
    seen = console.page.split('name="seen" value="')[1].split('"')[0]
    order = {"typed": "closed", "reason": "市里要求按期公布", "seen": seen}
    for wrong, complaint in (
        ({"typed": ""}, "type the name of the campaign (closed)"),
        ({"reason": " "}, "say why the results are published"),
        ({"seen": "0" * 16}, "the list has changed since you saw it"),
        ({"release": "7"}, "since you saw release 7"),
    ):
        assert complaint in texts(await press(console, "publish-early", **(order | wrong)))
    assert await read_publications(console.service.database) == {}
    await press(console, "publish-early", **order)
    assert (await read_publications(console.service.database))["closed"].by == "zhou"
    console.client.session.cookie_jar.clear()

    async def data(form: str) -> bytes:
        async with console.client.get(f"/results/closed/data.{form}") as response:
            return await response.read()

    for marked in (True, False):
        page = texts(await console.open("/results/closed"))
        assert ("Finance Bureau (under review)" in page) is marked
        assert ("The review of one unit still runs" in page) is marked
        said = json.loads(await data("json"))
        assert said["under_review"] == (["FIN"] if marked else [])
        names = {row["code"]: (row["name_zh"], row["name_en"]) for row in said["units"]}
        now = ("市财政局（复核中）", "Finance Bureau (under review)")
        assert names["FIN"] == (now if marked else ("市财政局", "Finance Bureau"))
        assert sum("复核中" in zh for zh, _ in names.values()) == marked
        table = (await data("csv")).decode("utf-8-sig")
        assert ("市财政局（复核中）" in table) is marked
        rows = list(csv.DictReader(table.splitlines()))
        assert [row["code"] for row in rows] == [row["code"] for row in said["units"]]
        named = {name: said[name] for name in ("city", "sponsor", "issuer")}
        assert [{name: row[name] for name in named} for row in rows] == [named] * len(rows)
        waits.clear()
        console.service.clock.time += timedelta(days=1)  # type: ignore[attr-defined]


async def test_while_the_notice_runs_nothing_is_made_public(console: Console) -> None:
    await after_notice(console.service, 2026)
    console.service.clock.time = console.service.clock.time.replace(year=2020, month=1, day=8)  # type: ignore[attr-defined]
    with pytest.raises(BadInput, match="runs until 2020-01-08"):
        await make_public(
            console.service.database,
            await closed(console),
            "zhou",
            console.service.clock,
            "Asia/Shanghai",
        )
    opened = next(
        registered
        for registered in await read_registered_campaigns(console.service.database)
        if registered.id == "2026"
    )
    with pytest.raises(BadInput, match="once it is closed"):
        await make_public(
            console.service.database, opened, "zhou", console.service.clock, "Asia/Shanghai"
        )


async def test_the_page_tells_method_uncertainty_and_what_did_not_count(console: Console) -> None:
    await after_notice(console.service, 2026)
    await press(console, "publish", sure="yes")
    console.client.session.cookie_jar.clear()
    page = texts(await console.open("/results/closed"))
    told = (await score_campaign(console.service.database, "closed")).disclosed["FIN"]
    assert told.low is not None
    assert told.high is not None
    interval = f"{told.low:.1f}–{told.high:.1f}"
    for words in (
        "120 ratings counted",
        "66.11",
        interval,
        "response rate is not known",
        "95 % interval",
    ):
        assert words in page.replace("ratings counted 120", "120 ratings counted"), words
    assert "excluded after a check (weight zero) 0" in page
    assert "satisfaction index" in page
    assert "<script" not in console.page


async def test_open_data_say_what_the_page_says_with_method_and_dictionary(
    console: Console,
) -> None:
    await after_notice(console.service, 2026)
    await press(console, "publish", sure="yes")
    async with console.client.get("/results/closed/data.json") as response:
        data, tag = json.loads(await response.read()), response.headers["ETag"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert (data["format"], data["release"]["number"], data["response"]) == (
        "minping-open-data/1",
        1,
        None,
    )
    first = data["units"][0]
    assert (first["code"], first["public_score"], first["n_valid"]) == ("FIN", "66.1111", 60)
    assert {line["key"] for line in data["method"]} >= {"public_score", "interval", "scheme_digest"}
    explained = {(line["page"], line["column"]) for line in data["columns"]}
    assert {("units", column) for column in data["units"][0]} <= explained
    async with console.client.get(
        "/results/closed/data.json", headers={"If-None-Match": tag}
    ) as response:
        assert response.status == 304
    async with console.client.get("/results/closed/data.zip") as response:
        names = zipfile.ZipFile(io.BytesIO(await response.read())).namelist()
    assert {"units.csv", "method.csv", "columns.csv", "exclusions.csv"} <= set(names)
    async with console.client.get("/results/closed/data.csv") as response:
        assert (await response.read()).decode("utf-8-sig").startswith("code,name_zh,")


async def test_a_later_release_is_public_only_when_it_is_made_so(console: Console) -> None:
    await after_notice(console.service, 2026)
    await press(console, "publish", sure="yes")
    columns = tables.ballots.c
    async with writing(console.service.database) as connection:
        half = update(tables.ballots).where(
            columns.campaign == "closed", columns.ratings.like("%D")
        )
        await connection.execute(half.values(weight=0))
    assert (
        await publish_release(
            console.service.database, await closed(console), console.service.clock
        )
    ).is_new
    assert "66.11" in texts(await console.open("/results/closed"))
    await console.sign_in()
    assert "Release 2 is newer than what is public" in texts(await console.open("/admin/exports"))
    # A form that shows release 1 publishes no other.
    stale = texts(await press(console, "publish", sure="yes", release="1"))
    assert "release 2 was made since you saw release 1" in stale
    assert (await read_publications(console.service.database))["closed"].number == 1
    await console.open("/admin/exports")
    await press(console, "publish", sure="yes", release="2")
    assert "66.11" not in texts(await console.open("/results/closed"))
    assert (await read_publications(console.service.database))["closed"].number == 2


def test_the_command_publishes_and_withdraws(
    tmp_path: Path,
    valkey_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def make() -> None:
        async with standing(tmp_path, valkey_url) as (service, _, _):
            await after_notice(service, 2026)

    asyncio.run(make())
    monkeypatch.setenv("MINPING_DATA", str(tmp_path))
    assert main(["publish", "closed"]) == 0
    assert capsys.readouterr().out.startswith(
        "closed: release 1 is public at http://127.0.0.1:8080/results/closed\n"
    )
    assert main(["publish", "closed", "--withdraw"]) == 0
    assert capsys.readouterr().out == "closed: not public any more\n"
