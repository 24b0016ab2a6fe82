"""The first page of approvers and auditors: what waits for them, and what they may look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from bot.accounts.approvals import WAITING
from bot.accounts.audit_log import read_records
from bot.web.admin.audit import read_chain
from bot.web.admin.page import Visit, staff_page
from bot.web.admin.year_facts import read_facts
from bot.web.admin.year_page import ShownTask, shown_tasks
from bot.web.shared.templates import page_words

WEEK = timedelta(days=7)
MOST_UNDONE = 99
LOOKS = (
    ("/admin/approvals", "approvals"),
    ("/admin/audit", "audit"),
    ("/admin/years/{year}", "year"),
    ("/admin/campaigns", "campaigns"),
    ("/admin/recusal", "recusal"),
)
"""Pages of these roles, with the key of the sentence that says what is on them."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for whoever has signed in, and the page where it is done."""

    text: str
    link: str


@staff_page
async def show_start(visit: Visit) -> web.Response:
    """Shows what waits for this person, and each page that their role may open, in words."""
    year = visit.frame.year
    pages = [(page.format(year=year), key) for page, key in LOOKS]
    chain = await read_chain(visit) if visit.visitor.may("GET", "/admin/audit") else {}
    return visit.render(
        "start",
        signatures=await _signatures(visit),
        tasks=await _tasks(visit, year),
        pages=[(page, key) for page, key in pages if visit.visitor.may("GET", page)],
        undone=await _undone(visit),
        year=year,
        chain=chain,
        granted=[(_grant(visit, subject), until) for subject, until in chain.get("grants", ())],
    )


def _grant(visit: Visit, subject: str) -> Waiting:
    """Returns what a grant opens: the ballots of a campaign, or the bundle of a year."""
    of_year = subject.startswith("-")  # as `bot.appraisal.year_bundle_format.year_name` says it
    name = subject[1:] if of_year else subject
    place = f"years/{name}/auditors" if of_year else f"campaigns/{name}/openings"
    said = page_words().say(visit.lang, "start-grant", subject=name)
    return Waiting(said, f"/admin/{place}.zip")


async def _signatures(visit: Visit) -> list[Waiting]:
    """Returns what waits for this person's own signature."""
    approvals, words = visit.service.approvals, page_words()
    return [
        Waiting(
            words.say(
                visit.lang,
                "start-signature",
                what=" · ".join(
                    (
                        words.say(visit.lang, f"approval-kind-{one.kind}"),
                        *((one.subject,) if one.subject != one.kind else ()),
                    )
                ),
                login=one.prepared_by,
            ),
            "/admin/approvals",
        )
        for one in await approvals.list((WAITING,))
        if await approvals.may_sign(one, visit.visitor.login)
    ]


async def _tasks(visit: Visit, year: int) -> list[ShownTask]:
    """Returns what the year waits for from this role; signatures stand by themselves."""
    found = shown_tasks(visit, await read_facts(visit, year))
    return [task for task in found if task.mine and task.link != "/admin/approvals"]


async def _undone(visit: Visit) -> int:
    """Returns how many acts were refused or failed in the last week, for readers of the log."""
    if not visit.visitor.may("GET", "/admin/audit"):
        return 0
    since = int((visit.service.clock.now() - WEEK).timestamp())
    database = visit.service.database
    return len(await read_records(database, since=since, undone=True, most=MOST_UNDONE))
