"""The synthetic city's ballots: answers follow from citizens' tempers and units' merits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random
from typing import TYPE_CHECKING

from survey_flows.ballot import STAFF, Ballot
from survey_flows.questionnaire import NO_ANSWER, Question, Questionnaire

if TYPE_CHECKING:
    from bot.demo.city_unit import CityUnit

LEAST = 160
"""The fewest ballots of a unit, whatever its popularity."""
DAYS = 14
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
MERIT = {"strong": (1.0, 1.2), "steady": (0.15, 0.45), "weak": (-0.7, -0.5)}
"""Range of a unit's merit by its profile; tempers and moods are added to it."""
CUTS = (("VS", 1.0), ("S", 0.1), ("B", -0.7), ("D", -1.5))
"""The least felt merit for each answer; below the last the answer is VD."""
HOURS = (1, 1, 0, 0, 0, 1, 4, 9, 14, 15, 13, 12, 16, 12, 11, 12, 12, 13, 16, 20, 22, 18, 9, 4)
"""Weight of each hour of the day for the time of ballots, in the city's time (UTC+8)."""
CONTACT = {
    "service_user": (("used", 85), ("met", 13), ("none", 2)),
    "resident": (("used", 28), ("met", 7), ("none", 55), ("own", 1), ("dk", 9)),
    "enterprise": (("used", 55), ("met", 25), ("none", 17), ("dk", 3)),
    "other": (("used", 20), ("met", 20), ("none", 55), ("dk", 5)),
}
CROWD = (
    (30, "resident", "open", ("",)),
    (20, "resident", "personal", ("urban", "rural")),
    (22, "service_user", "invited", ("urban", "rural")),
    (11, "enterprise", "personal", ("large", "small")),
    (6, "deputy", "personal", ("party", "congress", "cppcc")),
    (7, "grassroots", "personal", ("subdistrict", "township")),
    (4, "supervisor", "personal", ("expert", "media")),
)
"""Shares of citizens, with the group, source and strata that their links vouch for."""
PRAISE = (
    "工作人员耐心，一次就办好了。",
    "流程比去年简单，材料少了一半。",
    "希望继续保持。",
    "网上能办，不用再跑腿，很方便。",
    "政策讲得清楚，兑现也及时。",
    "Friendly staff, and it took one visit.",
)
PLAIN = (
    "希望增加周末和中午的服务时间。",
    "办事指南请写得再通俗一些。",
    "排队时间偏长，能不能多开一个窗口？",
    "电话有时打不通。",
    "希望多听听基层的意见。",
    "Please publish the forms in English too.",
)
BLAME = (
    "来回跑了三趟才办成。",
    "投诉以后没有人回复。",
    "承诺的时限没有做到。",
    "检查太多，影响正常经营。",
    "态度冷淡，问题互相推诿。",
    "Nobody answered my complaint.",
)
WORDS = {"VS": PRAISE, "S": PRAISE, "B": PLAIN, "D": BLAME, "VD": BLAME}


@dataclass(frozen=True, slots=True)
class SyntheticBallot:
    """A ballot with the number of its citizen, who rates a unit at most once."""

    voter: int
    ballot: Ballot


@dataclass(frozen=True, slots=True)
class _Citizen:
    number: int
    group: str
    source: str
    stratum: str
    temper: float


