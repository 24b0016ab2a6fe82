"""Pages call grades as the city does, and say where on the console something is done."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from aggregation.appraisal.corrections import Correction, CorrectionKind
from aggregation.model.facts import Grade
from aggregation.scheme.scheme import Scheme
from bot.accounts.staff import add_staff
from bot.appraisal.amendment_decisions import AMEND
from bot.appraisal.own_results import read_own_results
from bot.appraisal.plain_form import write_plain
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.settings import Settings
from bot.service.composition import Service, build
from bot.web.server import make_web
from bot.web.shared.own_view import own_view
from tests import web_city
from tests.console import PASSWORD, Console, texts
from tests.contract.test_grade_names import CALLED, USUAL_ZH
from tests.every_page import addresses, fill_pages
from tests.web_city import Clock

COMMAND = re.compile(r"`minping\b")
PAGES_THAT_NAME_GRADES = (
    "/admin/approvals",
    "/admin/campaigns/plan",
    "/admin/campaigns/plan/draft",
    "/admin/drafts?like=city-2010",
    "/admin/unit",
    "/admin/years/2010/ranking",
    "/results/years/2010",
)


def _called() -> Scheme:
    return Scheme.model_validate(
        shipped_scheme().model_dump() | {"grade_names": CALLED.model_dump()}
    )


async def _wait_for_a_grade(service: Service) -> None:
    """Prepare an amendment that gives a unit another grade; it waits for a second person."""
    made = Correction(CorrectionKind.GRADE, "CME", "", Grade.SECOND, Grade.FIRST, "zhou", "x", "")
    given = write_plain((made,), tuple[Correction, ...])
    details = {"year": 2010, "subject": "CME", "corrections": given}
    waits = await service.approvals.prepare(AMEND, "2010/CME/x", details, "zhou")
    assert waits.state == "waiting"


async def test_no_page_calls_a_grade_otherwise_or_asks_to_type_a_command(
    tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_city, "shipped_scheme", _called)
    flaws: list[str] = []
    told: set[str] = set()
    async with build(Settings(data=tmp_path, redis_url=valkey_url), Clock()) as service:
        link = await fill_pages(service)
        await _wait_for_a_grade(service)
        app = make_web(service)
        await add_staff(service.roster, "cme", PASSWORD, "unit", "CME")
        await add_staff(service.roster, "wu", PASSWORD, "administrator")
        pages = list(addresses(app, link))
        # Nothing is known of this year: its pages say what comes first.
        early = [it.replace("2010", "2027") for it in pages if it.startswith("/admin/years/2010")]
        async with TestClient(TestServer(app)) as client:
            console = Console(client, service)
            for login, found in (("wu", [*pages, *early]), ("cme", ["/admin/unit"])):
                await console.sign_in(login)
                for address in found:
                    sign = "&" if "?" in address else "?"
                    answer = await client.get(f"{address}{sign}lang=zh-Hans")
                    if answer.content_type != "text/html":
                        answer.close()
                        continue
                    text = texts(await answer.text())
                    told |= {address} if "优秀" in text else set()
                    flaws += [
                        f"{address}: {text[max(0, m.start() - 40) : m.end() + 20]}"
                        for pattern in (USUAL_ZH, COMMAND)
                        for m in pattern.finditer(text)
                    ]
                client.session.cookie_jar.clear()
            await _own_years_apart(service)
    # A new campaign has the shipped scheme, whose grades have their usual names.
    assert [it for it in flaws if not it.startswith("/admin/drafts:")] == []
    assert {it for it in PAGES_THAT_NAME_GRADES if it not in told} == set()


async def _own_years_apart(service: Service) -> None:
    """Results of two years that are read together are each called as their own year does."""
    (own,) = await read_own_results(service.database, "CME", service.clock.now().date())
    usual = replace(own, year=2009, terms=())
    views = [own_view(it, "zh-Hans") for it in (own, usual, own)]
    assert [it.first_grade for it in views] == ["优秀", "一等", "优秀"]
