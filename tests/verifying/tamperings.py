"""Tamperings with a campaign: by the owner of the database, and by whoever holds the log's key.

DB owns the database alone: it changes what a bundle is made of, and signs nothing.
LK holds the log's key and mixes, too: it writes what it likes before the close, signs checkpoint,
closing and every other act of the log, and after it the desk signs the result of what it finds.
Neither has the keys of the gate and the desk, which are other processes' files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.verifying.synthetic_campaign import (
    Ballot,
    SyntheticCampaign,
    Terms,
    drawn_campaign,
)
from tests.verifying.synthetic_log import (
    Act,
    Files,
    Receipt,
    canonical,
    json_lines,
    signing_key,
)

DB, LK = "DB", "LK"
UNWELCOME = 12
"""Ballots of a unit that are silenced in one tampering."""

Make = Callable[[int, Terms | None], Files]


@dataclass(frozen=True)
class Tampering:
    """One kind by one holder; ``found`` says who has to find it: everybody, auditors, nobody."""

    kind: str
    holder: str
    found: str
    make: Make


TAMPERINGS: list[Tampering] = []
EVERYBODY, AUDITORS, NOBODY = "everybody", "auditors", "nobody"


def by_database(
    kind: str, found: str = AUDITORS
) -> Callable[[Callable[[Files, Random], None]], Callable[[Files, Random], None]]:
    """The files of an honest campaign are changed; nothing is signed anew."""

    def keep(change: Callable[[Files, Random], None]) -> Callable[[Files, Random], None]:
        def make(seed: int, terms: Terms | None) -> Files:
            files = drawn_campaign(seed, terms).bundle(openings=True)
            before = dict(files)
            change(files, Random(seed))
            assert files != before, f"{kind} changed nothing"
            return files

        TAMPERINGS.append(Tampering(kind, DB, found, make))
        return change

    return keep


def by_mixer(
    kind: str, found: str = AUDITORS
) -> Callable[[Callable[[SyntheticCampaign], None]], Callable[[SyntheticCampaign], None]]:
    """The mixer lies before the close, with the log's key."""

    def keep(lying: Callable[[SyntheticCampaign], None]) -> Callable[[SyntheticCampaign], None]:
        def make(seed: int, terms: Terms | None) -> Files:
            return drawn_campaign(seed, terms, lying=lying).bundle(openings=True)

        TAMPERINGS.append(Tampering(kind, LK, found, make))
        return lying

    return keep


def after_close(
    kind: str, found: str = EVERYBODY
) -> Callable[[Callable[[SyntheticCampaign], None]], Callable[[SyntheticCampaign], None]]:
    """The finished log is changed and its checkpoint signed anew."""

    def keep(change: Callable[[SyntheticCampaign], None]) -> Callable[[SyntheticCampaign], None]:
        def make(seed: int, terms: Terms | None) -> Files:
            campaign = drawn_campaign(seed, terms)
            change(campaign)
            return campaign.bundle(openings=True)

        TAMPERINGS.append(Tampering(kind, LK, found, make))
        return change

    return keep


def public_part(files: Files) -> Files:
    """What everybody gets of an auditors' bundle."""
    audit = {"openings.jsonl", "weights.csv", "cases.jsonl", "intake.json"}
    found = {name: data for name, data in files.items() if name not in audit}
    found["bundle.json"] = found["bundle.json"].replace(b'"openings":true', b'"openings":false')
    return found


def rows_of(files: Files, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[name].split(b"\n") if line]


def opened(files: Files, kind: str) -> list[dict[str, Any]]:
    """The openings of a kind, whose bodies can be changed by `reopen`."""
    return [r for r in rows_of(files, "openings.jsonl") if json.loads(r["body"])["kind"] == kind]


def reopen(files: Files, changed: Iterable[dict[str, Any]], gone: Iterable[int] = ()) -> None:
    """Put changed openings into a bundle, and leave others out."""
    rows = {row["position"]: row for row in rows_of(files, "openings.jsonl")}
    rows |= {row["position"]: row for row in changed}
    for position in gone:
        del rows[position]
    files["openings.jsonl"] = json_lines(row for _, row in sorted(rows.items()))


