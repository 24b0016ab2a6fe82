"""Checks of a year's bundle that everybody can make: log, rules, totals, ranks, grades, amendments.

Each returns what it found, or raises `CheckFailed` with what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from aggregation.appraisal.corrections import CorrectionKind
from aggregation.appraisal.standing import ORDER, Cause
from aggregation.appraisal.told_units import ToldUnit, stand_again, total_range
from aggregation.model.facts import Grade
from bot.appraisal.commitments import text_digest
from bot.appraisal.sealed_content import ENGINE
from bot.appraisal.year_bundle_format import AMENDMENTS, YEAR
from bot.appraisal.year_bundle_reader import NOTICED, Plain, YearBundle
from bot.campaigns.definition import registered_definition
from bot.verification.bundle_reader import CheckFailed
from bot.verification.campaign_checks import number as number_of
from bot.verification.strict_files import read_lines
from survey_flows.messages import Message

TOLD_ROW = ("family", "rank", "of", "total", "public_score", "grade", "certainty")
"""What the public table says of a unit's result."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: a sentence, what differs, and what this bundle cannot show, and why."""

    message: Message
    differences: tuple[Message, ...] = ()
    open: tuple[Message, ...] = ()


class Differs(CheckFailed):
    """A check does not hold, and these are the differences."""

    def __init__(self, message: Message, differences: Iterable[Message]) -> None:
        super().__init__(message)
        self.differences = tuple(differences)


def difference(subject: str, field: str, sealed: object, now: object) -> Message:
    """Return the sentence of one difference."""
    said = {"sealed": _short(sealed), "now": _short(now)}
    return Message("appraisal-difference", subject=subject, field=field, **said)


def _short(value: object) -> str:
    text = "–" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def check_rules(bundle: YearBundle) -> Found:
    """Check that the year's rules are those of its campaigns' registrations."""
    year, missing = bundle.public_year, []
    registered = {
        act.body.get("campaign"): act
        for act in bundle.public.values()
        if act.kind == "registration"
    }
    for campaign, _ in year.said["releases"]:
        act = registered.get(campaign)
        if act is None:
            missing.append(str(campaign))
            continue
        if registered_definition(act.body, str(campaign)).scheme.digest != year.scheme.digest:
            raise CheckFailed(Message("appraisal-check-rules-differ", campaign=str(campaign)))
    agree = Message("appraisal-check-rules", count=len(year.said["releases"]) - len(missing))
    unknown = Message("appraisal-open-registration", campaigns=tuple(missing))
    return Found(agree, open=(unknown,) if missing else ())


def check_seal(bundle: YearBundle) -> Found:
    """Check that the log's last seal of the year binds what everybody may read of it."""
    act = bundle.seal_act
    count = len(bundle.year_acts(act.kind))
    digest, position = str(act.body["sha256"]), act.position
    said = Message("appraisal-check-seal", digest=digest, position=position, count=count)
    if "public" not in act.body:
        return Found(said, open=(Message("appraisal-open-older-seal"),))
    (text,) = (line.decode() for line in read_lines(bundle.files[YEAR], YEAR))
    if text_digest(text) != act.body["public"]:
        raise CheckFailed(Message("appraisal-check-public-differs", position=position))
    if bundle.public_year.said["year"] != bundle.year:
        raise CheckFailed(Message("appraisal-check-other-year"))
    return Found(said)


def check_amendments(bundle: YearBundle) -> Found:
    """Check that the amendments are those of the log, each from the result before it."""
    acts, said = bundle.amendment_acts, bundle.amendments
    if len(acts) != len(said):
        message = Message("appraisal-check-amendment-count", logged=len(acts), told=len(said))
        raise CheckFailed(message)
    stands, older = bundle.seal_act.body["sha256"], 0
    texts = [line.decode() for line in read_lines(bundle.files[AMENDMENTS], AMENDMENTS)]
    for act, text, it in zip(acts, texts, said, strict=True):
        number, position = act.body["amendment"], act.position
        digests = (it["before"], it["after"])
        same = digests == (act.body["before"], act.body["after"]) and it["number"] == number
        if not same or ("public" in act.body and text_digest(text) != act.body["public"]):
            raise CheckFailed(
                Message("appraisal-check-amendment-differs", number=it["number"], position=position)
            )
        if it["before"] != stands:
            raise CheckFailed(Message("appraisal-check-amendment-chain", number=it["number"]))
        stands, older = it["after"], older + ("public" not in act.body)
    found = Message("appraisal-check-amendments", count=len(acts))
    return Found(found, open=(Message("appraisal-open-older-seal"),) if older else ())


