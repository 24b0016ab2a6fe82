"""Campaigns in a log in memory, and bundles of them, as a service publishes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.estimation.scores import score_tally
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.shipped_files import shipped_questionnaires
from bot.fraud_review.verdicts import DROPPED, PROPOSED, RELEASE, REOPEN, UPHOLD, weights_digest
from bot.verification.bundle import json_lines, log_csv, manifest, weights_csv
from bot.verification.bundle_format import (
    CASES,
    CHECKPOINT,
    LOG,
    MANIFEST,
    OPENINGS,
    PUBLIC,
    TOTALS,
    WEIGHTS,
)
from bot.verification.public_totals import public_totals, result_body, write_totals
from survey_flows.ballot import STAFF
from survey_flows.load import dump_questionnaire
from survey_flows.log_entries import canonical
from tests.logs import ORIGIN, Log

CAMPAIGN = "2026"
OPENS, CLOSES = 1_790_000_000, 1_790_900_000
SCHEME = shipped_scheme()
SHEET = shipped_questionnaires()["general"]
CATEGORIES = {"TAX": "B_econ", "CIVIL": "C_social"}
CODES = ("VS", "S", "B", "D", "VD", "DK", "-")
DEFINITION = {
    "title": {"zh-Hans": "民评", "en": "Rating"},
    "units": [
        {
            "code": code,
            "name": {"zh-Hans": code, "en": code},
            "questionnaire": SHEET.id,
            "category": kind,
            "search": "",
        }
        for code, kind in CATEGORIES.items()
    ],
    "questionnaires": {SHEET.id: dump_questionnaire(SHEET)},
    "quotas": [
        {"unit": "TAX", "group": "", "stratum": "", "source": "", "most": 5000},
        {"unit": "TAX", "group": "deputy", "stratum": "", "source": "invited", "most": 10},
    ],
}


RULES = ["lockstep"]
HISTORIES = (
    (PROPOSED,),
    (PROPOSED, RELEASE, REOPEN, UPHOLD),
    (PROPOSED, RELEASE),
    (PROPOSED, RELEASE, REOPEN),
    (PROPOSED, DROPPED),
)
"""The outcomes of the cases of a drawn campaign.

