"""Releases: the difference of two of them never leads to fewer people than the floor."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.campaigns.definition import write_definition
from bot.campaigns.registered import RegisteredCampaign, read_registered_campaigns
from bot.publication.exports import csv_files, export_campaign, workbook
from bot.results.releases import (
    Block,
    Release,
    last_release,
    next_release,
    publish_correction,
    publish_release,
    read_releases,
)
from bot.results.scoring import score_campaign, score_release
from bot.storage.database import open_database, writing
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from survey_flows.ballot import STAFF
from survey_flows.errors import BadInput
from survey_flows.load import dump_questionnaire
from tests.disclosure.linear import (
    FLOOR,
    FORM,
    POINTS,
    RATED,
    SCHEME,
    make_campaign,
    published_totals,
)

UNITS = ("A", "B", "C")
CAMPAIGN = make_campaign(UNITS)


class Clock:
    def now(self) -> datetime:
        return datetime(2027, 1, 5, tzinfo=UTC)


def pattern(group: str, link: bool, weight: int, code: str) -> tuple[str, str, bool, int, str, str]:
    return ("econ", group, link, weight, " ".join([code] * RATED), "")


def drawn(chance: random.Random) -> dict[str, Block]:
    """Three units with 20 to 300 ballots each."""
    found = {}
    for unit in UNITS:
        block: Block = Counter()
        for _ in range(chance.randint(4, 12)):
            group = chance.choice(["resident", "resident", "service_user", "enterprise", "deputy"])
            code = chance.choice([*POINTS, "S", "S", "DK"])
            block[pattern(group, chance.random() < 0.3, chance.choice([4, 4, 4, 2, 0]), code)] += (
                chance.randint(5, 25)
            )
        found[unit] = block
    return found


def changed(chance: random.Random, old: dict[str, Block]) -> dict[str, Block]:
    """Return the blocks after up to 40 ballots of some units were excluded, added or taken out."""
    found = {unit: Counter(block) for unit, block in old.items()}
    for unit in chance.sample(UNITS, chance.randint(1, 2)):
        block = found[unit]
        one = chance.choice(sorted(block)) if chance.random() < 0.5 else None
        kind = chance.random()
        for _ in range(chance.choice([1, 2, 3, 5, 9, 10, 11, 20, 40])):
            key = (
                one
                if one and block[one]
                else chance.choice([key for key, count in sorted(block.items()) if count])
            )
            kind = kind if one else chance.random()
            block[key] -= 1
            if kind < 0.7:
                block[(key[0], key[1], key[2], 0 if key[3] else 4, key[4], key[5])] += 1
            elif kind < 0.9:
                block[key] += 2
        found[unit] = +block
    return found


def shown(registered: RegisteredCampaign, release: Release) -> dict[str, int]:
    """Return every disclosed count of a release by what it counts."""
    found: dict[str, int | None] = {}
    scored = score_release(registered, release)
    for unit, told in scored.disclosed.items():
        found |= {
            f"{unit} n": told.n,
            f"{unit} n_valid": told.n_valid,
            f"{unit} excluded": told.excluded,
        }
        found |= {f"{unit} {code}": count for code, count in told.distribution.items()}
        for group in told.groups:
            own = {"n": group.n, "n_valid": group.n_valid, "n_open": group.n_open}
            found |= {f"{unit} {group.group} {name}": count for name, count in own.items()}
    for unit in published_totals(scored)["units"]:
        for group in unit.get("groups", ()):
            for cell in group["cells"] or ():
                place = f"{unit['unit']} {group['group']} {cell['link']}"
                found |= {f"{place} {name}": cell.get(name) for name in ("n", "all_n")}
    return {name: count for name, count in found.items() if count is not None}


def test_of_hundreds_of_pairs_none_can_be_told_apart_by_few() -> None:
    chance, changes, held, taken = random.Random(2026), 0, 0, 0
    for _ in range(500):
        first = Release("c", 1, 0, drawn(chance))
        now = changed(chance, dict(first.blocks))
        second, kept = next_release(CAMPAIGN, [first], now, {}, 1)
        before, after = shown(CAMPAIGN, first), shown(CAMPAIGN, second)
        few = {name: (before[name], after[name]) for name in before.keys() & after.keys()}
        assert [x for x in few.values() if 0 < abs(x[0] - x[1]) < FLOOR] == []
        for unit in UNITS:
            old, new = first.blocks[unit], second.blocks[unit]
            assert unit not in kept or old == new
            assert old == new or max((old - new).total(), (new - old).total()) >= FLOOR
        moved = [unit for unit in UNITS if now[unit] != first.blocks[unit]]
        changes, held = changes + len(moved), held + len(kept)
        taken += sum(now[unit] == second.blocks[unit] for unit in moved)
    assert changes == held + taken
    assert held > 250
    assert taken > 10


def test_small_steps_do_not_add_up_unseen() -> None:
    """Twice six ballots: the first six are withheld; all twelve are disclosed at once."""
    start = Release(
        "c", 1, 0, {unit: Counter({pattern("resident", False, 4, "S"): 200}) for unit in UNITS}
    )

    def out(count: int) -> dict[str, Block]:
        some = {
            pattern("resident", False, 4, "S"): 200 - count,
            pattern("resident", False, 0, "S"): count,
        }
        return {**start.blocks, "A": Counter(some)}

    second, kept = next_release(CAMPAIGN, [start], out(6), {}, 1)
    assert (set(kept), second.blocks) == ({"A"}, start.blocks)
    third, kept = next_release(CAMPAIGN, [start, second], out(12), {}, 2)
    assert (kept, third.blocks["A"]) == ({}, out(12)["A"])
    fourth, kept = next_release(CAMPAIGN, [start, second, third], out(18), {}, 3)
    assert (set(kept), fourth.blocks) == ({"A"}, third.blocks)
    fifth, kept = next_release(CAMPAIGN, [start, second, third], out(3), {}, 3)
    assert (set(kept), fifth.blocks) == ({"A"}, third.blocks)


def test_a_correction_tells_the_score_and_nothing_else() -> None:
    s, bad = pattern("resident", False, 4, "S"), pattern("resident", False, 4, "VD")
    gone = pattern("resident", False, 0, "VD")
    start = Release("c", 1, 0, {unit: Counter({s: 180, bad: 20}) for unit in UNITS})
    now = {**start.blocks, "A": Counter({s: 180, bad: 17, gone: 3})}
    second, kept = next_release(CAMPAIGN, [start], now, {"A": ("周正平", "申诉成立")}, 1)
    assert kept == {}
    assert shown(CAMPAIGN, second).items() <= shown(CAMPAIGN, start).items()
    told = score_release(CAMPAIGN, second).disclosed
    assert (told["A"].corrected, told["A"].low, told["A"].high, told["A"].unweighted) == (
        True,
        None,
        None,
        None,
    )
    assert float(told["A"].score or 0) == round(180 * 80 / 197, 2)
    assert (told["B"].corrected, float(told["B"].score or 0)) == (False, 72.0)
    assert published_totals(score_release(CAMPAIGN, second))["units"][0] == {
        "unit": "A",
        "withheld": True,
    }
    again, kept = next_release(CAMPAIGN, [start, second], now, {}, 2)
    assert (again.blocks, again.corrections, kept) == (second.blocks, second.corrections, {})
    # Three more are few beside the corrected state, though not beside the first.
    later = {**start.blocks, "A": Counter({s: 180, bad: 9, gone: 11})}
    assert next_release(CAMPAIGN, [start, second], later, {}, 2)[1].keys() == {"A"}


@pytest_asyncio.fixture
async def database(store_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_database(store_url)
    await migrate(engine)
    definition = write_definition(
        dict(CAMPAIGN.title), list(CAMPAIGN.units.values()), {"econ": dump_questionnaire(FORM)}
    )
    row = {"id": "c", "year": 2026, "opens_at": 0, "closes_at": 1, "definition": definition}
    async with writing(engine) as connection:
        await connection.execute(
            tables.campaigns.insert(),
            [row | {"state": "closed", "scheme": SCHEME.model_dump_json()}],
        )
    yield engine
    await engine.dispose()


async def cast(database: AsyncEngine, blocks: dict[str, Block]) -> None:
    rows: list[dict[str, Any]] = []
    for unit, block in blocks.items():
        for (sheet, group, link, weight, ratings, _), count in block.items():
            keys = {
                "campaign": "c",
                "unit": unit,
                "questionnaire": sheet,
                "grp": group,
                "stratum": "",
                "facts": "{}",
            }
            own = {
                "source": "open" if link else "invited",
                "weight": weight,
                "ratings": ratings,
                "bucket": 1,
            }
            rows += [
                keys | own | {"voter": (len(rows) + n).to_bytes(32, "big")} for n in range(count)
            ]
    async with writing(database) as connection:
        await connection.execute(tables.ballots.insert(), rows)


async def exclude(database: AsyncEngine, unit: str, count: int) -> None:
    columns = tables.ballots.c
    some = (
        select(columns.id)
        .where(columns.unit == unit, columns.weight == 4)
        .order_by(columns.id)
        .limit(count)
    )
    async with writing(database) as connection:
        await connection.execute(
            update(tables.ballots).where(columns.id.in_(some)).values(weight=0)
        )


async def files(database: AsyncEngine) -> dict[str, list[list[str]]]:
    """Both forms of the export, read back: every sheet and every CSV by name."""
    book = await export_campaign(database, "c", "Asia/Shanghai")
    found = {}
    for name, data in csv_files(book).items():
        found[name] = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    sheets = load_workbook(io.BytesIO(workbook(book)))
    for sheet in sheets.worksheets:
        found[sheet.title] = [
            ["" if v is None else str(v) for v in row] for row in sheet.iter_rows(values_only=True)
        ]
    return found


def numbers(found: dict[str, list[list[str]]]) -> dict[tuple[str, int, int], int]:
    cells = (
        (name, y, x, v)
        for name, rows in found.items()
        for y, row in enumerate(rows)
        for x, v in enumerate(row)
    )
    return {(name, y, x): int(v) for name, y, x, v in cells if v.isdecimal() and len(v) < 7}


@pytest.mark.parametrize("count", [1, 3, 9, 10, 25])
async def test_files_before_and_after_an_exclusion(database: AsyncEngine, count: int) -> None:
    s = pattern("resident", False, 4, "S")
    await cast(
        database, {unit: Counter({s: 150, pattern("deputy", False, 4, "B"): 40}) for unit in UNITS}
    )
    before = await files(database)
    await exclude(database, "A", count)
    assert await files(database) == before, "nothing changes before the next release"
    registered = (await read_registered_campaigns(database))[0]
    outcome = await publish_release(database, registered, Clock())
    after = await files(database)
    assert (set(outcome.withheld), outcome.is_new) == (
        (set(), True) if count >= FLOOR else ({"A"}, False)
    )
    assert (after == before) == (count < FLOOR)
    old, new = numbers(before), numbers(after)
    few = [place for place in old.keys() & new.keys() if 0 < abs(old[place] - new[place]) < FLOOR]
    assert all("method" in name for name, _, _ in few), "but for the number of the release"


async def test_the_first_look_is_the_first_release_and_stays(database: AsyncEngine) -> None:
    await cast(database, {"A": Counter({pattern("resident", False, 4, "S"): 150})})
    assert await read_releases(database, "c") == []
    first = await score_campaign(database, "c")
    assert [release.number for release in await read_releases(database, "c")] == [1]
    await cast_more(database)
    assert (await score_campaign(database, "c")).scores == first.scores
    registered = (await read_registered_campaigns(database))[0]
    assert (await publish_release(database, registered, Clock())).release.number == 2
    assert (await score_campaign(database, "c")).scores["A"].n == 190
    assert (await publish_release(database, registered, Clock())).is_new is False


async def cast_more(database: AsyncEngine) -> None:
    row = {
        "campaign": "c",
        "unit": "A",
        "questionnaire": "econ",
        "grp": "resident",
        "stratum": "",
        "facts": "{}",
    }
    row |= {"source": "invited", "ratings": " ".join(["B"] * RATED), "bucket": 1}
    rows = [row | {"voter": (10_000 + n).to_bytes(32, "big")} for n in range(40)]
    async with writing(database) as connection:
        await connection.execute(tables.ballots.insert(), rows)


async def test_what_cannot_be_released(database: AsyncEngine) -> None:
    await cast(database, {"A": Counter({pattern("resident", False, 4, "S"): 150})})
    registered = (await read_registered_campaigns(database))[0]
    with pytest.raises(BadInput, match="not closed yet; a release can be made once it is closed"):
        await publish_release(database, replace(registered, state="open"), Clock())
    with pytest.raises(BadInput, match="a correction needs the name of the person and the reason"):
        await publish_release(database, registered, Clock(), {"A": ("zhou", " ")})
    with pytest.raises(BadInput, match="nothing about this unit is held back"):
        await publish_release(database, registered, Clock(), {"A": ("zhou", "appeal")})
    await exclude(database, "A", 3)
    done = await publish_release(database, registered, Clock(), {"A": ("zhou", "appeal")})
    assert set(done.release.corrections) == {"A"}
    assert (await score_campaign(database, "c")).disclosed["A"].corrected


async def test_a_score_is_corrected_alone_only_where_more_would_tell_of_few(
    database: AsyncEngine,
) -> None:
    await cast(database, {"A": Counter({pattern("resident", False, 4, "S"): 150})})
    registered = (await read_registered_campaigns(database))[0]
    signed = ("zhou", "appeal 1: counted twice", Clock())
    assert not await publish_correction(database, registered, "A", *signed)
    await cast_more(database)
    assert await publish_correction(database, registered, "A", *signed)
    assert (await last_release(database, registered)).corrections == {}
    assert (await score_campaign(database, "c")).scores["A"].n == 190
    await exclude(database, "A", 3)
    assert await publish_correction(database, registered, "A", *signed)
    made = (await last_release(database, registered)).corrections["A"]
    assert (made.by, made.reason) == signed[:2]
    assert not await publish_correction(database, registered, "A", *signed)


async def test_a_damaged_release_is_not_shown(database: AsyncEngine) -> None:
    await cast(database, {"A": Counter({pattern("resident", False, 4, "S"): 150})})
    registered = (await read_registered_campaigns(database))[0]
    release = await last_release(database, registered, Clock())
    body = json.loads(release.body())
    body["units"]["A"][0][-1] += 1
    async with writing(database) as connection:
        await connection.execute(update(tables.releases).values(body=json.dumps(body)))
    with pytest.raises(BadInput, match="damaged"):
        await score_campaign(database, "c")


def test_one_of_a_unit_s_own_staff_more_is_not_told_with_fifteen_residents() -> None:
    staff = ("econ", STAFF, False, 0, "", "")
    old: dict[str, Block] = {"A": Counter({pattern("resident", False, 4, "S"): 100, staff: 60})}
    now: dict[str, Block] = {
        "A": old["A"] + Counter({pattern("resident", False, 4, "S"): 15, staff: 1})
    }
    first = Release("c", 1, 0, old)
    second, kept = next_release(CAMPAIGN, [first], now, {}, 1)
    assert kept == {"A": ["own staff"]}
    assert second.blocks == old
    more = {"A": old["A"] + Counter({pattern("resident", False, 4, "S"): 15, staff: FLOOR})}
    second, kept = next_release(CAMPAIGN, [first], more, {}, 1)
    assert (second.blocks, kept) == (more, {})


async def test_raters_in_common_are_worked_out_once_and_stay(database: AsyncEngine) -> None:
    rows: list[dict[str, Any]] = []
    common = {
        "campaign": "c",
        "questionnaire": "econ",
        "grp": "resident",
        "stratum": "",
        "facts": "{}",
        "bucket": 1,
    }
    for at in range(60):
        code = "VS" if at % 2 else "D"
        for unit in (
            ["A", "B"] if at < 40 else ["A"] if at < 50 else ["A", "C"] if at < 55 else ["C"]
        ):
            own = {
                "unit": unit,
                "source": "invited",
                "weight": 4,
                "ratings": " ".join([code] * RATED),
            }
            rows.append(common | own | {"voter": at.to_bytes(32, "big")})
    async with writing(database) as connection:
        await connection.execute(tables.ballots.insert(), rows)
    registered = (await read_registered_campaigns(database))[0]
    first = await last_release(database, registered)
    # A and C have five raters in common.
    assert first.covariances is not None
    assert list(first.covariances) == [("A", "B")]
    score = score_release(registered, first).scores["B"]
    assert first.covariances["A", "B"] == pytest.approx(
        40 * 40 / (55 * 40) * score.variance, rel=0.1
    )
    await exclude(database, "B", 20)
    second = (await publish_release(database, registered)).release
    assert (second.number, second.covariances) == (2, first.covariances)
    assert [release.covariances for release in await read_releases(database, "c")] == [
        first.covariances
    ] * 2
