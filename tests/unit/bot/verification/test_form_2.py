"""Whoever holds the log's key and signs anew is found by what the gate and the desk signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.crypto.note_signatures import public_key, sign_note
from bot.verification import acts as acts_module
from bot.verification import minping_verify
from bot.verification.bundle import pack
from bot.verification.bundle_format import INTAKE, LOG, MANIFEST, OPENINGS, OWNERS, PUBLIC, unpack
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.gate_texts import promise_text
from survey_flows.log_entries import canonical, inclusion_file, read_line, receipt_label
from survey_flows.merkle import inclusion_proof
from survey_flows.messages import Place
from tests.bundles import CLOSES, OLDER, SIGNED, UNSIGNED, Campaign, drawn, rated
from tests.logs import DESK, GATE, ORIGIN, SEED, SEEDS, Entry, Log

KEY = public_key(SEED, ORIGIN)
GOLDEN = Path(__file__).parents[3] / "golden" / "bundles"
Files = dict[str, bytes]
Attack = Callable[[Campaign], None]


def failures(files: Files, **claims: str) -> list[str]:
    checks = verify(files, VerificationRequest([KEY], **claims))  # type: ignore[arg-type]
    return [check.what for check in checks if not check.ok]


def sentences(files: Files, **claims: str) -> list[str]:
    checks = verify(files, VerificationRequest([KEY], **claims))  # type: ignore[arg-type]
    assert [check.what for check in checks if not check.ok] == []
    return [check.what for check in checks]


CASES: dict[str, Campaign] = {}


def campaign(way: str = SIGNED) -> Campaign:
    return deepcopy(CASES.setdefault(way, drawn(3, way=way)))


def body(case: Campaign, at: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(case.log.entries[at].body)
    return found


def rewrite(case: Campaign, at: int, **changed: object) -> None:
    entry = case.log.entries[at]
    entry.body = canonical(body(case, at) | changed)


def receipts(case: Campaign) -> list[int]:
    return [
        at
        for at, entry in enumerate(case.log.entries)
        if (entry.kind, entry.campaign) == ("receipt", case.name)
    ]


def positions(case: Campaign, kind: str) -> list[int]:
    return [
        at
        for at, entry in enumerate(case.log.entries)
        if (entry.kind, entry.campaign) == (kind, case.name)
    ]


# Row 1 of the attacks: relabelled entries and deleted ballots.


def relabelled(case: Campaign, count: int = 5) -> None:
    """Give the last ballots that count to another campaign, as if they had never been here."""
    chosen = sorted(case.last.values())[-count:]
    for at in chosen:
        case.log.entries[at].campaign = "2025"
        case.log.entries[at - 1].campaign = "2025"
    case.last = {who: at for who, at in case.last.items() if at not in chosen}
    for suspected in case.cases.values():
        suspected.light = {at: w for at, w in suspected.light.items() if at not in chosen}
    case.weights = {at: w for at, w in case.weights.items() if at not in chosen}


@pytest.mark.parametrize("openings", [False, True])
@pytest.mark.parametrize("since", [False, True])
def test_whoever_relabels_entries_and_deletes_their_ballots_is_found(
    openings: bool, since: bool
) -> None:
    honest = campaign()
    claims = {"since": honest.log.checkpoint(honest.closed_at())} if since else {}
    sentences(honest.bundle(openings), **claims)
    for resigned in (False, True):
        case = campaign()
        relabelled(case)
        if resigned:
            case.unclose()
            case.close()
        files = case.bundle(openings)
        if not resigned:
            files["checkpoint.txt"] = honest.log.checkpoint().encode()
        found = failures(files, **claims)
        expected = (
            "the gate accepted 43 ballots, and the log has 38 receipts"
            if resigned
            else "the entries in the bundle are not those of the checkpoint: some were changed"
        )
        assert expected in found
        rewritten = "the log was rewritten: its first"
        assert any(one.startswith(rewritten) for one in found) == since


def test_the_owner_of_lines_of_form_1_cannot_be_changed_after_format() -> None:
    case = campaign(OLDER)
    case.log.take_over()
    files = case.bundle(openings=False)
    assert any(
        one.startswith("form 1: whose an entry is was committed only at entry")
        for one in sentences(files)
    )
    owners = files[OWNERS].splitlines(keepends=True)
    for at in case.own()[-3:]:
        owners[at] = b"2025\n"
    changed = failures(files | {OWNERS: b"".join(owners)})
    assert "the act «format» says another thing of the older entries of 2025 than older.txt" in (
        changed
    )
    hidden = [b"-\n" if at == case.own()[0] else owner for at, owner in enumerate(owners)]
    assert any(
        "calls the older entry" in one for one in failures(files | {OWNERS: b"".join(hidden)})
    )
    assert "older.txt names 2 older entries" in failures(files | {OWNERS: b"-\n-\n"})[0]


# The log's holder against the gate.


def change_an_answer(case: Campaign) -> None:
    rewrite(case, min(case.last.values()), ratings=rated(case.log.chance, 4))


def drop_a_ballot(case: Campaign) -> None:
    at = max(case.last.values())
    del case.log.entries[at - 1 : at + 1]


def count_a_ballot_twice(case: Campaign) -> None:
    at = min(case.last.values())
    like = case.log.entries[at]
    case.log.receipt(case.name, case.log.code())
    case.log.entries.append(
        Entry(
            case.name,
            "ballot",
            salt=bytes(16),
            body=canonical(body(case, at) | {"voter": "0" * 64}),
        )
    )
    assert like.kind == "ballot"


def invent_a_revote(case: Campaign) -> None:
    """Give two people's ballots one voter, so that the first does not count."""
    same = [at for at in sorted(case.last.values()) if body(case, at)["unit"] == "TAX"][:2]
    rewrite(case, same[1], voter=body(case, same[0])["voter"])


