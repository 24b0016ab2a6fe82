"""Made cities whose small cells an attacker looks for, and everything that is told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
from bot.publication.charts.answer_chart import answer_shares
from bot.publication.charts.ranking import campaign_ranking
from bot.publication.exports import campaign_book
from bot.publication.exports.writers import page_records
from bot.results.blocks import unit_blocks
from bot.results.releases import Release
from bot.results.scoring import ScoredCampaign, score_release, unit_ranks
from bot.verification.bundle import result_files
from bot.web.api.results import unit_model
from survey_flows.questionnaire import Questionnaire
from tests.disclosure.linear import FORM, make_campaign

CODES = ("VS", "S", "B", "D", "VD")
LIKES = ((62, 25, 9, 3, 1), (50, 30, 13, 5, 2), (40, 30, 17, 8, 5), (85, 12, 2, 1, 0))
SIZES = (14, 30, 45, 52, 66, 80, 97, 104, 112, 125, 138, 190)
ITEM = replace(FORM, questions=tuple(q for q in FORM.questions if q.overall))
KINDS = ("one item", "overall 100", "several items")

Answer = tuple[str, str, str]
"""Group, source and ratings."""
Unit = Counter[Answer]


@dataclass(frozen=True)
class MadeCity:
    """A closed campaign of method 2. ``frozen`` are contrasts of another city that it keeps."""

    kind: str
    units: Mapping[str, Unit]
    frozen: Mapping[str, Contrasts] | None = None

    @cached_property
    def campaign(self) -> RegisteredCampaign:
        given = make_campaign(sorted(self.units))
        scheme = offered_scheme()
        if self.kind == "overall 100":
            scheme = scheme.model_copy(update={"overall_share": Decimal(100)})
        if self.kind == "one item":
            given = replace(given, questionnaires={"econ": ITEM})
        return replace(given, scheme=scheme)

    @property
    def sheet(self) -> Questionnaire:
        """The questionnaire of all units."""
        return self.campaign.questionnaires["econ"]

    def rows(self) -> list[PatternCount]:
        return [
            PatternCount(unit, "econ", group, "", source, 4, ratings, count)
            for unit, answers in sorted(self.units.items())
            for (group, source, ratings), count in sorted(answers.items())
            if count
        ]

    @cached_property
    def contrasts(self) -> Mapping[str, Contrasts] | None:
        """Those of the first release."""
        if self.frozen is not None:
            return self.frozen
        counted = tally(self.rows(), PatternReader({"econ": self.sheet}, self.campaign.scheme))
        return score_contrasts(counted, dict.fromkeys(self.units, "B_econ"), self.campaign.scheme)

    @cached_property
    def scored(self) -> ScoredCampaign:
        reader = PatternReader({"econ": self.sheet}, self.campaign.scheme)
        blocks = unit_blocks(self.rows(), reader)
        release = Release("c", 1, 0, blocks, {}, {}, self.contrasts, "secret")
        return score_release(self.campaign, release)

    @cached_property
    def disclosed(self) -> dict[str, DisclosedScore]:
        return self.scored.disclosed

    def with_unit(self, unit: str, answers: Unit) -> MadeCity:
        """The city with other answers about one unit, under the same contrasts."""
        return MadeCity(self.kind, {**self.units, unit: answers}, self.contrasts)

    def told(self) -> dict[str, object]:
        """All that is told: files, listings, answers to programs, bundle and pictures.

        Left out are digests, which no two cities share, and the number of all ballots of the
        campaign, which the log tells: where one unit has a ballot more, another has one less.
        """
        book = campaign_book(self.scored, "Asia/Shanghai")
        ranks = unit_ranks(self.scored)
        found: dict[str, object] = {
            f"export {page.name}": [
                row
                for row in map(_printed, page_records(page))
                if not str(row.get("key")).endswith(".ballots")
            ]
            for page in book.pages
        }
        found["picture of ranks"] = campaign_ranking(self.scored, "en")
        for code, it in self.disclosed.items():
            found[f"api {code}"] = unit_model(self.campaign, it, ranks.get(code))
            found[f"picture of {code}"] = answer_shares(it, self.campaign.scheme)
            entering = self.scored.graded[code].score
            found[f"total of {code}"] = entering
        totals = result_files(self.scored)[0].decode()
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
    return MadeCity(kind, {name: _unit(chance, kind, lonely) for name in names})


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
