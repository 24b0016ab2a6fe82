"""Bundles that a verifier must refuse, each with the check that finds it.

Each is the small campaign with one thing wrong. Whoever made it holds the log's key: checkpoint
and closing are signed anew, so that no easier check finds it first.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.verifying.synthetic_campaign import (
    CLOSES,
    SyntheticCampaign,
    Terms,
    small_campaign,
)
from tests.verifying.synthetic_log import (
    Act,
    Files,
    Receipt,
    Sealed,
    SigningKey,
    act_text,
    canonical,
    digest,
    signing_key,
)

TERMS: ContextVar[Terms | None] = ContextVar("terms", default=None)


@dataclass
class Made:
    """A bundle and what is claimed beside it."""

    files: Files
    claims: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Bad:
    """The check that must fail, and what makes the bundle."""

    check: str
    build: Callable[[], Made]

    def make(self, terms: Terms | None = None) -> Made:
        """The bundle of a small campaign with these terms."""
        token = TERMS.set(terms)
        try:
            return self.build()
        finally:
            TERMS.reset(token)


BAD: dict[str, Bad] = {}


def bad(name: str, check: str) -> Callable[[Callable[[], Made]], Callable[[], Made]]:
    def keep(make: Callable[[], Made]) -> Callable[[], Made]:
        BAD[name] = Bad(check, make)
        return make

    return keep


def small(lying: Callable[[SyntheticCampaign], None] | None = None) -> SyntheticCampaign:
    return small_campaign(lying, TERMS.get())


def changed(change: Callable[[SyntheticCampaign], None]) -> Made:
    """The auditors' bundle after a change to the finished log."""
    campaign = small()
    change(campaign)
    return Made(campaign.bundle(openings=True))


def lied(lying: Callable[[SyntheticCampaign], None]) -> Made:
    """The auditors' bundle of a mixer that lies before the close."""
    return Made(small(lying).bundle(openings=True))


def find(campaign: SyntheticCampaign, kind: str) -> Act:
    return next(
        item for item in campaign.log.items if isinstance(item, Act) and item.kind == kind
    )  # fmt: skip


def resign(campaign: SyntheticCampaign, act: Act, body: str, *keys: SigningKey) -> None:
    act.body, act.signatures = body, campaign.log.signed(body, *keys)


# Lines


def line_changed(old: bytes, new: bytes) -> Made:
    made = Made(small().bundle(openings=True))
    made.files["log.txt"] = made.files["log.txt"].replace(old, new, 1)
    return made


@bad("a line ends with CR LF", "entries")
def crlf() -> Made:
    return line_changed(b"\n", b"\r\n")


@bad("two spaces", "entries")
def two_spaces() -> Made:
    return line_changed(b" receipt ", b"  receipt ")


@bad("capital digits", "entries")
def capitals() -> Made:
    made = Made(small().bundle(openings=True))
    lines = made.files["log.txt"].split(b"\n")
    head, _, tail = lines[2].rpartition(b" ")
    lines[2] = head + b" " + tail.upper()
    made.files["log.txt"] = b"\n".join(lines)
    return made


@bad("no newline at the end", "entries")
def cut_off() -> Made:
    made = Made(small().bundle(openings=True))
    made.files["log.txt"] = made.files["log.txt"][:-1]
    return made


@bad("an older entry after the first line of form 2", "form")
def late_older() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        campaign.log.older_act("pause", "city-2026", {"state": "open"}, "city-2026/x")

    return changed(change)


@bad("a receipt of the log itself", "entries")
def receipt_of_the_log() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        campaign.log.items.append(Receipt("-", "ABCDEFGHIJKLMN23"))

    return changed(change)


# Texts


def pause_of(write: Callable[[str], str]) -> Made:
    """An act whose text is written by a careless hand, and signed by the desk."""

    def change(campaign: SyntheticCampaign) -> None:
        act = campaign.log.act("pause", campaign.name, {"at": 7, "note": "x"}, campaign.keys.desk)
        resign(campaign, act, write(act.body), campaign.keys.desk)

    return changed(change)


