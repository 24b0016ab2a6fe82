"""A city's year in a browser, from the first sign-in to the published year and the next draft.

Nobody types a command: only citizens rate beside the console. Each step's time is printed.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from random import Random

from playwright.async_api import Browser, Page, expect

from bot.accounts.first_sign_in import (
    FIRST_ADMINISTRATOR,
    add_first_administrator,
    write_link,
)
from bot.ballots.gate import Gate
from bot.core.identity import Citizen
from bot.core.settings import Settings
from bot.service.composition import Service, build
from bot.storage.database import writing
from survey_flows.ballot import Ballot
from survey_flows.effects import StoreBallot
from tests.contract.test_year_tables import INDICATORS, LEADERS, UNITS
from tests.e2e.browsing import BROWSER, DESKTOP, browsing, keep
from tests.web_city import Clock

pytestmark = BROWSER
YEAR = 2026
BASE = f"/admin/years/{YEAR}"
CAMPAIGN = "/admin/campaigns/poll"
SECRET = "a bicycle in the rain"
HAPPY = {"U1": "VS VS S", "U2": "VS S S B", "U3": "B D D VD", "D1": "S B B D"}
"""What citizens say of a unit, by chance."""
EACH = 130
"""Ballots of a unit."""


class Year:
    """The year of one clerk, who has a browser and no terminal."""

    def __init__(self, page: Page, service: Service) -> None:
        self.page, self.service = page, service

    async def pass_days(self, days: int) -> None:
        """Let days pass; sessions end with them."""
        self.service.clock.time += timedelta(days=days)  # type: ignore[attr-defined]
        await self.service.mixer.turn()
        await self.service.live_campaigns.refresh()
        await self.page.context.clear_cookies()
        await self.go("/admin/sign-in")
        await self.fill(login=FIRST_ADMINISTRATOR, password=SECRET)
        await self.press("button.main")

    async def go(self, path: str) -> None:
        await self.page.goto(f"{path}{'&' if '?' in path else '?'}lang=zh-Hans")

    async def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            field = self.page.locator(f"main [name='{name}']").first
            if await field.evaluate("it => it.localName") == "select":
                await field.select_option(value)
            else:
                await field.fill(value)

    async def press(self, button: str) -> None:
        """Press the button that a selector names; nothing may be refused after it."""
        async with self.page.expect_navigation() as went:
            await self.page.locator(f"main {button}").first.click()
        answer = await went.value
        assert answer is not None
        told = self.page.locator("main [role=alert], main h1 + *").first
        assert answer.status < 400, f"{button}: {(await told.inner_text())[:300]}"

    async def unfold(self, inside: str) -> None:
        """Open what a selector is folded into."""
        folded = self.page.locator(f"main details:not([open]):has({inside}) > summary")
        while await folded.count():
            await folded.first.click()

    async def says(self, *texts: str) -> None:
        for text in texts:
            await expect(self.page.locator("main")).to_contain_text(text)

    async def upload(self, kind: str, text: str) -> None:
        await self.go(f"{BASE}/import?kind={kind}")
        await self.fill(kind=kind)
        file = {"name": f"{kind}.csv", "mimeType": "text/csv", "buffer": text.encode()}
        await self.page.locator("main input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]
        await self.press("form[enctype] button.main")


async def first_sign_in(year: Year) -> None:
    service, page = year.service, year.page
    await add_first_administrator(service.officers)
    await page.goto("/admin/sign-in")
    address = page.url.removesuffix("/admin/sign-in")
    file = await write_link(service.settings.data, service.roster, address)
    assert file is not None
    await page.goto(file.read_text().strip())
    await year.fill(new=SECRET, again=SECRET)
    await year.press("button.main")
    await year.go("/admin/settings")
    await year.fill(
        name_zh="清水市考评办",
        phone="12345",
        privacy="考评办信息科",
        country="CN",
        icp="湘ICP备12345678号",
        police="湘公网安备43010202000123号",
    )
    await year.press("button[value=organiser]")


async def material(year: Year) -> None:
    await year.upload("units", UNITS)
    await year.upload("leaders", LEADERS)
    await year.upload("indicators", INDICATORS)


async def holidays(year: Year) -> None:
    await year.go("/admin/calendar")
    lines = [f"{y}-01-01,off,元旦" for y in (YEAR, YEAR + 1)]
    text = "\n".join(["day,kind,name", *lines]).encode()
    file = {"name": "days.csv", "mimeType": "text/csv", "buffer": text}
    await year.page.locator("main input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    await year.press("form[enctype] button.main")


async def draft(year: Year) -> None:
    await year.go("/admin/drafts")
    await year.fill(
        title_zh="2026年民评",
        title_en="Ratings 2026",
        id="poll",
        year=str(YEAR),
        opens="2026-11-20T08:00",
        closes="2026-12-01T18:00",
        door="everyone",
    )
    await year.press("form[enctype] button.main")


async def questionnaire(year: Year) -> None:
    await year.go(f"{CAMPAIGN}/questionnaires/window")
    await year.page.locator("#q0 > summary").click()
    await year.fill(**{"q0-label-zh-Hans": "过去一年您在{unit}办过事吗？"})
    await year.press("button[formaction]")
    await expect(year.page.locator(".glass")).to_contain_text("办过事吗")
    await year.press(".keep button.main")
    await year.go(f"{CAMPAIGN}/scheme")
    await year.page.locator("#days > summary").click()
    await year.fill(**{"procedure.review_request_days": "5"})
    await year.press(".keep button.main")


async def opening(year: Year) -> None:
    await year.go(CAMPAIGN)
    await year.fill(name="poll")
    await year.press("form[action$='/open'] button.main")
    await year.service.mixer.turn()
    await year.service.live_campaigns.refresh()
    await year.go(CAMPAIGN)
    await year.says("征集中")


async def links(year: Year) -> None:
    await year.unfold("form[action$='/links']")
    await year.fill(group="deputy")
    await year.press("form[action$='/links'] button.main")
    address = await year.page.get_by_role("link", name="二维码").first.get_attribute("href")
    assert address is not None
    drawn = await year.page.request.get(address)
    assert (drawn.status, "<svg" in await drawn.text()) == (200, True)


async def ratings(year: Year) -> None:
    """The citizens' part: what they send comes by the gate, as from any channel."""
    service, chance = year.service, Random(7)
    definition = service.live_campaigns.get("poll")
    assert definition is not None
    gate, todo = Gate(service.keys, service.mixer.key), []
    bucket = int(service.clock.now().timestamp()) // 900
    for code, unit in definition.units.items():
        rated = len(definition.questionnaires[unit.questionnaire].rated)
        for number in range(EACH):
            receipt = "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
            ratings = " ".join(chance.choices(HAPPY[code].split(), k=rated))
            group = ("resident", "service_user", "enterprise")[number % 3]
            given = ("poll", code, unit.questionnaire, group, "", "personal", ratings, (), "")
            sent = StoreBallot(Ballot(*given, bucket - 2 * number, receipt))
            todo.append((Citizen("test", f"{code}-{number}"), sent))
    for start in range(0, len(todo), 100):
        async with writing(service.database) as connection:
            await gate.admit(connection, todo[start : start + 100])
        await service.mixer.turn()


