"""Made cities whose small cells an attacker looks for, and everything that is told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from random import Random

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.disclosure.disclosed import DisclosedScore
from aggregation.estimation.method2.own_score import Contrasts
from aggregation.estimation.scores import score_contrasts
from aggregation.numbers import half_up
from bot.campaigns.registered import RegisteredCampaign
from bot.campaigns.scheme_files import offered_scheme
from bot.core.shipped_files import shipped_questionnaires
from bot.demo.city_ballots import latest_ballots
from bot.publication.charts.answer_chart import answer_shares
from bot.publication.charts.ranking import campaign_ranking
from bot.publication.exports import campaign_book
from bot.publication.exports.writers import page_records
from bot.results.blocks import unit_blocks
from bot.results.releases import Release, next_release
from bot.results.scoring import ScoredCampaign, score_release, unit_ranks
from bot.verification.bundle import result_files
from bot.web.api.results import unit_model
from survey_flows.ballot import STAFF
from survey_flows.questionnaire import Questionnaire
from tests.cities import the_city
from tests.disclosure.linear import FORM, make_campaign

CODES = ("VS", "S", "B", "D", "VD")
LIKES = ((62, 25, 9, 3, 1), (50, 30, 13, 5, 2), (40, 30, 17, 8, 5), (85, 12, 2, 1, 0))
SIZES = (14, 30, 45, 52, 66, 80, 97, 104, 112, 125, 138, 190)
ITEM = replace(FORM, questions=tuple(q for q in FORM.questions if q.overall))
SHEET = "econ"
"""The code of the questionnaire of all units."""
KINDS = ("one item", "overall 100", "several items")

Answer = tuple[str, str, str]
"""Group, source and ratings."""
Unit = Counter[Answer]


@dataclass(frozen=True)
class MadeCity:
    """A closed campaign of method 2.

    ``frozen`` are contrasts of another city that it keeps. ``struck`` are the ballots by unit that
    a second release excludes. ``form`` and ``categories`` are those of the demonstration's units.
    """

    kind: str
    units: Mapping[str, Unit]
    frozen: Mapping[str, Contrasts] | None = None
    struck: Mapping[str, Unit] = field(default_factory=dict)
    form: Questionnaire | None = None
    categories: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def campaign(self) -> RegisteredCampaign:
        given = make_campaign(sorted(self.units))
        scheme = offered_scheme()
        if self.kind == "overall 100":
            scheme = scheme.model_copy(update={"overall_share": Decimal(100)})
        if self.kind == "one item":
            given = replace(given, questionnaires={SHEET: ITEM})
        if self.form is not None:
            given = replace(given, questionnaires={SHEET: self.form})
        known = {
            code: replace(unit, category=self.categories.get(code, unit.category))
            for code, unit in given.units.items()
        }
        return replace(given, scheme=scheme, units=known)

    @property
    def sheet(self) -> Questionnaire:
        """The questionnaire of all units."""
        return self.campaign.questionnaires[SHEET]

    def rows(self, later: bool = False) -> list[PatternCount]:
        found = []
        for unit, answers in sorted(self.units.items()):
            gone = self.struck.get(unit, Counter()) if later else Counter()
            for weight, part in ((4, answers - gone), (0, gone)):
                found += [
                    PatternCount(unit, SHEET, group, "", source, weight, ratings, count)
                    for (group, source, ratings), count in sorted(part.items())
                    if count
                ]
        return found

    @cached_property
    def contrasts(self) -> Mapping[str, Contrasts] | None:
        """Those of the first release."""
        if self.frozen is not None:
            return self.frozen
        counted = tally(self.rows(), self._reader)
        categories = {code: unit.category for code, unit in self.campaign.units.items()}
        return score_contrasts(counted, categories, self.campaign.scheme)

    @property
    def _reader(self) -> PatternReader:
        return PatternReader({SHEET: self.sheet}, self.campaign.scheme)

    @cached_property
    def scored(self) -> ScoredCampaign:
        blocks = unit_blocks(self.rows(), self._reader)
        release = Release("c", 1, 0, blocks, {}, {}, self.contrasts, "secret")
        return score_release(self.campaign, release)

    @cached_property
    def scored_later(self) -> ScoredCampaign | None:
        """The second release, which excludes ballots; None where none are struck out."""
        if not self.struck or self.scored.release is None:
            return None
        now = unit_blocks(self.rows(later=True), self._reader)
        release, _ = next_release(self.campaign, [self.scored.release], now, {}, 1)
        return score_release(self.campaign, release)

    @cached_property
    def disclosed(self) -> dict[str, DisclosedScore]:
        return self.scored.disclosed

    def with_unit(self, unit: str, answers: Unit) -> MadeCity:
        """The city with other answers about one unit, under the same contrasts."""
        return self.with_units({unit: answers})

    def with_units(self, changed: Mapping[str, Unit]) -> MadeCity:
        """The city with other answers about some units, under the same contrasts."""
        return replace(self, units={**self.units, **changed}, frozen=self.contrasts)

    @cached_property
    def told_ever(self) -> tuple[dict[str, object], ...]:
        """All that is told in each release."""
        return tuple(told(self, scored) for scored in self.releases)

    def looks_like(self, other: MadeCity) -> bool:
        """Whether all that is told of both, ever, is the same; quick figures are compared first."""
        pairs = list(zip(self.releases, other.releases, strict=True))
        return (
            all(one.disclosed == two.disclosed for one, two in pairs)
            and all(unit_ranks(one) == unit_ranks(two) for one, two in pairs)
            and self.told_ever == other.told_ever
        )

    @property
    def releases(self) -> tuple[ScoredCampaign, ...]:
        """The first release, and the second one if there is one."""
        return (self.scored, *([self.scored_later] if self.scored_later else []))


def told(city: MadeCity, scored: ScoredCampaign) -> dict[str, object]:
    """All that is told of a release: files, listings, answers to programs, bundle and pictures.

    The number of all ballots stands in the log. Left out are digests, which no two cities share.
    """
    book = campaign_book(scored, "Asia/Shanghai")
    ranks = unit_ranks(scored)
    disclosed = scored.disclosed
    found: dict[str, object] = {
        f"export {page.name}": [*map(_printed, page_records(page))] for page in book.pages
    }
    found["log"] = sum(row.count for row in scored.counts)
    found["picture of ranks"] = campaign_ranking(scored, "en")
    for code, it in disclosed.items():
        found[f"api {code}"] = unit_model(city.campaign, it, ranks.get(code))
        found[f"picture of {code}"] = answer_shares(it, city.campaign.scheme)
        entering = scored.graded[code].score
        found[f"total of {code}"] = entering
    totals = result_files(scored)[0].decode()
    found["bundle"] = [part for part in totals.split('"') if len(part) != 64]
    return found


def _printed(row: Mapping[str, object]) -> dict[str, object]:
    return {
        name: half_up(Decimal(repr(value)), 6) if isinstance(value, float) else value
        for name, value in row.items()
    }


def made_city(seed: int, kind: str, units: int = 4) -> MadeCity:
    """Draw a city: few and many answers, of several groups and sources or of one."""
    chance = Random(f"{kind}/{seed}")
    names = [f"U{place}" for place in range(units)]
    lonely = chance.random() < 0.5
    made = {name: _unit(chance, kind, lonely) for name in names}
    return MadeCity(kind, made, struck=_struck(made))


STRUCK = 12
"""Ballots of a unit that a second release excludes: enough for it to be shown."""


def _struck(units: Mapping[str, Unit]) -> dict[str, Unit]:
    """Strike out ballots of the unit with the most of one group and kind of link."""
    found: list[tuple[int, str, tuple[str, str]]] = []
    for name, answers in units.items():
        for part in {key[:2] for key in answers}:
            count = sum(n for key, n in answers.items() if key[:2] == part)
            found.append((count, name, part))
    most, name, part = max(found)
    if most < 2 * STRUCK:
        return {}
    left, gone = STRUCK, Counter[Answer]()
    for key, n in sorted(units[name].items(), key=lambda it: (-it[1], it[0])):
        if key[:2] == part:
            gone[key] = min(n - n // 2, left)
            left -= gone[key]
    return {name: gone}


def demo_cities(units: int = 12) -> list[MadeCity]:
    """The demonstration's answers by questionnaire, a campaign each of so many units at most."""
    drawn, sheets = the_city(), shipped_questionnaires()
    found = []
    for name in sorted({x.questionnaire for x in drawn.units}):
        own = {x.unit.code: x.unit.category for x in drawn.units if x.questionnaire == name}
        chosen = sorted(own)[:units]
        answers: dict[str, Unit] = {code: Counter() for code in chosen}
        for (unit, _, group, _, source, _, ratings), n in latest_ballots(drawn.ballots):
            if unit in answers and group != STAFF:
                answers[unit][group, source, ratings] += n
        found.append(
            MadeCity(
                f"demonstration {name}",
                answers,
                struck=_struck(answers),
                form=sheets[name],
                categories=own,
            )
        )
    return found


def _unit(chance: Random, kind: str, lonely: bool) -> Unit:
    answers: Unit = Counter()
    size, likes = chance.choice(SIZES), chance.choice(LIKES)
    groups = ["enterprise"] if lonely else ["enterprise", "service_user", "resident", "deputy"]
    weights = [1] if lonely else [50, 30, 17, 3]
    sources = [("personal",), ("personal", "personal", "open"), ("open",) * 30 + ("personal",)]
    ways = sources[0] if lonely and chance.random() < 0.6 else chance.choice(sources)
    items = 1 if kind == "one item" else len(FORM.rated)
    for _ in range(size + chance.randrange(10)):
        group = chance.choices(groups, weights)[0]
        ratings = " ".join(chance.choices(CODES, likes, k=items))
        answers[group, chance.choice(ways), ratings] += 1
    return answers
