"""Keys of links reach the variance of a score, and their sums outlive them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aggregation.estimation.method2.figures import BoundedFigures
from aggregation.estimation.method2.kept_sums import kept_sums
from bot.campaigns.cluster_keys import LEAST_PEOPLE, SHARED
from bot.campaigns.lifecycle import create_campaign
from bot.campaigns.links import create_link, read_links
from bot.campaigns.scheme_files import offered_scheme
from bot.crypto.gate_signatures import GateSigner
from bot.fraud_review.asides import erase_asides
from bot.results import kept_sums as results
from bot.results.proven_releases import require_proven
from bot.results.releases import publish_release
from bot.results.scoring import ScoredCampaign, score_campaign, score_release
from bot.storage.database import reading, writing
from bot.storage.schema import all as tables
from bot.verification.bundle import make_bundle
from bot.verification.bundle_format import SUMS
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.effects import AnswerTiming, StoreBallot
from survey_flows.gate_texts import aside_digest, aside_text, ballot_gate_text
from survey_flows.log_entries import canonical
from tests.contract.test_conductor import Road, draft, make_road
from tests.contract.test_gate_signs import checked, message_of, staged
from tests.contract.test_mixer import admit, ballot, rows
from tests.desk import DESK

LIKES = {1: "VS", 2: "B", 3: "VD", 0: "S", 31: "S"}
"""What those who came by a link of each key say: each place is of one mind."""


@pytest.fixture
async def road(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Road]:
    async with make_road(sqlite_url, tmp_path, offered_scheme().model_dump_json()) as made:
        yield made


async def cast_by(road: Road, number: int, cluster: int, source: str = "invited") -> None:
    """Let somebody rate who came by a link of this key."""
    quarter = int(road.clock.now().timestamp()) // 900
    code = ("VS", "B", "VD", "S", "D")[number % 5] if number % 3 == 0 else LIKES[cluster]
    one = replace(ballot(number, ratings=" ".join([code] * 4)), bucket=quarter, source=source)
    await admit(road, (f"u{number}", StoreBallot(one, AnswerTiming(cluster=cluster))))


async def sent(road: Road, step: int, handed: int, kind: str = "reminder") -> None:
    """Note a step of invitations or reminders."""
    row = {"campaign": "year", "step": step, "state": "running", "texts": "{}", "not_on": "[]"}
    row |= {"hours": "09:00-21:00", "kind": kind, "people": "all", "handed": handed}
    async with writing(road.database) as connection:
        await connection.execute(tables.pushes.insert(), [row])


@pytest.fixture
async def closed(road: Road) -> Road:
    """A closed campaign: three places of 12 answers each, four of one more, 40 people invited."""
    for number in range(120):
        cluster = (1, 2, 3)[number % 3] if number < 36 else 0
        await cast_by(road, number, cluster, "invited" if number < 36 else "personal")
    await road.mix()
    await road.close("year")
    return road


def figures(scored: ScoredCampaign) -> BoundedFigures:
    found = scored.scores["TAX"].bounded
    assert found is not None
    return found


async def test_a_unit_of_one_mind_is_proven_beside_one_of_many(road: Road) -> None:
    """The sums of both are kept by one scale, and made again unit by unit."""
    quarter = int(road.clock.now().timestamp()) // 900
    codes = ("VS", "S", "B", "D", "VD")
    for number in range(60):
        said = [codes[(number * at) % 5] for at in (1, 2, 3, 4)]
        # Without one item the mean of the others is a third of points.
        said[number % 4] = "DK"
        mixed = " ".join(said)
        of_many = ballot(number, ratings=mixed)
        of_one = ballot(number + 60, ratings="VS VS VS VS", unit="EDU")
        for one in (of_many, replace(of_one, questionnaire="livelihood")):
            cast = replace(one, bucket=quarter, source="personal")
            await admit(road, (f"u{cast.receipt}", StoreBallot(cast)))
    await road.mix()
    await road.close("year")
    scored = await score_campaign(road.database, "year")
    assert scored.release is not None
    assert [sums.scale > 1 for sums in scored.release.kept.values()] == [True, True]
    await require_proven(road.database, "year")


async def test_a_key_stands_for_two_hundred_people_or_says_nothing(road: Road) -> None:
    await create_campaign(road.database, draft("next"), road.clock)

    async def keys(*people: int | None) -> list[int]:
        made = [
            await create_link(road.database, "next", "deputy", "", DESK, road.clock, max_people=one)
            for one in people
        ]
        async with reading(road.database) as connection:
            known = {link.token: link for link in (await read_links(connection))["next"]}
        return [known[link.token].cluster for link in made]

    assert await keys(LEAST_PEOPLE, 50, None, 700, 149) == [1, 0, 0, 2, 0]
    assert await keys(1) == [SHARED]
    async with reading(road.database) as connection:
        known = (await read_links(connection))["next"]
    assert sorted((link.max_people or 0, link.cluster) for link in known) == [
        *[(0, 0)] * 2,
        *[(1, SHARED), (50, SHARED), (149, SHARED)],
        *[(LEAST_PEOPLE, 1), (700, 2)],
    ]
    assert await keys(*[300] * 29) == [*range(3, SHARED + 1)]
    assert await keys(300) == [SHARED]


async def test_a_ballot_keeps_its_key_and_how_many_reminders_were_sent(road: Road) -> None:
    await cast_by(road, 1, 2, "personal")
    await sent(road, 0, 1, "invitation")
    await sent(road, 1, 0)
    await cast_by(road, 2, 0, "personal")
    await sent(road, 2, 5)
    await cast_by(road, 3, 31, "personal")
    await cast_by(road, 4, 31, "open")
    for step in (3, 4):
        await sent(road, step, 5)
    await cast_by(road, 5, 0, "personal")
    await road.mix()
    found = sorted((row.cluster, row.reminders) for row in await rows(road, tables.ballots))
    assert found == [(0, 0), (0, 2), (2, 0), (31, 0), (31, 1)]


async def test_what_an_older_gate_signed_is_mixed_and_has_no_key(road: Road) -> None:
    def older(message: dict[str, Any]) -> dict[str, Any]:
        aside = {name: message["aside"][name] for name in ("salt", "bucket", "risk")}
        text = aside_text(aside["bucket"], aside["risk"])
        body = {**message["ballot"], "aside": aside_digest(bytes.fromhex(aside["salt"]), text)}
        gate = GateSigner(road.keys, "minping").sign(ballot_gate_text("minping", body))
        return message | {"ballot": body, "aside": aside, "gate": gate}

    await staged(road, older(await message_of(road, 1)), form=3)
    await road.mix()
    assert [(row.cluster, row.reminders) for row in await rows(road, tables.ballots)] == [
        (None, None)
    ]
    assert await rows(road, tables.refused) == []


async def test_places_of_one_mind_widen_the_interval_and_leave_the_score(closed: Road) -> None:
    scored = await score_campaign(closed.database, "year")
    assert scored.release is not None
    bare = replace(scored.release, kept={})
    plain = figures(score_release(scored.campaign, bare))
    found = figures(scored)
    assert found.own == plain.own
    assert found.variance.sampling > 1.2 * plain.variance.sampling
    kept = scored.release.kept["TAX"]
    assert {part: sums.n for part, sums in kept.clusters.items()} == {
        ("resident", "", 0): 84,
        **{("resident", "invited", key): 12 for key in (1, 2, 3)},
    }
    assert {had: sums.n for had, sums in kept.reminders.items()} == {0: 84}


async def test_when_the_keys_are_gone_score_and_interval_are_the_same(closed: Road) -> None:
    before = await score_campaign(closed.database, "year")
    await erase_asides(closed.database, closed.clock.now() + timedelta(days=61))
    assert {row.cluster for row in await rows(closed, tables.ballots)} == {None}
    after = await score_campaign(closed.database, "year")
    assert after.scores == before.scores
    await publish_release(closed.database, before.campaign)
    assert (await score_campaign(closed.database, "year")).scores == before.scores


async def test_whoever_never_looked_at_a_score_loses_no_sums(closed: Road) -> None:
    await erase_asides(closed.database, closed.clock.now() + timedelta(days=61))
    scored = await score_campaign(closed.database, "year")
    assert scored.release is not None
    assert sum(sums.n for sums in scored.release.kept["TAX"].clusters.values()) == 120


async def test_auditors_find_sums_that_do_not_follow_while_the_keys_are_there(
    closed: Road,
) -> None:
    assert await checked(closed) == []
    files = await make_bundle(closed.database, "year", openings=True)
    sums = json.loads(files[SUMS])
    unit = next(one["sums"] for one in sums["units"] if one["sums"]["unit"] == "TAX")
    unit["kept"]["clusters"][0][4] += 1
    changed = files | {SUMS: canonical(sums).encode() + b"\n"}
    wanted = VerificationRequest([closed.mixer.key])
    assert len([one for one in verify(changed, wanted) if not one.ok]) == 1
    await erase_asides(closed.database, closed.clock.now() + timedelta(days=61))
    after = await make_bundle(closed.database, "year", openings=True)
    assert after[SUMS] == files[SUMS]
    assert [one.what for one in verify(after, wanted) if not one.ok] == []


async def test_who_came_alone_after_a_reminder_is_in_nothing_that_is_kept(road: Road) -> None:
    await sent(road, 0, 1, "invitation")
    for number in range(30):
        await cast_by(road, number, 0, "personal")
    for step in (1, 2):
        await sent(road, step, 5)
    await cast_by(road, 99, 0, "personal")
    await road.mix()
    await road.close("year")
    assert await checked(road) == []
    assert {row.reminders for row in await rows(road, tables.ballots)} == {0, 2}
    await erase_asides(road.database, road.clock.now() + timedelta(days=61))
    (row,) = await rows(road, tables.releases)
    own = json.loads(row.body)["kept"]["TAX"]
    assert [had for had, *_ in own["reminders"]] == [0]
    assert own["reminders"][0][1] == 31
    files = await make_bundle(road.database, "year", openings=True)
    (unit,) = [one["sums"] for one in json.loads(files[SUMS])["units"] if "kept" in one["sums"]]
    assert unit["kept"] == own


async def test_a_result_of_before_few_answers_joined_others_still_verifies(road: Road) -> None:
    await sent(road, 0, 1, "invitation")
    for number in range(12):
        await cast_by(road, number, 0, "personal")
    await sent(road, 1, 5)
    await cast_by(road, 99, 0, "personal")
    await road.mix()
    await road.close("year")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "kept_sums", partial(kept_sums, older=True))
        await score_campaign(road.database, "year")
    (row,) = await rows(road, tables.releases)
    assert [had for had, *_ in json.loads(row.body)["kept"]["TAX"]["reminders"]] == [0, 1]
    assert await checked(road) == []
