"""Checks of a year's bundle for auditors: the whole result anew, the material, and every row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import zip_longest
from math import isclose
from typing import Any

from aggregation.appraisal.corrections import Correction, corrected
from aggregation.appraisal.standing import Amendment, Change, moves_only_in_rank, view_year
from aggregation.model.reason_lines import ReasonLine
from aggregation.model.results import AppraisalResult
from bot.appraisal.amended_content import (
    amended,
    appraised_bodies,
    sealed_material,
    work_out,
)
from bot.appraisal.commitments import (
    AMENDMENT,
    NOTICE,
    SEAL,
    public_text,
    text_digest,
)
from bot.appraisal.plain_form import read_plain
from bot.appraisal.public_part import public_changes, public_part
from bot.appraisal.year_bundle_format import YEAR
from bot.appraisal.year_bundle_reader import Plain, YearBundle
from bot.appraisal.year_checks import Differs, Found, difference, engine_finding
from bot.records.record_rows import moved_tables
from bot.verification.bundle_reader import CheckFailed
from survey_flows.messages import Message

UNORDERED = ("components", "trail", "grounds")
"""Fields whose order follows from that of the rules as they were typed, which a seal forgets."""
KINDS = {SEAL: "year-seal", AMENDMENT: "year-amendment", NOTICE: "year-notice"}
"""The act of each row that `heads.jsonl` has."""


def check_whole_seal(bundle: YearBundle) -> Found:
    """Check that the seal is the one that the log has, and what is public of it follows."""
    if text_digest(bundle.seal_text) != bundle.seal_act.body["sha256"]:
        raise CheckFailed(Message("appraisal-check-seal-differs"))
    if public_part(bundle.content).encode() + b"\n" != bundle.files[YEAR]:
        raise CheckFailed(Message("appraisal-check-public-other"))
    people = sum(len(body.leaders) for body in bundle.content.bodies)
    units = sum(len(body.units) for body in bundle.content.bodies)
    return Found(Message("appraisal-check-whole-seal", units=units, people=people))


def check_whole_amendments(bundle: YearBundle) -> Found:
    """Check that amendments are those that the log has, and what is public of them follows."""
    inputs, made = bundle.content.inputs, []
    for act, it, told in zip_longest(bundle.amendment_acts, bundle.amended, bundle.amendments):
        if act is None or it is None or told is None:
            raise CheckFailed(Message("appraisal-check-amendment-missing"))
        number = it["number"]
        if text_digest(it["body"]) != act.body["after"]:
            raise CheckFailed(Message("appraisal-check-amendment-other", number=number))
        one = _read(it)
        inputs = corrected(inputs, one.corrections)
        made.append(one.amendment)
        city = amended(bundle.content, made).result
        told_of = (one.corrections, one.amendment.changes, one.amendment.cause)
        said = public_changes(city, inputs, *told_of)
        digests = {name: str(act.body[name]) for name in ("before", "after")}
        text = public_text(bundle.content.year, number, digests, said)
        if "public" in act.body and text_digest(text) != act.body["public"]:
            raise CheckFailed(Message("appraisal-check-amendment-public", number=number))
    return Found(Message("appraisal-check-whole-amendments", count=len(made)))


class _Read:
    """An amendment as it was hashed: what it puts right, and what follows."""

    def __init__(self, said: Mapping[str, Any], number: int) -> None:
        self.subject: str = said["subject"]
        self.corrections: tuple[Correction, ...] = read_plain(
            said["corrections"], tuple[Correction, ...]
        )
        changes = read_plain(said["changes"], tuple[Change, ...])
        cause = str(json.loads(said["cause"])["kind"]) if said.get("cause") else ""
        about = (said["appeal"], self.subject, said["reason"])
        self.amendment = Amendment(number, *about, changes, cause)


def _read(it: Plain) -> _Read:
    return _Read(json.loads(it["body"]), it["number"])


def check_heads(bundle: YearBundle) -> Found:
    """Check what the rows of seals, amendments and notices say beside their content."""
    found: list[Message] = []
    unbound = 0
    older = "public" not in bundle.seal_act.body
    for what, kind in KINDS.items():
        rows = {json.loads(it["text"])["number"]: it for it in bundle.heads if it["of"] == what}
        acts = {act.body[what]: act.body for act in bundle.year_acts(kind)}
        for number in sorted({*rows, *acts}):
            row, said = rows.get(number), acts.get(number)
            if (row is None or said is None) and older:
                unbound += 1
            elif row is None or said is None or row["sha256"] != said.get("sha256", ""):
                found.append(Message("appraisal-check-row", row=f"{what} {number}"))
            elif "head" not in said:
                unbound += 1
            elif text_digest(row["text"]) != said["head"]:
                found.append(Message("appraisal-check-row", row=f"{what} {number}"))
    found += _subjects(bundle)
    if found:
        raise Differs(Message("appraisal-check-heads-differ", count=len(found)), found)
    open_ = (Message("appraisal-open-heads", count=unbound),) if unbound else ()
    return Found(Message("appraisal-check-heads", count=len(bundle.heads)), open=open_)


def _subjects(bundle: YearBundle) -> list[Message]:
    """Return the notices that tell others than those whom their amendment changes."""
    changed: dict[int, list[str]] = {0: []}
    made: list[Amendment] = []
    for it in bundle.amended:
        standing = view_year(amended(bundle.content, made).bodies)
        one = _read(it).amendment
        # Who only moves in rank is told on the own page, without a notice.
        told_of = (c.subject for c in one.changes if not moves_only_in_rank(standing, c))
        changed[it["number"]] = sorted(told_of)
        made.append(one)
    found = []
    for it in bundle.heads:
        if it["of"] == NOTICE:
            row = json.loads(it["text"])
            told = json.loads(row["subjects"]) if row["subjects"] else []
            if told != changed.get(row["amendment"]):
                found.append(Message("appraisal-check-row", row=f"{NOTICE} {row['number']}"))
    return found


def check_whole_result(bundle: YearBundle) -> Found:
    """Check that the whole result follows from the sealed material."""
    content = bundle.content
    now = appraised_bodies(sealed_material(content))
    found = list(_differences(content.bodies, now))
    people = sum(len(body.leaders) for body in content.bodies)
    units = sum(len(body.units) for body in content.bodies)
    return engine_finding(
        content.engine,
        Found(Message("appraisal-check-whole-result", units=units, people=people)),
        Message("appraisal-check-whole-result-differs", count=len(found)),
        found,
    )


def check_whole_standing(bundle: YearBundle) -> Found:
    """Check that each amendment changes exactly what its corrections change."""
    material = sealed_material(bundle.content)
    made: list[Amendment] = []
    found: list[Message] = []
    for it in bundle.amended:
        one = _read(it)
        standing = view_year(amended(bundle.content, made).bodies)
        cause = one.amendment.cause
        worked = work_out(standing, material, one.corrections, one.subject, cause)
        told = {change.subject: change for change in one.amendment.changes}
        again = {change.subject: change for change in worked.changes}
        for subject in sorted({*told, *again}):
            found += _fields(subject, told.get(subject), again.get(subject))
        material = corrected(material, one.corrections)
        made.append(one.amendment)
    return engine_finding(
        bundle.content.engine,
        Found(Message("appraisal-check-whole-standing", count=len(made))),
        Message("appraisal-check-whole-standing-differs", count=len(found)),
        found,
    )


def _differences(
    sealed: Sequence[AppraisalResult], now: Sequence[AppraisalResult]
) -> Iterable[Message]:
    for before, after in zip_longest(sealed, now):
        if before is None or after is None:
            yield difference("bodies", "count", len(sealed), len(now))
            return
        for name in ("units", "leaders", "proposals", "quotas"):
            yield from _by_subject(getattr(before, name), getattr(after, name))
        for name in ("scheme_digest", "leagues", "unused", "trail", "tasks"):
            if not same(getattr(before, name), getattr(after, name)):
                yield from _trail(before, after, name)


def _trail(before: AppraisalResult, after: AppraisalResult, name: str) -> Iterable[Message]:
    if name != "trail":
        yield difference("result", name, getattr(before, name), getattr(after, name))
        return
    for subject in sorted({*before.trail, *after.trail}):
        lines = (_in_order(it.trail.get(subject, ())) for it in (before, after))
        if not same(*lines):
            yield difference(subject, "reasons", "…", "…")


def _by_subject(sealed: Sequence[Any], now: Sequence[Any]) -> Iterable[Message]:
    before, after = ({_name(it): it for it in some} for some in (sealed, now))
    for subject in sorted({*before, *after}):
        yield from _fields(subject, before.get(subject), after.get(subject))


def _name(it: Any) -> str:
    names = ("unit", "leader", "key", "category")
    first = ("leader", *names) if hasattr(it, "leader") else names
    return next(str(getattr(it, name)) for name in first if hasattr(it, name))


def _fields(subject: str, sealed: Any, now: Any) -> Iterable[Message]:
    if sealed is None or now is None:
        yield difference(subject, "result", *("–" if it is None else "…" for it in (sealed, now)))
        return
    for it in fields(sealed):
        before, after = getattr(sealed, it.name), getattr(now, it.name)
        if it.name in UNORDERED:
            before, after = _in_order(before), _in_order(after)
        if not same(before, after):
            yield difference(subject, it.name, before, after)


def _in_order(parts: Iterable[Any]) -> list[Any]:
    """Return parts in an order of their own, and so the words of a sum in a line of reasons.

    A seal has its rules by name, so that weights come in another order than they were typed in.
    """
    return sorted(map(_loose, parts), key=repr)


def _loose(part: Any) -> Any:
    if isinstance(part, ReasonLine) and isinstance(part.value, str):
        return replace(part, value=" ".join(sorted(part.value.split())))
    return part


def same(one: object, other: object) -> bool:
    """Return whether two values are the same; a float of another machine may be a little off."""
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if type(one) is not type(other):
        return one == other
    if is_dataclass(one) and is_dataclass(other):
        return all(same(getattr(one, it.name), getattr(other, it.name)) for it in fields(one))
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def check_material(bundle: YearBundle) -> Found:
    """Check that the material is the one that was sealed, and the sealed points are its points."""
    record = bundle.content.record
    if not record.tables:
        message = Message("appraisal-check-no-record")
        return Found(message, open=(Message("appraisal-open-older-seal"),))
    moved = moved_tables(record, bundle.content.year, bundle.rows, bundle.filings)
    if moved:
        found = [
            Message("appraisal-check-table", table=name, sealed=then, now=now)
            for name, (then, now) in sorted(moved.items())
        ]
        raise Differs(Message("appraisal-check-material-differs", count=len(found)), found)
    if points := _points(bundle):
        raise Differs(Message("appraisal-check-points-differ", count=len(points)), points)
    rows = sum(it.rows for it in record.tables.values())
    return Found(Message("appraisal-check-material", tables=len(record.tables), rows=rows))


def _points(bundle: YearBundle) -> list[Message]:
    """Return the sealed points that are not those of the rows."""
    stored = {}
    for line in bundle.rows["indicators"]:
        values = json.loads(line)["values"]
        stored[values["subject"], values["indicator"]] = values["value"]
    material = sealed_material(bundle.content)
    sealed = {key: f"{value:f}" for key, value in material.indicators.items()}
    sealed |= {(person, "personal"): f"{value:f}" for person, value in material.personal.items()}
    return [
        difference(subject, indicator, value, stored.get((subject, indicator)))
        for (subject, indicator), value in sorted(sealed.items())
        if stored.get((subject, indicator)) != value
    ]
