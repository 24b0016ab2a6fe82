"""The check of cases, from a scan over two checkers to weights, scores and the log, and back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.estimation.scores import score_units
from aggregation.fraud.thresholds import Thresholds
from benchmarks.fraud import scenario
from bot.campaigns.definition import write_definition
from bot.campaigns.fraud_rules import DEFAULT_RULES
from bot.campaigns.registered import read_registered_campaigns
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.clock import SystemClock
from bot.core.shipped_files import shipped_questionnaires
from bot.fraud_review.case_finding import find_cases
from bot.fraud_review.case_review import (
    FraudCase,
    case_weights,
    cast_vote,
    list_cases,
    reopen_case,
    show_case,
)
from bot.fraud_review.rule_effects import measure_effects, read_effects
from bot.records.recusals import Recusal, RecusalKind, add_recusal
from bot.results.scan import read_counts
from bot.storage.database import open_database, reading, writing
from bot.storage.migrate import migrate
from bot.storage.schema import all as tables
from bot.transparency.verdicts import weights_digest
from survey_flows.campaign_definition import Unit
from survey_flows.errors import BadInput
from survey_flows.load import dump_questionnaire
from tests.desk import DESK

REVIEWERS = ("chen", "liu", "sun")
AT = datetime(2026, 12, 1, tzinfo=UTC)


class Clock(SystemClock):
    def now(self) -> datetime:
        return AT


@cache
def simulated(kind: str) -> tuple[list[dict[str, Any]], list[str], dict[str, str]]:
    """Return the ballots' rows, the truth of each, and the targets among a dozen units."""
    made = (
        scenario.angered(3, 20_000)
        if kind == "wave"
        else scenario.attacked(3, 20_000, ("sybil", "brigade"))
    )
    units = sorted({*made.targets, *sorted(made.ballots["unit"].unique())[:14]})
    kept = made.ballots["unit"].isin(units).to_numpy()
    rows: list[dict[str, Any]] = []
    for row in made.ballots[kept].to_dict("records"):
        more = {
            "campaign": "c",
            "facts": "{}",
            "weight": 4,
            "salt": bytes(16),
            "questionnaire": "window",
        }
        rows.append(
            {
                **{str(name): value for name, value in row.items()},
                **more,
                "voter": int(row["voter"]).to_bytes(32, "big"),
            }
        )
    return rows, [str(x) for x in made.truth[kept]], made.targets


@pytest_asyncio.fixture
async def empty(store_url: str) -> AsyncIterator[AsyncEngine]:
    database = open_database(store_url)
    await migrate(database)
    yield database
    await database.dispose()


async def plant(database: AsyncEngine, kind: str) -> None:
    rows, _, _ = simulated(kind)
    sheet = shipped_questionnaires()["window"]
    codes = sorted({row["unit"] for row in rows})
    units = [
        Unit(code, {"zh-Hans": f"甲局{code}", "en": f"Office {code}"}, "window", "C_social")
        for code in codes
    ]
    row = {
        "id": "c",
        "year": 2026,
        "state": "closed",
        "opens_at": 0,
        "closes_at": 1,
        "scheme": shipped_scheme().model_dump_json(),
    }
    definition = write_definition({"zh-Hans": "民评"}, units, {"window": dump_questionnaire(sheet)})
    people = [
        {"login": login, "password": "x", "role": "checker", "unit": None} for login in REVIEWERS
    ]
    people.append({"login": "wang", "password": "x", "role": "administrator", "unit": None})
    async with writing(database) as connection:
        await connection.execute(tables.campaigns.insert(), [row | {"definition": definition}])
        await connection.execute(tables.ballots.insert(), rows)
        await connection.execute(tables.staff.insert(), people)


@pytest_asyncio.fixture
async def attacked(empty: AsyncEngine) -> AsyncEngine:
    """A closed campaign with sybils and brigades in it, three checkers and an administrator."""
    await plant(empty, "attacks")
    return empty


async def stored_weights(database: AsyncEngine) -> dict[int, int]:
    columns = tables.ballots.c
    async with reading(database) as connection:
        return {
            row[0]: row[1]
            for row in await connection.execute(select(columns.position, columns.weight))
        }


