"""A draft's scheme is changed in the console by the rules of a file, and nothing else changes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.accounts.staff import add_staff
from bot.campaigns.draft_changes import change_scheme, read_draft
from bot.campaigns.drafting import chosen_scheme, units_of_year
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.opening import show_opening
from bot.campaigns.registered import find_registered_campaign
from bot.campaigns.scheme_files import offered_scheme, shipped_scheme
from bot.campaigns.scheme_form import changed_scheme, plain_scheme, scheme_chapters
from survey_flows.errors import BadInput
from tests.console import PASSWORD, Console, make_data, opened_copy, texts
from tests.web_city import make_draft

PAGE = "/admin/campaigns/plan/scheme"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest.fixture
async def console(filled: Path, tmp_path: Path, valkey_url: str) -> AsyncIterator[Console]:
    async with opened_copy(filled, tmp_path / "data", valkey_url) as console:
        service = console.service
        await add_staff(service.roster, "wang", PASSWORD, "staff")
        units = await units_of_year(service.database, 2011)
        scheme = chosen_scheme(None, None, None, 2011, units)
        draft = replace(make_draft(), id="plan", year=2011, scheme=scheme)
        await create_campaign(service.database, draft, service.clock)
        yield console


def fields(page: str) -> dict[str, str]:
    """Return what a browser would send of the editor's form as it stands."""
    form = re.findall(r'<form class="editor".*?</form>', page, re.S)[0]
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name = re.findall(r' name="([^"]*)"', tag)[0]
        if 'type="checkbox"' not in tag or " checked" in tag:
            found[name] = unescape("".join(re.findall(r' value="([^"]*)"', tag)))
    for name, inside in re.findall(r'<select name="([^"]*)">(.*?)</select>', form, re.S):
        found[name] = unescape(re.findall(r'<option value="([^"]*)" selected>', inside)[0])
    return found


def filled_in(scheme: Scheme) -> dict[str, str]:
    """Return what a form of a scheme says that nobody changed."""
    parts = [part for chapter in scheme_chapters(plain_scheme(scheme)) for part in chapter.parts]
    return {field.path: field.value for part in parts for field in part.fields}


def read(scheme: Scheme, form: dict[str, str]) -> Scheme:
    data = changed_scheme(plain_scheme(scheme), lambda name: form.get(name, ""))
    return parse_scheme(data)


async def stored(console: Console) -> Scheme:
    return (await find_registered_campaign(console.service.database, "plan")).scheme


@pytest.mark.parametrize("scheme", [shipped_scheme(), offered_scheme()], ids=lambda it: it.version)
def test_a_form_that_nobody_changed_says_the_scheme_it_was_filled_from(scheme: Scheme) -> None:
    assert read(scheme, filled_in(scheme)) == scheme
    assert read(scheme, filled_in(scheme)).digest == scheme.digest


def test_a_code_that_holds_what_separates_paths_is_kept() -> None:
    offered = offered_scheme()
    data = plain_scheme(offered)
    data["indicators"]["a.b c%"] = {"zh": "甲", "en": "A"}
    scheme = parse_scheme(data)
    assert read(scheme, filled_in(scheme)) == scheme


async def test_the_page_of_a_stored_scheme_sends_back_what_is_stored(console: Console) -> None:
    await console.sign_in("wang")
    before = await stored(console)
    await console.post(PAGE, fields(await console.open(PAGE)))
    assert (console.status, (await stored(console)).digest) == (200, before.digest)
    assert "The draft is stored" in texts(console.page)


async def test_weights_floors_places_and_names_are_changed_without_a_file(
    console: Console,
) -> None:
    await console.sign_in("wang")
    before = await stored(console)
    form = fields(await console.open(PAGE))
    form |= {
        "categories.B_econ.weights.objective": "50",
        "categories.B_econ.weights.public": "35",
        "categories.C_social.group_weights.media": "",
        "min_n.unit": "120",
        "unit_quota.first": str(before.unit_quota.first + 1),
        "unit_quota.second": str(before.unit_quota.second - 1),
        "groups+0.zh": "新闻媒体",
        "groups+0.en": "Media",
        "groups+0.code": "media",
        "leagues+0.zh": "开发区",
        "leagues+0.en": "Zones",
        "procedure.review_request_days": "15",
    }
    for grade, zh in (("first", "优秀"), ("second", "良好"), ("third", "一般"), ("fourth", "较差")):
        form |= {f"grade_names.{grade}.zh": zh, f"grade_names.{grade}.en": f"{grade} grade"}
    del form["rules.bottom_rank"]
    await console.post(PAGE, form)
    assert console.status == 200, texts(console.page)
    after = await stored(console)
    assert [int(after.categories["B_econ"].weights[it]) for it in ("objective", "public")] == [
        50,
        35,
    ]
    assert (after.min_n.unit, after.procedure.review_request_days) == (120, 15)
    assert after.groups["media"] == {"zh": "新闻媒体", "en": "Media"}
    assert after.leagues["l1"].zh == "开发区"
    assert after.grade_names is not None
    assert after.grade_names.first.zh == "优秀"
    assert after.grade_names.no_grade is None
    assert set(before.rules) - set(after.rules) == {"bottom_rank"}
    quota = after.unit_quota
    assert quota.first == before.unit_quota.first + 1
    assert sum(it.first for it in quota.families.values()) == quota.first
    assert after.inner == before.inner
    await console.open(PAGE)
    said = texts(console.page)
    assert "What differs from 2010" in said
    assert "Fewest ballots to be ranked 100 120" in said