TEXTS: dict[str, Callable[[str], str]] = {
    "a key twice": lambda body: body.replace('"at":7', '"at":7,"at":7'),
    "the number 1.0": lambda body: body.replace(":7", ":1.0"),
    "the number 1e3": lambda body: body.replace(":7", ":1e3"),
    "NaN": lambda body: body.replace(":7", ":NaN"),
    "Infinity": lambda body: body.replace(":7", ":-Infinity"),
    "the number 2^53": lambda body: body.replace(":7", f":{2**53}"),
    "half of a surrogate pair": lambda body: body.replace('"x"', '"\\ud83d"'),
    "an escape too many": lambda body: body.replace('"x"', '"\\u0078"'),
    "a slash that is escaped": lambda body: body.replace('"x"', '"\\/"'),
    "keys in another order": lambda body: '{"note":"x",' + body.replace(',"note":"x"', "")[1:],
    "white space": lambda body: body.replace(":7", ": 7"),
    "a negative zero": lambda body: body.replace(":7", ":-0"),
    "a key that is not ASCII": lambda body: body.replace('"note"', '"注"'),
}
for _name, _write in TEXTS.items():
    BAD[_name] = Bad("acts", lambda write=_write: pause_of(write))  # type: ignore[misc]


# Acts and keys


@bad("unused bits in base64", "acts")
def pad_bits() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        signatures = find(campaign, "registration").signatures or []
        raw = signatures[0]["raw"]
        assert raw.endswith("=")
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        spelled = raw[:-2] + letters[letters.index(raw[-2]) + 1] + "="
        assert b64decode(spelled) == b64decode(raw)
        signatures[0]["raw"] = spelled

    return changed(change)


@bad("one name signs twice", "acts")
def twice_signed() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        signatures = find(campaign, "registration").signatures or []
        signatures.append(dict(signatures[0]))

    return changed(change)


@bad("signatures in another order", "acts")
def unsorted_signatures() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        keys = campaign.keys
        act = campaign.log.act("result", campaign.name, {"totals": ""}, keys.desk, keys.log)
        assert act.signatures
        act.signatures.reverse()

    return changed(change)


@bad("a key that is named later", "signatures")
def early_key() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        items = campaign.log.items
        items[0], items[1] = items[1], items[0]

    return changed(change)


@bad("a signature for another origin", "signatures")
def other_origin() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act, desk = find(campaign, "decision"), campaign.keys.desk
        text = act_text("log.example/other", act.body)
        act.signatures = [{"key": desk.name, "raw": desk.sign(text)}]

    return changed(change)


@bad("a verdict signed by the log", "signatures")
def forged_by_log() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = find(campaign, "decision")
        resign(campaign, act, act.body, campaign.keys.log)

    return changed(change)


@bad("a verdict under the desk's name by another key", "signatures")
def forged_name() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = find(campaign, "decision")
        resign(campaign, act, act.body, signing_key("forger", campaign.keys.desk.name))

    return changed(change)


@bad("a verdict with the signature of another", "signatures")
def moved_signature() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = find(campaign, "decision")
        act.signatures = find(campaign, "registration").signatures

    return changed(change)


@bad("a verdict that nobody signed", "signatures")
def unsigned_verdict() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        find(campaign, "decision").signatures = []

    return changed(change)


@bad("a signature that nobody can check", "signatures")
def unknown_signer() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = find(campaign, "registration")
        officer = signing_key("officer", "officer-00000001")
        resign(campaign, act, act.body, campaign.keys.desk, officer)

    return changed(change)


@bad("an intake signed by the desk", "signatures")
def intake_by_desk() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = find(campaign, "intake")
        resign(campaign, act, act.body, campaign.keys.desk)

    return changed(change)


@bad("a gate's key that the old one does not sign", "signatures")
def own_gate() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        log = campaign.log
        own = signing_key("forger", campaign.keys.gate.name)
        content = {"desk": campaign.keys.desk.written(), "gate": own.written()}
        log.act("keys", "-", content, log.keys.log, name="2")
        log.keys = type(log.keys)(log.keys.log, log.keys.desk, own)

    return lied(lying)