async def notices(database: AsyncEngine, case: str) -> list[dict[str, Any]]:
    columns = tables.notices.c
    query = select(columns.body).where(columns.kind == "decision").order_by(columns.id)
    async with reading(database) as connection:
        bodies = [json.loads(body) for body in (await connection.execute(query)).scalars()]
    return [body for body in bodies if body["case"] == case]


async def committed(database: AsyncEngine, case: str, verdict: str) -> str:
    """Return what the log should commit to while a verdict stands."""
    async with reading(database) as connection:
        salt = (
            await connection.execute(select(tables.cases.c.salt).where(tables.cases.c.id == case))
        ).scalar_one()
        return weights_digest(bytes(salt), await case_weights(connection, case, verdict))


async def scores(database: AsyncEngine) -> dict[str, Any]:
    """Return every unit's exact score by the present weights of its ballots."""
    (registered,) = await read_registered_campaigns(database)
    categories = {code: unit.category for code, unit in registered.units.items()}
    found = score_units(
        await read_counts(database, "c"), categories, registered.questionnaires, registered.scheme
    )
    return {code: score.score for code, score in found.items()}


async def cast(database: AsyncEngine, case: FraudCase, login: str, verdict: str) -> FraudCase:
    reason = {"uphold": "shared-devices", "release": "genuine-event"}[verdict]
    return await cast_vote(database, case.id, login, verdict, reason, "", DESK, Clock())


async def first(database: AsyncEngine) -> FraudCase:
    """The case with the most ballots."""
    return max(await list_cases(database), key=lambda case: (case.evidence["ballots"], case.id))


async def test_a_scan_finds_the_attacked_units_and_weighs_their_ballots(
    attacked: AsyncEngine,
) -> None:
    _, truth, targets = simulated("attacks")
    before = await scores(attacked)
    steps: list[tuple[int, int]] = []
    result = await find_cases(attacked, "c", DESK, lambda done, total: steps.append((done, total)))
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    async with reading(attacked) as connection:
        found = set((await connection.execute(select(tables.cases.c.unit))).scalars())
    assert set(targets) <= found
    rows, weights = simulated("attacks")[0], await stored_weights(attacked)
    light = [kind for row, kind in zip(rows, truth, strict=True) if weights[row["position"]] < 4]
    assert sum(kind in ("sybil", "brigade") for kind in light) / len(light) > 0.8
    assert {
        kind for kind, row in zip(truth, rows, strict=True) if weights[row["position"]] == 0
    } >= {"sybil"}
    cases = await list_cases(attacked)
    assert len(cases) == result.new > 0
    for case in cases:
        assert (case.state, case.verdict) == ("waiting", "proposed")
        assert await notices(attacked, case.id) == [
            {
                "kind": "decision",
                "campaign": "c",
                "name": f"c/{case.id}/1",
                "case": case.id,
                "number": 1,
                "rules": case.rules,
                "verdict": "proposed",
                "reasons": [],
                "weights": await committed(attacked, case.id, "proposed"),
                "seen": 0,
            }
        ]
    after = await scores(attacked)
    assert {unit for unit in targets if before[unit] == after[unit]} == set()
    again = await find_cases(attacked, "c", DESK)
    assert (again.new, again.known, again.dropped) == (0, result.new, 0)
    assert (await list_cases(attacked), await stored_weights(attacked)) == (cases, weights)