def draw_votes(
    rng: Random,
    units: tuple[CityUnit, ...],
    questionnaires: Mapping[str, Questionnaire],
    campaign: str,
    opens: date,
    ballots: int,
) -> tuple[SyntheticBallot, ...]:
    """Draws ``ballots`` ballots in the order of casting, over `DAYS` days from ``opens``."""
    crowd = _crowd(rng, max(ballots * 2 // 5, LEAST * 4))
    start = int(datetime(opens.year, opens.month, opens.day, tzinfo=UTC).timestamp()) // 900 - 8 * 4
    votes = [
        SyntheticBallot(
            citizen.number,
            _ballot(rng, citizen, x, questionnaires[x.questionnaire], merit, campaign, start),
        )
        for x, size in zip(units, _sizes(rng, len(units), ballots), strict=True)
        for merit in [rng.uniform(*MERIT[x.profile])]
        for citizen in rng.sample(crowd, size)
    ]
    return tuple(sorted(votes, key=lambda vote: (vote.ballot.bucket, vote.ballot.receipt)))


def _crowd(rng: Random, size: int) -> list[_Citizen]:
    kinds = rng.choices(CROWD, [share for share, *_ in CROWD], k=size)
    return [
        _Citizen(number, group, source, rng.choice(strata), rng.gauss(0, 0.6))
        for number, (_, group, source, strata) in enumerate(kinds, start=1)
    ]


def _sizes(rng: Random, units: int, ballots: int) -> list[int]:
    """Draws uneven shares of the ballots, each at least `LEAST`, that sum to ``ballots``."""
    spare = max(ballots - LEAST * units, 0)
    appeal = [rng.lognormvariate(0, 0.6) for _ in range(units)]
    sizes = [LEAST + int(spare * part / sum(appeal)) for part in appeal]
    sizes[0] += LEAST * units + spare - sum(sizes)
    return sizes


def _ballot(
    rng: Random,
    citizen: _Citizen,
    x: CityUnit,
    questionnaire: Questionnaire,
    merit: float,
    campaign: str,
    start: int,
) -> Ballot:
    contact = _contact(rng, citizen) if "contact" in questionnaire.by_id else ""
    ratings = [
        _rating(rng, question, merit + citizen.temper, contact) for question in questionnaire.rated
    ]
    return Ballot(
        campaign=campaign,
        unit=x.unit.code,
        questionnaire=questionnaire.id,
        group=_group(citizen, contact),
        stratum=citizen.stratum,
        source=citizen.source,
        ratings=" ".join(ratings),
        facts=(("contact", contact),) if contact else (),
        comment=_comment(rng, ratings[0]),
        bucket=start + _quarter(rng),
        receipt="".join(rng.choices(ALPHABET, k=16)),
    )


def _contact(rng: Random, citizen: _Citizen) -> str:
    options = CONTACT.get(citizen.group, CONTACT["other"])
    return rng.choices([code for code, _ in options], [share for _, share in options])[0]


def _group(citizen: _Citizen, contact: str) -> str:
    """Returns the group: the stated contact moves citizens of an open link, and all own staff."""
    if contact == "own":
        return STAFF
    moved = citizen.source == "open" and contact in ("used", "met")
    return "service_user" if moved else citizen.group


def _rating(rng: Random, question: Question, felt: float, contact: str) -> str:
    if contact == "dk" and question.show_if is not None:
        return NO_ANSWER
    if rng.random() < 0.03:
        return "DK"
    mood = felt + rng.gauss(0, 0.7)
    return next((code for code, least in CUTS if mood > least), "VD")


def _comment(rng: Random, overall: str) -> str:
    return rng.choice(WORDS[overall]) if overall in WORDS and rng.random() < 0.12 else ""


def _quarter(rng: Random) -> int:
    """Draws quarters of an hour since the opening: more on the first days, most in the evening."""
    day = min(int(rng.expovariate(1 / 6)), DAYS - 1)
    return (day * 24 + rng.choices(range(24), HOURS)[0]) * 4 + rng.randrange(4)


def latest_ballots(
    votes: tuple[SyntheticBallot, ...],
) -> Iterator[tuple[tuple[str, str, str, str, str, int, str], int]]:
    """Returns the last ballots as the scan counts them, with their number by pattern.

    A pattern is unit, questionnaire, group, stratum, source, weight and ratings.
    """
    counts: dict[tuple[str, str, str, str, str, int, str], int] = {}
    for vote in votes:
        b = vote.ballot
        key = (b.unit, b.questionnaire, b.group, b.stratum, b.source, 4, b.ratings)
        counts[key] = counts.get(key, 0) + 1
    return iter(sorted(counts.items()))
