"""The console's page of a year: its steps, what waits for whom until when, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.accounts.acts import describe_act
from bot.accounts.audit_log import DONE, read_records
from bot.web.admin.campaigns import alerts
from bot.web.admin.page import Visit, done_part, staff_page, year_of
from bot.web.admin.year_facts import read_facts
from bot.web.admin.year_work import Step, Task, YearFacts, list_steps, list_tasks
from bot.web.shared.dates import told_day
from bot.web.shared.templates import page_words

EVENTS = 6
"""So many acts of the audit log are shown."""


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task in the words of one language; ``mine`` says that it waits for this visitor's role."""

    text: str
    link: str
    until: str
    chip: str
    late: bool
    mine: bool
    who: str


@staff_page
async def show_home(visit: Visit) -> web.Response:
    """Redirects whoever has no other first page to the newest year."""
    where = f"/admin/years/{visit.frame.year}"
    return web.Response(status=303, headers={"Location": where + done_part(visit)})


@staff_page
async def show_year(visit: Visit) -> web.Response:
    """Shows any year, also one of which nothing is known yet."""
    year = year_of(visit)
    facts = await read_facts(visit, year)
    tasks = shown_tasks(visit, facts)
    who = visit.query("who")
    counts = {"": len(tasks), "me": sum(it.mine for it in tasks)}
    counts["others"] = counts[""] - counts["me"]
    shown = [it for it in tasks if who not in ("me", "others") or it.mine == (who == "me")]
    steps = [_step(visit, number, it) for number, it in enumerate(list_steps(facts), 1)]
    return visit.render(
        "year",
        year=year,
        facts=facts,
        steps=steps,
        now=next((it["stage"] for it in steps if it["state"] == "now"), ""),
        tasks=shown,
        counts=counts,
        who=who if who in counts else "",
        material=_material(facts),
        dates=_dates(visit, facts),
        events=await _events(visit),
        **await alerts(visit),
    )


def shown_tasks(visit: Visit, facts: YearFacts) -> list[ShownTask]:
    """Returns the tasks of a year whose pages the visitor may open, in their language."""
    return [
        _shown(visit, it) for it in list_tasks(facts) if visit.visitor.may("GET", _page(it.link))
    ]


def _page(link: str) -> str:
    """Returns the address of a link's page, without what it asks of the page."""
    return link.partition("?")[0].partition("#")[0]


def _shown(visit: Visit, task: Task) -> ShownTask:
    words, lang, today = page_words(), visit.lang, visit.today
    mine = visit.visitor.role in task.roles and task.login in ("", visit.visitor.login)
    until, chip = "", ""
    if task.until is not None:
        until = told_day(task.until, lang, today.year)
        days = (task.until - today).days
        key = "todo-late" if task.late else "todo-left"
        chip = words.say(lang, key, n=abs(days)) if task.late or days >= 0 else ""
    roles = [words.say(lang, f"role-{role}") for role in task.roles]
    who = task.login or words.say(lang, "joint-roles").join(roles)
    text = words.say(lang, f"todo-{task.kind}", **task.said)
    return ShownTask(text, task.link, until, chip, task.late, mine, "" if mine else who)


def _step(visit: Visit, number: int, step: Step) -> dict[str, object]:
    """Returns a step in words; its hindrance only where the visitor may see what it is about."""
    task, words = step.hindrance, page_words()
    told = task is not None and visit.visitor.may("GET", _page(task.link))
    may_open = visit.visitor.may("GET", _page(step.link))
    return {
        "number": number,
        "stage": step.stage,
        "state": step.state,
        "link": step.link if may_open else "",
        "days": [told_day(day, visit.lang, visit.today.year) for day in step.days or ()],
        "what": words.say(visit.lang, f"todo-{task.kind}", **task.said) if task and told else "",
    }


def _material(facts: YearFacts) -> Sequence[tuple[str, int, int]]:
    """Returns what is there, of how many, by the part of the material."""
    return (
        ("units", facts.units, facts.units),
        ("leaders", facts.leaders, facts.leaders),
        ("indicators", facts.points, facts.needed),
    )


def _dates(visit: Visit, facts: YearFacts) -> list[tuple[str, str]]:
    """Returns the days to come, with what they are."""
    days: list[tuple[date, str]] = []
    for campaign in facts.campaigns:
        days += [(campaign.opens, "date-opens"), (campaign.closes, "date-closes")]
    if facts.notice:
        days += zip(facts.notice, ("date-notice", "date-notice-ends", "date-requests"), strict=True)
    days += [(it.due, "date-answer") for it in facts.appeals]
    return [
        (told_day(day, visit.lang, visit.today.year), page_words().say(visit.lang, key))
        for day, key in sorted(days)
        if day >= facts.today
    ]


async def _events(visit: Visit) -> list[tuple[str, str, str]]:
    """Returns the last acts that were done, for those who may read the audit log."""
    if not visit.visitor.may("GET", "/admin/audit"):
        return []
    records = await read_records(visit.service.database, most=10 * EVENTS)
    zone = ZoneInfo(visit.service.settings.timezone)
    found = []
    for record in records:
        at = datetime.fromtimestamp(record.at, zone)
        if record.outcome == DONE and not record.act.startswith("/admin/sign-"):
            day = told_day(at.date(), visit.lang, visit.today.year)
            found.append((f"{day} {at:%H:%M}", record.who, describe_act(record, visit.lang)))
    return found[:EVENTS]