async def test_two_who_agree_release_and_a_reopened_case_is_upheld(attacked: AsyncEngine) -> None:
    untouched, full = await scores(attacked), await stored_weights(attacked)
    await find_cases(attacked, "c", DESK)
    proposed, weighed = await scores(attacked), await stored_weights(attacked)
    for case in await list_cases(attacked):
        assert (await cast(attacked, case, "chen", "release")).state == "waiting"
    assert await stored_weights(attacked) == weighed
    for case in await list_cases(attacked):
        assert (await cast(attacked, case, "liu", "release")).verdict == "release"
    assert (await scores(attacked), await stored_weights(attacked)) == (untouched, full)
    for case in await list_cases(attacked):
        await reopen_case(attacked, case.id, "wang", "a witness came forward", DESK, Clock())
    assert (await scores(attacked), await stored_weights(attacked)) == (untouched, full)
    for case in await list_cases(attacked):
        await cast(attacked, case, "sun", "uphold")
        await cast(attacked, case, "chen", "uphold")
    assert (await scores(attacked), await stored_weights(attacked)) == (proposed, weighed)
    case = await first(attacked)
    told = [
        (n["number"], n["verdict"], n["reasons"], n["weights"])
        for n in await notices(attacked, case.id)
    ]
    heavy, light = (
        await committed(attacked, case.id, "release"),
        await committed(attacked, case.id, "proposed"),
    )
    assert heavy != light
    assert told == [
        (1, "proposed", [], light),
        (2, "release", ["genuine-event"], heavy),
        (3, "reopen", [], heavy),
        (4, "uphold", ["shared-devices"], light),
    ]
    history = [(v.checker, v.round, v.verdict) for v in (await show_case(attacked, case.id)).votes]
    assert history == [
        ("chen", 1, "release"),
        ("liu", 1, "release"),
        ("wang", 1, "reopen"),
        ("sun", 2, "uphold"),
        ("chen", 2, "uphold"),
    ]
    again = await find_cases(attacked, "c", DESK)
    assert (again.new, again.dropped, await stored_weights(attacked)) == (0, 0, weighed)


async def test_where_two_differ_a_third_decides(attacked: AsyncEngine) -> None:
    await find_cases(attacked, "c", DESK)
    case, weighed = await first(attacked), await stored_weights(attacked)
    await cast(attacked, case, "chen", "uphold")
    assert (await cast(attacked, case, "liu", "release")).state == "waiting"
    assert await stored_weights(attacked) == weighed
    done = await cast(attacked, case, "sun", "release")
    assert (done.state, done.verdict) == ("decided", "release")
    assert await stored_weights(attacked) != weighed
    with pytest.raises(BadInput, match="is decided"):
        await cast(attacked, case, "sun", "uphold")


async def test_nobody_votes_twice_sees_a_vote_too_early_or_decides_on_their_own_unit(
    attacked: AsyncEngine,
) -> None:
    await find_cases(attacked, "c", DESK)
    case = await first(attacked)
    async with writing(attacked) as connection:
        unit = (
            await connection.execute(
                select(tables.cases.c.unit).where(tables.cases.c.id == case.id)
            )
        ).scalar_one()
        await connection.execute(
            update(tables.staff).where(tables.staff.c.login == "sun").values(unit=unit)
        )
    await cast(attacked, case, "chen", "uphold")
    with pytest.raises(BadInput, match="somebody else"):
        await cast(attacked, case, "chen", "uphold")
    assert [v.checker for v in (await show_case(attacked, case.id, "chen")).votes] == ["chen"]
    assert (await show_case(attacked, case.id, "liu")).votes == []
    for act in (
        show_case(attacked, case.id, "sun"),
        cast(attacked, case, "sun", "uphold"),
        show_case(attacked, "nothing", "sun"),
    ):
        with pytest.raises(BadInput, match="there is no such case"):
            await act
    assert case.id not in {c.id for c in await list_cases(attacked, "sun")}
    for login, sentence in (
        ("wang", "only a checker"),
        ("nobody", "no administrator or checker"),
    ):
        with pytest.raises(BadInput, match=sentence):
            await cast(attacked, case, login, "uphold")
    for verdict, reason, note, sentence in (
        ("uphold", "genuine-event", "", "no reason to uphold a case"),
        ("uphold", "other", " ", "say in a note"),
        ("maybe", "other", "x", "a verdict is"),
    ):
        with pytest.raises(BadInput, match=sentence):
            await cast_vote(attacked, case.id, "liu", verdict, reason, note, DESK, Clock())
    with pytest.raises(BadInput, match="open already"):
        await reopen_case(attacked, case.id, "wang", "why not", DESK, Clock())
    # Kin of the unit's principal has no such case either.
    post = {"person": "P1", "unit": unit, "role": "principal", "title": "局长", "until": ""}
    post |= {"begins": "2009-01-01", "held": "held", "main": True, "elected": False}
    kin = (RecusalKind.KIN, "liu", 0, "P1", 0, "", date(2010, 1, 1), "liu", 0)
    async with writing(attacked) as connection:
        await connection.execute(tables.posts.insert(), [post])
        await add_recusal(connection, Recusal(0, *kin))
    with pytest.raises(BadInput, match="there is no such case"):
        await cast(attacked, case, "liu", "uphold")
    assert case.id not in {c.id for c in await list_cases(attacked, "liu")}