@bad("a lost desk's key that the log replaces alone", "signatures")
def lost_desk_by_log() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        log = campaign.log
        own = signing_key("forger", campaign.keys.desk.name)
        content = {"desk": own.written(), "gate": campaign.keys.gate.written()}
        said = {"lost": "desk", "reason": "none", "people": 2, "at": 1}
        log.act("keys", "-", content | said, log.keys.log, name="2")
        log.keys = type(log.keys)(log.keys.log, own, log.keys.gate)

    return lied(lying)


def lost_gate(
    campaign: SyntheticCampaign,
    accepted: dict[str, int],
    *stands_in: SigningKey,
    people: object = 2,
) -> None:
    """Replace the gate's key as lost."""
    log, old = campaign.log, campaign.keys.gate
    new = signing_key("next", old.name)
    content = {"desk": campaign.keys.desk.written(), "gate": new.written()}
    said = {"lost": "gate", "reason": "none", "people": people, "at": 1}
    said["accepted"] = accepted
    log.act("keys", "-", content | said, log.keys.log, *stands_in, name="2")
    log.keys = type(log.keys)(log.keys.log, log.keys.desk, new)


def lost_gate_by_both(campaign: SyntheticCampaign, accepted: dict[str, int]) -> None:
    lost_gate(campaign, accepted, campaign.keys.desk)


@bad("a lost gate's key that the log replaces alone", "signatures")
def lost_gate_by_log() -> Made:
    return lied(partial(lost_gate, accepted={"city-2026": 12}))


@bad("a lost gate's key that signs on", "gate")
def lost_gate_signs_on() -> Made:
    return lied(partial(lost_gate_by_both, accepted={"city-2026": 9}))


@bad("a lost gate's key that is said to have signed nothing", "gate")
def lost_gate_unsaid() -> Made:
    return lied(partial(lost_gate_by_both, accepted={}))


@bad("keys without a gate", "signatures")
def no_gate() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = find(campaign, "keys")
        content = json.loads(act.body)
        del content["gate"]
        resign(campaign, act, canonical(content), campaign.keys.log)

    return changed(change)


@bad("no act keys at all", "signatures")
def no_keys() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        campaign.log.items.remove(find(campaign, "keys"))

    return changed(change)


@bad("an act is held back", "acts")
def held_back() -> Made:
    return changed(lambda campaign: setattr(find(campaign, "decision"), "shown", False))


@bad("an act of the log is held back", "acts")
def keys_held_back() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = campaign.log.act("audit", "-", {"digest": "0" * 64}, campaign.keys.desk)
        act.shown = False

    return changed(change)


@bad("an act in the line of another campaign", "acts")
def other_line() -> Made:
    return changed(lambda campaign: setattr(find(campaign, "decision"), "campaign", "other"))


@bad("a label of another name", "acts")
def other_label() -> Made:
    return changed(lambda campaign: setattr(find(campaign, "decision"), "name", "city-2026/x/1"))


@bad("an act twice", "labels")
def act_twice() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = campaign.log.act("pause", campaign.name, {"state": "paused"}, campaign.keys.desk)
        campaign.log.items.append(act)

    return changed(change)


@bad("a verdict is left out", "acts")
def left_out() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        campaign.log.items.remove(find(campaign, "decision"))

    return changed(change)


@bad("a second registration", "acts")
def second_registration() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        campaign.register()

    return changed(change)


@bad("no registration", "registration")
def no_registration() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = find(campaign, "registration")
        act.campaign = act.name = "other"
        resign(campaign, act, act.body.replace("city-2026", "other"), campaign.keys.desk)

    return changed(change)


@bad("an act format in a log that began in form 2", "form")
def needless_format() -> Made:
    return changed(lambda campaign: campaign.log.name_format() and None)


def by_people(*acts: tuple[str, str, list[str]]) -> Made:
    """Acts about people: kind, profile and who approved, each prepared by «a»."""

    def change(campaign: SyntheticCampaign) -> None:
        for kind, profile, approved in acts:
            content = {"prepared": "a", "approved": approved, "at": 7}
            content |= {"profile": profile} if profile else {}
            campaign.log.act(kind, "-", content, campaign.keys.desk)

    return changed(change)