def replaced(row: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return row | {"body": canonical(json.loads(row["body"]) | parts)}


# DB: the owner of the database alone


@by_database("relabel", EVERYBODY)
def relabel_rows(files: Files, chance: Random) -> None:
    """Rows of the log say another campaign."""
    lines = files["log.txt"].split(b"\n")
    own = [at for at, line in enumerate(lines) if line.startswith(b"2 city-2026 ")]
    for at in chance.sample(own, 6):
        lines[at] = lines[at].replace(b"city-2026", b"visit-2026")
    files["log.txt"] = b"\n".join(lines)


@by_database("change")
def change_rows(files: Files, chance: Random) -> None:
    rows = chance.sample(opened(files, "ballot"), 3)
    reopen(files, [replaced(row, ratings=worse(row)) for row in rows])


def worse(row: dict[str, Any]) -> str:
    codes = json.loads(row["body"])["ratings"].split(" ")
    return " ".join(["VS" if codes[0] == "VD" else "VD", *codes[1:]])


@by_database("drop")
def drop_rows(files: Files, chance: Random) -> None:
    gone = chance.sample(opened(files, "ballot"), 3)
    reopen(files, (), [row["position"] for row in gone])


@by_database("forged verdict", EVERYBODY)
def forge_row(files: Files, chance: Random) -> None:
    """A decision says another verdict than the desk signed."""
    rows = rows_of(files, "public.jsonl")
    row = chance.choice([row for row in rows if '"kind":"decision"' in row["body"]])
    verdict = json.loads(row["body"])["verdict"]
    row["body"] = row["body"].replace(verdict, "release" if verdict != "release" else "uphold")
    files["public.jsonl"] = json_lines(rows)


@by_database("hidden act", EVERYBODY)
def hide_row(files: Files, chance: Random) -> None:
    rows = rows_of(files, "public.jsonl")
    kinds = ('"kind":"decision"', '"kind":"intake"', '"kind":"keys"')
    own = [row for row in rows if any(kind in row["body"] for kind in kinds)]
    hidden = chance.choice([row for row in own if "visit-2026" not in row["body"]])
    files["public.jsonl"] = json_lines(row for row in rows if row is not hidden)


@by_database("weight")
def weigh_rows(files: Files, chance: Random) -> None:
    """Ballots weigh less; the totals are those of the result."""
    known = {line.split(b",")[0] for line in files["weights.csv"].split(b"\n")}
    rows = [r for r in opened(files, "ballot") if str(r["position"]).encode() not in known]
    for row in chance.sample(rows, 3):
        files["weights.csv"] += f"{row['position']},0\n".encode()


@by_database("stuffed")
def stuff_rows(files: Files, chance: Random) -> None:
    """A ballot in the place of a comment."""
    ballot, place = chance.choice(opened(files, "ballot")), opened(files, "comment")
    if not place:
        place = opened(files, "withdrawal")
    body = replaced(ballot, id=chance.randbytes(16).hex(), voter=chance.randbytes(32).hex())
    reopen(files, [ballot | {"position": place[0]["position"], "body": body["body"]}])


@by_database("re-votes")
def merge_rows(files: Files, chance: Random) -> None:
    rows = [row for row in opened(files, "ballot") if json.loads(row["body"])["unit"] == "TAX"]
    chosen = chance.sample(rows, min(UNWELCOME, len(rows)))
    reopen(files, [replaced(row, voter="0" * 64) for row in chosen])


@by_database("withdrawn")
def withdraw_rows(files: Files, chance: Random) -> None:
    gone = chance.choice(opened(files, "ballot"))
    comment = (opened(files, "comment") or opened(files, "withdrawal"))[0]
    body = {
        "kind": "withdrawal",
        "campaign": "city-2026",
        "position": gone["position"],
        "erasure": chance.randbytes(16).hex(),
        "gate": json.loads(gone["body"])["gate"],
    }
    reopen(files, [comment | {"body": canonical(body)}], [gone["position"]])


# LK: the mixer with the log's key


def unwelcome(campaign: SyntheticCampaign, count: int = UNWELCOME) -> list[Ballot]:
    """Standing first ballots of the unit with most of them, by people who rated it once."""
    unit = campaign.terms.units[0]
    own = [ballot for ballot in campaign.ballots if ballot.unit == unit]
    people = [ballot.person for ballot in own]
    free = [b for b in own if people.count(b.person) == 1 and not b.erasure]
    return free[:count]


def retake(campaign: SyntheticCampaign, ballot: Ballot, parts: dict[str, Any]) -> None:
    """Write another body into a ballot's entry, under another salt."""
    entry = ballot.entry
    entry.salt, entry.content = campaign.chance.randbytes(16), entry.content | parts


def receipt_of(campaign: SyntheticCampaign, ballot: Ballot) -> Receipt:
    receipts = [item for item in campaign.log.items if isinstance(item, Receipt)]
    return next(item for item in receipts if item.code == ballot.code)


@by_mixer("relabel", EVERYBODY)
def relabel_lines(campaign: SyntheticCampaign) -> None:
    """Ballots with their receipts are given to another campaign."""
    for ballot in unwelcome(campaign, 6):
        receipt_of(campaign, ballot).campaign = "visit-2026"
        ballot.entry.campaign = "visit-2026"
        campaign.ballots.remove(ballot)


@by_mixer("change")
def change_lines(campaign: SyntheticCampaign) -> None:
    for ballot in campaign.chance.sample(campaign.ballots, 3):
        codes = ballot.content["ratings"].split(" ")
        retake(
            campaign,
            ballot,
            {"ratings": " ".join(["VD" if codes[0] != "VD" else "VS", *codes[1:]])},
        )


@by_mixer("drop", EVERYBODY)
def drop_lines(campaign: SyntheticCampaign) -> None:
    for ballot in unwelcome(campaign, 3):
        campaign.log.items.remove(receipt_of(campaign, ballot))
        campaign.log.items.remove(ballot.entry)
        campaign.ballots.remove(ballot)


@after_close("forged verdict")
def forge_act(campaign: SyntheticCampaign) -> None:
    """A decision that nobody took, in the desk's name."""
    keys, log = campaign.keys, campaign.log
    chosen = [ballot.entry for ballot in unwelcome(campaign, 5)]
    forger = campaign.chance.choice((keys.log, signing_key("forger", keys.desk.name)))
    log.keys = type(keys)(keys.log, forger, keys.gate)
    campaign.decide("c0ffee77", "uphold", chosen)
    log.keys = keys
    campaign.publish()


@after_close("hidden act")
def hide_act(campaign: SyntheticCampaign) -> None:
    """A decision is kept back, or its line is left out or given to another campaign."""
    decisions = [
        item
        for item in campaign.log.items
        if isinstance(item, Act) and item.kind == "decision" and item.name.endswith("c0ffee01/2")
    ]
    how = campaign.chance.randrange(3)
    if how == 0:
        decisions[0].shown = False
    elif how == 1:
        campaign.log.items.remove(decisions[0])
    else:
        decisions[0].campaign, decisions[0].shown = "visit-2026", False


@by_mixer("weight")
def weigh_lines(campaign: SyntheticCampaign) -> None:
    """Ballots weigh less without a decision, and the desk signs the totals of that."""
    chosen = {id(ballot.entry) for ballot in unwelcome(campaign, 5)}
    honest_weights, honest_totals = campaign.weights, campaign.totals

    def weights() -> dict[int, int]:
        entries = [item for item in campaign.log.items if id(item) in chosen]
        light = {campaign.log.position(entry): 0 for entry in entries}
        return dict(sorted((light | honest_weights()).items()))

    setattr(campaign, "weights", weights)  # noqa: B010
    assert honest_totals()


@by_mixer("stuffed", EVERYBODY)
def stuff_lines(campaign: SyntheticCampaign) -> None:
    """Ballots that no gate accepted come as a batch of their own."""
    gate, intake = campaign.keys.gate, json.dumps(campaign.intake)
    forged = type(campaign.keys)(
        campaign.keys.log, campaign.keys.desk, signing_key("forger", gate.name)
    )
    campaign.log.keys, honest = forged, campaign.keys
    for number in range(3):
        campaign.vote(f"nobody {number}", campaign.terms.units[0])
    campaign.mix()
    campaign.log.keys, campaign.intake = honest, json.loads(intake)


@by_mixer("re-votes")
def invent_revotes(campaign: SyntheticCampaign) -> None:
    """Twelve ballots of a unit get one voter, so that one of them counts."""
    chosen = unwelcome(campaign)
    for ballot in chosen:
        retake(campaign, ballot, {"voter": chosen[0].entry.content["voter"]})


@by_mixer("withdrawn, unsigned", EVERYBODY)
def withdraw_unsigned(campaign: SyntheticCampaign) -> None:
    """Twelve ballots are declared withdrawn by erasures that no gate signed."""
    forger = signing_key("forger", campaign.keys.gate.name)
    for ballot in unwelcome(campaign):
        id_ = campaign.chance.randbytes(16).hex()
        signature = campaign.gate_signature("erasure", f"{campaign.name}\n{id_}", forger)
        ballot.erasure = (id_, signature)


@by_mixer("withdrawn, borrowed", EVERYBODY)
def withdraw_borrowed(campaign: SyntheticCampaign) -> None:
    """Twelve ballots are declared withdrawn by the erasure of somebody else."""
    erasure = next((b.erasure for b in campaign.ballots if b.erasure), None)
    erasure = erasure or campaign.erase("nobody at all")
    for ballot in unwelcome(campaign):
        ballot.erasure = erasure


@by_mixer("withdrawn, in place of others")
def withdraw_swapped(campaign: SyntheticCampaign) -> None:
    """A unit's ballots are withdrawn in place of those that were erased in another unit."""
    first, second = campaign.terms.units[:2]
    person = next(b.person for b in campaign.ballots if b.unit == second and not b.erasure)
    campaign.erase(person)
    erased = [b for b in campaign.ballots if b.erasure and b.unit == second]
    for ballot, other in zip(erased, unwelcome(campaign), strict=False):
        assert other.unit == first
        other.erasure, ballot.erasure = ballot.erasure, None


@by_mixer("copied")
def copy_liked(campaign: SyntheticCampaign) -> None:
    """A ballot that is liked stands in the place of twelve others."""
    liked, *others = unwelcome(campaign, UNWELCOME + 1)
    for ballot in others:
        voter = ballot.entry.content["voter"]
        ballot.entry.aside = liked.entry.aside
        retake(campaign, ballot, liked.entry.content | {"voter": voter})


@by_mixer("replaced")
def replace_bodies(campaign: SyntheticCampaign) -> None:
    """Twelve ballots are replaced by invented ones with ids of their own."""
    forger = signing_key("forger", campaign.keys.gate.name)
    for ballot in unwelcome(campaign):
        content = ballot.entry.content | {"id": campaign.chance.randbytes(16).hex()}
        content["ratings"] = campaign.terms.rate(campaign.chance)
        signed = {name: part for name, part in content.items() if name not in ("gate", "voter")}
        gate = campaign.gate_signature("ballot", canonical(signed), forger)
        retake(campaign, ballot, content | {"gate": gate})


@by_mixer("own gate", EVERYBODY)
def own_gate(campaign: SyntheticCampaign) -> None:
    """The log's key names a gate of its own, which signs ballots and the intake."""
    log = campaign.log
    gate = signing_key("forger", campaign.keys.gate.name)
    content = {"desk": campaign.keys.desk.written(), "gate": gate.written()}
    log.act("keys", "-", content, log.keys.log, name="2")
    log.keys = type(log.keys)(log.keys.log, log.keys.desk, gate)
    for number in range(3):
        campaign.vote(f"nobody {number}", campaign.terms.units[0])
    campaign.mix()


@by_mixer("left: one for one", NOBODY)
def swap_in_unit(campaign: SyntheticCampaign) -> None:
    """A standing ballot is withdrawn in place of an erased one of the same unit."""
    unit = campaign.terms.units[0]
    campaign.vote("changed their mind", unit)
    campaign.mix()
    campaign.erase("changed their mind")
    erased = campaign.ballots[-1]
    other = unwelcome(campaign, 1)[0]
    other.erasure, erased.erasure = erased.erasure, None


def told_missing(campaign: SyntheticCampaign) -> None:
    """Dropped ballots are called missing: said in the closing, so no tampering that is hidden."""
    drop_lines(campaign)
    campaign.extra = {"missing": 3, "unended": 0}