def check_kinder(bundle: YearBundle) -> Found:
    """Check that no unit has a lower grade by an amendment than it had.

    But for the unit itself that a late finding is about, or that gained by its own false material.
    """
    order = [str(grade) if grade else None for grade in ORDER]
    worse = [
        difference(it["unit"], "grade", it["before"], it["after"])
        for made in bundle.amendments
        for it in made["units"]
        if it["before"] is not None and order.index(it["after"]) > order.index(it["before"])
        if not _is_about(made, it["unit"])
    ]
    if worse:
        raise Differs(Message("appraisal-check-worse"), worse)
    kept = sum(it["kept"] for made in bundle.amendments for it in made["units"])
    return Found(Message("appraisal-check-kinder", kept=kept))


def _is_about(made: Plain, unit: str) -> bool:
    """Whether an amendment may worsen a unit: it is about the unit's own finding or material."""
    about = {it["unit"] for it in made["corrections"]}
    return made.get("cause") in (Cause.LATE, Cause.FALSE) and unit in about


def standing_rows(bundle: YearBundle) -> dict[str, Plain]:
    """Return what stands of each unit: the sealed rows with every amendment."""
    rows = {code: dict(row) | {"amended": []} for code, row in bundle.public_year.rows.items()}
    for made in bundle.amendments:
        for it in made["units"]:
            if it["row"] is not None:
                row = rows[it["unit"]]
                row |= it["row"] | {"amended": [*row["amended"], made["number"]]}
    return rows


def check_standing(bundle: YearBundle) -> Found:
    """Check that the public table is the seal with its amendments, and its notice the log's."""
    table = bundle.standing
    if table is None:
        return Found(
            Message("appraisal-check-no-notice"), open=(Message("appraisal-open-no-table"),)
        )
    rows, told = standing_rows(bundle), {row["unit"]: row for row in table["units"]}
    found = [
        difference(code, name, rows.get(code, {}).get(name), told.get(code, {}).get(name))
        for code in sorted({*rows, *told})
        for name in (*TOLD_ROW, "name", "amended")
        if rows.get(code, {}).get(name) != told.get(code, {}).get(name)
    ]
    last = bundle.amendments[-1] if bundle.amendments else None
    whole = {
        "year": bundle.year,
        "seal": bundle.seal_act.body["sha256"],
        "standing": last["after"] if last else bundle.seal_act.body["sha256"],
        "scheme": {
            "version": bundle.public_year.scheme.version,
            "digest": bundle.public_year.scheme.digest,
        },
        "leaders": last["leaders"] if last else bundle.public_year.said["leaders"],
        "amendments": len(bundle.amendments),
    }
    found += [
        difference("table", name, value, table.get(name))
        for name, value in whole.items()
        if table.get(name) != value
    ]
    found += _notice_differences(bundle, table["notice"])
    if found:
        raise Differs(Message("appraisal-check-standing-differs"), found)
    return Found(Message("appraisal-check-standing", count=len(told)))


def _notice_differences(bundle: YearBundle, told: Mapping[str, Any]) -> list[Message]:
    acts = [act for act in bundle.year_acts(NOTICED) if not act.body["amendment"]]
    if not acts:
        # Before seals bound what is public, notices were in no log.
        older = "public" not in bundle.seal_act.body
        return [] if older else [difference("notice", "log", None, told["begins"])]
    said = acts[-1].body
    return [
        difference("notice", name, said[name], told[name])
        for name in ("begins", "ends", "until")
        if said[name] != told[name]
    ]


def check_totals(bundle: YearBundle) -> Found:
    """Check that totals follow from points and told scores, within what rounding leaves open."""
    year = bundle.public_year
    found, blind, seen = [], [], 0
    direct = year.scheme.graded_score == "direct"
    for it in _totals_to_check(bundle):
        code, allowed = it.unit.code, total_range(year.scheme, it) if direct else None
        if it.total is None:
            continue
        if allowed is None:
            blind.append(code)
        elif not allowed[0] <= it.total <= allowed[1]:
            found.append(difference(code, "total", it.total, _range(allowed)))
        else:
            seen += 1
    if found:
        raise Differs(Message("appraisal-check-totals-differ", count=len(found)), found)
    unseen = Message("appraisal-open-scores", units=tuple(sorted(set(blind))))
    return Found(Message("appraisal-check-totals", count=seen), open=(unseen,) if blind else ())