@bad("one person alone appoints in an office", "profile")
def alone_in_an_office() -> Made:
    return by_people(("profile", "office", ["a"]), ("officer", "", ["a"]))


@bad("one person alone lowers the profile", "profile")
def lowered_alone() -> Made:
    return by_people(("profile", "city", ["b"]), ("profile", "solo", ["a"]))


def decided_on_loss(kind: str, people: object) -> Made:
    """In a city so many people decide that a key is replaced, or that texts are lost."""

    def lying(campaign: SyntheticCampaign) -> None:
        said = {"prepared": "a", "approved": ["b"], "at": 7, "profile": "city"}
        campaign.log.act("profile", "-", said, campaign.keys.desk)
        if kind == "keys":
            lost_gate(campaign, {"city-2026": 12}, campaign.keys.desk, people=people)
        else:
            lost = {"positions": [], "people": people, "reason": "none", "from": 0, "to": 0}
            campaign.log.act("loss", "-", lost, campaign.keys.log)

    return lied(lying)


@bad("one person alone replaces a lost key in a city", "profile")
def replaced_alone() -> Made:
    return decided_on_loss("keys", 1)


@bad("one person alone decides on a loss in a city", "profile")
def lost_alone() -> Made:
    return decided_on_loss("loss", 1)


@bad("a loss on which nobody decided", "profile")
def lost_by_nobody() -> Made:
    return decided_on_loss("loss", True)


@bad("a profile of another name", "profile")
def other_profile() -> Made:
    return by_people(("profile", "village", ["b"]))


# Receipts, batches, counts


@bad("more receipts than ballots in a batch", "batches")
def receipt_too_many() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        campaign.log.items.remove(campaign.ballots[-1].entry)

    return lied(lying)


@bad("receipts out of order", "batches")
def unsorted_receipts() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        items = campaign.log.items
        items[2], items[3] = items[3], items[2]

    return changed(change)


@bad("a receipt twice", "labels")
def receipt_twice() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        first, second = (item for item in campaign.log.items[2:4] if isinstance(item, Receipt))
        second.code = first.code

    return changed(change)


@bad("a ballot with its receipt is dropped", "intake")
def dropped() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        gone = campaign.ballots.pop()
        campaign.log.items.remove(gone.entry)
        receipts = [item for item in campaign.log.items if isinstance(item, Receipt)]
        campaign.log.items.remove(next(item for item in receipts if item.code == gone.code))

    return lied(lying)


@bad("the closing counts another number", "closing")
def other_numbers() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        act = find(campaign, "closing")
        body = act.body.replace('"counted":10', '"counted":11')
        resign(campaign, act, body, campaign.keys.log)

    return changed(change)


@bad("a ballot after the closing", "closing")
def late_ballot() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        campaign.log.items.append(campaign.seal({"kind": "comment"}))

    return changed(change)


@bad("an entry before the registration", "registration")
def early_ballot() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        campaign.log.items.insert(0, campaign.seal({"kind": "comment"}))

    return changed(change)


@bad("totals that the result does not have", "result")
def other_totals() -> Made:
    made = Made(small().bundle(openings=False))
    made.files["totals.json"] = made.files["totals.json"].replace(b'"TAX"', b'"LAND"')
    return made


# Sealed bodies


@bad("two firsts of one voter and unit", "again")
def two_firsts() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        one, other = (campaign.ballots[at].entry for at in (0, 1))
        other.content["voter"] = one.content["voter"]

    return lied(lying)


@bad("a first that says again", "again")
def no_first() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        later = next(ballot for ballot in campaign.ballots if ballot.content["again"])
        later.entry.content["voter"] = digest("somebody else").hex()

    return lied(lying)


@bad("an id twice", "bodies")
def copied() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        liked, other = (campaign.ballots[at].entry for at in (0, 1))
        other.content = liked.content | {"voter": other.content["voter"]}
        other.aside = liked.aside

    return lied(lying)