def invent_a_withdrawal(case: Campaign) -> None:
    at = max(case.last.values())
    gate = body(case, at)["gate"]
    said = {"position": at, "erasure": "ab" * 16, "gate": gate}
    case.unclose()
    case.close_in_form_2()
    case.log.seal("withdrawal", case.name, said)


def unsort_receipts(case: Campaign) -> None:
    at = receipts(case)[0]
    entries = case.log.entries
    batch = entries[at : at + 4]
    labels = sorted((batch[0], batch[2]), key=lambda one: one.label, reverse=True)
    entries[at : at + 4] = [*labels, batch[1], batch[3]]


def leave_a_receipt_out(case: Campaign) -> None:
    del case.log.entries[receipts(case)[3]]


def write_a_receipt_twice(case: Campaign) -> None:
    first, last = receipts(case)[0], receipts(case)[-1]
    case.log.entries[last].label = case.log.entries[first].label


@pytest.mark.parametrize(
    ("attack", "sentence"),
    [
        (change_an_answer, "the gate did not sign entry"),
        (drop_a_ballot, "the gate accepted 43 ballots, and the log has 42 receipts"),
        (count_a_ballot_twice, "has an id that another one has"),
        (invent_a_revote, "says that it is its voter's first for the unit"),
        (unsort_receipts, "is not in the order of labels"),
        (leave_a_receipt_out, "has not as many receipts as ballots"),
        (write_a_receipt_twice, "has a label that stands in the log before it"),
    ],
)
def test_the_holder_of_the_log_key_can_neither_change_invent_nor_drop(
    attack: Attack, sentence: str
) -> None:
    case = campaign()
    case.unclose()
    attack(case)
    case.weights, case.cases = {}, {}
    moved = {at: one for at, one in enumerate(case.log.entries) if one.kind == "ballot"}
    own = {at: json.loads(one.body) for at, one in moved.items() if one.campaign == case.name}
    gone = {id(entry) for entry, _ in case.withdrawals}
    case.erased = {at for at, one in moved.items() if id(one) in gone}
    standing = {
        (said["voter"], said["unit"]): at for at, said in own.items() if at not in case.erased
    }
    case.superseded = {at for at in own if at not in {*standing.values(), *case.erased}}
    case.last = standing
    case.close()
    found = failures(case.bundle())
    assert any(sentence in failure for failure in found), found