async def test_a_case_that_is_found_no_more_gives_its_ballots_back(attacked: AsyncEngine) -> None:
    full = await stored_weights(attacked)
    result = await find_cases(attacked, "c", DESK)
    decided = await first(attacked)
    await cast(attacked, decided, "chen", "uphold")
    thresholds = json.loads(replace(Thresholds(), hint=600.0).dump())
    async with writing(attacked) as connection:
        definition = json.loads(
            (await connection.execute(select(tables.campaigns.c.definition))).scalar_one()
        )
        changed = json.dumps(
            definition | {"fraud": DEFAULT_RULES.dump() | {"thresholds": thresholds}}
        )
        await connection.execute(update(tables.campaigns).values(definition=changed))
    again = await find_cases(attacked, "c", DESK)
    assert (again.new, again.dropped) == (0, result.new - 1)
    assert [case.id for case in await list_cases(attacked)] == [decided.id]
    async with reading(attacked) as connection:
        own = {at for at, _ in await case_weights(connection, decided.id, "uphold")}
    left = {at: weight for at, weight in (await stored_weights(attacked)).items() if at not in own}
    assert left == {at: weight for at, weight in full.items() if at not in own}


async def test_a_wave_of_honest_anger_is_no_case(empty: AsyncEngine) -> None:
    await plant(empty, "wave")
    full = await stored_weights(empty)
    result = await find_cases(empty, "c", DESK)
    (unit,) = simulated("wave")[2]
    async with reading(empty) as connection:
        assert unit not in set((await connection.execute(select(tables.cases.c.unit))).scalars())
    changed = [at for at, weight in (await stored_weights(empty)).items() if weight != full[at]]
    assert (result.new, changed) == (0, [])


async def test_the_effect_of_each_rule_is_told_and_a_release_of_all_leaves_none(
    attacked: AsyncEngine,
) -> None:
    await find_cases(attacked, "c", DESK)
    effects = await measure_effects(attacked, "c", Clock())
    assert await read_effects(attacked, "c") == effects
    by_rule = {effect.rule: effect for effect in effects}
    assert by_rule["source_share" if "source_share" in by_rule else "burst"].moved == 0, (
        "hints count for nothing"
    )
    assert sum(effect.moved for effect in effects) > 0
    assert all((effect.moved > 0) == (float(effect.largest) > 0) for effect in effects)
    for case in await list_cases(attacked):
        await cast(attacked, case, "chen", "release")
        await cast(attacked, case, "liu", "release")
    after = await measure_effects(attacked, "c", Clock())
    assert [effect.rule for effect in after] == [effect.rule for effect in effects]
    assert sum(effect.moved for effect in after) < sum(effect.moved for effect in effects)


async def test_nothing_is_scanned_before_the_close(attacked: AsyncEngine) -> None:
    async with writing(attacked) as connection:
        await connection.execute(update(tables.campaigns).values(state="open"))
    with pytest.raises(BadInput, match="once it is closed"):
        await find_cases(attacked, "c", DESK)
    with pytest.raises(BadInput, match="no such campaign"):
        await find_cases(attacked, "d", DESK)
    assert await list_cases(attacked) == []


async def test_a_vote_that_somebody_wrote_into_the_table_counts_for_nothing(
    attacked: AsyncEngine,
) -> None:
    await find_cases(attacked, "c", DESK)
    case = (await list_cases(attacked))[0]
    forged = {"case_id": case.id, "round": 1, "checker": "liu", "verdict": "uphold", "act": "vote"}
    forged |= {"reason": "same-wording", "note": "", "at": 1}
    async with writing(attacked) as connection:
        await connection.execute(tables.case_votes.insert(), [forged | {"mark": bytes(32)}])
    decided = await cast(attacked, case, "chen", "uphold")
    assert decided.state == "waiting", "one person alone has voted"
    decided = await cast(attacked, case, "sun", "uphold")
    assert decided.state == "decided"