@bad("an answer changed by the mixer", "gate")
def answer_changed() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        entry = campaign.ballots[0].entry
        codes = entry.content["ratings"].split(" ")
        first = "VD" if codes[0] != "VD" else "VS"
        entry.content = entry.content | {"ratings": " ".join([first, *codes[1:]])}

    return lied(lying)


@bad("a ballot that the gate did not sign", "gate")
def invented() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        entry, forger = campaign.ballots[0].entry, signing_key("forger", campaign.keys.gate.name)
        content = entry.content | {"id": "0" * 32}
        signed = {name: part for name, part in content.items() if name not in ("gate", "voter")}
        entry.content = content | {
            "gate": campaign.gate_signature("ballot", canonical(signed), forger)
        }

    return lied(lying)


@bad("an erasure that nobody signed", "gate")
def unsigned_erasure() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        erased = next(ballot for ballot in campaign.ballots if ballot.erasure)
        assert erased.erasure
        raw = bytearray(b64decode(erased.erasure[1]))
        raw[-1] ^= 1
        erased.erasure = (erased.erasure[0], b64encode(raw).decode())

    return lied(lying)


@bad("a ballot withdrawn by somebody else's erasure", "closing")
def borrowed_erasure() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        erasure = next(ballot.erasure for ballot in campaign.ballots if ballot.erasure)
        campaign.ballots[0].erasure = erasure

    return lied(lying)


@bad("a ballot withdrawn in place of another", "units")
def swapped_erasure() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        erased = next(ballot for ballot in campaign.ballots if ballot.erasure)
        other = next(ballot for ballot in campaign.ballots if ballot.unit != erased.unit)
        other.erasure, erased.erasure = erased.erasure, None

    return lied(lying)


@bad("ballots of a unit other than the gate's count", "units")
def other_units() -> Made:
    def lying(campaign: SyntheticCampaign) -> None:
        campaign.intake["TAX"][0] += 1
        campaign.intake["民政局"][0] -= 1

    return lied(lying)


@bad("intake.json other than the intake", "units")
def other_intake() -> Made:
    made = Made(small().bundle(openings=True))
    made.files["intake.json"] = made.files["intake.json"].replace(b"11,1,1,0", b"11,1,0,0")
    return made


@bad("a sealed entry is not opened", "complete")
def not_opened() -> Made:
    return changed(lambda campaign: setattr(campaign.ballots[0].entry, "shown", False))


@bad("a ballot is withdrawn twice", "complete")
def twice_withdrawn() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        items = campaign.log.items
        at = next(at for at, item in enumerate(items) if isinstance(item, Sealed) and item.target)
        entry = items[at]
        assert isinstance(entry, Sealed)
        copy = campaign.seal(dict(entry.content))
        copy.target = entry.target
        comment = campaign.own("comment")[0]
        items[items.index(comment)] = copy

    return changed(change)


@bad("a body of another campaign", "openings")
def other_body() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        entry = campaign.ballots[0].entry
        entry.content = entry.content | {"campaign": "city-2025"}

    return changed(change)


@bad("a body with a part too many", "openings")
def more_parts() -> Made:
    def change(campaign: SyntheticCampaign) -> None:
        entry = campaign.ballots[0].entry
        entry.content = entry.content | {"bucket": 7}

    return changed(change)


@bad("an opening that its entry does not commit to", "openings")
def other_opening() -> Made:
    made = Made(small().bundle(openings=True))
    made.files["openings.jsonl"] = made.files["openings.jsonl"].replace(b"VD", b"VS", 1)
    return made


@bad("an aside that its ballot does not have", "bodies")
def other_aside() -> Made:
    made = Made(small().bundle(openings=True))
    old, new = b'\\"risk\\":0', b'\\"risk\\":1'
    assert old in made.files["openings.jsonl"]
    made.files["openings.jsonl"] = made.files["openings.jsonl"].replace(old, new, 1)
    return made


def registered_anew(change: Callable[[dict[str, Any]], None]) -> Made:
    """The bundle with a definition that was registered instead, and signed by the desk."""
    campaign = small()
    act = find(campaign, "registration")
    content = json.loads(act.body)
    paper = json.loads(content["paper"])
    change(paper)
    body = canonical(content | {"paper": canonical(paper)})
    resign(campaign, act, body, campaign.keys.desk)
    return Made(campaign.bundle(openings=True))


