"""A campaign in a synthetic log: an honest gate, a mixer, a desk, and what they write.

The gate's counts are kept apart from what the mixer writes, so that a test can have a mixer
that lies: it changes `SyntheticCampaign.ballots` before the close, and the rest follows.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.verifying.synthetic_log import (
    Files,
    Keys,
    Receipt,
    Sealed,
    SigningKey,
    SyntheticLog,
    canonical,
    digest,
    json_lines,
)

PLAIN_UNITS = ("TAX", "民政局")
OPENS, CLOSES = 1_790_000_000, 1_790_900_000
LIGHT = ("proposed", "uphold")
Counted = list[tuple[dict[str, Any], int]]
"""The ballots that count, with their weights in quarters."""


def plain_totals(campaign: str, counted: Counted) -> bytes:
    """Totals that nobody can score: how many ballots count for each unit."""
    units = dict.fromkeys(PLAIN_UNITS, 0)
    for content, weight in counted:
        units[content["unit"]] += weight
    listed = [{"unit": unit, "weight": weight} for unit, weight in units.items()]
    found = {"campaign": campaign, "format": "minping-totals/1", "units": listed}
    return f"{canonical(found)}\n".encode()


def plain_rating(chance: Random) -> str:
    return " ".join(chance.choices(("VS", "S", "D", "VD", "-"), k=3))


PLAIN_PAPER = canonical(
    {
        "quotas": [
            {"unit": "TAX", "group": "", "stratum": "", "source": "", "most": 500},
            {"unit": "TAX", "group": "resident", "stratum": "", "source": "link", "most": 400},
        ],
        "units": [
            {"code": "TAX", "questionnaire": "general"},
            {"code": "民政局", "questionnaire": "general"},
        ],
    }
)


@dataclass(frozen=True)
class Terms:
    """What a campaign is registered with, and how its ballots are made and summed."""

    paper: str = PLAIN_PAPER
    scheme: str = "{}"
    units: Sequence[str] = PLAIN_UNITS
    questionnaire: str = "general"
    rate: Callable[[Random], str] = plain_rating
    totals: Callable[[str, Counted], bytes] = plain_totals


@dataclass(eq=False)
class Ballot:
    """An accepted ballot: who cast it, what the gate signed, and its entry once it is mixed."""

    person: str
    content: dict[str, Any]
    aside: tuple[bytes, str]
    code: str
    sealed: Sealed | None = None
    erasure: tuple[str, str] | None = None
    """The erasure that withdrew it: its id, and the gate's signature."""

    @property
    def unit(self) -> str:
        return str(self.content["unit"])

    @property
    def entry(self) -> Sealed:
        assert self.sealed is not None, "it is not mixed yet"
        return self.sealed


@dataclass
class Case:
    """A case of organised rating with its verdicts in turn."""

    salt: bytes
    weights: list[tuple[Sealed, int]]
    verdicts: list[str] = field(default_factory=list)

    @property
    def standing(self) -> str:
        return [verdict for verdict in self.verdicts if verdict != "reopen"][-1]

    def effective(self) -> list[tuple[Sealed, int]]:
        light = self.standing in LIGHT
        return [(entry, weight if light else 4) for entry, weight in self.weights]


