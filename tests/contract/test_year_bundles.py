"""The bundle of a sealed year: everybody and auditors check it, and what differs is named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from aggregation.appraisal.standing import Cause
from aggregation.model.facts import Grade, Verdict
from bot.__main__ import main
from bot.accounts.approvals import Approval, Approvals
from bot.appraisal import year_checks
from bot.appraisal.cause_requests import CauseRequest
from bot.appraisal.causes import prepare_cause, preview_cause
from bot.appraisal.commitments import text_digest
from bot.appraisal.sealed_content import SealedContent, write_content
from bot.appraisal.year_bundle_format import (
    AMENDED,
    AMENDMENTS,
    FILINGS,
    HEADS,
    ROWS,
    SEAL,
    STANDING,
    YEAR,
)
from bot.appraisal.year_bundle_reader import YearBundle
from bot.appraisal.year_verifier import State, verify_year
from bot.publication.year_bundle import make_year_bundle
from bot.storage.database import open_database, writing
from bot.storage.schema import all as tables
from bot.verification.bundle import pack
from bot.verification.bundle_format import MANIFEST
from bot.verification.bundle_reader import VerificationRequest
from survey_flows.canonical_json import canonical
from survey_flows.errors import BadInput
from survey_flows.messages import ENGLISH
from tests.attacks.year import SEALED_RECUSALS, SealedYear, found_by, sealed_year
from tests.attacks.year import YEAR as SEALED
from tests.contract.halls import YEAR as HELD
from tests.contract.halls import AppealRuling, Hall
from tests.sealing import approvals_of

Files = dict[str, bytes]
FOR_EVERYBODY = [
    "appraisal-open-registration",
    "appraisal-open-ballots",
    "appraisal-open-people",
    "appraisal-open-certainty",
    "appraisal-open-moved",
    "appraisal-open-tables",
]
FOR_AUDITORS = FOR_EVERYBODY[:2]
"""What is open of the small year, whose campaign was put into the database without the log."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def year(tmp_path_factory: pytest.TempPathFactory) -> SealedYear:
    return await sealed_year(tmp_path_factory.mktemp("sealed"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bundles(year: SealedYear) -> tuple[Files, Files]:
    """The public bundle of the year, and the auditors'."""
    database = open_database(f"sqlite+aiosqlite:///{year.file}")
    public, whole = [
        await make_year_bundle(database, SEALED, year.today, auditors) for auditors in (False, True)
    ]
    await database.dispose()
    return public, whole


def read(files: Mapping[str, bytes], key: Any) -> dict[State, list[str]]:
    """The messages of a bundle's lines by what they say."""
    found: dict[State, list[str]] = {state: [] for state in State}
    for line in verify_year(files, VerificationRequest(keys=[key])):
        found[line.state].append(line.finding.message.id)
    return found


def test_a_bundle_agrees_and_says_what_it_cannot_show(
    year: SealedYear, bundles: tuple[Files, Files]
) -> None:
    public, whole = (read(files, year.key) for files in bundles)
    assert (public[State.FAIL], public[State.DIFFERS], public[State.OPEN]) == (
        [],
        [],
        FOR_EVERYBODY,
    )
    assert (whole[State.FAIL], whole[State.DIFFERS], whole[State.OPEN]) == ([], [], FOR_AUDITORS)
    assert (len(public[State.OK]), len(whole[State.OK])) == (16, 22)


def test_a_public_bundle_names_nobody(bundles: tuple[Files, Files]) -> None:
    public, whole = bundles
    files = {SEAL, AMENDED, HEADS, ROWS, FILINGS}
    assert (set(whole) - set(public), {STANDING, YEAR, AMENDMENTS} - set(public)) == (files, set())
    beside = b"".join(data for name, data in public.items() if name != "public.jsonl").decode()
    secret = ("领导", '"L1"', "zhou", "chen", "so it is", "looked at", "市委常委会", "市政府文件")
    assert [word for word in secret if word in beside] == []
    assert [word for word in secret if word not in b"".join(whole.values()).decode()] == []
    acts = public["public.jsonl"].decode()
    assert [word for word in secret if word in acts] == []


def test_a_public_bundle_counts_no_answers(bundles: tuple[Files, Files]) -> None:
    said = json.loads(bundles[0][YEAR])
    names = {name for unit in said["units"] for name in unit}
    assert names == {
        *("unit", "name", "category", "memberships", "indicators", "adjustments", "given"),
        *("family", "rank", "of", "total", "public_score", "grade", "certainty"),
        *("tentative", "barred"),
    }
    assert set(said) == {
        *("form", "year", "engine", "salt", "before", "releases", "rules", "units", "leaders")
    }


def edited(files: Files, name: str, change: Callable[[Any], object]) -> Files:
    """A bundle in which one JSON text says something else."""
    said = json.loads(files[name])
    change(said)
    return files | {name: canonical(said).encode() + b"\n"}


def unit(code: str, **new: Any) -> Callable[[Any], object]:
    return lambda said: next(it for it in said["units"] if it["unit"] == code).update(new)


FORGED: dict[str, tuple[str, Callable[[Any], object], str]] = {
    "a grade": (YEAR, unit("U2", grade="first"), "appraisal-check-public-differs"),
    "a point": (YEAR, unit("U2", indicators={}), "appraisal-check-public-differs"),
    "an amendment": (
        AMENDMENTS,
        lambda it: it.update(leaders={"first": 4}),
        "appraisal-check-amendment-differs",
    ),
    "the result before": (
        AMENDMENTS,
        lambda it: it.update(before="0" * 64),
        "appraisal-check-amendment-differs",
    ),
    "a unit of the table": (STANDING, unit("U3", total="1.00"), "appraisal-check-standing-differs"),
    "the end of the notice": (
        STANDING,
        lambda it: it["notice"].update(until="2026-12-31"),
        "appraisal-check-standing-differs",
    ),
    "counts of leaders": (
        STANDING,
        lambda it: it["leaders"].update(first=4),
        "appraisal-check-standing-differs",
    ),
    "the year": (MANIFEST, lambda it: it.update(year=2024), "appraisal-check-not-sealed"),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_file_is_named(year: SealedYear, bundles: tuple[Files, Files], what: str) -> None:
    name, change, message = FORGED[what]
    for files in bundles:
        assert message in read(edited(files, name, change), year.key)[State.FAIL]


def test_an_amendment_that_is_left_out_is_missed(
    year: SealedYear, bundles: tuple[Files, Files]
) -> None:
    found = read(bundles[0] | {AMENDMENTS: b""}, year.key)
    assert "appraisal-check-amendment-count" in found[State.FAIL]
    whole = read(bundles[1] | {AMENDED: b""}, year.key)
    assert "appraisal-check-amendment-missing" in whole[State.FAIL]


def forged_year(year: SealedYear, files: Files, change: Callable[[Any], object]) -> YearBundle:
    """The bundle of whoever has the desk's key too: the log commits to what is forged."""
    new = edited(files, YEAR, change)
    bundle = YearBundle(new, VerificationRequest(keys=[year.key]))
    act = bundle.seal_act
    assert isinstance(act.body, dict)
    act.body["public"] = text_digest(new[YEAR].decode().rstrip("\n"))
    year_checks.check_seal(bundle)
    return bundle


def differences(check: Callable[[YearBundle], object], bundle: YearBundle) -> list[str]:
    with pytest.raises(year_checks.Differs) as error:
        check(bundle)
    return [str(it) for it in error.value.differences]


def test_a_city_that_seals_other_grades_than_follow_is_named_unit_by_unit(
    year: SealedYear, bundles: tuple[Files, Files]
) -> None:
    def swapped(said: Any) -> None:
        unit("U1", grade="second")(said)
        unit("U2", grade="first", rank=1)(said)

    bundle = forged_year(year, bundles[0], swapped)
    assert differences(year_checks.check_grades, bundle) == [
        "U1, grade: sealed second, recomputed first",
        "U2, rank: sealed 1, recomputed 2",
        "U2, grade: sealed first, recomputed second",
    ]
    bundle = forged_year(year, bundles[0], unit("U3", total="70.00"))
    assert differences(year_checks.check_totals, bundle)[0] == (
        "U3, total: sealed 70.00, recomputed 54.75"
    )
    # One step of the last decimal is more than the rounding of a told score leaves open.
    bundle = forged_year(year, bundles[0], unit("U3", total="54.76"))
    assert differences(year_checks.check_totals, bundle) == [
        "U3, total: sealed 54.76, recomputed 54.75"
    ]


def test_a_newer_engine_that_differs_is_told_and_the_seal_stands(
    year: SealedYear, bundles: tuple[Files, Files], monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = forged_year(year, bundles[0], unit("U1", grade="second"))
    monkeypatch.setattr(year_checks, "ENGINE", 2)
    found = year_checks.check_grades(bundle)
    assert str(found.message) == (
        "the year was sealed by engine 1; this engine 2 differs in 1 figures, "
        "and what is sealed stands"
    )
    assert [str(it) for it in found.differences] == ["U1, grade: sealed second, recomputed first"]


def test_nobody_fares_worse_by_an_amendment(year: SealedYear, bundles: tuple[Files, Files]) -> None:
    bundle = YearBundle(bundles[0], VerificationRequest(keys=[year.key]))
    bundle.amendments[0]["units"].append({"unit": "U2", "before": "second", "after": "third"})
    assert differences(year_checks.check_kinder, bundle) == [
        "U2, grade: sealed second, recomputed third"
    ]


def test_auditors_see_a_person_whose_grade_does_not_follow(
    year: SealedYear, bundles: tuple[Files, Files]
) -> None:
    def raised(said: Any) -> None:
        next(it for it in said["result"]["leaders"] if it["leader"] == "L4")["grade"] = "first"

    text = canonical(json.loads(bundles[1][SEAL]))
    assert text.encode() == bundles[1][SEAL]
    files = edited(bundles[1], SEAL, raised)
    files[SEAL] = files[SEAL].rstrip(b"\n")
    lines = verify_year(files, VerificationRequest(keys=[year.key]))
    said = [line.render(ENGLISH) for line in lines if line.state in (State.FAIL, State.DIFFERS)]
    assert said[0] == "seal.json is not the seal that the log has"
    assert "L4, grade: sealed first, recomputed second" in said


async def found_in_copy(year: SealedYear, to: Path, *statements: str) -> str:
    """What finds what somebody does who owns the database and drops its triggers."""
    shutil.copy(year.file, to)
    with sqlite3.connect(to) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return await found_by(year, to)


CALENDAR = "INSERT INTO calendar_days (day, kind, name) VALUES "
DIFFERS = "appraisal-check-material-differs"
AFTER: dict[str, tuple[tuple[str, ...], str]] = {
    "holidays of the year after are published": ((f"{CALENDAR}('2027-01-01', 'off', '')",), ""),
    "another holiday in the sealed year": (
        (f"{CALENDAR}('2025-12-29', 'off', '')", f"{CALENDAR}('2025-10-01', 'off', '')"),
        DIFFERS,
    ),
    "kin of the officer": (("UPDATE recusals SET subject = 'L1' WHERE number = 2",), DIFFERS),
    "two declarations change places": (
        (
            "UPDATE recusals SET number = 90 WHERE number = 1",
            "UPDATE recusals SET number = 1 WHERE number = 2",
            "UPDATE recusals SET number = 2 WHERE number = 90",
        ),
        DIFFERS,
    ),
    "the last declarations are gone": (("DELETE FROM recusals WHERE number > 2",), DIFFERS),
    "one more is added": (
        (
            "INSERT INTO recusals SELECT number + 10, kind, login, year, subject, refers, text,"
            ' "on", "by", "at" FROM recusals WHERE number = 1',
        ),
        "",
    ),
}


@pytest.mark.parametrize("what", AFTER)
async def test_who_stands_aside_and_holidays_are_those_of_the_seal(
    year: SealedYear, tmp_path: Path, what: str
) -> None:
    statements, found = AFTER[what]
    assert await found_in_copy(year, tmp_path / "copy.sqlite3", *statements) == found


def test_auditors_read_of_nobody_whose_kin_an_officer_is(bundles: tuple[Files, Files]) -> None:
    """Rows of recusals are salted digests: the same declaration twice is not seen to be one."""
    rows = {it["table"]: it["rows"] for it in map(json.loads, bundles[1][ROWS].splitlines())}
    values = [json.loads(row)["values"] for row in rows["recusals"]]
    assert {name for it in values for name in it} == {"sha256"}
    assert len({it["sha256"] for it in values}) == len(values) == SEALED_RECUSALS + 1
    assert not any(code in it for it in map(str, values) for code in ("chen", "L7", "L8", "L9"))


async def test_a_seal_of_an_earlier_version_is_verified_as_far_as_it_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Sealed before there were records, salts and public texts; then noticed and amended."""

    def older(content: SealedContent) -> str:
        said = json.loads(write_content(content))
        return canonical({name: said[name] for name in said.keys() - {"record", "salt"}})

    prepare = Approvals.prepare

    async def without_public(
        self: Approvals, kind: str, name: str, details: dict[str, Any], by: str, **more: Any
    ) -> Approval:
        old = {key: value for key, value in details.items() if key != "public"}
        return await prepare(self, kind, name, old, by, **more)

    monkeypatch.setattr("bot.appraisal.sealing.write_content", older)
    monkeypatch.setattr(Approvals, "prepare", without_public)
    year = await sealed_year(tmp_path)
    monkeypatch.undo()
    database = open_database(f"sqlite+aiosqlite:///{year.file}")
    public, whole = [
        read(await make_year_bundle(database, SEALED, year.today, auditors), year.key)
        for auditors in (False, True)
    ]
    await database.dispose()
    for found in (public, whole):
        assert (found[State.FAIL], found[State.DIFFERS]) == ([], [])
        assert "appraisal-open-older-seal" in found[State.OPEN]
    assert "appraisal-check-no-record" in whole[State.OK]
    changed = ("UPDATE indicators SET value = '99' WHERE subject = 'U1'",)
    assert await found_in_copy(year, tmp_path / "copy.sqlite3", *changed) == ""


async def test_both_databases_make_a_bundle_that_agrees(hall: Hall) -> None:
    zhou = hall.who("zhou")
    await hall.road.mixer.turn()
    with pytest.raises(BadInput, match="from the first day of its notice"):
        await make_year_bundle(hall.database, HELD, zhou.today)
    with pytest.raises(BadInput, match="2019: this year is not sealed"):
        await make_year_bundle(hall.database, 2019, zhou.today, auditors=True)
    key = hall.road.mixer.key
    before = read(await make_year_bundle(hall.database, HELD, zhou.today, auditors=True), key)
    assert (before[State.FAIL], before[State.OPEN]) == (
        [],
        ["appraisal-open-material", FOR_AUDITORS[0], "appraisal-open-no-table", FOR_AUDITORS[1]],
    )
    await hall.noticed()
    with pytest.raises(BadInput, match="the act year-notice 1 is not in the public log"):
        await make_year_bundle(hall.database, HELD, zhou.today)
    appeal = await hall.received("U3")
    await hall.answered(appeal, "chen", AppealRuling.UPHELD, "value:95:objective")
    await hall.road.mixer.turn()
    for auditors in (False, True):
        files = await make_year_bundle(hall.database, HELD, zhou.today, auditors)
        assert pack(files) == pack(
            await make_year_bundle(hall.database, HELD, zhou.today, auditors)
        )
        assert read(files, key)[State.FAIL] == []


async def test_amendments_without_an_appeal_are_verified_as_those_of_appeals(hall: Hall) -> None:
    """Points, points that were false, bonuses and a post: each amendment follows from the seal."""
    await hall.road.mixer.turn()
    await hall.noticed()
    chen, approvals = hall.who("chen"), approvals_of(hall.database, hall.road.clock)
    false = CauseRequest(
        Cause.CORRECTION, "objective", "查实通报", "虚报", subject="U1", value="10"
    )
    verdicts = {f"{HELD}/third_grade_unit/downgrade/L1": Verdict.DECLINED}
    asked = (
        CauseRequest(Cause.CORRECTION, "objective", "更正函", "漏录", subject="U3", value="70"),
        replace(false, false_material=True, heard_on="2026-11-23", verdicts=verdicts),
        CauseRequest(Cause.CORRECTION, "bonus/new", "更正函", "漏记", subject="U3", value="1.5"),
        CauseRequest(
            *(Cause.CORRECTION, f"post/U2/{HELD}-01-01", "更正函", "登记有误"),
            *("L2", "", f"{HELD}-02-01.."),
        ),
    )
    for request in asked:
        seen = (await preview_cause(hall.database, HELD, request, chen)).seen
        await prepare_cause(hall.database, approvals, HELD, request, seen, chen)
    worse = (await hall.standing()).result.unit("U1")
    assert (worse.grade, worse.amended) == (Grade.THIRD, (2,))
    await hall.road.mixer.turn()
    for auditors in (False, True):
        files = await make_year_bundle(hall.database, HELD, chen.today, auditors)
        found = read(files, hall.road.mixer.key)
        assert (found[State.FAIL], found[State.DIFFERS]) == ([], [])
        said = [json.loads(line) for line in files[AMENDMENTS].splitlines()]
        assert [it["cause"] for it in said] == ["correction", "false", "correction", "correction"]
        assert [it["corrections"] for it in said[2:]] == [
            [{"kind": "bonus", "unit": "U3", "what": "", "after": "1.5"}],
            [],
        ], "a post is a person's alone, and a bonus is told without its reason"
    # Who owns the database and calls it an appeal is found.
    async with writing(hall.database) as connection:
        (row, *_) = (await connection.execute(select(tables.amendments))).mappings().all()
        forged = dict(row) | {"number": 5, "cause": ""}
        await connection.execute(tables.amendments.insert(), [forged])
    with pytest.raises(BadInput, match="amendment 5 is not what its digest says"):
        await hall.standing()


def test_the_command_reads_a_bundle_and_ends_with_what_it_found(
    year: SealedYear,
    bundles: tuple[Files, Files],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MINPING_DATA", str(tmp_path / "nothing"))
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    good.write_bytes(pack(bundles[0]))
    bad.write_bytes(pack(edited(bundles[0], STANDING, unit("U3", grade="first"))))
    key = ("--key", year.key.write())
    assert main(["verify-year", str(good), *key]) == 0
    said = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("ok    ") for line in said) == 16
    assert said[-1].startswith("--    not checked: that the material is still what was sealed")
    assert main(["verify-year", str(bad), *key]) == 1
    said = capsys.readouterr().out.splitlines()
    at = said.index("FAIL  the public table is not the seal with its amendments")
    assert said[at + 1] == "      U3, grade: sealed second, recomputed first"
    assert main(["verify-year", str(good)]) == 1, "without the log's key nothing is proven"
    assert "with --key" in capsys.readouterr().out
    assert main(["verify", str(good), *key]) == 1
    assert "does not hold the files" in capsys.readouterr().err
    assert not (tmp_path / "nothing").exists()


def test_the_command_writes_the_bundle_that_the_other_command_reads(
    year: SealedYear,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data, file = tmp_path / "data", tmp_path / "audit.zip"
    shutil.copytree(year.file.parent / "keys", data / "keys")
    shutil.copytree(year.file.parent / "mixer", data / "keys" / "mixer")
    shutil.copy(year.file, data / "year.sqlite3")
    monkeypatch.setenv("MINPING_DATA", str(data))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{data}/year.sqlite3")
    assert main(["bundle-year", str(SEALED), str(file), "--auditors"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{file}\n")
    command = said.split("minping ")[1].split()
    assert command[:2] == ["verify-year", str(file)]
    assert main(command) == 0
    assert "FAIL" not in capsys.readouterr().out
    assert main(["bundle-year", "2019", str(file)]) == 1
    assert "from the first day of its notice" in capsys.readouterr().err