async def test_a_refused_form_names_the_fields_and_keeps_what_was_typed_and_added(
    console: Console,
) -> None:
    await console.sign_in("wang")
    before = await stored(console)
    form = fields(await console.open(PAGE)) | {
        "categories.B_econ.weights.objective": "45",
        "min_n.unit": "many",
        "groups+0.zh": "新闻媒体",
        "groups+0.en": "Media",
    }
    await console.post(PAGE, form)
    said = texts(console.page)
    assert (console.status, await stored(console)) == (422, before)
    assert "Fewest ballots to be ranked: " in said
    assert "Economy · Weights of the total: " in said, said[:3000]
    again = fields(console.page)
    kept = {name: value for name, value in form.items() if "+" not in name and "rows" not in name}
    assert {name: again[name] for name in kept} == kept
    assert again["groups.g1.zh"] == "新闻媒体"
    again |= {"categories.B_econ.weights.objective": "55", "min_n.unit": "100"}
    await console.post(PAGE, again)
    assert (await stored(console)).groups["g1"] == {"zh": "新闻媒体", "en": "Media"}


async def test_who_empties_a_group_takes_its_weights_too_and_hears_what_is_lacking(
    console: Console,
) -> None:
    await console.sign_in("wang")
    form = fields(await console.open(PAGE))
    form |= {"groups.resident.zh": "", "groups.resident.en": ""}
    await console.post(PAGE, form)
    assert console.status == 422
    assert "group_weights" not in texts(console.page)
    assert "groups.resident.zh" not in fields(console.page)
    assert "resident" in (await stored(console)).groups


async def test_a_form_older_than_the_draft_overwrites_nothing_and_shows_both(
    console: Console,
) -> None:
    await console.sign_in("wang")
    first = fields(await console.open(PAGE))
    await console.post(PAGE, first | {"min_n.unit": "110"})
    await console.post(PAGE, first | {"min_n.unit": "130"})
    said = texts(console.page)
    assert (console.status, (await stored(console)).min_n.unit) == (422, 110)
    assert "Fewest ballots to be ranked" in said
    await console.post(PAGE, fields(console.page))
    assert (await stored(console)).min_n.unit == 130


async def test_a_scheme_that_is_none_is_refused_whoever_sends_it(console: Console) -> None:
    database, before = console.service.database, await stored(console)
    _, seen = await read_draft(database, "plan")
    broken = plain_scheme(before) | {"default_scale": "none"}
    with pytest.raises(BadInput, match="none"):
        await change_scheme(database, "plan", broken, seen)
    with pytest.raises(BadInput, match="changed this draft"):
        await change_scheme(database, "plan", plain_scheme(before), "0" * 16)
    await console.sign_in("li")
    await console.open("/admin/password")
    await console.post(PAGE, {"csrf": console.csrf})
    assert console.status == 403
    assert await stored(console) == before


async def test_who_sees_results_tries_the_scheme_on_the_year_before(console: Console) -> None:
    await console.sign_in("wang")
    assert "#tried" not in await console.open(PAGE)
    assert "Under this scheme" not in await console.open(f"{PAGE}?try=yes")
    console.client.session.cookie_jar.clear()
    await console.sign_in()
    form = fields(await console.open(PAGE))
    await console.post(PAGE, form | {"adjustments.deduct_max": "0", "adjustments.bonus_max": "0"})
    said = texts(await console.open(f"{PAGE}?try=yes"))
    assert "What it would have made of 2010" in said
    row = re.findall(r"Under this scheme (\d+) (\d+) (\d+) (\d+)", said)
    assert len(row) == 1, said[-900:]
    assert sum(map(int, row[0])) > 0


async def test_the_list_before_the_opening_names_every_stop_and_its_page(
    console: Console,
) -> None:
    await console.sign_in()
    form = fields(await console.open(PAGE))
    for category in ("B_econ", "C_social", "D_enforce", "E_party"):
        form |= {f"categories.{category}.{lang}": "" for lang in ("zh", "en")}
    await console.post(PAGE, form)
    assert console.status == 200, texts(console.page)[:900]
    page = await console.open("/admin/campaigns/plan")
    opening = await show_opening(console.service.database, "plan")
    stops = [unescape(stop.render("en")) for stop in opening.stops]
    assert len(stops) > 10
    said = texts(page)
    # The first one, that nobody has said who asks, is worded for the page.
    assert [stop for stop in stops[1:] if stop not in said] == []
    assert f"{len(stops)} things have to be put right" in said
    links = set(re.findall(r'<a href="([^"]+)">Put it right', page))
    assert {"/admin/settings", "/admin/years/2011/data/units"} <= links
    for link in links:
        assert (await console.client.get(link)).status == 200, link
    await console.post("/admin/campaigns/plan/open", {"csrf": console.csrf, "name": "plan"})
    assert console.status == 422