def test_a_withdrawal_that_the_gate_did_not_sign_is_found() -> None:
    case = campaign()
    case.unclose()
    case.close_in_form_2()
    at = max(case.last.values())
    said = {"position": at, "erasure": "ab" * 16, "gate": body(case, at)["gate"]}
    position = case.log.seal("withdrawal", case.name, said)
    del case.last[next(who for who, place in case.last.items() if place == at)]
    case.erased.add(at)
    numbers = {"counted": len(case.last), "superseded": len(case.superseded)}
    numbers |= {"withdrawn": len(case.erased), "comments": 1, "voters": len(case.voters)}
    case.publish("closing", case.name, numbers)
    found = failures(case.bundle())
    assert f"the gate did not sign entry {position}" in found
    erased = len(case.erased)
    told = (
        f"the closing tells of {erased} withdrawn ballots, and the gate of {erased - 1} erased ones"
    )
    assert told in found


def act(case: Campaign, kind: str) -> Entry:
    return case.log.entries[positions(case, kind)[-1]]


def sign_by(*signers: str) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        entry.signers = signers

    return change


def say_more(**said: object) -> Callable[[Entry], None]:
    def change(entry: Entry) -> None:
        entry.body = canonical(json.loads(entry.body) | said)

    return change


@pytest.mark.parametrize(
    ("kind", "change", "sentence"),
    [
        (
            "registration",
            sign_by(ORIGIN),
            f"«registration» at entry 2 lacks the signature of {DESK}",
        ),
        ("decision", sign_by(GATE), f"lacks the signature of {DESK}"),
        ("intake", sign_by(ORIGIN, DESK), f"lacks the signature of {GATE}"),
        ("closing", sign_by(DESK), f"lacks the signature of {ORIGIN}"),
        ("result", sign_by(), f"lacks the signature of {DESK}"),
        ("result", say_more(campaign="2025"), "is of another kind, campaign or name than its line"),
        ("intake", say_more(name="2026/2"), "is of another kind, campaign or name than its line"),
        ("intake", say_more(accepted=45), "the gate accepted 45 ballots, and the log has 43"),
        ("intake", say_more(accepted="43"), "lacks the number «accepted»"),
        ("intake", say_more(again=0), "the counts by unit do not add up"),
        (
            "intake",
            say_more(units="00" * 32),
            "intake.json is not what the gate's count commits to",
        ),
        (
            "intake",
            say_more(erasures=1),
            "the withdrawals name 3 erasures, and the gate accepted 1",
        ),
        ("closing", say_more(counted=1), "ballots, and the log has 43 receipts"),
        ("closing", say_more(comments=2), "withdrawals and comments, and the log has"),
    ],
)
def test_acts_are_signed_by_those_who_must_and_say_what_fits(
    kind: str, change: Callable[[Entry], None], sentence: str
) -> None:
    case = campaign()
    change(act(case, kind))
    found = failures(case.bundle())
    assert any(sentence in failure for failure in found), found


def test_more_signatures_than_needed_must_hold_too() -> None:
    case = campaign()
    act(case, "result").signers = (DESK, ORIGIN)
    sentences(case.bundle())
    files = case.bundle()
    rows = [json.loads(line) for line in files[PUBLIC].splitlines()]
    chosen = next(row for row in rows if '"kind":"registration"' in row["body"])
    other = next(row for row in rows if row is not chosen and row["signatures"])
    chosen["signatures"] = other["signatures"]
    files[PUBLIC] = "".join(f"{canonical(row)}\n" for row in rows).encode()
    assert any("does not hold" in one for one in failures(files))
    chosen["signatures"] = chosen["signatures"] * 2
    files[PUBLIC] = "".join(f"{canonical(row)}\n" for row in rows).encode()
    assert "not ascending by the key's name" in failures(files)[0]


