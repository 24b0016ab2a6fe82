"""A campaign drafted in the console is stored whole or not at all, with a city's own scheme."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from aiohttp import FormData
from sqlalchemy import func, select

from aggregation.model.facts import UNIT_GRADES, AppraisedUnit
from aggregation.scheme.scheme import parse_scheme
from bot.accounts.staff import add_staff
from bot.campaigns.drafting import chosen_scheme
from bot.campaigns.organiser import save_organiser
from bot.campaigns.quotas import set_quotas, show_quotas
from bot.campaigns.registered import find_registered_campaign
from bot.campaigns.scheme_files import load_scheme_file
from bot.campaigns.summaries import show_campaign
from bot.conversations.contract import Incoming
from bot.core.identity import Address
from bot.core.shipped_files import offered_questionnaires
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.sampling import SampleRequest, plan_sample
from bot.fieldwork.outreach.accounts import announce_accounts
from bot.fieldwork.outreach.messenger import Account
from bot.records import store
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from survey_flows.events import Started
from tests.console import PASSWORD, Console, make_data, opened_copy, texts
from tests.openings import ORGANISER

TYPED = {
    "id": "spring",
    "year": "2011",
    "title_zh": "春季评价",
    "title_en": "Spring evaluation",
    "opens": "2026-12-01T08:00",
    "closes": "2026-12-31T20:00",
    "units": "TAX FIN",
}
SHIPPED = Path("aggregation/schemes/default-2.yaml").read_bytes()
FIGURES = b"group,value,people\nresident,east,1200\nresident,west,800\n"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest.fixture
async def console(filled: Path, tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with opened_copy(filled, tmp_path / "data", valkey_url) as console:
        await add_staff(console.service.roster, "wang", PASSWORD, "staff")
        await save_organiser(console.service.database, ORGANISER)
        yield console


async def send(console: Console, typed: dict[str, str], **files: tuple[str, bytes]) -> str:
    await console.open("/admin/drafts")
    form = FormData(quote_fields=False)  # as browsers write names
    for name, value in {"csrf": console.csrf, **typed}.items():
        form.add_field(name, value)
    for field, (name, data) in files.items():
        form.add_field(field, data, filename=name)
    return await console.post("/admin/drafts", form)


def seen_list(page: str) -> str:
    return re.findall(r'name="seen" value="(\w+)"', page)[0]


async def stored(console: Console) -> list[str]:
    async with reading(console.service.database) as connection:
        return sorted((await connection.execute(select(tables.campaigns.c.id))).scalars())


async def test_staff_draft_a_campaign_that_an_administrator_opens(console: Console) -> None:
    await console.sign_in("wang")
    assert "/admin/drafts" in await console.open("/admin/campaigns")
    await send(console, TYPED)
    said = texts(console.page)
    assert (console.status, "The draft is stored" in said, "Spring evaluation" in said) == (
        200,
        True,
        True,
    )
    assert "2026-12-01 08:00" in said
    assert "Not weighted to the population" in said
    await console.post("/admin/campaigns/spring/open", {"csrf": console.csrf})
    assert console.status == 403
    console.client.session.cookie_jar.clear()
    await console.sign_in()
    seen = seen_list(await console.open("/admin/campaigns/spring"))
    for wrong in ({"name": "spring"}, {"seen": seen}, {"name": "spring", "seen": "0" * 16}):
        await console.post("/admin/campaigns/spring/open", {"csrf": console.csrf} | wrong)
        assert console.status == 422
    typed = {"csrf": console.csrf, "name": "spring", "seen": seen}
    await console.post("/admin/campaigns/spring/open", typed)
    assert "The campaign is open" in texts(console.page)
    definition = console.service.live_campaigns.get("spring")
    assert definition is not None
    assert sorted(definition.units) == ["FIN", "TAX"]


async def test_a_scheme_figures_and_questionnaires_of_the_citys_own_are_kept(
    console: Console,
) -> None:
    await console.sign_in()
    scheme = SHIPPED.replace(b"version: default-2", b"version: city-7")
    assert b"city-7" in scheme
    await send(console, TYPED, scheme=("own.yaml", scheme), population=("people.csv", FIGURES))
    assert (
        "Scheme: Default appraisal scheme for municipal departments and districts (city-7)"
        in texts(console.page)
    )
    assert "Weighted to the population by 2 figures" in texts(console.page)
    async with reading(console.service.database) as connection:
        row = (
            await connection.execute(
                select(tables.campaigns).where(tables.campaigns.c.id == "spring")
            )
        ).one()
    kept = parse_scheme(json.loads(row.scheme))
    assert kept.population is not None
    assert [int(figure.people) for figure in kept.population.figures] == [1200, 800]


async def test_how_many_get_each_grade_is_locked_with_the_draft_and_has_to_fit_the_city(
    console: Console,
) -> None:
    await console.sign_in()
    await send(console, TYPED | {"first": "20", "second": "73", "third": "6"})
    said = texts(console.page)
    assert "These places are locked by the opening" in said
    assert "cannot be opened" not in said
    await send(console, TYPED | {"id": "other", "first": "20", "second": "70", "third": "6"})
    said = texts(console.page)
    assert "This campaign cannot be opened as it is" in said
    assert "20 first + 70 second + 6 third = 96, but 99 units are graded by quota" in said
    assert "/admin/campaigns/other/open" not in console.page
    await console.post("/admin/campaigns/other/open", {"csrf": console.csrf, "name": "other"})
    assert console.status == 422


async def test_what_the_product_comes_with_can_be_fetched_and_sent_back(console: Console) -> None:
    await console.sign_in("wang")
    page = await console.open("/admin/drafts")
    models = re.findall(r"/admin/drafts/(\w+)\.yaml", page)
    assert models == ["scheme", *offered_questionnaires()]
    for name in models:
        text = await console.open(f"/admin/drafts/{name}.yaml")
        field = "scheme" if name == "scheme" else "questionnaires"
        await send(
            console, TYPED | {"id": f"like-{name}"}, **{field: (f"{name}.yaml", text.encode())}
        )
        assert "The draft is stored" in texts(console.page)
    await console.open("/admin/drafts/none.yaml")
    assert console.status == 404


async def test_split_halves_are_ticked_and_told_before_the_opening(console: Console) -> None:
    await console.sign_in()
    page = await console.open("/admin/drafts")
    assert "Half of the people answer the overall question last" in texts(page)
    await send(console, TYPED | {"halves": "sex"})
    assert console.status == 422
    assert "halves differ in one of items, scale" in texts(console.page)
    page = await send(console, TYPED | {"id": "Spring!", "halves": "items"})
    assert 'value="items" checked' in page
    assert 'value="scale" checked' not in page
    await send(console, TYPED | {"halves": "items"})
    said = texts(await console.open("/admin/campaigns/spring"))
    assert "a random half of the people answers the overall question last" in said
    assert "from dissatisfied to satisfied" not in said


async def test_telephones_are_ticked_and_not_taken_without_a_worth_and_an_account(
    console: Console,
) -> None:
    await console.sign_in()
    page = await console.open("/admin/drafts")
    assert "Telephone and code" in texts(page)
    await send(console, TYPED | {"identity": "face"})
    assert (console.status, "identities of phone" in texts(console.page)) == (422, True)
    page = await send(console, TYPED | {"id": "Spring!", "identity": "phone"})
    assert 'value="phone" checked' in page
    await send(console, TYPED | {"identity": "phone"})
    said = texts(await console.open("/admin/campaigns/spring"))
    assert "write verified_worth under evidence" in said
    assert "no account sends codes" in said
    worthy = SHIPPED.replace(b"  loose_worth: 10\n", b"  loose_worth: 10\n  verified_worth: 30\n")
    await send(console, TYPED | {"id": "summer", "identity": "phone"}, scheme=("s.yaml", worthy))
    async with writing(console.service.database) as connection:
        await announce_accounts(connection, [Account("city", "sms", "gateway")])
    said = texts(await console.open("/admin/campaigns/summer"))
    assert "verified_worth" not in said
    assert "no account sends codes" not in said
    assert "citizens may confirm by telephone and code" in said


async def test_a_pilot_says_so_to_everybody(console: Console) -> None:
    await console.sign_in()
    await send(
        console,
        TYPED
        | {"purpose": "pilot", "about": "leaders", "asks": "staff", "opens": "2026-11-01T08:00"}
        | dict.fromkeys(UNIT_GRADES, "1"),
    )
    said = texts(console.page)
    assert "A pilot: it counts in no appraisal" in said
    assert "about leaders, asked of the staff of the unit" in said
    assert "cannot be opened" not in said
    await console.post("/admin/campaigns/spring/open", {"csrf": console.csrf})
    link = re.findall(r"/r/(\w+)", console.page)[0]
    start = texts(await console.open(f"/r/{link}"))
    assert "This is a pilot: it counts in no appraisal." in start
    assert "yearly appraisal" not in start
    promise = texts(await console.open("/p/spring"))
    marked = f"{TYPED['title_en']} (pilot)"
    assert (marked in start, marked in promise) == (True, True)
    reply = await console.service.conductor.handle(
        Incoming("t:1", "telegram", "1", Started(link=link))
    )
    assert reply.screen
    assert "这是试评，结果不计入任何考核。" in reply.screen.text


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
        ({"asks": "staff"}, "what the public says of units"),
        ({"about": "leaders"}, "what the public says of units"),
        ({"purpose": "trial"}, "write one of counting, pilot"),
        ({"first": "18"}, "write how many units get each grade, as whole numbers"),
        (
            {"first": "18", "second": "-5", "third": "6"},
            "write how many units get each grade",
        ),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    console: Console, wrong: dict[str, str], said: str
) -> None:
    await console.sign_in()
    before = await stored(console)
    await send(console, TYPED | wrong)
    assert console.status == 422
    assert said in texts(console.page)
    assert 'value="春季评价"' in console.page
    assert await stored(console) == before


@pytest.mark.parametrize(
    ("field", "name", "data", "said"),
    [
        (
            "scheme",
            "own.yaml",
            b"version: x\nversion: y\n",
            "own.yaml, line 2: the key «version» stands twice",
        ),
        ("scheme", "own.yaml", b"\xff\xfe", "own.yaml, line 1: the file is not UTF-8 text"),
        ("scheme", "own.yaml", b"a: " + b"[" * 3000, "own.yaml, line 1: lists and fields lie more"),
        ("questionnaires", "q.yaml", b"- " * 3000, "q.yaml, line 1: lists and fields lie more"),
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
    console: Console, field: str, name: str, data: bytes, said: str
) -> None:
    await console.sign_in()
    before = await stored(console)
    await send(console, TYPED, **{field: (name, data)})
    assert console.status == 422
    assert said in texts(console.page)
    assert "/tmp" not in texts(console.page)
    assert await stored(console) == before


async def change(console: Console, fields: dict[str, str]) -> str:
    form = FormData(quote_fields=False)
    for name, value in {"csrf": console.csrf, **fields}.items():
        form.add_field(name, value)
    return await console.post("/admin/campaigns/spring/draft", form)


def typed_in(page: str) -> dict[str, str]:
    """What the fields of the form say."""
    return dict(re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', page))


async def test_row_draft_is_edited_until_it_is_opened_and_a_stale_form_overwrites_nothing(
    console: Console,
) -> None:
    await console.sign_in("wang")
    await send(console, TYPED)
    database, path = console.service.database, "/admin/campaigns/spring/draft"
    cells = b"unit,group,stratum,source,most\nTAX,,,,50\n"
    assert await set_quotas(database, "spring", "q.csv", cells) == 1
    page = await console.open(path)
    fields = typed_in(page)
    assert [fields[name] for name in ("title_zh", "year", "opens", "closes")] == [
        *("春季评价", "2011", "2026-12-01T08:00", "2026-12-31T20:00"),
    ]
    seen = {"seen": fields["seen"]}
    changed = TYPED | seen | {"title_en": "Evaluation in spring", "closes": "2027-01-31T20:00"}
    await change(console, changed | {"halves": "items"})
    assert re.search(r'value="items" checked', await console.open(path))
    await console.open("/admin/campaigns/spring")
    assert "Evaluation in spring" in texts(console.page)
    assert "2027-01-31 20:00" in texts(console.page)
    assert [it.capacity for it in await show_quotas(database, "spring")] == [50]
    # Another form, opened before, shows both values and its own digest; nothing is lost.
    await console.open(path)
    await change(console, TYPED | seen | {"title_zh": "春评"})
    stale = texts(console.page)
    assert (console.status, "somebody has changed this draft since you saw it" in stale) == (
        422,
        True,
    )
    assert "Stands now: Evaluation in spring You typed: Spring evaluation" in stale
    assert "Stands now: 春季评价 You typed: 春评" in stale
    assert (await show_campaign(database, "spring")).title["en"] == "Evaluation in spring"
    again = {"seen": typed_in(console.page)["seen"]}
    assert again != seen
    await change(console, TYPED | again | {"title_zh": "春评"})
    assert (await show_campaign(database, "spring")).title["zh-Hans"] == "春评"
    for wrong, said in (
        ({"units": "FIN"}, "a response quota names TAX"),
        ({"opens": "soon"}, "write a date like"),
        ({"units": "NONE"}, "there is no unit NONE"),
    ):
        fields = typed_in(await console.open(path))
        await change(console, TYPED | {"seen": fields["seen"]} | wrong)
        assert (console.status, said in texts(console.page)) == (422, True), said
    # Once it is opened, nothing of it changes.
    console.client.session.cookie_jar.clear()
    await console.sign_in()
    seen_now = typed_in(await console.open(path))["seen"]
    await console.open("/admin/campaigns/spring")
    order = {"csrf": console.csrf, "name": "spring", "seen": seen_list(console.page)}
    await console.post("/admin/campaigns/spring/open", order)
    await change(console, TYPED | {"seen": seen_now, "title_zh": "晚了"})
    assert "only in the state draft" in texts(console.page)
    assert (await show_campaign(database, "spring")).title["zh-Hans"] == "春评"


async def test_row_draft_as_last_year_takes_scheme_questionnaires_quotas_and_leaders(
    console: Console,
) -> None:
    database = console.service.database
    await console.sign_in()
    scheme = SHIPPED.replace(b"version: default-2", b"version: city-7")
    await send(console, TYPED, scheme=("own.yaml", scheme))
    cells = b"unit,group,stratum,source,most\nTAX,,,,50\nFIN,resident,,,60\n"
    await set_quotas(database, "spring", "q.csv", cells)
    async with writing(database) as connection:
        (chief,) = [it for it in await store.read_leaders(connection, 2010) if it.unit == "FIN"][:1]
        gone = replace(chief, id="GONE", unit="NOWHERE")
        await store.replace_leaders(connection, 2011, [chief, gone])
    page = await console.open("/admin/drafts?like=spring")
    boxes = ("csrf", "leaders", "halves", "identity")
    assert {name: value for name, value in typed_in(page).items() if name not in boxes} == {
        "like": "spring",
        "title_zh": "春季评价",
        "title_en": "Spring evaluation",
        "id": "spring",
        "year": "2012",
        "opens": "",
        "closes": "",
        "first": "",
        "second": "",
        "third": "",
    }
    assert "Take over the leaders of 2011 too" in texts(page)
    next_year = TYPED | {"id": "next", "year": "2012", "like": "spring", "leaders": "yes"}
    await send(console, next_year | {"units": "FIN"})
    assert "The draft is stored" in texts(console.page)
    made = await find_registered_campaign(database, "next")
    assert (made.scheme.version, made.year, list(made.units)) == ("city-7", 2012, ["FIN"])
    assert (
        made.questionnaires == (await find_registered_campaign(database, "spring")).questionnaires
    )
    quotas = await show_quotas(database, "next")
    assert [(it.cell.unit, it.cell.group, it.capacity) for it in quotas] == [
        ("FIN", "resident", 60)
    ]
    async with reading(database) as connection:
        assert await store.read_leaders(connection, 2012) == (chief,)
    await send(console, next_year | {"id": "once-more"})
    assert (console.status, "the year has leaders already" in texts(console.page)) == (422, True)
    assert "once-more" not in await stored(console), "whole or not at all"


def test_places_of_last_year_are_kept_where_they_fit_and_offered_anew_where_not() -> None:
    units = [AppraisedUnit(f"U{n}", "", "", "B_econ") for n in range(46)]
    base = load_scheme_file(Path("aggregation/schemes/default-2.yaml"))
    counts = {"first": 9, "second": 35, "third": 2}
    quota = base.unit_quota.model_copy(update=counts)
    kept = base.model_copy(update={"unit_quota": quota})
    places = []
    for count in (46, 40):
        text = chosen_scheme(None, year=2012, units=units[:count], like=kept)
        quota = parse_scheme(json.loads(text)).unit_quota
        places.append((quota.first, quota.second, quota.third))
    assert places == [(9, 35, 2), (7, 32, 1)]


async def test_a_draft_is_discarded_with_all_that_belongs_to_it(console: Console) -> None:
    await console.sign_in("wang")
    await send(console, TYPED)
    database = console.service.database
    people = [
        Contact(Address("telegram", str(5000 + n)), "zh-Hans", "resident", "", "", "2026-01-02", "")
        for n in range(40)
    ]
    async with writing(database) as connection:
        await store_contacts(connection, console.service.contact_keys, people)
    await plan_sample(
        database, console.service.contact_keys, "spring", SampleRequest(size=30), date(2026, 11, 23)
    )
    before = await left(console)
    assert {name: count for name, count in before.items() if count} == {
        "campaigns": 1,
        "frames": 40,
        "links": 1,
    }
    await console.open("/admin/campaigns/spring")
    await console.post("/admin/campaigns/spring/discard", {"csrf": console.csrf, "name": "other"})
    assert console.status == 422
    assert await left(console) == before
    await console.open("/admin/campaigns/spring")
    await console.post("/admin/campaigns/spring/discard", {"csrf": console.csrf, "name": "spring"})
    assert "The draft is discarded" in texts(console.page)
    assert set((await left(console)).values()) == {0}
    await send(console, TYPED)
    assert "The draft is stored" in texts(console.page)


async def test_what_was_opened_cannot_be_discarded(console: Console) -> None:
    await console.sign_in()
    await send(console, TYPED)
    csrf = console.csrf
    typed = {"csrf": csrf, "name": "spring", "seen": seen_list(console.page)}
    await console.post("/admin/campaigns/spring/open", typed)
    before = await left(console)
    for campaign in ("spring", "city-2010"):
        await console.post(f"/admin/campaigns/{campaign}/discard", {"csrf": csrf, "name": campaign})
        assert console.status == 422
        assert "only in the state draft" in texts(console.page)
    assert await left(console) == before


async def left(console: Console) -> dict[str, int]:
    """Count the rows of each table that name the campaign."""
    found = {}
    async with reading(console.service.database) as connection:
        for table in tables.metadata.sorted_tables:
            column = table.c.id if table is tables.campaigns else table.c.get("campaign")
            if column is not None:
                query = select(func.count()).select_from(table).where(column == "spring")
                found[table.name] = (await connection.execute(query)).scalar_one()
    return found
