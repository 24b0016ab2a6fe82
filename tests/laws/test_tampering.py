"""Seven kinds of tampering with a bundle, with and without a witness; and honest erasures.

Honest erasures alarm nobody.
Four kinds are by somebody without the log's key: an answer changed, a ballot dropped,
one added, entries reordered. They adjust whatever else they can,
down to closing, result and totals.
Two are by whoever holds the log's key and signs anew:
the log rolled back to an earlier state, and the log rewritten.
What the gate signed and counted shows these two even without a witness.
The last is by the same holder in a log that only grows: a weight without a decision.
Whoever has the openings sees it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import pytest

from bot.crypto.note_signatures import public_key
from bot.verification.bundle_format import CHECKPOINT
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from bot.verification.witness import LogForked, Witness, countersign
from survey_flows.log_entries import canonical
from survey_flows.merkle import consistency_proof
from tests.bundles import Campaign, drawn
from tests.logs import ORIGIN, SEED, Entry
from tests.once import once_in_a_run

# The bundles are drawn once for the whole file, which takes longest.
pytestmark = pytest.mark.slow

CASES = 100
"""As many of each kind; `python -m tests.attacks` tries more kinds, each as often as is wished."""
ERASURES = 1000
KEY = public_key(SEED, ORIGIN)
WITNESS = Witness("witness.example/w", bytes(31) + b"w", KEY)
NOW = 1_800_000_000


def good(files: dict[str, bytes], *witnesses: Witness, since: str = "") -> bool:
    wanted = VerificationRequest([KEY], [witness.key for witness in witnesses], since=since)
    return all(check.ok for check in verify(files, wanted))


def judged(files: dict[str, bytes]) -> tuple[bool, bool]:
    """Whether a bundle passes all checks: those that need no witness, and all with one."""
    checks = verify(files, VerificationRequest([KEY], [WITNESS.key]))
    # To word all the others only to look for a name would take a tenth of the time.
    of_witness = {check for check in checks if WITNESS.key.name in repr(check.finding)}
    assert len(of_witness) == 1
    return all(check.ok for check in {*checks} - of_witness), all(check.ok for check in checks)


def signed(campaign: Campaign, seen: str) -> list[str]:
    """The witness's line for the campaign's checkpoint; none when it refuses."""
    size = int(seen.split("\n")[1]) if seen else 0
    log = campaign.log
    proof = (
        consistency_proof(log.subtrees(), size, len(log.entries))
        if size <= len(log.entries)
        else []
    )
    try:
        return [countersign(WITNESS, seen, log.checkpoint(), proof, NOW).line()]
    except LogForked:
        return []


def change_answer(case: Campaign, chance: Random) -> None:
    entry = case.log.entries[chance.choice(sorted(case.last.values()))]
    body = json.loads(entry.body)
    codes = body["ratings"].split()
    codes[0] = "VD" if codes[0] != "VD" else "VS"
    entry.body = canonical(body | {"ratings": " ".join(codes)})


def drop_ballot(case: Campaign, chance: Random) -> None:
    """Drop a ballot with its receipt, which stands before it: each batch is of one."""
    gone = chance.choice(sorted(case.last.values()))
    case.last = {who: at for who, at in case.last.items() if at != gone}
    del case.log.entries[gone - 1 : gone + 1]
    for at in (gone, gone - 1):
        _forget(case, at)
        _move(case, lambda place, at=at: place - (place > at))  # type: ignore[misc]


def add_ballot(case: Campaign, chance: Random) -> None:
    """Add a ballot like another one, with the gate's signature of that."""
    like = case.log.entries[chance.choice(sorted(case.last.values()))]
    body = json.loads(like.body) | {"voter": chance.randbytes(32).hex()}
    entry = Entry(case.name, "ballot", salt=chance.randbytes(16), body=canonical(body))
    receipt = Entry(case.name, "receipt", chance.randbytes(32))
    first = case.closed_at()
    place = first if chance.random() < 0.5 else chance.choice(sorted(case.last.values())) - 1
    case.log.entries[place:place] = [receipt, entry]
    _move(case, lambda at: at + 2 * (at >= place))
    case.last[body["voter"], body["unit"]] = place + 1
    case.voters.add(body["voter"])


