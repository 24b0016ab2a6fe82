"""Campaigns in a log in memory, and bundles of them, as a service publishes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.disclosure.precision import units_alone
from aggregation.disclosure.suppression import disclose
from aggregation.estimation.method2.kept_sums import KeptSums, PlacedCount, kept_sums
from aggregation.estimation.scores import score_tally
from aggregation.scheme.scheme import Scheme
from bot.campaigns.scheme_files import shipped_scheme
from bot.core.shipped_files import shipped_questionnaires
from bot.transparency.verdicts import DROPPED, PROPOSED, RELEASE, REOPEN, UPHOLD, weights_digest
from bot.verification.bounded_totals import bounded_files, unit_salts
from bot.verification.bundle import (
    intake_file,
    json_lines,
    log_files,
    manifest,
    weights_csv,
)
from bot.verification.bundle_format import (
    CASES,
    CHECKPOINT,
    INTAKE,
    MANIFEST,
    OPENINGS,
    SUMS,
    TOTALS,
    WEIGHTS,
)
from bot.verification.public_totals import (
    ballots_by_weight,
    public_totals,
    result_body,
    write_totals,
)
from survey_flows.ballot import STAFF
from survey_flows.gate_texts import (
    aside_digest,
    aside_text,
    ballot_gate_text,
    comment_gate_text,
    erasure_gate_text,
    units_digest,
)
from survey_flows.load import dump_questionnaire
from survey_flows.log_entries import canonical, numbered_name, write_signatures
from tests.logs import DESK, GATE, ORIGIN, Entry, Log, signature

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


OLDER, UNSIGNED, SIGNED = "older", "unsigned", "signed"
"""Ways to take ballots: in form 1, in lines before the gate signs, and as the gate signs them."""


@dataclass(slots=True)
class Campaign:
    """A campaign that takes ballots and is then published. The log may hold others too.

    What the gate counts is kept apart from the entries, so that whoever changes these can not
    change that. ``last`` are voter and unit of the ballots that count.
    """

    log: Log
    name: str = CAMPAIGN
    way: str = SIGNED
    codes: list[str] = field(default_factory=list)
    weights: dict[int, int] = field(default_factory=dict)
    cases: dict[str, Suspected] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    last: dict[tuple[str, str], int] = field(default_factory=dict)
    superseded: set[int] = field(default_factory=set)
    voters: set[str] = field(default_factory=set)
    intake: dict[str, list[int]] = field(default_factory=dict)
    intake_salt: bytes = bytes(range(16))
    erasures: int = 0
    comments: list[dict[str, object]] = field(default_factory=list)
    withdrawals: list[tuple[Entry, str]] = field(default_factory=list)
    scheme: Scheme = SCHEME
    asides: dict[bytes, tuple[bytes, str]] = field(default_factory=dict)
    """What ballots say of their moment, by the salt of their entry."""
    ways: dict[int, dict[str, int]] = field(default_factory=dict)
    """The keys and reminders of ballots, by position."""

    def copied(self) -> Campaign:
        """A copy that may be changed; the scheme cannot be. Bodies and texts are shared.

        `deepcopy` looks at each of their thousands of values and takes six times as long.
        """
        twins = {id(entry): copy(entry) for entry in self.log.entries}
        chance = Random()
        chance.setstate(self.log.chance.getstate())
        log = Log(chance, list(twins.values()), self.log.form)
        return replace(
            self,
            log=log,
            codes=[*self.codes],
            weights={**self.weights},
            cases={name: replace(case, light={**case.light}) for name, case in self.cases.items()},
            erased={*self.erased},
            last={**self.last},
            superseded={*self.superseded},
            voters={*self.voters},
            intake={unit: [*counts] for unit, counts in self.intake.items()},
            comments=[{**said} for said in self.comments],
            withdrawals=[
                (twins.get(id(entry), entry), erasure) for entry, erasure in self.withdrawals
            ],
            asides={**self.asides},
            ways={at: {**way} for at, way in self.ways.items()},
        )

    def register(self) -> None:
        if self.way == SIGNED and all(entry.kind != "keys" for entry in self.log.entries):
            self.log.name_keys()
        frozen = {
            "paper": json.dumps(DEFINITION),
            "scheme": self.scheme.model_dump_json(),
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "year": 2026,
        }
        self.publish("registration", self.name, frozen)

    def publish(self, kind: str, name: str, body: Mapping[str, object]) -> int:
        """Add an act, signed by those who must."""
        signers = {"intake": GATE, "closing": ORIGIN, "loss": ORIGIN}
        signer = signers.get(kind, DESK) if self.way == SIGNED else ORIGIN
        return self.log.publish(kind, name, self.name, body, [signer])

    def vote(
        self,
        voter: str,
        unit: str,
        ratings: str,
        group: str = "resident",
        source: str = "invited",
        bucket: int = (OPENS + CLOSES) // 1800,
    ) -> int:
        voter = voter.rjust(64, "0")
        body: dict[str, object] = {
            "unit": unit,
            "questionnaire": SHEET.id,
            "group": group,
            "stratum": "",
            "source": source,
            "ratings": ratings,
            "facts": [],
            "voter": voter,
        }
        moment = {"bucket": bucket, "risk": 0}
        self.codes.append(self.log.code())
        if self.way == OLDER:
            position = self.log.seal("ballot", self.name, body | moment, self.codes[-1])
        else:
            self.log.receipt(self.name, self.codes[-1])
            if self.way == SIGNED:
                way = {
                    "cluster": self.log.chance.randrange(3),
                    "reminders": int(source == "personal"),
                }
                position = self._seal_signed(voter, unit, body, aside_text(**moment, **way))
                self.ways[position] = way
            else:
                position = self.log.seal("ballot", self.name, body | moment)
        if (voter, unit) in self.last:
            self.superseded.add(self.last[voter, unit])
        self.last[voter, unit] = position
        self.voters.add(voter)
        return position

    def _seal_signed(self, voter: str, unit: str, body: dict[str, object], aside: str) -> int:
        salt, again = self.log.chance.randbytes(16), (voter, unit) in self.last
        said = {"kind": "ballot", "campaign": self.name, **body}
        said |= {"channel": "web", "id": self.log.chance.randbytes(16).hex(), "again": again}
        said["aside"] = aside_digest(salt, aside)
        said["gate"] = gate_signature(ballot_gate_text(ORIGIN, said))
        position = self.log.seal("ballot", self.name, said)
        self.asides[self.log.entries[position].salt] = (salt, aside)
        counts = self.intake.setdefault(unit, [0, 0, 0, 0])
        counts[0] += 1
        counts[1] += again
        return position

    def comment(self, unit: str, text: str) -> None:
        """Leave a comment; the gate signs it, and it is written at the close."""
        said: dict[str, object] = {"unit": unit, "text": text}
        if self.way != SIGNED:
            self.log.seal("comment", self.name, said)
            return
        said |= {"kind": "comment", "campaign": self.name}
        said["id"] = self.log.chance.randbytes(16).hex()
        said["gate"] = gate_signature(comment_gate_text(ORIGIN, said))
        self.comments.append(said)

    def withdraw(self, voter: str, unit: str) -> None:
        """Erase a citizen's rating of a unit and the earlier ones, which would count again."""
        del self.last[voter, unit]
        erasure = self.log.chance.randbytes(16).hex()
        self.erasures += 1
        for position in self.of(voter, unit):
            self.erased.add(position)
            self.superseded.discard(position)
            if self.way != SIGNED:
                self.log.seal("withdrawal", self.name, {"position": position})
                continue
            entry = self.log.entries[position]
            self.withdrawals.append((entry, erasure))
            self.intake[unit][2] += 1
            self.intake[unit][3] += json.loads(entry.body)["again"]

    def of(self, voter: str, unit: str) -> list[int]:
        """The ballots of a voter for a unit that were not erased."""
        bodies = (
            (at, json.loads(self.log.entries[at].body))
            for at in self.own()
            if at not in self.erased
        )
        return [at for at, body in bodies if (body.get("voter"), body.get("unit")) == (voter, unit)]

    def close(self) -> None:
        if self.way == SIGNED:
            self.close_in_form_2()
        counted = set(self.last.values())
        body = {
            "counted": len(counted),
            "superseded": len(self.superseded),
            "withdrawn": len(self.erased),
            "voters": len(self.voters),
        }
        more = {"comments": len(self.comments)} if self.way == SIGNED else {}
        self.publish("closing", self.name, body | more)
        for name, case in self.cases.items():
            for number in range(1, len(case.verdicts) + 1):
                self.log_decision(name, number)
        self.log_result()

    def close_in_form_2(self) -> None:
        """Write the gate's count, then comments and withdrawals."""
        self.publish("intake", self.name, self.intake_body())
        positions = {id(entry): at for at, entry in enumerate(self.log.entries)}
        for said in self.comments:
            self.log.seal("comment", self.name, said)
        for entry, erasure in self.withdrawals:
            if id(entry) not in positions:
                continue
            gate = gate_signature(erasure_gate_text(ORIGIN, self.name, erasure))
            said = {"position": positions[id(entry)], "erasure": erasure, "gate": gate}
            self.log.seal("withdrawal", self.name, said)

    def intake_body(self) -> dict[str, object]:
        sums = [sum(column) for column in zip(*self.intake.values(), strict=True)] or [0] * 4
        counts = dict(zip(("accepted", "again", "erased"), sums, strict=False))
        more = {"erasures": self.erasures, "comments": len(self.comments)}
        return {**counts, **more, "units": units_digest(self.intake_salt, self.intake)}

    def closed_at(self) -> int:
        """The position at which the close begins."""
        kinds = ("intake", "closing")
        return next(
            at
            for at, entry in enumerate(self.log.entries)
            if entry.kind in kinds and entry.campaign == self.name
        )

    def unclose(self) -> None:
        """Drop the close and all after it, the decisions and the result."""
        del self.log.entries[self.closed_at() :]

    def suspect(self, name: str, case: Suspected) -> None:
        """Add a case that is decided after the close; its ballots weigh what stands in the end."""
        self.cases[name] = case
        self.weights |= {at: weight for at, weight in case.weights(case.stands) if weight != 4}

    def log_decision(self, name: str, number: int) -> None:
        case = self.cases[name]
        body = {
            "case": name,
            "number": number,
            "rules": RULES,
            "verdict": case.verdicts[number - 1],
            "reasons": [],
            "weights": case.digest(number),
        }
        self.publish("decision", f"{self.name}/{name}/{number}", body)

    def log_result(self) -> None:
        result = json.loads(result_body(self.name, self.totals()))
        before = sum((e.kind, e.campaign) == ("result", self.name) for e in self.log.entries)
        name = self.name if self.log.form == 1 else numbered_name(self.name, before + 1)
        self.publish(result.pop("kind"), name, result)

    def totals(self) -> bytes:
        return self.result_files()[0]

    def result_files(self) -> tuple[bytes, bytes]:
        """The totals, and by method 2 the auditors' sums."""
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
        scheme, sheets = self.scheme, {SHEET.id: SHEET}
        if scheme is SCHEME:
            return shipped_totals(self.name, frozenset(rows)), b""
        counted = tally(rows, PatternReader(sheets, scheme))
        scores = score_tally(counted, CATEGORIES, scheme)
        if scheme.evidence is None:
            return write_totals(public_totals(self.name, counted, scores, scheme)), b""
        alone = units_alone(counted, dict.fromkeys(CATEGORIES, SHEET.id), sheets, scheme)
        weights = ballots_by_weight(counted)
        disclosed = disclose(scores, weights, scheme, alone, staff=counted.staff)
        salts = unit_salts("secret", 1, list(CATEGORIES))
        files = bounded_files(self.name, counted, scores, disclosed, salts, self.kept())
        return files.totals, files.sums

    def kept(self) -> dict[str, KeptSums]:
        """The sums by key and by reminders of the ballots that count."""
        placed = []
        for at in self.last.values():
            body, way = json.loads(self.log.entries[at].body), self.ways[at]
            names = ("unit", "questionnaire", "group", "stratum", "source")
            keys = [body[name] for name in names]
            weight, ratings = self.weights.get(at, 4), body["ratings"]
            placed.append(PlacedCount(*keys, weight, ratings, *way.values(), 1))
        return kept_sums(placed, PatternReader({SHEET.id: SHEET}, self.scheme))

    def own(self) -> list[int]:
        """The sealed entries of the campaign."""
        return [at for at, e in enumerate(self.log.entries) if e.campaign == self.name and e.sealed]

    def opening(self, at: int) -> dict[str, object]:
        entry = self.log.entries[at]
        shown: dict[str, object] = {"position": at, "salt": entry.salt.hex(), "body": entry.body}
        if entry.salt in self.asides:
            salt, text = self.asides[entry.salt]
            shown["aside"] = {"salt": salt.hex(), "text": text}
        return shown

    def bundle(self, openings: bool = True, cosignatures: Iterable[str] = ()) -> dict[str, bytes]:
        entries = self.log.entries
        files = {
            MANIFEST: manifest(self.name, ORIGIN, openings),
            CHECKPOINT: (self.log.checkpoint() + "".join(cosignatures)).encode(),
            TOTALS: self.totals(),
            **log_files([entry.logged for entry in entries]),
        }
        if openings and self.scheme.evidence is not None:
            files[SUMS] = self.result_files()[1]
        if openings:
            shown = [at for at in self.own() if at not in self.erased]
            files[OPENINGS] = json_lines(self.opening(at) for at in shown)
            if self.intake:
                files[INTAKE] = intake_file(self.intake_salt, self.intake)
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


@lru_cache(maxsize=64)
def shipped_totals(name: str, rows: frozenset[PatternCount]) -> bytes:
    """The totals by the shipped scheme; the result in the log and the bundle hold the same."""
    counted = tally(rows, PatternReader({SHEET.id: SHEET}, SCHEME))
    scores = score_tally(counted, CATEGORIES, SCHEME)
    return write_totals(public_totals(name, counted, scores, SCHEME))


def gate_signature(text: str) -> str:
    """The gate's signature as it stands in a body."""
    return write_signatures([signature(GATE, text)])[0]["raw"]


def drawn(
    seed: int,
    ballots: int = 40,
    erasures: int = 3,
    way: str = SIGNED,
    scheme: Scheme = SCHEME,
) -> Campaign:
    """Make a small closed campaign.

    It has a comment, replaced and withdrawn ballots, cases, and entries of another campaign.
    """
    chance = Random(seed)
    log = Log(chance, form=1 if way == OLDER else 2)
    other, own = Campaign(log, "2025", way), Campaign(log, way=way, scheme=scheme)
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