def test_a_kind_that_nobody_knows_is_a_warning() -> None:
    case = campaign()
    case.log.publish("year-party", case.name, case.name, {}, [DESK])
    assert any("does not know the kinds year-party" in one for one in sentences(case.bundle()))


def test_keys_change_with_the_signature_of_those_that_they_replace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = campaign()
    case.log.name_keys(2)
    sentences(case.bundle())
    older = public_key(SEEDS[DESK], DESK).write()
    newer = public_key(bytes(32), DESK).write()
    entry = case.log.entries[-1]
    entry.body = entry.body.replace(older, newer)
    assert any(
        "lacks the signature of a key that it replaces" in it for it in failures(case.bundle())
    )
    entry.signers = (ORIGIN, DESK)
    sentences(case.bundle())
    entry.body = entry.body.replace('"name":"2"', '"name":"3"')
    assert any("is not the next one" in one for one in failures(case.bundle()))


def test_a_log_without_keys_is_refused_once_gate_and_desk_sign(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = campaign(UNSIGNED)
    assert frozenset(("desk", "gate")) == acts_module.NEEDED_KEYS
    found = failures(case.bundle())
    assert any(f"lacks the signature of {DESK}" in one for one in found)
    assert "the log holds 0 counts of the gate for the campaign, and it should hold one" in found


# Campaigns that were open, and closed, when the log changed its form.


def grown() -> Campaign:
    case = Campaign(Log(form=1), way=OLDER)
    case.register()
    for number in range(12):
        case.vote(f"{number:x}" * 64, "TAX", rated(case.log.chance, 4))
    case.comment("TAX", "before")
    case.withdraw("3" * 64, "TAX")
    case.log.take_over()
    case.log.name_keys()
    case.way = SIGNED
    for number in range(12, 16):
        case.vote(f"{number:x}" * 64, "TAX", rated(case.log.chance, 4))
    case.withdraw("d" * 64, "TAX")
    case.comment("TAX", "after")
    case.close()
    return case


def test_an_open_campaign_goes_on_in_form_2_and_verifies() -> None:
    case = grown()
    found = sentences(case.bundle())
    assert any("whose an entry is was committed only at entry 15;" in one for one in found)
    assert any("form 1: 13 more bodies nobody signed" in one for one in found)
    assert sentences(case.bundle(openings=False))
    first, last = case.codes[0], case.codes[-1]
    assert "the receipt is included, as entry 1" in sentences(case.bundle(), receipt=first)
    assert any("the receipt is included" in it for it in sentences(case.bundle(), receipt=last))
    case.log.entries[max(case.last.values())].body = case.log.entries[
        max(case.last.values())
    ].body.replace("invited", "open")
    assert any("the gate did not sign" in one for one in failures(case.bundle()))


def test_a_campaign_that_closed_in_form_1_verifies_in_a_bundle_of_form_2() -> None:
    case = campaign(OLDER)
    size = case.log.take_over()
    found = sentences(case.bundle(), receipt=case.codes[0], since=case.log.checkpoint(20))
    assert any(f"committed only at entry {size}" in one for one in found)
    assert any("form 1: the gate signed no count" in one for one in found)
    case.log.receipt(case.name, case.log.code())
    assert any("is younger than its closing" in one for one in failures(case.bundle()))


@pytest.mark.parametrize("name", ["form-1-public", "form-1-auditors"])
def test_published_bundles_of_format_1_verify_as_before(name: str) -> None:
    files = unpack(GOLDEN / f"{name}.zip")
    found = sentences(files, receipt="TNKA224PBPRBDHB5")
    assert len(found) == (10 if name.endswith("public") else 18)
    assert "form 1: whose an entry is, no leaf of this bundle's log says" in found
    changed = files["log.csv"].replace(b"\n5,", b"\n5,A", 1)
    assert failures(files | {"log.csv": changed}) != []


# What readers bring.


def promise(
    case: Campaign, seed: bytes = SEEDS[GATE], due: int = CLOSES + 604_800, code: str = ""
) -> str:
    label = receipt_label(case.name, code or case.codes[0])
    return sign_note(seed, GATE, promise_text(ORIGIN, case.name, label, due)).write()


def test_a_promise_is_kept_broken_or_none() -> None:
    case = campaign()
    files = case.bundle(openings=False)
    assert "the promise is kept: its receipt is included, as entry 3" in sentences(
        files, promise=promise(case)
    )
    for text, sentence in (
        (promise(case, code="A" * 16), "BROKEN"),
        (promise(case, due=CLOSES), f"is due at {CLOSES}"),
        (promise(case, seed=SEEDS[DESK]), "the gate did not sign the promise"),
        (promise(case).replace("2026", "2025"), "this is no promise of this log and campaign"),
        (case.log.checkpoint(), "this is no promise of this log and campaign"),
    ):
        found = failures(files, promise=text)
        assert any(sentence in failure for failure in found), found


def test_before_the_closing_a_promise_is_not_yet_due_and_then_overdue() -> None:
    case = campaign()
    text = promise(case, code="A" * 16)
    del case.log.entries[positions(case, "closing")[0] :]
    files, due = case.bundle(openings=False), CLOSES + 604_800
    day = f"{datetime.fromtimestamp(due, UTC):%FT%T}"
    key = minping_verify.read_key(KEY.write())
    for late, product, alone in (
        (0, "not yet: the campaign is open in this log", f"not yet, due {day}Z"),
        (1, f"OVERDUE since {day}", f"OVERDUE since {day}Z"),
    ):
        clock = partial(float, due + late)
        request = VerificationRequest([KEY], promise=text, now=clock)
        said = {check.what: check.ok for check in verify(files, request)}
        assert [ok for what, ok in said.items() if what.startswith(product)] == [not late]
        asked = minping_verify.Asked([key], promise=text, now=clock)
        (found,) = [one for one in minping_verify.verify(files, asked) if one.name == "promise"]
        assert (found.ok, found.finding.startswith(alone)) == (not late, True)


def test_proofs_of_either_form_hold() -> None:
    case = grown()
    note, subtrees = case.log.checkpoint(), case.log.subtrees()
    for at in (3, positions(case, "receipt")[1], positions(case, "closing")[0]):
        line = case.log.entries[at].logged
        data = line.line
        text = data.hex() if line.form == 1 else data.decode()
        proof = inclusion_proof(subtrees, at, len(case.log.entries))
        file = inclusion_file(at, read_line(text, Place()), proof, note).decode()
        assert json.loads(file)["format"] == f"minping-inclusion/{line.form}"
        assert f"the proof of inclusion holds, for entry {at} of this log" in sentences(
            case.bundle(openings=False), inclusion=file
        )
    moved = json.loads(file) | {"line": text.replace("closing", "closinG")}
    assert any(
        "does not name a kind" in one
        for one in failures(case.bundle(openings=False), inclusion=json.dumps(moved))
    )


def test_asides_may_be_erased_and_not_changed() -> None:
    case = campaign()
    kept = case.bundle()
    rows = [json.loads(line) for line in kept[OPENINGS].splitlines()]
    for row in rows:
        row.pop("aside", None)
    erased = "".join(f"{canonical(row)}\n" for row in rows).encode()
    assert any(
        "the time of 0 ballots is kept" in one for one in sentences(kept | {OPENINGS: erased})
    )
    changed = kept[OPENINGS].replace(b'\\"risk\\":0', b'\\"risk\\":1', 1)
    assert any(
        "is not what its ballot commits to" in it for it in failures(kept | {OPENINGS: changed})
    )


def test_a_public_bundle_has_no_file_of_the_auditors(tmp_path: Path) -> None:
    case = campaign()
    files = case.bundle(openings=False) | {INTAKE: case.bundle()[INTAKE]}
    assert "does not hold the files" in failures(files)[0]
    path = tmp_path / "b.zip"
    path.write_bytes(pack(case.bundle()))
    assert unpack(path).keys() >= {LOG, MANIFEST, INTAKE}