def reorder(case: Campaign, chance: Random) -> None:
    one, other = chance.sample(sorted(case.last.values()), 2)
    entries = case.log.entries
    entries[one], entries[other] = entries[other], entries[one]
    swap = {one: other, other: one}
    case.last = {who: swap.get(at, at) for who, at in case.last.items()}
    _reweigh(case, lambda at: swap.get(at, at))


def roll_back(case: Campaign, chance: Random) -> None:
    """Drop the last ballots as if they had never been."""
    ballots = [at for at in case.own() if case.closed_at() // 2 < at < case.closed_at()]
    del case.log.entries[chance.choice(ballots) - 1 :]
    recount(case)
    case.close()


def rewrite(case: Campaign, chance: Random) -> None:
    """Change the answers so that everything fits together that the log's key can sign."""
    change_answer(case, chance)
    for _ in range(chance.randint(1, 10)):
        chance.choice([change_answer, drop_ballot, add_ballot, reorder])(case, chance)
    again(case)


def weigh(case: Campaign, chance: Random) -> None:
    """Give a ballot less weight without a decision, and log the result of that."""
    suspected = {at for suspected in case.cases.values() for at in suspected.light}
    at = chance.choice(sorted(set(case.last.values()) - suspected))
    case.weights[at] = chance.choice([0, 1, 2])
    case.log_result()


Kind = Callable[[Campaign, Random], None]
WITHOUT_KEY: tuple[Kind, ...] = (change_answer, drop_ballot, add_ballot, reorder)
WITH_KEY: tuple[Kind, ...] = (roll_back, rewrite)
GROWING: tuple[Kind, ...] = (weigh,)


def again(case: Campaign) -> None:
    """Close anew, with a result that fits the tampered entries."""
    case.unclose()
    recount(case)
    case.close()


def recount(case: Campaign) -> None:
    """Find anew which ballots count, by the present entries."""
    own = {at: json.loads(case.log.entries[at].body) for at in case.own()}
    gone = {id(entry) for entry, _ in case.withdrawals}
    case.erased = {at for at in own if id(case.log.entries[at]) in gone}
    case.last, case.superseded = {}, set()
    for at, body in own.items():
        if body["kind"] == "ballot" and at not in case.erased:
            case.superseded |= (
                {case.last[who]} if (who := (body["voter"], body["unit"])) in case.last else set()
            )
            case.last[who] = at
    counted = set(case.last.values())
    case.weights = {at: weight for at, weight in case.weights.items() if at in counted}
    for suspected in case.cases.values():
        suspected.light = {at: weight for at, weight in suspected.light.items() if at in counted}


def _forget(case: Campaign, gone: int) -> None:
    case.weights.pop(gone, None)
    for suspected in case.cases.values():
        suspected.light.pop(gone, None)


def _move(case: Campaign, moved: Callable[[int], int]) -> None:
    case.last = {who: moved(at) for who, at in case.last.items()}
    case.superseded = {moved(at) for at in case.superseded}
    case.erased = {moved(at) for at in case.erased}
    _reweigh(case, moved)
    for entry in case.log.entries:
        if entry.kind == "withdrawal":
            body = json.loads(entry.body)
            entry.body = canonical(body | {"position": moved(body["position"])})


def _reweigh(case: Campaign, moved: Callable[[int], int]) -> None:
    case.weights = {moved(at): weight for at, weight in case.weights.items()}
    for suspected in case.cases.values():
        suspected.light = {moved(at): weight for at, weight in suspected.light.items()}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """Count the cases in which each kind is found: without a witness, and with one."""
    found = once_in_a_run(tmp_path_factory, "tampering", find_all)
    return {name: (alone, watched) for name, (alone, watched) in found.items()}


def find_all() -> dict[str, list[int]]:
    found = {kind.__name__: [0, 0] for kind in (*WITHOUT_KEY, *WITH_KEY, *GROWING)}
    for seed in range(CASES):
        honest = drawn(seed)
        line = signed(honest, "")
        assert good(honest.bundle(cosignatures=line), WITNESS)
        for kind in (*WITHOUT_KEY, *WITH_KEY, *GROWING):
            case, chance = honest.copied(), Random(seed)
            kind(case, chance)
            if kind in WITHOUT_KEY:
                if seed % 2:
                    # Odd ones adjust everything but the signature, even ones only the entries.
                    again(case)
                files = case.bundle() | {
                    CHECKPOINT: (honest.log.checkpoint() + "".join(line)).encode()
                }
            else:
                files = case.bundle(cosignatures=signed(case, honest.log.checkpoint()))
            alone, watched = judged(files)
            found[kind.__name__][0] += not alone
            found[kind.__name__][1] += not watched
    print("\ntampering, without witness, with witness:", found)
    return found


def test_a_witness_makes_every_tampering_visible(table: dict[str, tuple[int, int]]) -> None:
    assert {name: watched for name, (_, watched) in table.items()} == dict.fromkeys(table, CASES)


def test_without_the_log_s_key_no_tampering_stays_hidden_even_without_a_witness(
    table: dict[str, tuple[int, int]],
) -> None:
    alone = {name: number for name, (number, _) in table.items()}
    assert {kind.__name__: alone[kind.__name__] for kind in WITHOUT_KEY} == {
        k.__name__: CASES for k in WITHOUT_KEY
    }
    # Whoever holds the log's key alone cannot sign what the gate accepted.
    assert {kind.__name__: alone[kind.__name__] for kind in WITH_KEY} == {
        k.__name__: CASES for k in WITH_KEY
    }


def test_a_weight_without_a_decision_is_found_with_and_without_a_witness(
    table: dict[str, tuple[int, int]],
) -> None:
    assert {kind.__name__: table[kind.__name__] for kind in GROWING} == {
        k.__name__: (CASES, CASES) for k in GROWING
    }
    for seed in range(20):
        honest = drawn(seed)
        case = honest.copied()
        weigh(case, Random(seed))
        (at,) = case.weights.keys() - honest.weights.keys()
        line = signed(case, honest.log.checkpoint())
        assert line, "the log only grew, so the witness signs"
        checks = verify(case.bundle(cosignatures=line), VerificationRequest([KEY], [WITNESS.key]))
        assert [check.what for check in checks if not check.ok] == [
            f"no decision in the log lets 1 ballots weigh less than in full, first entry {at}"
        ]


def test_who_kept_an_older_checkpoint_sees_a_rewritten_log_without_a_witness() -> None:
    for seed in range(20):
        honest = drawn(seed)
        kept = honest.log.checkpoint(honest.closed_at())
        assert good(honest.bundle(), since=kept)
        for kind in WITH_KEY:
            case = honest.copied()
            kind(case, Random(seed))
            assert not good(case.bundle(), since=kept)


def test_a_thousand_erasures_alarm_nobody() -> None:
    erased = 0
    for seed in range(20):
        case = drawn(seed, ballots=60, erasures=ERASURES // 20)
        erased += len(
            {json.loads(e.body)["position"] for e in case.log.entries if e.kind == "withdrawal"}
        )
        seen = ""
        for size in range(5, len(case.log.entries), 29):  # a witness that followed it all the way
            proof = (
                consistency_proof(case.log.subtrees(), int(seen.split("\n")[1]), size)
                if seen
                else []
            )
            note = case.log.checkpoint(size)
            countersign(WITNESS, seen, note, proof, NOW)
            seen = note
        files = case.bundle(cosignatures=signed(case, seen))
        wanted = VerificationRequest([KEY], [WITNESS.key], since=case.log.checkpoint(30))
        assert [check.what for check in verify(files, wanted) if not check.ok] == []
        public = case.bundle(openings=False)
        # Each looks through the whole bundle: a few of each campaign tell the same as all.
        for code in case.codes[seed % 6 :: 6]:
            checks = verify(public, VerificationRequest([KEY], receipt=code))
            assert any(
                check.ok and check.what.startswith("the receipt is included") for check in checks
            )
    assert erased >= ERASURES
