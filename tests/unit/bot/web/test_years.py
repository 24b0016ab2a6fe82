"""The administrators' pages of a whole city's year, read over HTTP.

Nothing here changes it but the seal, which is lifted again, so all tests share one.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import openpyxl
import pytest
import pytest_asyncio
import yaml
from aiohttp.test_utils import TestClient, TestServer

from aggregation.model.facts import Grade
from bot.__main__ import make_parser
from bot.appraisal.sensitivity import simulate
from bot.appraisal.year import open_year
from bot.campaigns.scheme_files import load_scheme_file
from bot.core.settings import Settings
from bot.service.children import Children
from bot.service.composition import build
from bot.terminal.listings import print_simulation
from bot.web.server import make_web
from survey_flows.errors import BadInput
from tests import quicker
from tests.console import CAMPAIGN, RANKING, YEAR, Console, make_data, texts
from tests.web_city import Clock

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, valkey_server: str) -> Path:
    folder = tmp_path_factory.mktemp("city")
    make_data(folder, valkey_server)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def console(filled: Path, valkey_server: str) -> AsyncIterator[Console]:
    settings = Settings(data=filled, redis_url=valkey_server)
    async with (
        build(settings, Clock()) as service,
        TestClient(TestServer(make_web(service))) as client,
    ):
        yield Console(client, service)


async def test_observers_look_and_do_not_act(console: Console) -> None:
    await console.sign_in("li")
    for path in (
        "/admin",
        CAMPAIGN,
        f"{CAMPAIGN}/scores",
        YEAR,
        RANKING,
        f"{YEAR}/leaders",
        f"{YEAR}/proposals",
    ):
        page = await console.open(path)
        assert console.status == 200
        assert set(re.findall(r'method="post" action="([^"]+)"', page)) == {"/admin/sign-out"}
    token = console.csrf
    for path in (
        f"{CAMPAIGN}/close",
        f"{CAMPAIGN}/links",
        f"{YEAR}/decisions",
        f"{YEAR}/grades",
        f"{YEAR}/import",
    ):
        await console.post(path, {"csrf": token})
        assert console.status == 403


async def test_the_years_page_ranks_two_leagues_and_the_departments(console: Console) -> None:
    await console.sign_in()
    page = await console.open(RANKING)
    rows = re.findall(r'<h2 id="group-\d-name">([^<]+) <(.*?)</section>', page, re.DOTALL)
    sizes = {unescape(name): part.count('role="rowheader"') for name, part in rows}
    assert sizes == {
        "Districts": 5,
        "Counties and county-level cities": 4,
        "Economy": 27,
        "Social development": 24,
        "Enforcement and supervision": 18,
        "Party and general affairs": 30,
    }
    grades = re.findall(r'<span class="grade (\w+)">', page)
    assert {grade: grades.count(grade) for grade in set(grades)} == {
        "first": 18,
        "second": 75,
        "third": 6,
    }
    assert page.count('class="bar"') == page.count('class="dot"') == 108


async def test_the_pages_speak_the_language_that_was_chosen(console: Console) -> None:
    await console.sign_in()
    assert "2010 年度绩效考核" in await console.open(f"{RANKING}?lang=zh-Hans")
    assert "芙蓉区" in await console.open(RANKING)
    assert "Furong District" in await console.open(f"{RANKING}?lang=en")


async def test_leaders_are_found_by_grade_and_name(console: Console) -> None:
    await console.sign_in()
    page = await console.open(f"{YEAR}/leaders?grade=fourth")
    assert re.search(
        r"All 835.*first grade 163.*second grade 658.*third grade 11.*fourth grade 3", texts(page)
    )
    assert page.count('class="grade fourth"') == 3
    assert "Nothing matches" in await console.open(f"{YEAR}/leaders?q=nobodyatall")
    assert "Page 34 of 34, 835 entries" in await console.open(f"{YEAR}/leaders?page=999")


async def test_a_decision_on_nothing_is_refused(console: Console) -> None:
    await console.sign_in()
    decision = {
        "csrf": console.csrf,
        "proposal": "2010/x/y/z",
        "verdict": "confirmed",
        "reason": "r",
        "name": "n",
    }
    assert "there is no such proposal" in await console.post(f"{YEAR}/decisions", decision)
    assert "choose to confirm or to decline" in await console.post(
        f"{YEAR}/decisions", decision | {"verdict": "x"}
    )
    assert console.status == 422


async def test_the_reasons_of_a_unit_and_of_a_leader(console: Console) -> None:
    await console.sign_in()
    unit = texts(await console.open(f"{YEAR}/explain/CME"))
    assert "77.55" in unit
    assert "weight of Public evaluation in Enforcement and supervision" in unit
    link = re.findall(
        rf'href="({YEAR}/explain/[^"]+)"', await console.open(f"{YEAR}/leaders?grade=fourth")
    )[0]
    assert "fourth grade" in texts(await console.open(link))
    await console.open(f"{YEAR}/explain/NOBODY")
    assert console.status == 409


async def test_small_counts_of_answers_are_not_told(console: Console) -> None:
    await console.sign_in()
    page = await console.open(f"{YEAR}/explain/CME")
    table = page.partition('<h2 id="answers">')[2].partition("</table>")[0]
    counts = re.findall(r'<td class="num">([^<]+)</td>', table)
    assert "*" in counts
    assert not [count for count in counts if count.isdigit() and 0 < int(count) < 10]


async def test_exports_are_files_for_the_audience_that_was_chosen(console: Console) -> None:
    await console.sign_in()
    found = {}
    for audience in ("internal", "public"):
        response = await console.client.get(f"{YEAR}/export.xlsx?audience={audience}")
        assert (
            response.headers["Content-Disposition"]
            == f'attachment; filename="minping-2010-{audience}.xlsx"'
        )
        book = openpyxl.load_workbook(io.BytesIO(await response.read()), read_only=True)
        found[audience] = {name.split()[-1] for name in book.sheetnames}
        book.close()
    assert found["internal"] - found["public"] >= {"leaders", "proposals"}
    archive = await (await console.client.get(f"{CAMPAIGN}/export.zip")).read()
    assert any(name.endswith(".csv") for name in zipfile.ZipFile(io.BytesIO(archive)).namelist())


async def test_the_ranking_is_had_as_a_picture(console: Console) -> None:
    await console.sign_in()
    response = await console.client.get(f"{CAMPAIGN}/ranking.png")
    assert response.content_type == "image/png"
    assert (await response.read()).startswith(b"\x89PNG")


async def test_a_bad_import_names_row_and_column_and_stores_nothing(console: Console) -> None:
    await console.sign_in()
    before = texts(await console.open(f"{YEAR}/explain/CME"))
    table = b"subject,indicator,value\nCME,objective,50\nCME,superior,many\n"
    page = texts(await console.upload("indicators", "points.csv", table))
    assert console.status == 422
    assert re.search(r"points\.csv.*row 3.*value", page)
    assert texts(await console.open(f"{YEAR}/explain/CME")) == before


async def test_a_check_stores_nothing(console: Console) -> None:
    await console.sign_in()
    table = b"subject,indicator,value\nCME,objective,50\n"
    assert "The check passed: 1 rows; nothing was stored" in await console.upload(
        "indicators", "points.csv", table, True
    )
    assert "50 × 50%" not in texts(await console.open(f"{YEAR}/explain/CME"))


async def test_an_import_without_a_file_or_of_no_kind_is_refused(console: Console) -> None:
    await console.sign_in()
    assert "choose a table and a file" in await console.upload("nonsense", "points.csv", b"a\n1\n")
    await console.open(f"{YEAR}/import")
    assert "choose a table and a file" in await console.post(
        f"{YEAR}/import", {"csrf": console.csrf, "kind": "units"}
    )
    assert console.status == 422


async def test_what_is_not_there_is_said_kindly(console: Console) -> None:
    await console.sign_in()
    for path in (
        "/admin/years/1999/ranking",
        "/admin/campaigns/nothing",
        "/admin/campaigns/nothing/scores",
    ):
        page = await console.open(path)
        assert (console.status, "That could not be done" in page) == (409, True)


async def test_a_unit_page_says_how_sure_its_grade_is(console: Console) -> None:
    await console.sign_in()
    page = texts(
        (await console.open(f"{YEAR}/explain/CME"))
        .partition("How certain is this grade?")[2]
        .partition("</section>")[0]
    )
    assert re.search(
        r"first grade <1% [\d.]+ points short [\d.]+ points of the public score no number would do",
        page,
    )
    assert re.search(r"second grade >99% its grade now", page)
    assert re.search(
        r"third grade <1% [\d.]+ points above .* at least \d+ more with the worst rating", page
    )
    assert "How certain" not in await console.open(f"{YEAR}/explain/430102")


async def test_other_rules_are_tried_and_told(console: Console) -> None:
    await console.sign_in("li")
    page = await console.open(f"{YEAR}/sensitivity")
    rows = re.findall(
        r'<tr><th scope="row">([^<]+)</th>.*?<td class="num">([\d.]+)</td></tr>', page, re.DOTALL
    )
    assert [unescape(rule) for rule, _ in rows] == [
        *("evenly spaced scale", "scale 100/70/30"),
        *(f"weight of the public score {step} points" for step in ("-10", "-5", "+5", "+10")),
        *(
            "without open-link answers",
            "without any fraud rule",
            "every answer equal, whatever the group",
        ),
    ]
    assert all(0.8 < float(tau) <= 1 for _, tau in rows)
    # the city was made so that no grade hangs on the answers alone
    assert "None, under any of these rules." in texts(page)
    response = await console.client.get(f"{YEAR}/sensitivity.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(await response.read()), read_only=True)
    assert [sheet.title.split()[-1] for sheet in book][:3] == [
        "about",
        "sensitivity",
        "grades_that_change",
    ]


async def test_another_scheme_can_be_tried_on_the_year(
    console: Console, filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    year = await open_year(console.service.database, 2010)
    data = year.inputs.scheme.model_dump(mode="json")
    data["unit_quota"] |= {"first": 20, "second": 73}
    file, same = tmp_path / "new.yaml", tmp_path / "old.yaml"
    file.write_text(yaml.safe_dump(data), encoding="utf-8")
    same.write_text(yaml.safe_dump(year.inputs.scheme.model_dump(mode="json")), encoding="utf-8")
    outcome = simulate(year, load_scheme_file(file))
    assert outcome.before == {Grade.FIRST: 18, Grade.SECOND: 75, Grade.THIRD: 6, None: 0}
    assert outcome.after == {Grade.FIRST: 20, Grade.SECOND: 73, Grade.THIRD: 6, None: 0}
    assert {m.grades for m in outcome.moves} == {(Grade.SECOND, Grade.FIRST)}
    assert (len(outcome.moves), outcome.shift.tau, outcome.shift.moved) == (2, 1.0, 0)
    print_simulation(year.result, outcome, "en")
    assert "second grade → first grade" in capsys.readouterr().out
    settings = Settings(data=filled)
    chosen = make_parser().parse_args(["scheme", "diff", str(same), str(file), "--lang", "en"])
    assert await chosen.run(settings, chosen) == 0
    printed = capsys.readouterr().out
    assert re.search(r"unit_quota.first +18 +20", printed)
    assert "2 fields differ" in printed
    file.write_text("version: x\nunit_quota: {first: 1}\n", encoding="utf-8")
    chosen = make_parser().parse_args(["scheme", "check", str(file)])
    with pytest.raises(BadInput, match=r"unit_quota\.second: this field is missing; add it"):
        await chosen.run(settings, chosen)


async def test_what_is_inside_a_unit_is_found_level_by_level_down_to_the_reasons_for_a_person(
    console: Console,
) -> None:
    await console.sign_in("li")
    await console.open(f"{YEAR}/inner-units")
    assert "?unit=TAX" in console.page
    page = texts(await console.open(f"{YEAR}/inner-units?unit=TAX"))
    assert console.status == 200
    assert re.search(r"1 / 4 \w[\w ]+ Section [\d.]+ \w+ grade", page)
    assert "Huang Jian" in page
    page = texts(await console.open(f"{YEAR}/inner-units?unit=TAX-1"))
    assert "› General office" in page
    assert "Post" in page
    page = texts(await console.open(f"{YEAR}/explain/TAX-P05"))
    assert "inside units, level 2: share of the unit’s total in the score of the officer" in page
    assert re.search(r"grade second grade \(settled by the ballots\)", page)  # and not in Chinese
    page = texts(await console.open(f"{YEAR}/explain/TAX-1"))
    assert "Total of the unit above" in page
    assert "evidence" not in console.page
    await console.open(f"{YEAR}/inner-units?unit=FIN")
    assert (console.status, "this unit has no inner units in that year" in console.page) == (
        409,
        True,
    )


async def test_a_year_is_sealed_compared_and_unsealed_on_its_page(console: Console) -> None:
    page = f"{YEAR}/seal"
    await console.sign_in()
    shown = texts(await console.open(page))
    assert "What would be sealed" in shown
    assert "Departments 18 75 6 – Leaders 163 658 11 3" in shown
    seen = re.findall(r'name="seen" value="([0-9a-f]{64})"', console.page)[0]
    form = {"csrf": console.csrf, "act": "seal", "seen": seen, "organ": "市委常委会"}
    form |= {"document": "纪要", "decided_on": "2011-03-01", "typed": "2011"}
    assert "type the year" in texts(await console.post(page, form))
    shown = texts(await console.post(page, form | {"typed": "2010"}))
    assert "The year is sealed." in shown
    assert "Confirmed by 市委常委会, 纪要, 2011-03-01" in shown
    assert "The material gives what is sealed." in texts(await console.open(f"{page}?compare=yes"))
    await console.open(f"{YEAR}/proposals?status=all")
    assert 'name="verdict"' not in console.page
    await console.open(page)
    lift = {"csrf": console.csrf, "act": "lift", "typed": "2010", "reason": "一处数据有误"}
    assert "The seal is lifted." in texts(await console.post(page, lift))
    assert "一处数据有误" in texts(await console.open(page))
    await console.open(f"{YEAR}/proposals?status=all")
    assert 'name="verdict"' in console.page


@pytest.mark.slow
async def test_a_circular_is_made_by_a_process_of_its_own(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    await console.sign_in("li")
    address = f"{YEAR}/circular.html?audience=internal"
    here = texts(await console.open(address))
    monkeypatch.setattr(Children, "run", quicker.RUN_CHILD)
    assert texts(await console.open(address)) == here
