"""A campaign is drafted in the console: stored whole or not at all, with a city's own scheme and figures."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import func, select

from aggregation.scheme.scheme import parse_scheme
from bot.accounts.staff import add_staff
from bot.conversations.contract import Incoming
from bot.core.identity import Address
from bot.core.settings import Settings
from bot.core.shipped_files import shipped_questionnaires
from bot.fieldwork.audience.contacts import Contact, store_contacts
from bot.fieldwork.audience.sampling import SampleRequest, plan_sample
from bot.service.composition import build
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.web.server import make_web
from survey_flows.events import Started
from tests.desk import PASSWORD, Desk, make_data, texts
from tests.web_city import Clock

TYPED = {
    "id": "spring",
    "year": "2010",
    "title_zh": "春季评价",
    "title_en": "Spring evaluation",
    "opens": "2026-12-01T08:00",
    "closes": "2026-12-31T20:00",
    "units": "TAX FIN",
}
SHIPPED = Path("aggregation/schemes/default-1.yaml").read_bytes()
FIGURES = b"group,value,people\nresident,east,1200\nresident,west,800\n"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest.fixture
async def desk(filled: Path, tmp_path: Path, valkey_url: str) -> AsyncIterator[Desk]:
    folder = tmp_path / "data"
    await asyncio.to_thread(shutil.copytree, filled, folder)
    async with (
        build(Settings(data=folder, redis_url=valkey_url), Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        await add_staff(service.database, "wang", PASSWORD, "staff")
        yield Desk(client, service)


async def send(desk: Desk, typed: dict[str, str], **files: tuple[str, bytes]) -> str:
    await desk.open("/admin/drafts")
    form = FormData(quote_fields=False)  # as browsers write names
    for name, value in {"csrf": desk.csrf, **typed}.items():
        form.add_field(name, value)
    for field, (name, data) in files.items():
        form.add_field(field, data, filename=name)
    return await desk.post("/admin/drafts", form)


async def stored(desk: Desk) -> list[str]:
    async with reading(desk.service.database) as connection:
        return sorted((await connection.execute(select(tables.campaigns.c.id))).scalars())


async def test_staff_draft_a_campaign_that_an_administrator_opens(desk: Desk) -> None:
    await desk.sign_in("wang")
    assert "/admin/drafts" in await desk.open("/admin")
    await send(desk, TYPED)
    said = texts(desk.page)
    assert (desk.status, "The draft is stored" in said, "Spring evaluation" in said) == (
        200,
        True,
        True,
    )
    assert "2026-12-01 08:00" in said
    assert "Not weighted to the population" in said
    await desk.post("/admin/campaigns/spring/open", {"csrf": desk.csrf})
    assert desk.status == 403
    desk.client.session.cookie_jar.clear()
    await desk.sign_in()
    await desk.open("/admin/campaigns/spring")
    await desk.post("/admin/campaigns/spring/open", {"csrf": desk.csrf})
    assert "The campaign is open" in texts(desk.page)
    definition = desk.service.live_campaigns.get("spring")
    assert definition is not None
    assert sorted(definition.units) == ["FIN", "TAX"]


async def test_a_scheme_figures_and_questionnaires_of_the_citys_own_are_kept(desk: Desk) -> None:
    await desk.sign_in()
    scheme = SHIPPED.replace(b"version: default-1", b"version: city-7")
    assert b"city-7" in scheme
    await send(desk, TYPED, scheme=("own.yaml", scheme), population=("people.csv", FIGURES))
    assert (
        "Scheme: Default appraisal scheme for municipal departments and districts (city-7)"
        in texts(desk.page)
    )
    assert "Weighted to the population by 2 figures" in texts(desk.page)
    async with reading(desk.service.database) as connection:
        row = (
            await connection.execute(
                select(tables.campaigns).where(tables.campaigns.c.id == "spring")
            )
        ).one()
    kept = parse_scheme(json.loads(row.scheme))
    assert kept.population is not None
    assert [int(figure.people) for figure in kept.population.figures] == [1200, 800]


async def test_how_many_get_each_grade_is_locked_with_the_draft_and_has_to_fit_the_city(
    desk: Desk,
) -> None:
    await desk.sign_in()
    await send(desk, TYPED | {"first": "20", "second": "73", "third": "6"})
    assert "Places: 20 first, 73 second, 6 third" in texts(desk.page)
    assert "could not be appraised" not in texts(desk.page)
    await send(desk, TYPED | {"id": "other", "first": "20", "second": "70", "third": "6"})
    said = texts(desk.page)
    assert "As it is, 2010 could not be appraised" in said
    assert "20 first + 70 second + 6 third = 96, but 99 units are graded by quota" in said
    await desk.post("/admin/campaigns/other/open", {"csrf": desk.csrf})
    assert "As the units are now, 2010 cannot be appraised" in texts(desk.page)


async def test_what_the_product_comes_with_can_be_fetched_and_sent_back(desk: Desk) -> None:
    await desk.sign_in("wang")
    page = await desk.open("/admin/drafts")
    models = re.findall(r"/admin/drafts/(\w+)\.yaml", page)
    assert models == ["scheme", *shipped_questionnaires()]
    for name in models:
        text = await desk.open(f"/admin/drafts/{name}.yaml")
        field = "scheme" if name == "scheme" else "questionnaires"
        await send(desk, TYPED | {"id": f"like-{name}"}, **{field: (f"{name}.yaml", text.encode())})
        assert "The draft is stored" in texts(desk.page)
    await desk.open("/admin/drafts/none.yaml")
    assert desk.status == 404


async def test_a_pilot_says_so_to_everybody(desk: Desk) -> None:
    await desk.sign_in()
    await send(
        desk,
        TYPED
        | {"pilot": "yes", "opens": "2026-11-01T08:00", "first": "1", "second": "1", "third": "1"},
    )
    said = texts(desk.page)
    assert "A pilot: it counts in no appraisal" in said
    assert "could not be appraised" not in said
    await desk.post("/admin/campaigns/spring/open", {"csrf": desk.csrf})
    link = re.findall(r"/r/(\w+)", desk.page)[0]
    start = texts(await desk.open(f"/r/{link}"))
    assert "This is a pilot: it counts in no appraisal." in start
    assert "yearly appraisal" not in start
    reply = await desk.service.conductor.handle(
        Incoming("t:1", "telegram", "1", Started(link=link))
    )
    assert "这是试评，结果不计入任何考核。" in "\n".join(reply.notices)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": "Spring!"}, "a campaign's name has 1 to 32 characters"),
        ({"id": "city-2010"}, "there is a campaign of this name already"),
        ({"title_en": " "}, "a title in Chinese and one in English"),
        ({"year": "soon"}, "write a year"),
        ({"year": "²"}, "write a year"),
        ({"opens": "tomorrow"}, "write a date like 2026-11-24"),
        ({"opens": "0001-01-01T00:00"}, "write a date like 2026-11-24"),
        ({"closes": "2026-11-01T08:00"}, "closes before it opens"),
        ({"units": "TAX NONE"}, "there is no unit NONE"),
        ({"first": "18"}, "write how many units get each grade, as whole numbers"),
        (
            {"first": "18", "second": "-5", "third": "6"},
            "write how many units get each grade",
        ),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    desk: Desk, wrong: dict[str, str], said: str
) -> None:
    await desk.sign_in()
    before = await stored(desk)
    await send(desk, TYPED | wrong)
    assert desk.status == 422
    assert said in texts(desk.page)
    assert 'value="春季评价"' in desk.page
    assert await stored(desk) == before


@pytest.mark.parametrize(
    ("field", "name", "data", "said"),
    [
        (
            "scheme",
            "own.yaml",
            b"version: x\nversion: y\n",
            "own.yaml, line 2: the key «version» stands twice",
        ),
        ("scheme", "own.yaml", b"\xff\xfe", "own.yaml: the file is not UTF-8"),
        (
            "population",
            "people.csv",
            b"group,value,people\nresident,east,none\n",
            "is not a number of people",
        ),
        ("questionnaires", "../../q.yaml", b"{}", "q.yaml"),
        ("questionnaires", "..", b"{}", "questionnaires"),
        ("questionnaires", "问" * 300 + ".yaml", b"{}", "问.yaml"),
    ],
)
async def test_a_file_that_cannot_be_read_is_named(
    desk: Desk, field: str, name: str, data: bytes, said: str
) -> None:
    await desk.sign_in()
    before = await stored(desk)
    await send(desk, TYPED, **{field: (name, data)})
    assert desk.status == 422
    assert said in texts(desk.page)
    assert "/tmp" not in texts(desk.page)
    assert await stored(desk) == before


async def test_a_draft_is_discarded_with_all_that_belongs_to_it(desk: Desk) -> None:
    await desk.sign_in("wang")
    await send(desk, TYPED)
    database = desk.service.database
    people = [
        Contact(Address("telegram", str(5000 + n)), "zh-Hans", "resident", "", "", "2026-01-02", "")
        for n in range(40)
    ]
    async with writing(database) as connection:
        await store_contacts(connection, desk.service.contact_keys, people)
    await plan_sample(
        database, desk.service.contact_keys, "spring", SampleRequest(size=30), date(2026, 11, 23)
    )
    before = await left(desk)
    assert {name: count for name, count in before.items() if count} == {
        "campaigns": 1,
        "frames": 40,
        "links": 1,
    }
    await desk.open("/admin/campaigns/spring")
    await desk.post("/admin/campaigns/spring/discard", {"csrf": desk.csrf, "name": "other"})
    assert desk.status == 422
    assert await left(desk) == before
    await desk.open("/admin/campaigns/spring")
    await desk.post("/admin/campaigns/spring/discard", {"csrf": desk.csrf, "name": "spring"})
    assert "The draft is discarded" in texts(desk.page)
    assert set((await left(desk)).values()) == {0}
    await send(desk, TYPED)
    assert "The draft is stored" in texts(desk.page)


async def test_what_was_opened_cannot_be_discarded(desk: Desk) -> None:
    await desk.sign_in()
    await send(desk, TYPED)
    csrf = desk.csrf
    await desk.post("/admin/campaigns/spring/open", {"csrf": csrf})
    before = await left(desk)
    for campaign in ("spring", "city-2010"):
        await desk.post(f"/admin/campaigns/{campaign}/discard", {"csrf": csrf, "name": campaign})
        assert desk.status == 422
        assert "only in the state draft" in texts(desk.page)
    assert await left(desk) == before


async def left(desk: Desk) -> dict[str, int]:
    """How many rows of each table name the campaign."""
    found = {}
    async with reading(desk.service.database) as connection:
        for table in tables.metadata.sorted_tables:
            column = table.c.id if table is tables.campaigns else table.c.get("campaign")
            if column is not None:
                query = select(func.count()).select_from(table).where(column == "spring")
                found[table.name] = (await connection.execute(query)).scalar_one()
    return found
