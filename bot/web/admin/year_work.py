"""What a year waits for: its six steps and its to-do list, made of facts that the domain found.

Nothing here reads a store or decides a rule: whether a campaign may open, a year be sealed or an
appeal is late is what the domain's functions said. Whoever shows the list shows the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.accounts.roles import ADMINISTRATOR, APPROVER, CHECKER, STAFF, UNIT
from bot.campaigns.states import CLOSED, DRAFT, HELD, OPEN, OPENING, PAUSED

YEAR = "/admin/years/{year}"
COLLECTING = (OPEN, OPENING, PAUSED)
OFFICE, DRAFTERS = (ADMINISTRATOR,), (ADMINISTRATOR, STAFF)


class Stage(StrEnum):
    """The steps of a year, in order."""

    PREPARING = "preparing"
    COLLECTING = "collecting"
    SCORING = "scoring"
    DECIDING = "deciding"
    NOTICE = "notice"
    CARRYING_OUT = "carrying-out"


BEFORE_THE_SEAL = (Stage.PREPARING, Stage.COLLECTING, Stage.SCORING, Stage.DECIDING)


@dataclass(frozen=True, slots=True)
class RatedFact:
    """A counting campaign of the year. ``stops`` counts what keeps a draft from being opened."""

    id: str
    title: str
    state: str
    opens: date
    closes: date
    over: bool = False
    stops: int = 0


@dataclass(frozen=True, slots=True)
class AppealFact:
    """An open request or appeal, until when its next act is owed, and by whom."""

    number: int
    due: date
    late: bool
    charged: str = ""


@dataclass(frozen=True, slots=True)
class ResultFact:
    """What the computed or sealed year says of itself.

    Attributes:
        hindrance: why it cannot be computed; the other fields say nothing then.
        obstacles: how many things keep it from being sealed.
        binding: undecided proposals that change a grade; ``other`` ones do not.
        waiting: units without a grade that somebody must give one.
        tasks: what a sealed year still asks for.
        unexecuted: confirmed decisions of a sealed year that nobody has carried out.
    """

    hindrance: str = ""
    obstacles: int = 0
    binding: int = 0
    other: int = 0
    waiting: int = 0
    tasks: int = 0
    unexecuted: int = 0


@dataclass(frozen=True, slots=True)
class YearFacts:
    """The facts of a year, as of ``today``.

    Attributes:
        units: how many are appraised; ``leaders`` how many people are listed.
        points: the indicators that have a value, of ``needed``.
        organiser: whether it is said who asks.
        unknown: the years whose holidays are not known.
        closed: whether the material is closed.
        result: None while no counting campaign is closed.
        notice: first and last day of the public notice, and the last day for a request.
        unreported: kinds of material that nobody has handed in, or said to be none.
        unsettled: units whose time for a request runs, or who are owed a first answer.
        signatures: what waits for a second person's signature.
        cases: cases of organised rating that wait for checkers.
    """

    year: int
    today: date
    campaigns: Sequence[RatedFact] = ()
    units: int = 0
    leaders: int = 0
    points: int = 0
    needed: int = 0
    organiser: bool = True
    unknown: Sequence[int] = ()
    closed: bool = False
    result: ResultFact | None = None
    sealed: bool = False
    notice: tuple[date, date, date] | None = None
    unsettled: int = 0
    unreported: int = 0
    appeals: Sequence[AppealFact] = ()
    signatures: int = 0
    cases: int = 0


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits.

    Attributes:
        kind: the key of its sentence is ``todo-`` and this.
        roles: whom it waits for.
        link: the page where it is done.
        said: the arguments of its sentence.
        until: the last day; None: there is none.
        late: whether that day is over.
        login: who alone has to do it; empty: anybody of these roles.
    """

    kind: str
    roles: tuple[str, ...]
    link: str
    said: Mapping[str, str | int] = field(default_factory=dict)
    until: date | None = None
    late: bool = False
    login: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the year: ``state`` is done, now or next; ``hindrance`` is its first task."""

    stage: Stage
    state: str
    link: str
    days: tuple[date, date] | None = None
    hindrance: Task | None = None


def list_tasks(facts: YearFacts) -> list[Task]:
    """Returns what the year waits for: what is late first, then by day, then as the steps go."""
    found = [task for tasks in _by_stage(facts).values() for task in tasks]
    found += _signatures(facts)
    return sorted(found, key=lambda it: (not it.late, it.until or date.max))


def list_steps(facts: YearFacts) -> list[Step]:
    """Returns the six steps; the first that is not done is «now», and each names its hindrance."""
    finished, waiting, days = _finished(facts), _by_stage(facts), _days(facts)
    first = next((stage for stage in Stage if not finished[stage]), None)
    made = []
    for stage in Stage:
        state = "now" if stage is first else "done" if finished[stage] else "next"
        hindrance = next(iter(waiting[stage]), None) if state != "done" else None
        link = hindrance.link if hindrance else _links(facts)[stage]
        made.append(Step(stage, state, link, days.get(stage), hindrance))
    return made


BADGED = {"sign", "cases", "appeal", "charge", "binding", "proposals"}
"""The kinds of tasks that the menu counts."""


def badges_of(tasks: Iterable[Task]) -> dict[str, tuple[int, bool]]:
    """Returns for each page of the menu how many things wait there, and whether one is late."""
    found: dict[str, tuple[int, bool]] = {}
    for task in tasks:
        if task.kind in BADGED:
            single = task.link.startswith("/admin/appeals/")
            page = "/admin/appeals" if single else task.link.partition("?")[0]
            count, late = found.get(page, (0, False))
            more = 1 if single else int(task.said["n"])
            found[page] = (count + more, late or task.late)
    return found


def _finished(facts: YearFacts) -> dict[Stage, bool]:
    """Returns for each step whether it and all before it are done."""
    result = facts.result or ResultFact()
    ends = {
        Stage.PREPARING: any(it.state != DRAFT for it in facts.campaigns),
        Stage.COLLECTING: all(it.state == CLOSED for it in facts.campaigns),
        Stage.SCORING: facts.closed and not facts.cases,
        Stage.DECIDING: facts.sealed,
        Stage.NOTICE: facts.notice is not None and not (facts.unsettled or facts.appeals),
        Stage.CARRYING_OUT: not (result.unexecuted or result.tasks),
    }
    found, before = {}, True
    for stage, done in ends.items():
        # A year that was brought in sealed passed the steps before, whatever they look like.
        before = found[stage] = (before and done) or (facts.sealed and stage in BEFORE_THE_SEAL)
    return found


def _days(facts: YearFacts) -> dict[Stage, tuple[date, date]]:
    found = {}
    begun = [it for it in facts.campaigns if it.state != DRAFT] or facts.campaigns
    if begun:
        opens, closes = min(it.opens for it in begun), max(it.closes for it in begun)
        found[Stage.COLLECTING] = (opens, closes)
    if facts.notice:
        found[Stage.NOTICE] = (facts.notice[0], facts.notice[2])
    return found


def _links(facts: YearFacts) -> dict[Stage, str]:
    year = YEAR.format(year=facts.year)
    campaign = f"/admin/campaigns/{facts.campaigns[-1].id}" if facts.campaigns else "/admin/drafts"
    return {
        Stage.PREPARING: f"{year}/import",
        Stage.COLLECTING: campaign,
        Stage.SCORING: f"{year}/import",
        Stage.DECIDING: f"{year}/proposals",
        Stage.NOTICE: f"{year}/notice",
        Stage.CARRYING_OUT: f"{year}/amendments",
    }


def _by_stage(facts: YearFacts) -> dict[Stage, list[Task]]:
    ways = {
        Stage.PREPARING: _preparing,
        Stage.COLLECTING: _collecting,
        Stage.SCORING: _scoring,
        Stage.DECIDING: _deciding,
        Stage.NOTICE: _public,
        Stage.CARRYING_OUT: _carrying_out,
    }
    return {stage: list(find(facts)) for stage, find in ways.items()}


def _preparing(facts: YearFacts) -> Iterator[Task]:
    year = YEAR.format(year=facts.year)
    if facts.sealed:
        return
    if not facts.organiser:
        yield Task("organiser", OFFICE, "/admin/settings")
    if not facts.units:
        yield Task("units", OFFICE, f"{year}/data/units")
    elif not facts.leaders:
        yield Task("leaders", OFFICE, f"{year}/data/leaders")
    if facts.units and not facts.campaigns:
        yield Task("draft", DRAFTERS, "/admin/drafts")
    for it in facts.campaigns:
        if it.state == DRAFT:
            kind = "stops" if it.stops else "open"
            said: dict[str, str | int] = {"campaign": it.title, "n": it.stops}
            late = facts.today > it.opens
            yield Task(kind, OFFICE, f"/admin/campaigns/{it.id}", said, it.opens, late)
    for unknown in facts.unknown:
        yield Task("calendar", OFFICE, f"/admin/calendar?year={unknown}", {"year": f"{unknown}"})


def _collecting(facts: YearFacts) -> Iterator[Task]:
    for it in facts.campaigns:
        link, said = f"/admin/campaigns/{it.id}", {"campaign": it.title}
        if it.state == HELD:
            yield Task("held", OFFICE, link, said)
        elif it.state in COLLECTING and it.over:
            yield Task("close", OFFICE, link, said, it.closes, late=True)
        elif it.state in COLLECTING:
            yield Task("watch", (STAFF,), f"{link}/responses", said, it.closes)


def _scoring(facts: YearFacts) -> Iterator[Task]:
    year = YEAR.format(year=facts.year)
    if facts.sealed:
        return
    if facts.cases:
        yield Task("cases", (CHECKER,), "/admin/cases", {"n": facts.cases})
    missing = facts.needed - facts.points
    if missing and facts.units:
        said = {"n": missing, "have": facts.points, "all": facts.needed}
        yield Task("points", OFFICE, f"{year}/data/indicators?missing=yes", said)
    if facts.result is not None and facts.result.hindrance:
        yield Task("hindrance", OFFICE, f"{year}/import", {"why": facts.result.hindrance})
    if facts.unreported and facts.units:
        yield Task("reports", OFFICE, f"{year}/import", {"n": facts.unreported})
    if facts.result is not None and not (facts.closed or missing or facts.unreported):
        yield Task("material", OFFICE, f"{year}/import")


def _deciding(facts: YearFacts) -> Iterator[Task]:
    year, result = YEAR.format(year=facts.year), facts.result
    if facts.sealed or result is None or result.hindrance:
        return
    if result.waiting:
        yield Task("waiting", OFFICE, f"{year}/ranking#waiting", {"n": result.waiting})
    if result.binding:
        yield Task("binding", OFFICE, f"{year}/proposals?weight=binding", {"n": result.binding})
    if result.other:
        yield Task("proposals", OFFICE, f"{year}/proposals?weight=other", {"n": result.other})
    stops = result.obstacles + bool(facts.unreported)
    yield Task("obstacles" if stops else "seal", OFFICE, f"{year}/seal", {"n": stops})


def _public(facts: YearFacts) -> Iterator[Task]:
    if facts.sealed and facts.notice is None:
        yield Task("notice", OFFICE, f"{YEAR.format(year=facts.year)}/notice")
    for it in facts.appeals:
        said, link = {"n": it.number}, f"/admin/appeals/{it.number}"
        kind = "appeal" if it.charged else "charge"
        yield Task(kind, OFFICE, link, said, it.due, it.late, it.charged)
    if facts.notice and facts.unsettled:
        said, link = {"n": facts.unsettled}, "/admin/appeals"
        yield Task("unsettled", (UNIT,), link, said, facts.notice[2])


def _carrying_out(facts: YearFacts) -> Iterator[Task]:
    link, result = f"{YEAR.format(year=facts.year)}/amendments", facts.result or ResultFact()
    if result.tasks:
        yield Task("amendments", OFFICE, link, {"n": result.tasks})
    if result.unexecuted and facts.notice:
        yield Task("execute", OFFICE, link, {"n": result.unexecuted})


def _signatures(facts: YearFacts) -> Iterator[Task]:
    if facts.signatures:
        yield Task("sign", (APPROVER,), "/admin/approvals", {"n": facts.signatures})