async def response(year: Year) -> None:
    await year.go(CAMPAIGN)
    await year.says("市一局", "130+")
    await year.go(f"{CAMPAIGN}/responses")
    await keep(year.page, "whole-year-responses")


async def close(year: Year) -> None:
    await year.pass_days(10)
    await year.go(CAMPAIGN)
    await year.unfold("form[action$='/close']")
    await year.page.locator("form[action$='/close'] [name=name]").fill("poll")
    await year.press("form[action$='/close'] button")
    await year.service.mixer.turn()
    await year.go(CAMPAIGN)
    await year.go(f"{CAMPAIGN}/scores")
    await year.says("市一局", "市二局", "市三局")


async def reports(year: Year) -> None:
    await year.go(f"{BASE}/import")
    choice = "form[action$='/reports'] select[name=kind] option[value]:not([value=''])"
    found = year.page.locator(choice)
    for kind in await found.evaluate_all("all => all.map(it => it.value)"):
        await year.unfold("form[action$='/reports']")
        await year.page.locator("form[action$='/reports'] select").select_option(kind)
        await year.fill(organ="市纪委", document="清水纪函1号")
        await year.press("form[action$='/reports'] button[value=none]")
    await year.unfold("form[action$='/material']")
    for name, value in (("organ", "市考评办"), ("document", "1号"), ("typed", str(YEAR))):
        field = year.page.locator(f"form[action$='/material'] [name={name}]")
        if await field.count():
            await field.fill(value)
    await year.press("form[action$='/material'] button")


