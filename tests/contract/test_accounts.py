"""The public accounts of a year's notice, reviews and rectification, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from aggregation.procedure.appeals import AppealRuling
from bot.publication.public_account import PublicAccount, RectificationTotals, read_public_account
from bot.storage.database import writing
from bot.storage.schema import all as tables
from tests.contract.halls import Hall
from tests.contract.test_conductor import Road, make_road
from tests.sealing import give_notice

LEFT = "2026-11-02"
DUE_LATER, OVERDUE = date(2026, 11, 23), date(2027, 6, 1)


@pytest.fixture
async def road(store_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(store_url, tmp_path) as made:
        yield made


async def leave(road: Road, numbers: range, fixed: str = "", campaign: str = "year") -> None:
    """Leave requests on one day, and call them fixed on a day."""
    rows, steps = [], []
    for n in numbers:
        name = f"S{n:07}"
        row = {
            "id": name,
            "campaign": campaign,
            "unit": "TAX",
            "lookup": n.to_bytes(32, "big"),
            "lang": "en",
        }
        rows.append(row | {"day": LEFT, "sealed": b"x"})
        acts = [("assigned", LEFT), ("planned", LEFT), ("fixed", fixed)] if fixed else []
        same = {
            "request": name,
            "taken_by": "zhou",
            "responsible": "Li",
            "value": "wait",
            "text": "x",
        }
        steps += [
            same | {"step": at, "act": act, "taken_on": on} for at, (act, on) in enumerate(acts)
        ]
    async with writing(road.database) as connection:
        await connection.execute(tables.requests.insert(), rows)
        if steps:
            await connection.execute(tables.request_steps.insert(), steps)


async def test_what_was_mended_is_told_in_tens_of_the_whole_city(road: Road) -> None:
    await leave(road, range(25))
    await leave(road, range(25, 45), fixed="2026-11-10")
    await leave(road, range(45, 57), fixed="2027-05-01")
    account = await read_public_account(road.database, 2026, DUE_LATER)
    assert account == PublicAccount(
        2026,
        DUE_LATER,
        None,
        0,
        0,
        RectificationTotals(10, received=50, fixed=30, in_time=20, late=0),
    )
    assert (
        await read_public_account(road.database, 2026, OVERDUE)
    ).rectification == RectificationTotals(10, 50, 30, 20, late=20)
    assert (
        await read_public_account(road.database, 2025, OVERDUE)
    ).rectification == RectificationTotals(10, 0, 0, 0, 0)


@pytest.mark.parametrize(("few", "told"), [(0, 0), (1, None), (9, None), (10, 10), (19, 10)])
async def test_of_few_nothing_is_told(road: Road, few: int, told: int | None) -> None:
    if few:
        await leave(road, range(few))
    assert (
        await read_public_account(road.database, 2026, DUE_LATER)
    ).rectification.received == told


async def test_reviews_are_counted_as_they_were_answered(hall: Hall) -> None:
    database, zhou = hall.road.database, hall.who("zhou")
    notice = await give_notice(database, hall.year, zhou)
    first = await hall.received()
    await hall.received("U2")
    account = await read_public_account(database, hall.year, zhou.today)
    assert (account.notice, account.asked, account.upheld) == (notice, 2, 0)
    await hall.answered(first, "chen", AppealRuling.UPHELD, "grade:first:")
    account = await read_public_account(database, hall.year, zhou.today)
    assert (account.asked, account.upheld) == (2, 1)