Only in the first two do ballots weigh less in the end.
"""


@dataclass(slots=True)
class Suspected:
    """Make a case with the verdicts of its decisions in turn.

    ``light`` are the proposed weights by position.
    """

    salt: bytes
    light: dict[int, int]
    verdicts: tuple[str, ...]

    @property
    def stands(self) -> str:
        return self.standing(len(self.verdicts))

    def standing(self, number: int) -> str:
        """Return the verdict that stands after that many decisions."""
        return [verdict for verdict in self.verdicts[:number] if verdict != REOPEN][-1]

    def weights(self, verdict: str) -> list[list[int]]:
        return [
            [at, weight if verdict in (PROPOSED, UPHOLD) else 4]
            for at, weight in sorted(self.light.items())
        ]

    def digest(self, number: int) -> str:
        """Return what the log commits to in the decision of this number."""
        return weights_digest(self.salt, self.weights(self.standing(number)))


@dataclass(slots=True)
class Campaign:
    """A campaign that takes ballots and is then published. The log may hold others too."""

    log: Log
    name: str = CAMPAIGN
    codes: list[str] = field(default_factory=list)
    weights: dict[int, int] = field(default_factory=dict)
    cases: dict[str, Suspected] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    last: dict[tuple[str, str], int] = field(default_factory=dict)
    superseded: set[int] = field(default_factory=set)
    voters: set[str] = field(default_factory=set)

    def register(self) -> None:
        scheme = SCHEME.model_dump_json()
        frozen = {
            "paper": json.dumps(DEFINITION),
            "scheme": scheme,
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "year": 2026,
        }
        self.log.publish("registration", self.name, self.name, {"campaign": self.name, **frozen})

    def vote(
        self, voter: str, unit: str, ratings: str, group: str = "resident", source: str = "invited"
    ) -> int:
        body = {
            "unit": unit,
            "questionnaire": SHEET.id,
            "group": group,
            "stratum": "",
            "source": source,
            "ratings": ratings,
            "facts": [],
            "bucket": (OPENS + CLOSES) // 1800,
            "risk": 0,
            "voter": voter,
        }
        self.codes.append(self.log.code())
        position = self.log.seal("ballot", self.name, body, self.codes[-1])
        if (voter, unit) in self.last:
            self.superseded.add(self.last[voter, unit])
        self.last[voter, unit] = position
        self.voters.add(voter)
        return position

    def comment(self, unit: str, text: str) -> int:
        return self.log.seal("comment", self.name, {"unit": unit, "text": text})

    def withdraw(self, voter: str, unit: str) -> None:
        """Erase a citizen's rating of a unit and the earlier ones, which would count again."""
        del self.last[voter, unit]
        for position in self.of(voter, unit):
            self.erased.add(position)
            self.superseded.discard(position)
            self.log.seal("withdrawal", self.name, {"position": position})

    def of(self, voter: str, unit: str) -> list[int]:
        """The ballots of a voter for a unit that were not erased."""
        bodies = (
            (at, json.loads(self.log.entries[at].body))
            for at in self.own()
            if at not in self.erased
        )
        return [at for at, body in bodies if (body.get("voter"), body.get("unit")) == (voter, unit)]

    def close(self) -> None:
        counted = set(self.last.values())
        body = {
            "campaign": self.name,
            "counted": len(counted),
            "superseded": len(self.superseded),
            "withdrawn": len(self.erased),
            "voters": len(self.voters),
        }
        self.log.publish("closing", self.name, self.name, body)
        for name, case in self.cases.items():
            for number in range(1, len(case.verdicts) + 1):
                self.log_decision(name, number)
        self.log_result()

    def closed_at(self) -> int:
        return next(at for at, entry in enumerate(self.log.entries) if entry.kind == "closing")

    def unclose(self) -> None:
        """Drop the closing entry and all after it, the decisions and the result."""
        del self.log.entries[self.closed_at() :]

    def suspect(self, name: str, case: Suspected) -> None:
        """Add a case that is decided after the close; its ballots weigh what stands in the end."""
        self.cases[name] = case
        self.weights |= {at: weight for at, weight in case.weights(case.stands) if weight != 4}

    def log_decision(self, name: str, number: int) -> None:
        case = self.cases[name]
        body = {
            "campaign": self.name,
            "case": name,
            "number": number,
            "rules": RULES,
            "verdict": case.verdicts[number - 1],
            "reasons": [],
            "weights": case.digest(number),
        }
        self.log.publish("decision", f"{self.name}/{name}/{number}", self.name, body)

    def log_result(self) -> None:
        result = json.loads(result_body(self.name, self.totals()))
        self.log.publish(result.pop("kind"), self.name, self.name, result)

    def totals(self) -> bytes:
        counts: dict[tuple[str, str, str, int, str], int] = {}
        for position in self.last.values():
            body = json.loads(self.log.entries[position].body)
            key = (
                body["unit"],
                body["group"],
                body["source"],
                self.weights.get(position, 4),
                body["ratings"],
            )
            counts[key] = counts.get(key, 0) + 1
        rows = [
            PatternCount(unit, SHEET.id, group, "", source, weight, ratings, count)
            for (unit, group, source, weight, ratings), count in counts.items()
        ]
        counted = tally(rows, PatternReader({SHEET.id: SHEET}, SCHEME))
        return write_totals(
            public_totals(self.name, counted, score_tally(counted, CATEGORIES, SCHEME), SCHEME)
        )

    def own(self) -> list[int]:
        """The sealed entries of the campaign."""
        return [
            at for at, e in enumerate(self.log.entries) if e.campaign == self.name and not e.public
        ]

    def bundle(self, openings: bool = True, cosignatures: Iterable[str] = ()) -> dict[str, bytes]:
        entries = self.log.entries
        files = {
            MANIFEST: manifest(self.name, ORIGIN, openings),
            CHECKPOINT: (self.log.checkpoint() + "".join(cosignatures)).encode(),
            LOG: log_csv((entry.data, entry.campaign) for entry in entries),
            PUBLIC: json_lines(
                {"position": at, "body": e.body} for at, e in enumerate(entries) if e.public
            ),
            TOTALS: self.totals(),
        }
        if openings:
            shown = [at for at in self.own() if at not in self.erased]
            files[OPENINGS] = json_lines(
                {"position": at, "salt": entries[at].salt.hex(), "body": entries[at].body}
                for at in shown
            )
            files[WEIGHTS] = weights_csv(sorted(self.weights.items()))
            told = {
                name: case for name, case in sorted(self.cases.items()) if case.stands != DROPPED
            }
            if told:
                files[CASES] = json_lines(
                    {"case": name, "salt": case.salt.hex(), "weights": case.weights(case.stands)}
                    for name, case in told.items()
                )
        return files


def drawn(seed: int, ballots: int = 40, erasures: int = 3) -> Campaign:
    """Make a small closed campaign.

    It has a comment, replaced and withdrawn ballots, cases, and entries of another campaign.
    """
    chance = Random(seed)
    log = Log(chance)
    other, own = Campaign(log, "2025"), Campaign(log)
    other.register()
    own.register()
    items = len(SHEET.rated)
    for number in range(ballots):
        voter, unit = chance.randbytes(32).hex(), chance.choice(list(CATEGORIES))
        ratings, group = rated(chance, items), chance.choice(["resident", "service_user"])
        own.vote(voter, unit, ratings, STAFF if number % 8 == 5 else group)
    for voter, unit in chance.sample(sorted(own.last), 3):
        own.vote(voter, unit, rated(chance, items))
    for voter, unit in chance.sample(sorted(own.last), erasures):
        own.withdraw(voter, unit)
    other.vote(chance.randbytes(32).hex(), "TAX", rated(chance, items))
    own.comment("TAX", f"{canonical({'n': seed})}: 很好")
    chosen = chance.sample(sorted(own.last.values()), len(HISTORIES))
    for number, (at, verdicts) in enumerate(zip(chosen, HISTORIES, strict=True)):
        light = {at: chance.choice([0, 1, 2])}
        own.suspect(f"c0ffee0{number}", Suspected(chance.randbytes(16), light, verdicts))
    own.close()
    return own


def rated(chance: Random, items: int) -> str:
    return " ".join(chance.choices(CODES, k=items))