async def decisions(year: Year) -> None:
    await year.go(f"{BASE}/proposals")
    while await year.page.locator("form.decide").count():
        await year.unfold("form.decide")
        form = year.page.locator("form.decide").first
        await form.locator("[name=reason]").fill("情况属实，经研究同意。")
        heard = form.locator("[name=heard_on]")
        if await heard.count():
            await heard.fill("2026-12-02")
        async with year.page.expect_navigation():
            await form.locator("button[value=declined]").click()
        await year.go(f"{BASE}/proposals")


async def seal(year: Year) -> None:
    await year.go(f"{BASE}/seal")
    assert await year.page.locator("main section.bubble li").all_text_contents() == []
    await year.fill(
        organ="市委常委会", document="纪要3号", decided_on="2026-12-03", typed=str(YEAR)
    )
    await year.press("button[value=seal]")
    await year.service.mixer.turn()
    await year.go(f"{BASE}/seal")
    await year.says("第 1 次封存有效")


async def notice(year: Year) -> None:
    await year.go(f"{BASE}/notice")
    assert await year.page.locator("main .notice.warning").all_text_contents() == []
    await year.fill(typed=str(YEAR))
    await year.press("button[value=notice]")
    await year.page.goto(f"/results/years/{YEAR}?lang=zh-Hans")
    await year.says("市一局", "市三局")


async def publish(year: Year) -> None:
    await year.pass_days(40)
    await year.service.mixer.turn()
    await year.go("/admin/exports")
    await year.page.locator("main [name=sure]").first.check()
    await year.press("button[value=publish]")
    await year.page.goto("/results/poll?lang=zh-Hans")
    await year.says("市一局")


async def next_year(year: Year) -> None:
    await year.go("/admin/drafts?like=poll")
    await year.fill(opens="2027-11-20T08:00", closes="2027-12-01T18:00", id="poll-2027")
    await year.press("form[enctype] button.main")
    await year.go(f"/admin/years/{YEAR + 1}")
    await keep(year.page, "whole-year-next")
    await year.go(f"{BASE}")
    await keep(year.page, "whole-year-done")


Part = Callable[[Year], Awaitable[None]]
STEPS: tuple[Part, ...] = (
    first_sign_in,
    material,
    holidays,
    draft,
    questionnaire,
    opening,
    links,
    ratings,
    response,
    close,
    reports,
    decisions,
    seal,
    notice,
    publish,
    next_year,
)


async def test_a_city_carries_a_year_without_a_terminal(
    tmp_path: Path, valkey_url: str, browser: Browser
) -> None:
    settings = Settings(data=tmp_path, redis_url=valkey_url)
    async with (
        build(settings, Clock()) as service,
        browsing(service, browser, viewport=DESKTOP) as page,
    ):
        year = Year(page, service)
        for part in STEPS:
            begun = time.perf_counter()
            await part(year)
            print(f"{part.__name__}: {time.perf_counter() - begun:.1f} s")
