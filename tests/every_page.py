"""A city in which every page has something to show, and all their addresses.

The addresses come from the table of routes. A part adds what its pages need:
a value for each new placeholder to `PARTS`, rows to `fill_pages`,
and to `MORE` the addresses that show another state of a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from aiohttp import web

from bot.accounts.audit_log import DONE, AuditRecord, append_record
from bot.accounts.second_factor import begin_factor
from bot.accounts.staff import add_staff
from bot.appraisal.appeals import receive_appeal
from bot.ballots.mixer import Mixer
from bot.campaigns.lifecycle import create_campaign
from bot.core.identity import Address, Office
from bot.fieldwork.audience.contact_store import store_contacts
from bot.fieldwork.audience.contacts import Contact
from bot.fieldwork.audience.invitations import make_invitations
from bot.fieldwork.audience.sampling import SampleRequest, draw_campaign_sample, plan_sample
from bot.fieldwork.outreach.outbox import CANCELLED
from bot.fieldwork.outreach.push_service import begin_push
from bot.fieldwork.outreach.push_texts import plain_texts
from bot.results.scoring import score_campaign
from bot.service.composition import Service
from bot.storage.database import writing
from bot.storage.schema import all as tables
from bot.storage.schema.outreach import pushes
from bot.web.admin.routes import lead_back
from tests.console import PASSWORD
from tests.openings import open_campaign
from tests.sealing import give_notice, seal_at
from tests.unit.bot.web.test_small_cells import suspected
from tests.web_city import fill, make_draft

TODAY = date(2026, 11, 23)
PARTS = {
    "campaign": "city-2010",
    "case": "00c0ffee",
    "year": "2010",
    "subject": "CME",
    "login": "li",
    "kind": "units",
    "questionnaire": "general",
    "list": "import",
    "model": "scheme",
    "link": "LINK",
    "unit": "FIN",
    "form": "svg",
    "place": "web",
    "name": "style.css",
    "appeal": "1",
    "token": "none",
    "code": "7K3M9P2QXB",
    "ticket": "none",
    "provider": "none",
}
MORE = (
    "/?l=LINK",
    "/admin/campaigns/2026",
    "/admin/campaigns/2026/push",
    "/admin/campaigns/plan",
    "/admin/campaigns/plan/draft",
    "/admin/campaigns/plan/posters",
    "/admin/campaigns/plan/scheme",
    "/admin/campaigns/plan/questionnaires/econ",
    "/admin/drafts?like=city-2010",
    "/admin/years/2010/proposals?status=all",
    "/admin/years/2010/leaders?grade=third",
    "/admin/years/2010/inner-units?unit=TAX",
    "/admin/people/zhou",
    "/admin/years/2010/letters?unit=TAX",
)
WITHOUT_SESSION = (
    "/admin/sign-in",
    "/admin/sign-in/code",
    "/admin/sign-in/with/none",
    "/admin/sign-in/back/none",
    "/admin/sign-in/out/none",
)
REVIEWERS = ("/admin/cases", "/admin/approvals")


async def fill_pages(service: Service) -> str:
    """Store the city and its people; returns the token of the open campaign's link."""
    await fill(service)
    database = service.database
    for login, role in (("zhou", "administrator"), ("li", "staff"), ("chen", "checker")):
        await add_staff(service.roster, login, PASSWORD, role)
    await begin_factor(database, service.factor_keys, "zhou")
    async with writing(database) as connection:
        await connection.execute(tables.cases.insert(), [suspected("FIN")])
        people = [
            Contact(
                Address("telegram", str(5000 + n)), "zh-Hans", "resident", "", "", "2026-01-02", ""
            )
            for n in range(40)
        ]
        await store_contacts(connection, service.contact_keys, people)
    link = await create_campaign(database, make_draft(), service.clock)
    await plan_sample(
        database, service.contact_keys, "2026", SampleRequest(size=30, fatigue_days=180), TODAY
    )
    await create_campaign(database, replace(make_draft(), id="plan"), service.clock)
    await open_campaign(database, "2026", service.keys, service.desk)
    assert isinstance(service.mixer, Mixer)
    await service.mixer.turn()
    await draw_campaign_sample(database, "2026")
    await make_invitations(database, service.keys, service.desk, "2026", TODAY, service.clock)
    await begin_push(database, "2026", await plain_texts(database, "2026", "Asia/Shanghai"))
    async with writing(database) as connection:
        await connection.execute(pushes.update().values(state=CANCELLED))
    office = Office("zhou", service.clock, "Asia/Shanghai")
    await score_campaign(database, "city-2010")  # the first look makes the first release
    await seal_at(service, 2010)
    await give_notice(database, 2010, office, service.desk)
    await receive_appeal(database, 2010, "CME", "票数似有误。", office)
    await append_record(
        database,
        AuditRecord("zhou", "administrator", "/admin/contacts import", "", DONE),
        service.desk,
        service.clock,
    )
    await service.officers.set_profile("office", "zhou")
    await add_staff(service.roster, "su", PASSWORD, "auditor")
    await service.officers.grant("su", "city-2010", 14, "zhou")
    waiting = await service.officers.reset_password("chen", "another horse battery", "zhou")
    assert waiting is not None
    await add_staff(service.roster, "he", PASSWORD, "approver")
    await service.approvals.approve(waiting.id, "he", waiting.seen)
    await service.live_campaigns.refresh()
    return link.token


def addresses(app: web.Application, link: str) -> Iterator[str]:
    """Yield every readable address, with its placeholders filled."""
    found = dict.fromkeys(
        route.resource.canonical
        for route in app.router.routes()
        if route.method == "GET" and route.resource and route.handler is not lead_back
    )
    for address in (*found, *MORE):
        parts = re.findall(r"\{([a-z_]+)\}", address)
        lacking = [part for part in parts if part not in PARTS]
        assert lacking == [], f"give {lacking} of {address} a value in PARTS of tests/every_page.py"
        yield re.sub(r"\{([a-z_]+)\}", lambda part: PARTS[part[1]], address).replace("LINK", link)
