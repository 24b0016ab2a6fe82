"""A year's steps and to-do list are made of what the domain found, and of nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from bot.accounts.roles import ROLES
from bot.web.admin.year_work import (
    AppealFact,
    RatedFact,
    ResultFact,
    Stage,
    Step,
    YearFacts,
    badges_of,
    list_steps,
    list_tasks,
)
from bot.web.shared.templates import page_words

TODAY = date(2026, 12, 15)
DRAFT = RatedFact("one", "One", "draft", date(2026, 12, 1), date(2026, 12, 30))
OPEN, CLOSED = replace(DRAFT, state="open"), replace(DRAFT, state="closed")
NOTICE = (date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 20))
EMPTY = YearFacts(2026, TODAY)
FILLED = replace(EMPTY, units=46, leaders=230, points=310, needed=310)
COLLECTED = replace(FILLED, campaigns=[CLOSED], result=ResultFact())
SEALED = replace(COLLECTED, closed=True, sealed=True)
LATE, DUE = AppealFact(7, date(2026, 12, 10), True), AppealFact(8, date(2026, 12, 19), False, "li")


def kinds(facts: YearFacts) -> list[str]:
    return [task.kind for task in list_tasks(facts)]


def worded() -> set[str]:
    """The kinds of tasks that the pages have a sentence for."""
    words = files("bot.web").joinpath("wording", "en.ftl").read_text("utf-8")
    others = {"title", "of-all", "of-me", "of-others", "none", "hint", "waits-for", "until"}
    return set(re.findall(r"(?m)^todo-([\w-]+) =", words)) - others - {"left", "late"}


def now(facts: YearFacts) -> Stage | None:
    found = [step.stage for step in list_steps(facts) if step.state == "now"]
    assert len(found) < 2
    return found[0] if found else None


@pytest.mark.parametrize(
    ("facts", "stage", "waits"),
    [
        (replace(EMPTY, organiser=False), Stage.PREPARING, ["organiser", "units"]),
        (replace(EMPTY, units=46, needed=310), Stage.PREPARING, ["leaders", "draft", "points"]),
        (FILLED, Stage.PREPARING, ["draft"]),
        (replace(FILLED, campaigns=[DRAFT]), Stage.PREPARING, ["open"]),
        (replace(FILLED, campaigns=[replace(DRAFT, stops=2)]), Stage.PREPARING, ["stops"]),
        (replace(FILLED, campaigns=[OPEN]), Stage.COLLECTING, ["watch"]),
        (replace(FILLED, campaigns=[OPEN, DRAFT]), Stage.COLLECTING, ["open", "watch"]),
        (replace(FILLED, campaigns=[replace(OPEN, over=True)]), Stage.COLLECTING, ["close"]),
        (replace(FILLED, campaigns=[replace(OPEN, state="held")]), Stage.COLLECTING, ["held"]),
        (
            replace(FILLED, campaigns=[OPEN], unknown=[2027]),
            Stage.COLLECTING,
            ["watch", "calendar"],
        ),
        (replace(COLLECTED, cases=2), Stage.SCORING, ["cases", "material", "seal"]),
        (replace(COLLECTED, points=230), Stage.SCORING, ["points", "seal"]),
        (replace(COLLECTED, unreported=3), Stage.SCORING, ["reports", "obstacles"]),
        (
            replace(COLLECTED, result=ResultFact(hindrance="no scheme")),
            Stage.SCORING,
            ["hindrance", "material"],
        ),
        (
            replace(COLLECTED, closed=True, result=ResultFact("", 2, 3, 5, 1)),
            Stage.DECIDING,
            ["waiting", "binding", "proposals", "obstacles"],
        ),
        (replace(COLLECTED, closed=True), Stage.DECIDING, ["seal"]),
        (SEALED, Stage.NOTICE, ["notice"]),
        (replace(SEALED, notice=NOTICE, unsettled=46), Stage.NOTICE, ["unsettled"]),
        (
            replace(SEALED, notice=NOTICE, appeals=[DUE, LATE]),
            Stage.NOTICE,
            ["charge", "appeal"],
        ),
        (
            replace(SEALED, notice=NOTICE, result=ResultFact(tasks=1, unexecuted=4)),
            Stage.CARRYING_OUT,
            ["amendments", "execute"],
        ),
        (replace(SEALED, notice=NOTICE), None, []),
        (replace(EMPTY, sealed=True, notice=NOTICE), None, []),
    ],
)
def test_a_year_is_in_one_step_and_says_what_it_waits_for(
    facts: YearFacts, stage: Stage | None, waits: list[str]
) -> None:
    assert (now(facts), kinds(facts)) == (stage, waits)
    steps = list_steps(facts)
    assert [step.stage for step in steps] == list(Stage)
    order = {"done": 0, "now": 1, "next": 2}
    assert [order[step.state] for step in steps] == sorted(order[step.state] for step in steps)
    assert [step for step in steps if step.state == "done" and step.hindrance] == []


def test_what_is_late_comes_first_and_then_what_is_due_soonest() -> None:
    facts = replace(SEALED, notice=NOTICE, unsettled=1, appeals=[DUE, LATE], signatures=1)
    found = [(task.kind, task.until, task.late, task.login) for task in list_tasks(facts)]
    assert found == [
        ("charge", LATE.due, True, ""),
        ("appeal", DUE.due, False, "li"),
        ("unsettled", NOTICE[2], False, ""),
        ("sign", None, False, ""),
    ]


def test_every_task_is_worded_and_waits_for_a_role_there_is() -> None:
    draft = replace(DRAFT, stops=1)
    many: dict[str, Any] = {"organiser": False, "unknown": [2027], "cases": 1, "signatures": 1}
    states = [
        replace(EMPTY, campaigns=[draft, DRAFT, OPEN, replace(OPEN, over=True)], **many),
        replace(FILLED, leaders=0, unreported=1),
        replace(FILLED, points=1, campaigns=[replace(OPEN, state="held")]),
        replace(COLLECTED, result=ResultFact("why")),
        replace(COLLECTED, result=ResultFact("", 1, 1, 1, 1)),
        COLLECTED,
        SEALED,
        replace(SEALED, notice=NOTICE, unsettled=1, appeals=[LATE, DUE]),
        replace(SEALED, notice=NOTICE, result=ResultFact(tasks=1, unexecuted=1)),
    ]
    tasks = [task for facts in states for task in list_tasks(facts)]
    assert {task.kind for task in tasks} == worded()
    for task in tasks:
        assert set(task.roles) <= set(ROLES)
        for lang in ("en", "zh-Hans"):
            said = page_words().say(lang, f"todo-{task.kind}", **task.said)
            assert not set(said) & set("{}$"), said


def test_a_badge_counts_what_the_list_says() -> None:
    facts = replace(SEALED, notice=NOTICE, appeals=[DUE, LATE], signatures=3, cases=2)
    assert badges_of(list_tasks(facts)) == {
        "/admin/appeals": (2, True),
        "/admin/approvals": (3, False),
    }
    waiting = replace(COLLECTED, cases=2, result=ResultFact("", 1, 4, 5))
    assert badges_of(list_tasks(waiting)) == {
        "/admin/cases": (2, False),
        "/admin/years/2026/proposals": (9, False),
    }


def test_a_step_names_its_days_and_the_page_of_its_hindrance() -> None:
    facts = replace(COLLECTED, closed=True, result=ResultFact("", 1, 4, 0))
    steps = {step.stage: step for step in list_steps(facts)}
    assert steps[Stage.COLLECTING] == Step(
        Stage.COLLECTING, "done", "/admin/campaigns/one", (DRAFT.opens, DRAFT.closes)
    )
    assert steps[Stage.DECIDING].link == "/admin/years/2026/proposals?weight=binding"