def _range(allowed: tuple[Decimal, Decimal]) -> str:
    low, high = allowed
    return f"{low}" if low == high else f"{low}–{high}"


def _totals_to_check(bundle: YearBundle) -> Iterable[ToldUnit]:
    """Return the sealed units, and after each amendment those to which it gave a total."""
    units = dict(bundle.public_year.units)
    yield from units.values()
    for made in bundle.amendments:
        for it in made["corrections"]:
            units[it["unit"]] = _put_right(units[it["unit"]], it)
        for it in made["units"]:
            if it["row"] is not None:
                total, score = it["row"]["total"], it["row"]["public_score"]
                units[it["unit"]] = replace(
                    units[it["unit"]],
                    total=None if total is None else Decimal(total),
                    score=None if score is None else Decimal(score),
                )
                yield units[it["unit"]]


def _put_right(unit: ToldUnit, it: Plain) -> ToldUnit:
    """Return a unit with its points, or its bonuses and deductions, as a correction leaves them.

    Raises:
        CheckFailed: the bonus or deduction that is put right was never told.
    """
    if it["kind"] == CorrectionKind.VALUE:
        points = {**unit.indicators, it["what"]: Decimal(it["after"])}
        return replace(unit, indicators=points)
    if it["kind"] != CorrectionKind.BONUS:
        return unit
    stands = list(unit.adjustments)
    if it["what"]:
        if Decimal(it["what"]) not in stands:
            raise CheckFailed(Message("appraisal-check-bonus-unknown", unit=it["unit"]))
        stands.remove(Decimal(it["what"]))
    stands += [Decimal(it["after"])] if it["after"] else []
    return replace(unit, adjustments=tuple(stands))


def check_grades(bundle: YearBundle) -> Found:
    """Check that families, ranks and grades follow from the totals and the rules."""
    year = bundle.public_year
    made = stand_again(year.said["year"], year.scheme, year.units.values())
    found, either = [], []
    for code, row in sorted(year.rows.items()):
        again = made[code]
        facts = {"family": again.family, "rank": again.rank, "of": again.of}
        found += [
            difference(code, name, row[name], value)
            for name, value in facts.items()
            if row[name] != value
        ]
        grade = Grade(row["grade"]) if row["grade"] else None
        if grade not in again.grades:
            found.append(difference(code, "grade", row["grade"], again.grades[0]))
        if len(again.grades) > 1:
            either.append(code)
    unsure = Message("appraisal-open-tentative", units=tuple(either))
    return engine_finding(
        bundle.public_year.said["engine"],
        Found(
            Message("appraisal-check-grades", count=len(year.rows)),
            open=(unsure,) if either else (),
        ),
        Message("appraisal-check-grades-differ", count=len(found)),
        found,
    )


def engine_finding(engine: int, good: Found, bad: Message, differences: Iterable[Message]) -> Found:
    """Return the finding; another engine that differs is told, and what is sealed stands.

    Raises:
        Differs: the engine that sealed the year is this one, and something differs.
    """
    found = tuple(differences)
    if not found:
        return good
    if engine == ENGINE:
        raise Differs(bad, found)
    return Found(
        Message("appraisal-check-other-engine", sealed=engine, now=ENGINE, count=len(found)), found
    )


def check_log_of_year(bundle: YearBundle) -> Found:
    """Check that seals, amendments and notices of the year have the next number each."""
    for kind, field in (
        ("year-seal", "seal"), ("year-amendment", "amendment"), ("year-notice", "notice")
    ):  # fmt: skip
        numbers = [number_of(act, field) for act in bundle.year_acts(kind)]
        names = [act.body["name"] for act in bundle.year_acts(kind)]
        if any(b != a + 1 for a, b in pairwise([0, *numbers])) and not _older(bundle, kind):
            raise CheckFailed(Message("appraisal-check-numbers", kind=kind))
        if names != [f"{bundle.year}/{number}" for number in numbers]:
            raise CheckFailed(Message("appraisal-check-numbers", kind=kind))
    closed = bundle.year_acts("material-closed")
    open_ = () if closed else (Message("appraisal-open-material"),)
    return Found(
        Message("appraisal-check-log", count=len(bundle.year_acts("year-notice"))), open=open_
    )


def _older(bundle: YearBundle, kind: str) -> bool:
    """Return whether rows may be older than the acts that tell of them."""
    return kind != "year-seal" and "public" not in bundle.seal_act.body