class SyntheticCampaign:
    """A campaign from its registration to its result."""

    def __init__(self, log: SyntheticLog, name: str, terms: Terms | None = None) -> None:
        self.log, self.name, self.terms = log, name, terms or Terms()
        self.chance = log.chance
        self.secret = self.chance.randbytes(32)
        self.intake: dict[str, list[int]] = {}
        self.pending: list[Ballot] = []
        self.ballots: list[Ballot] = []
        self.rated: set[tuple[str, str]] = set()
        self.comments: dict[tuple[str, str], tuple[dict[str, str], dict[str, str]]] = {}
        self.erasures = self.texts = 0
        self.salt = self.chance.randbytes(16)
        self.cases: dict[str, Case] = {}
        self.extra: dict[str, Any] = {}
        """More parts of the closing, such as messages that are missing."""

    @property
    def keys(self) -> Keys:
        return self.log.keys

    def register(self) -> None:
        content = {
            "year": 2026,
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "paper": self.terms.paper,
            "scheme": self.terms.scheme,
        }
        self.log.act("registration", self.name, content, self.keys.desk)

    # The gate

    def vote(self, person: str, unit: str, **said: Any) -> Ballot:
        """Accept a ballot."""
        again = (person, unit) in self.rated
        self.rated.add((person, unit))
        bucket = self.chance.randrange(OPENS // 900, CLOSES // 900)
        aside = (self.chance.randbytes(16), canonical({"bucket": bucket, "risk": 0}))
        content = {
            "kind": "ballot",
            "campaign": self.name,
            "unit": unit,
            "questionnaire": self.terms.questionnaire,
            "group": "resident",
            "stratum": "",
            "source": "link",
            "channel": self.chance.choice(("telegram", "wechat", "web")),
            "ratings": self.terms.rate(self.chance),
            "facts": [["district", "east"]],
            "id": self.chance.randbytes(16).hex(),
            "again": again,
            "aside": digest(aside[0] + aside[1].encode()).hex(),
            **said,
        }
        content["gate"] = self.gate_signature("ballot", canonical(content))
        code = b32encode(self.chance.randbytes(10)).decode()
        ballot = Ballot(person, content, aside, code)
        self.pending.append(ballot)
        counts = self.intake.setdefault(unit, [0, 0, 0, 0])
        counts[0] += 1
        counts[1] += again
        return ballot

    def gate_signature(self, kind: str, text: str, key: SigningKey | None = None) -> str:
        return (key or self.keys.gate).sign(f"minping-{kind}/2\n{self.keys.origin}\n{text}")

    def erase(self, person: str) -> tuple[str, str]:
        """Accept an erasure of everything that a person said."""
        id_ = self.chance.randbytes(16).hex()
        erasure = (id_, self.gate_signature("erasure", f"{self.name}\n{id_}"))
        self.erasures += 1
        for ballot in (*self.ballots, *self.pending):
            if ballot.person == person and not ballot.erasure:
                ballot.erasure = erasure
                self.intake[ballot.unit][2] += 1
                self.intake[ballot.unit][3] += ballot.content["again"]
        self.comments = {who: said for who, said in self.comments.items() if who[0] != person}
        self.rated = {place for place in self.rated if place[0] != person}
        return erasure

    def comment(self, person: str, unit: str, text: str) -> None:
        """Accept a comment; the gate signs it with its unit and without it."""
        plain = {
            "kind": "comment",
            "campaign": self.name,
            "text": text,
            "id": self.chance.randbytes(16).hex(),
        }
        both = []
        for content in (plain, plain | {"unit": unit}):
            both.append(content | {"gate": self.gate_signature("comment", canonical(content))})
        self.comments[person, unit] = (both[0], both[1])
        self.texts += 1

    def promise(self, ballot: Ballot) -> str:
        """The gate's promise about a ballot."""
        label = Receipt(self.name, ballot.code).label().hex()
        due = CLOSES + 604_800
        return self.keys.gate.note(
            f"minping-promise/1\n{self.keys.origin}\n{self.name}\n{label}\n{due}\n"
        )

    # The mixer

    def voter(self, person: str, unit: str) -> str:
        return digest(self.secret + f"{unit}\n{person}".encode()).hex()

    def mix(self) -> None:
        """Write a batch: receipts in the order of their labels, ballots in one drawn by lot."""
        batch, self.pending = self.pending, []
        receipts = [Receipt(self.name, ballot.code) for ballot in batch]
        self.log.items += sorted(receipts, key=Receipt.label)
        places = [(ballot.person, ballot.unit) for ballot in batch]
        self.chance.shuffle(places)
        waiting: dict[tuple[str, str], list[Ballot]] = {}
        for ballot in batch:
            waiting.setdefault((ballot.person, ballot.unit), []).append(ballot)
        for place in places:
            ballot = waiting[place].pop(0)
            content = ballot.content | {"voter": self.voter(*place)}
            ballot.sealed = self.seal(content, ballot.aside)
            self.log.items.append(ballot.sealed)
        self.ballots += batch

    def seal(self, content: dict[str, Any], aside: tuple[bytes, str] | None = None) -> Sealed:
        return Sealed(self.name, self.chance.randbytes(16), content, aside=aside)

    def withdrawal(self, target: Sealed, erasure: str, gate: str) -> Sealed:
        content = {
            "kind": "withdrawal",
            "campaign": self.name,
            "position": 0,
            "erasure": erasure,
            "gate": gate,
        }
        sealed = self.seal(content)
        sealed.target = target
        return sealed

    def commented(self) -> list[Sealed]:
        """Entries of the comments that stand, without their unit where it has few ballots."""
        found = []
        for (_, unit), (plain, whole) in self.comments.items():
            many = sum(ballot.unit == unit for ballot in self.ballots) >= 10
            found.append(self.seal(dict(whole if many else plain)))
        return found

    def count_intake(self) -> None:
        """The gate says what it accepted."""
        sums = [sum(column) for column in zip(*self.intake.values(), strict=True)] or [0] * 4
        text = canonical(dict(sorted(self.intake.items(), key=lambda p: p[0].encode("utf-16-be"))))
        content = {
            "accepted": sums[0],
            "again": sums[1],
            "erased": sums[2],
            "erasures": self.erasures,
            "comments": self.texts,
            "units": digest(self.salt + text.encode()).hex(),
        }
        self.log.act("intake", self.name, content, self.keys.gate)

    def close(self, intake: bool = True) -> None:
        """The gate's count, the last lot, and the closing from what the mixer has."""
        if self.pending:
            self.mix()
        if intake:
            self.count_intake()
        erased = [(b.entry, b.erasure) for b in self.ballots if b.erasure and b.sealed]
        lot = [self.withdrawal(entry, *erasure) for entry, erasure in erased if erasure]
        lot += self.commented()
        self.chance.shuffle(lot)
        self.log.items += lot
        self.log.act("closing", self.name, self.closing_numbers(), self.keys.log)

    def own(self, kind: str) -> list[Sealed]:
        return [
            item
            for item in self.log.items
            if isinstance(item, Sealed)
            and (item.campaign, item.content["kind"]) == (self.name, kind)
        ]

    def counted(self) -> dict[tuple[str, str], Sealed]:
        gone = {id(entry.target) for entry in self.own("withdrawal")}
        standing = [ballot for ballot in self.own("ballot") if id(ballot) not in gone]
        return {(b.content["unit"], b.content["voter"]): b for b in standing}

    def closing_numbers(self) -> dict[str, Any]:
        counted, withdrawn = len(self.counted()), len(self.own("withdrawal"))
        return {
            "counted": counted,
            "superseded": len(self.own("ballot")) - withdrawn - counted,
            "withdrawn": withdrawn,
            "comments": len(self.own("comment")),
            "voters": len({ballot.person for ballot in self.ballots if not ballot.erasure}),
            **self.extra,
        }

    # The desk

    def decide(
        self, case: str, verdict: str, entries: Sequence[Sealed] = (), weight: int = 0
    ) -> None:
        """Log a decision on a case; its first one says which ballots it is about."""
        if case not in self.cases:
            weights = [(entry, weight) for entry in entries]
            self.cases[case] = Case(self.chance.randbytes(16), weights)
        found = self.cases[case]
        found.verdicts.append(verdict)
        number = len(found.verdicts)
        content = {
            "case": case,
            "number": number,
            "rules": ["lockstep"],
            "verdict": verdict,
            "reasons": [],
            "weights": digest(found.salt + canonical(self.pairs(found)).encode()).hex(),
        }
        name = f"{self.name}/{case}/{number}"
        self.log.act("decision", self.name, content, self.keys.desk, name=name)

    def pairs(self, case: Case) -> list[list[int]]:
        return sorted([self.log.position(entry), weight] for entry, weight in case.effective())

    def weights(self) -> dict[int, int]:
        found = {at: w for case in self.cases.values() for at, w in self.pairs(case) if w < 4}
        return dict(sorted(found.items()))

    def totals(self) -> bytes:
        light = {
            id(entry): weight
            for case in self.cases.values()
            for entry, weight in case.effective()
        }  # fmt: skip
        counted = [(b.content, light.get(id(b), 4)) for b in self.counted().values()]
        return self.terms.totals(self.name, counted)

    def publish(self) -> None:
        """The desk signs what the totals are."""
        content = {"totals": digest(self.totals()).hex()}
        self.log.act("result", self.name, content, self.keys.desk)

    def bundle(self, openings: bool) -> Files:
        files = self.log.public_files(self.name, openings)
        files["totals.json"] = self.totals()
        if openings:
            files["openings.jsonl"] = self.log.openings(self.name)
            light = "".join(f"{at},{weight}\n" for at, weight in self.weights().items())
            files["weights.csv"] = f"position,weight\n{light}".encode()
            cases = {name: c for name, c in self.cases.items() if c.standing != "dropped"}
            if cases:
                files["cases.jsonl"] = json_lines(
                    {"case": name, "salt": case.salt.hex(), "weights": self.pairs(case)}
                    for name, case in sorted(cases.items())
                )
            units = {"salt": self.salt.hex(), "units": self.intake}
            files["intake.json"] = f"{canonical(units)}\n".encode()
        return files


def small_campaign(
    lying: Callable[[SyntheticCampaign], None] | None = None, terms: Terms | None = None
) -> SyntheticCampaign:
    """Twelve ballots with a re-vote, an erasure, a comment and a verdict.

    Args:
        lying: what the mixer does before the close.
        terms: what the campaign is registered with.
    """
    log = SyntheticLog(Keys.by_seed("minping/spec"), Random(1))
    log.name_keys()
    campaign = SyntheticCampaign(log, "city-2026", terms)
    campaign.register()
    first, second = campaign.terms.units[:2]
    for number in range(8):
        campaign.vote(f"person {number}", first)
    campaign.vote("person 2", second)
    campaign.mix()
    for number in (3, 8, 9):
        campaign.vote(f"person {number}", first)
    campaign.comment("person 4", first, '好 «ok» \u2028 " \u0001 🙂')
    campaign.erase("person 5")
    if lying:
        campaign.mix()
        lying(campaign)
    campaign.close()
    suspected = campaign.ballots[0].entry
    campaign.decide("c0ffee01", "proposed", [suspected], 2)
    campaign.decide("c0ffee01", "uphold")
    campaign.publish()
    return campaign


def drawn_campaign(
    seed: int,
    terms: Terms | None = None,
    *,
    people: int = 40,
    lying: Callable[[SyntheticCampaign], None] | None = None,
    cases: bool = True,
) -> SyntheticCampaign:
    """A closed campaign of random size beside another one.

    Args:
        seed: draws everything.
        terms: what it is registered with.
        people: who rate one unit or two.
        lying: what the mixer does before the close.
        cases: whether there are cases of organised rating.
    """
    chance = Random(seed)
    log = SyntheticLog(Keys.by_seed(f"drawn/{seed}"), chance)
    log.name_keys()
    other = SyntheticCampaign(log, "visit-2026", terms)
    campaign = SyntheticCampaign(log, "city-2026", terms)
    other.register()
    campaign.register()
    cast(campaign, chance, people, other)
    if lying:
        campaign.mix()
        lying(campaign)
    campaign.close()
    other.close()
    if cases:
        chosen = chance.sample(sorted(campaign.counted().values(), key=log.position), 4)
        for number, verdicts in enumerate(
            (("proposed",), ("proposed", "release", "reopen", "uphold"), ("proposed", "release"))
        ):
            for verdict in verdicts:
                campaign.decide(f"c0ffee0{number}", verdict, [chosen[number]], number)
    campaign.publish()
    return campaign


def cast(
    campaign: SyntheticCampaign, chance: Random, people: int, other: SyntheticCampaign
) -> None:
    """People rate, rate again, comment and erase; batches are mixed now and then."""
    units = campaign.terms.units
    for number in range(people):
        person = f"person {number}"
        for unit in units[: chance.choice((1, 1, len(units)))]:
            campaign.vote(person, unit)
            if chance.random() < 0.15:
                campaign.comment(person, unit, f"很好 {number}")
        if chance.random() < 0.1:
            campaign.vote(f"person {chance.randrange(number + 1)}", units[0])
        if chance.random() < 0.07:
            campaign.erase(f"person {chance.randrange(number + 1)}")
        if chance.random() < 0.2:
            other.vote(person, units[0])
        if number % 15 == 14:
            campaign.mix()
            other.mix()
