"""Six kinds of tampering with a published bundle, with and without a witness; and honest erasures, which alarm nobody.

Four kinds are by somebody without the log's key: an answer changed, a ballot dropped, one added, entries reordered.
They adjust whatever else they can, down to closing, result and totals. Two are by whoever holds the key and signs anew:
the log rolled back to an earlier state, and the log rewritten. Those two nobody can see without a witness.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from random import Random

import pytest

from bot.bundles import CHECKPOINT
from bot.casefile import Wanted
from bot.notary import public_key
from bot.verifying import verify
from bot.witness import Dishonest, Witness, endorse
from survey_flows.entries import canonical
from survey_flows.merkle import consistency_proof
from tests.bundles import Campaign, drawn
from tests.logs import ORIGIN, SEED, Entry

CASES = 200
ERASURES = 1000
KEY = public_key(SEED, ORIGIN)
WITNESS = Witness("witness.example/w", bytes(31) + b"w", KEY)
NOW = 1_800_000_000


def good(files: dict[str, bytes], *witnesses: Witness, since: str = "") -> bool:
    wanted = Wanted([KEY], [witness.key for witness in witnesses], since=since)
    return all(check.ok for check in verify(files, wanted))


def signed(campaign: Campaign, seen: str) -> list[str]:
    """The witness's line for the campaign's checkpoint; none when it refuses."""
    size = int(seen.split("\n")[1]) if seen else 0
    log = campaign.log
    proof = consistency_proof(log.subtrees(), size, len(log.entries)) if size <= len(log.entries) else []
    try:
        return [endorse(WITNESS, seen, log.checkpoint(), proof, NOW).line()]
    except Dishonest:
        return []


def change_answer(case: Campaign, chance: Random) -> None:
    entry = case.log.entries[chance.choice(sorted(case.last.values()))]
    body = json.loads(entry.body)
    codes = body["ratings"].split()
    codes[0] = "VD" if codes[0] != "VD" else "VS"
    entry.body = canonical(body | {"ratings": " ".join(codes)})


def drop_ballot(case: Campaign, chance: Random) -> None:
    gone = chance.choice(sorted(case.last.values()))
    case.last = {who: at - (at > gone) for who, at in case.last.items() if at != gone}
    _remove(case, gone)


def add_ballot(case: Campaign, chance: Random) -> None:
    like = case.log.entries[chance.choice(sorted(case.last.values()))]
    body = json.loads(like.body) | {"voter": chance.randbytes(32).hex()}
    entry = Entry(chance.randbytes(32), chance.randbytes(16), canonical(body), "ballot", case.name)
    place = closing(case) if chance.random() < 0.5 else chance.randrange(3, closing(case))
    _insert(case, place, entry)
    case.last[body["voter"], body["unit"]] = place
    case.voters.add(body["voter"])


def reorder(case: Campaign, chance: Random) -> None:
    one, other = chance.sample(sorted(case.last.values()), 2)
    entries = case.log.entries
    entries[one], entries[other] = entries[other], entries[one]
    swap = {one: other, other: one}
    case.last = {who: swap.get(at, at) for who, at in case.last.items()}
    case.weights = {swap.get(at, at): weight for at, weight in case.weights.items()}


def roll_back(case: Campaign, chance: Random) -> None:
    """The last ballots are as if they had never been."""
    del case.log.entries[chance.randrange(closing(case) // 2, closing(case) - 1) :]
    recount(case)
    case.close()


def rewrite(case: Campaign, chance: Random) -> None:
    """The answers are others, and everything fits together."""
    for _ in range(chance.randint(1, 10)):
        chance.choice([change_answer, drop_ballot, add_ballot, reorder])(case, chance)
    again(case)


Kind = Callable[[Campaign, Random], None]
WITHOUT_KEY: tuple[Kind, ...] = (change_answer, drop_ballot, add_ballot, reorder)
WITH_KEY: tuple[Kind, ...] = (roll_back, rewrite)


def closing(case: Campaign) -> int:
    return next(at for at, entry in enumerate(case.log.entries) if entry.kind == "closing")


def again(case: Campaign) -> None:
    """Closing and result once more, to fit what was tampered with."""
    del case.log.entries[closing(case) :]
    recount(case)
    case.close()


def recount(case: Campaign) -> None:
    """What counts, from the entries as they are now."""
    own = {at: json.loads(case.log.entries[at].body) for at in case.own()}
    case.erased = {body["position"] for body in own.values() if body["kind"] == "withdrawal"}
    case.last, case.superseded = {}, set()
    for at, body in own.items():
        if body["kind"] == "ballot" and at not in case.erased:
            case.superseded |= {case.last[who]} if (who := (body["voter"], body["unit"])) in case.last else set()
            case.last[who] = at
    case.weights = {at: weight for at, weight in case.weights.items() if at in case.last.values()}


def _remove(case: Campaign, gone: int) -> None:
    del case.log.entries[gone]
    _move(case, lambda at: at - (at > gone))
    case.weights.pop(gone, None)


def _insert(case: Campaign, place: int, entry: Entry) -> None:
    case.log.entries.insert(place, entry)
    _move(case, lambda at: at + (at >= place))
    case.last = {who: at + (at >= place) for who, at in case.last.items()}


def _move(case: Campaign, moved: Callable[[int], int]) -> None:
    case.superseded = {moved(at) for at in case.superseded}
    case.erased = {moved(at) for at in case.erased}
    case.weights = {moved(at): weight for at, weight in case.weights.items()}
    for entry in case.log.entries:
        if entry.kind == "withdrawal":
            body = json.loads(entry.body)
            entry.body = canonical(body | {"position": moved(body["position"])})


@pytest.fixture(scope="module")
def table() -> dict[str, tuple[int, int]]:
    """By kind of tampering, in how many of the cases it is found: without a witness, and with one."""
    found = {kind.__name__: [0, 0] for kind in (*WITHOUT_KEY, *WITH_KEY)}
    for seed in range(CASES):
        honest = drawn(seed)
        line = signed(honest, "")
        assert good(honest.bundle(cosignatures=line), WITNESS)
        for kind in (*WITHOUT_KEY, *WITH_KEY):
            case, chance = deepcopy(honest), Random(seed)
            kind(case, chance)
            if kind in WITHOUT_KEY:
                if seed % 2:
                    again(case)  # the odd ones adjust everything but the signature, the even ones only the entries
                files = case.bundle() | {CHECKPOINT: (honest.log.checkpoint() + "".join(line)).encode()}
                alone, watched = good(files), good(files, WITNESS)
            else:
                alone = good(case.bundle())
                watched = good(case.bundle(cosignatures=signed(case, honest.log.checkpoint())), WITNESS)
            found[kind.__name__][0] += not alone
            found[kind.__name__][1] += not watched
    print("\ntampering, without witness, with witness:", found)
    return {name: (numbers[0], numbers[1]) for name, numbers in found.items()}


def test_a_witness_makes_every_tampering_visible(table: dict[str, tuple[int, int]]) -> None:
    assert {name: watched for name, (_, watched) in table.items()} == dict.fromkeys(table, CASES)


def test_without_the_log_s_key_no_tampering_stays_hidden_even_without_a_witness(
    table: dict[str, tuple[int, int]],
) -> None:
    alone = {name: number for name, (number, _) in table.items()}
    assert {kind.__name__: alone[kind.__name__] for kind in WITHOUT_KEY} == {k.__name__: CASES for k in WITHOUT_KEY}
    # What a witness is for: whoever holds the key can make a history that contradicts nothing in the bundle.
    assert {kind.__name__: alone[kind.__name__] for kind in WITH_KEY} == {k.__name__: 0 for k in WITH_KEY}


def test_who_kept_an_older_checkpoint_sees_a_rewritten_log_without_a_witness() -> None:
    for seed in range(20):
        honest = drawn(seed)
        kept = honest.log.checkpoint(closing(honest))
        assert good(honest.bundle(), since=kept)
        for kind in WITH_KEY:
            case = deepcopy(honest)
            kind(case, Random(seed))
            assert not good(case.bundle(), since=kept)


def test_a_ballot_that_weighs_less_without_a_decision_is_found_even_if_all_is_signed_anew() -> None:
    for seed in range(CASES):
        case, chance = drawn(seed), Random(seed)
        light = chance.choice(sorted(set(case.last.values()) - case.weights.keys()))
        case.weights[light] = chance.choice([0, 1, 2])
        case.unlogged.add(light)
        again(case)
        wrong = [check.what for check in verify(case.bundle(), Wanted([KEY])) if not check.ok]
        assert wrong == [f"1 ballots weigh less without any decision in the log, first entry {light}"]


def test_a_thousand_erasures_alarm_nobody() -> None:
    erased = 0
    for seed in range(20):
        case = drawn(seed, ballots=60, erasures=ERASURES // 20)
        erased += len({json.loads(e.body)["position"] for e in case.log.entries if e.kind == "withdrawal"})
        seen = ""
        for size in range(5, len(case.log.entries), 29):  # a witness that followed it all the way
            proof = consistency_proof(case.log.subtrees(), int(seen.split("\n")[1]), size) if seen else []
            note = case.log.checkpoint(size)
            endorse(WITNESS, seen, note, proof, NOW)
            seen = note
        files = case.bundle(cosignatures=signed(case, seen))
        wanted = Wanted([KEY], [WITNESS.key], since=case.log.checkpoint(30))
        assert [check.what for check in verify(files, wanted) if not check.ok] == []
        for code in case.codes:
            checks = verify(case.bundle(openings=False), Wanted([KEY], receipt=code))
            assert any(check.ok and check.what.startswith("the receipt is included") for check in checks)
    assert erased >= ERASURES
