"""Each check of a bundle fails for its own kind of damage, with its sentence."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.crypto.note_signatures import cosign, open_note, public_key
from bot.verification.bundle import pack
from bot.verification.bundle_format import (
    CHECKPOINT,
    LOG,
    MANIFEST,
    OPENINGS,
    PUBLIC,
    TOTALS,
    WEIGHTS,
    unpack,
)
from bot.verification.bundle_reader import VerificationRequest
from bot.verification.verifier import verify
from survey_flows.errors import BadInput
from survey_flows.log_entries import canonical
from survey_flows.signed_notes import COSIGNATURE
from tests.bundles import CLOSES, SHEET, Campaign, drawn
from tests.logs import ORIGIN, SEED, Log

KEY = public_key(SEED, ORIGIN)
WITNESS = bytes(31) + b"w"
WITNESS_KEY = public_key(WITNESS, "witness.example/w", COSIGNATURE)
Files = dict[str, bytes]


def failures(files: Files, wanted: VerificationRequest | None = None) -> list[str]:
    return [
        check.what for check in verify(files, wanted or VerificationRequest([KEY])) if not check.ok
    ]


def campaign(seed: int = 1) -> Campaign:
    return deepcopy(CASES.setdefault(seed, drawn(seed)))


CASES: dict[int, Campaign] = {}


def edited(name: str, change: Callable[[list[Any]], None], files: Files | None = None) -> Files:
    """The bundle with the JSON lines of a file changed."""
    files = dict(files or campaign().bundle())
    rows = [json.loads(line) for line in files[name].splitlines()]
    change(rows)
    files[name] = "".join(f"{canonical(row)}\n" for row in rows).encode()
    return files


def test_an_honest_bundle_passes_every_check_with_and_without_openings() -> None:
    case = campaign()
    checkpoint = open_note(case.log.checkpoint(), [KEY]).checkpoint
    line = cosign(WITNESS, WITNESS_KEY.name, checkpoint, 1_800_000_000).line()
    wanted = VerificationRequest(
        [KEY], [WITNESS_KEY], case.codes[0].lower(), case.log.checkpoint(20)
    )
    for openings, checks in ((False, 16), (True, 27)):
        found = verify(case.bundle(openings, [line]), wanted)
        assert [check.what for check in found if not check.ok] == []
        assert len(found) == checks


def test_nothing_is_proven_without_the_right_key() -> None:
    files = campaign().bundle()
    assert failures(files, VerificationRequest())[0].startswith(
        "nothing is proven without the log's key"
    )
    assert (
        "not signed by" in failures(files, VerificationRequest([public_key(bytes(32), ORIGIN)]))[0]
    )
    assert "without the log's good signature the entries cannot be checked" in failures(
        files, VerificationRequest()
    )


def test_a_missing_witness_is_told() -> None:
    case = campaign()
    files = case.bundle()
    assert failures(files, VerificationRequest([KEY], [WITNESS_KEY])) == [
        "checkpoint: the checkpoint is not signed by witness.example/w"
    ]
    older = open_note(case.log.checkpoint(20), [KEY]).checkpoint
    files[CHECKPOINT] += cosign(WITNESS, WITNESS_KEY.name, older, 1_800_000_000).line().encode()
    assert failures(files, VerificationRequest([KEY], [WITNESS_KEY])) == [
        "checkpoint: the signature of witness.example/w is false; do not trust this checkpoint"
    ]


def test_a_receipt_that_is_not_there_or_is_another_campaign_s() -> None:
    case = campaign()
    files = case.bundle()
    assert failures(files, VerificationRequest([KEY], receipt="A" * 16)) == [
        "the receipt is not included in this bundle's log"
    ]
    assert "16 characters" in failures(files, VerificationRequest([KEY], receipt="A"))[0]
    other = Campaign(case.log, "2025")
    position = other.vote("aa", "TAX", "VS")
    assert case.log.entries[position].campaign == "2025"
    again = failures(case.bundle(), VerificationRequest([KEY], receipt=other.codes[0]))
    assert "the receipt is included, but for another campaign: 2025" in again


def test_an_older_checkpoint_of_another_history_is_noticed() -> None:
    files = campaign().bundle()
    size = len(campaign().log.entries)
    assert failures(files, VerificationRequest([KEY], since=campaign(2).log.checkpoint(20))) == [
        "the log was rewritten: its first 20 entries are not what they were"
    ]
    longer = campaign()
    longer.vote("aa", "TAX", "VS")
    assert failures(files, VerificationRequest([KEY], since=longer.log.checkpoint())) == [
        f"this is an older state of the log, of {size} entries: it signed {size + 2} before; "
        "ask for a newer one"
    ]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            edited(OPENINGS, lambda rows: rows.pop(3)),
            "1 entries of the campaign are neither opened nor withdrawn",
        ),
        (
            edited(OPENINGS, lambda rows: rows[3].update(salt="00" * 16)),
            "is not what the log commits to",
        ),
        (
            edited(OPENINGS, lambda rows: rows[3].update(position=0)),
            "entry 0 is opened, and it is no sealed entry",
        ),
        (
            edited(OPENINGS, lambda rows: rows[3].update(position=99_999)),
            "it is no sealed entry of the log",
        ),
        (edited(OPENINGS, lambda rows: rows.append(rows[3])), "an entry is opened twice"),
        (edited(OPENINGS, lambda rows: rows[3].pop("salt")), "this is no opening"),
        (edited(PUBLIC, lambda rows: rows.pop()), "the log holds the act «result» at entry"),
        (
            edited(PUBLIC, lambda rows: rows.pop(2)),
            "the log holds the act «registration» at entry 2",
        ),
        (edited(PUBLIC, lambda rows: rows.pop(0)), "the log holds the act «keys» at entry 0"),
        (edited(PUBLIC, lambda rows: rows[2].update(body="{}")), "is not what the log commits to"),
        (edited(PUBLIC, lambda rows: rows.append(rows[0])), "a public entry stands twice"),
        (
            edited(TOTALS, lambda rows: rows[0].update(campaign="2025")),
            "not those that the log commits to",
        ),
        (edited(TOTALS, lambda rows: rows[0]["units"].pop()), "do not list each unit"),
        (
            edited(MANIFEST, lambda rows: rows[0].update(format="x")),
            "not of the format minping-bundle/2",
        ),
        (edited(MANIFEST, lambda rows: rows[0].update(campaign="2027")), "holds 0 registrations"),
    ],
)
def test_what_was_changed_in_the_files_is_told(files: Files, sentence: str) -> None:
    assert any(sentence in failure for failure in failures(files)), failures(files)


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        (LOG, b"2 2026 receipt", b"2 2025 receipt", "were changed"),
        (LOG, b"2 2026 sealed", b"2 2025 sealed", "entry 4 is opened, and it is not of"),
        (LOG, b"2 2026 receipt", b"2  2026 receipt", "not each after one space"),
        (LOG, b"\n2 2026 receipt", b"\r\n2 2026 receipt", "such as a carriage return"),
        (LOG, b"2 - keys", b"3 - keys", "begins neither with the form 2"),
        (WEIGHTS, b"\n", b"\n5,4\n", "a weight of 4 quarters is given to entry 5"),
        (WEIGHTS, b"\n", b"\n0,1\n", "a weight of 1 quarters is given to entry 0"),
        (WEIGHTS, b"\n", b"\nx,1\n", "this is not a position and a weight"),
        (WEIGHTS, b",", b";", "the first line is not"),
        (OPENINGS, b"}\n", b"}", "the file was cut off"),
        (CHECKPOINT, b"\n\n", b"\n", "lacks an empty line"),
        (TOTALS, b"{", b"", "this is not JSON"),
    ],
)
def test_what_was_changed_in_the_bytes_is_told(
    name: str, old: bytes, new: bytes, sentence: str
) -> None:
    files = campaign().bundle()
    at = files[name].rindex(old) if name == OPENINGS else files[name].index(old)
    files[name] = files[name][:at] + new + files[name][at + len(old) :]
    assert any(sentence in failure for failure in failures(files)), failures(files)


def vote_late(case: Campaign) -> None:
    case.close()
    case.vote("aa", "TAX", next(iter(bodies(case)))["ratings"])


def vote_elsewhere(case: Campaign) -> None:
    case.vote("aa", "SPACE", next(iter(bodies(case)))["ratings"])
    case.close()


def vote_at_night(case: Campaign) -> None:
    case.vote("aa", "TAX", next(iter(bodies(case)))["ratings"], bucket=CLOSES // 900 + 2)
    case.close()


def write_loosely(case: Campaign) -> None:
    entry = case.log.entries[case.vote("aa", "TAX", next(iter(bodies(case)))["ratings"])]
    entry.body = entry.body.replace(":", ": ", 1)
    case.close()


def seal_something_else(case: Campaign) -> None:
    case.log.seal("wish", case.name, {})
    case.close()


def withdraw_another_campaign_s(case: Campaign) -> None:
    case.log.seal("withdrawal", case.name, {"position": 0})
    case.close()


def withdraw_twice(case: Campaign) -> None:
    case.log.seal("withdrawal", case.name, {"position": min(case.erased)})
    case.close()


def withdraw_what_counts(case: Campaign) -> None:
    case.log.seal("withdrawal", case.name, {"position": min(case.last.values())})
    case.close()


def withdraw_what_is_not_yet(case: Campaign) -> None:
    case.log.seal("withdrawal", case.name, {"position": len(case.log.entries) + 1})
    case.close()


def register_twice(case: Campaign) -> None:
    case.register()
    case.close()


def close_twice(case: Campaign) -> None:
    case.close()
    case.log.publish("closing", case.name, case.name, {"campaign": case.name})


def count_more(case: Campaign) -> None:
    case.superseded.add(-1)
    case.close()


def count_fewer_voters(case: Campaign) -> None:
    case.voters.clear()
    case.close()


def exceed_a_quota(case: Campaign) -> None:
    for number in range(11):
        case.vote(f"{number:064x}", "TAX", " ".join(["S"] * len(SHEET.rated)), "deputy")
    case.close()


def bodies(case: Campaign) -> list[dict[str, Any]]:
    return [json.loads(case.log.entries[at].body) for at in case.last.values()]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (vote_late, "of the campaign is younger than its closing"),
        (vote_at_night, "was cast outside the campaign's time"),
        (write_loosely, "the text is not canonical"),
        (seal_something_else, "is of the unknown kind «wish»"),
        (
            withdraw_another_campaign_s,
            "entry 0 was withdrawn, and it is no sealed entry of the campaign",
        ),
        (withdraw_twice, "was withdrawn twice"),
        (withdraw_what_counts, "was withdrawn, and it is opened all the same"),
        (withdraw_what_is_not_yet, "names an entry that is not older"),
        (register_twice, "the log holds 2 registrations of the campaign"),
        (close_twice, "the log holds 2 closings of the campaign"),
        (count_more, "superseded, and the openings of"),
        (count_fewer_voters, "the closing tells of 0 voters"),
        (exceed_a_quota, "11 ballots count for TAX/deputy/invited, and its quota is 10"),
    ],
)
def test_a_log_that_the_service_should_not_have_signed_is_told(
    change: Callable[[Campaign], None], sentence: str
) -> None:
    case = campaign()
    case.unclose()
    change(case)
    found = failures(case.bundle())
    assert any(sentence in failure for failure in found), found


def test_a_ballot_before_the_registration_is_told() -> None:
    case = Campaign(Log())
    case.vote("aa", "TAX", "VS S S S")
    case.register()
    case.close()
    assert "the entry 0 of the campaign is older than its registration" in failures(
        case.bundle(openings=False)
    )


def test_a_bundle_is_the_same_bytes_each_time_and_comes_back_whole(tmp_path: Path) -> None:
    files = campaign().bundle()
    assert pack(files) == pack(dict(reversed(files.items())))
    path = tmp_path / "b.zip"
    path.write_bytes(pack(files))
    assert unpack(path) == files


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    whole = pack(campaign().bundle())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("other.txt", "x")
    spoilt = bytearray(whole)
    spoilt[len(whole) // 2] ^= 255
    for data, sentence in (
        (b"", "not a whole ZIP"),
        (whole[: len(whole) // 2], "not a whole ZIP"),
        (bytes(spoilt), "not a whole ZIP"),
        (buffer.getvalue(), "does not hold the files"),
    ):
        path.write_bytes(data)
        with pytest.raises(BadInput, match=sentence):
            unpack(path)
    with pytest.raises(BadInput, match="cannot be read"):
        unpack(tmp_path / "none.zip")