@bad("a ballot with another questionnaire than its unit's", "bodies")
def other_questionnaire() -> Made:
    def change(paper: dict[str, Any]) -> None:
        paper["units"][0]["questionnaire"] = "other"

    return registered_anew(change)


@bad("more ballots than a quota", "quotas")
def quota() -> Made:
    def change(paper: dict[str, Any]) -> None:
        paper["quotas"][0]["most"] = 8

    return registered_anew(change)


@bad("a weight without a decision", "weights")
def lighter() -> Made:
    campaign = small()
    made = Made(campaign.bundle(openings=True))
    at = campaign.log.position(campaign.ballots[1].entry)
    made.files["weights.csv"] += f"{at},0\n".encode()
    return made


@bad("a case with other weights", "weights")
def other_case() -> Made:
    made = Made(small().bundle(openings=True))
    for name, old in (("weights.csv", b",2\n"), ("cases.jsonl", b",2]")):
        assert old in made.files[name]
        made.files[name] = made.files[name].replace(old, old.replace(b"2", b"0"))
    return made


# Claims and files


def claim(name: str, text: Callable[[SyntheticCampaign], str]) -> Made:
    campaign = small()
    return Made(campaign.bundle(openings=False), {name: text(campaign)})


@bad("a receipt that is not there", "receipt")
def other_receipt() -> Made:
    return claim("receipt", lambda _: "ABCD-EFGH-IJKL-MN23")


@bad("a promise that is due at another time", "promise")
def other_due() -> Made:
    def text(campaign: SyntheticCampaign) -> str:
        good = campaign.promise(campaign.ballots[0])
        due = CLOSES + 604_800
        return campaign.keys.gate.note(
            good.split("\n\n")[0].replace(str(due), str(due + 1)) + "\n"
        )  # fmt: skip

    return claim("promise", text)


@bad("a promise that was broken", "promise")
def broken() -> Made:
    def text(campaign: SyntheticCampaign) -> str:
        return campaign.promise(campaign.vote("somebody", "TAX"))

    return claim("promise", text)


@bad("a promise that the log signed", "promise")
def promise_by_log() -> Made:
    def text(campaign: SyntheticCampaign) -> str:
        good = campaign.promise(campaign.ballots[0])
        return campaign.keys.log.note(good.split("\n\n")[0] + "\n")

    return claim("promise", text)


@bad("an older checkpoint of another history", "since")
def other_history() -> Made:
    def text(campaign: SyntheticCampaign) -> str:
        other = small(lambda lying: lying.log.items.reverse())
        return other.log.checkpoint(12)

    return claim("since", text)


@bad("a proof of another entry", "inclusion")
def other_proof() -> Made:
    def text(campaign: SyntheticCampaign) -> str:
        good = campaign.log.inclusion(campaign.ballots[0].entry)
        return good.replace('"position":', '"position":1')

    return claim("inclusion", text)


@bad("a checkpoint by another key", "checkpoint")
def other_key() -> Made:
    made = Made(small().bundle(openings=False))
    text = made.files["checkpoint.txt"].decode().split("\n\n")[0] + "\n"
    made.files["checkpoint.txt"] = (
        signing_key("forger", "log.example/minping").note(text).encode()
    )  # fmt: skip
    return made


@bad("a root of other entries", "entries")
def other_root() -> Made:
    one = Made(small().bundle(openings=False))
    two = small(lambda campaign: campaign.log.items.reverse()).bundle(openings=False)
    one.files["checkpoint.txt"] = two["checkpoint.txt"]
    return one


@bad("a file too many", "files")
def more_files() -> Made:
    made = Made(small().bundle(openings=False))
    made.files["notes.txt"] = b"x"
    return made


@bad("a file is missing", "files")
def fewer_files() -> Made:
    made = Made(small().bundle(openings=True))
    del made.files["weights.csv"]
    return made


def bad_bundle(name: str, terms: Terms | None = None) -> Made:
    return BAD[name].make(terms)
