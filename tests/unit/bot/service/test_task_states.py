"""A task with an unforeseen error pauses; the log names places of our code and no value."""

from __future__ import annotations

import asyncio
import logging

import pytest
from sqlalchemy.exc import OperationalError

from bot.service import task_states
from bot.service.task_states import TaskStates, repeat, run_once
from survey_flows.log_entries import canonical

SECRET = "the street is dark 4711"


async def fails() -> None:
    raise ValueError(canonical({SECRET: object()}))


async def succeeds() -> None:
    pass


async def away() -> None:
    raise OperationalError(SECRET, {}, Exception(SECRET))


async def test_the_pause_doubles_to_a_minute_and_ends_with_success() -> None:
    states = TaskStates()
    pauses = [await run_once(fails, "mixing", states) for _ in range(9)]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (states.paused(), states.failures("mixing")) == (("mixing",), 9)
    assert await run_once(succeeds, "mixing", states) == 0
    assert (states.paused(), states.failures("mixing")) == ((), 0)
    assert await run_once(fails, "mixing", states) == 1


async def test_the_log_has_one_event_without_any_value(caplog: pytest.LogCaptureFixture) -> None:
    states = TaskStates()
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            await run_once(fails, "mixing", states)
        await run_once(succeeds, "mixing", states)
    assert len(caplog.messages) == 2
    assert [getattr(it, "event", "") for it in caplog.records] == ["task_failed", "task_recovered"]
    first, second = caplog.messages
    assert first.startswith(
        "the task mixing failed and pauses: TypeError at survey_flows/canonical_json.py:"
    )
    assert "canonical" in first
    assert "task_states.py" in first
    assert SECRET not in caplog.text
    assert "site-packages" not in first
    assert second == "the task mixing works again"


async def test_a_database_that_is_away_is_no_fault_of_the_task(
    caplog: pytest.LogCaptureFixture,
) -> None:
    states = TaskStates()
    assert await run_once(away, "mixing", states) == 0
    assert states.paused() == ()
    assert caplog.messages == ["the database cannot be reached: OperationalError"]


async def test_one_task_that_fails_leaves_the_others_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(task_states, "SHORTEST", 0.001)
    states, turns, done = TaskStates(), 0, asyncio.Event()

    async def heals() -> None:
        nonlocal turns
        turns += 1
        if turns < 4:
            await fails()
        done.set()

    ran = asyncio.Event()

    async def other() -> None:
        ran.set()

    tasks = [
        asyncio.create_task(repeat(heals, 0.0, "heals", states)),
        asyncio.create_task(repeat(other, 0.0, "other", states)),
    ]
    await done.wait()
    await ran.wait()
    assert states.failures("other") == 0
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
