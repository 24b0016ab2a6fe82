"""The content of a seal: all that the appraisal of a year read, and its result with its reasons."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.nesting import InnerBody
from aggregation.model.results import AppraisalResult
from aggregation.quality.changes import ScoreChange
from aggregation.scheme.scheme import Scheme, inner_scheme, parse_scheme, scheme_levels
from bot.appraisal.left_out import LeftOut
from bot.appraisal.plain_form import read_plain, write_plain
from bot.records.record_rows import Record
from survey_flows.canonical_json import canonical
from survey_flows.errors import BadInput, Message

FORM = 1
"""The spelling of a seal; a reader of another one does not guess."""
ENGINE = 1
"""Raised whenever equal material may give another result."""
Bodies = tuple[InnerBody, ...]
Changes = Mapping[str, ScoreChange]


@dataclass(frozen=True, slots=True)
class SealedRelease:
    """A campaign whose released scores a seal holds: its id, and the number of the release."""

    campaign: str
    release: int


@dataclass(frozen=True, slots=True)
class SealedContent:
    """What a seal says.

    Args:
        year: the year.
        releases: the campaigns that gave the public scores.
        inputs: what the appraisal of the city's units read.
        result: the city's result.
        inside: the results inside its units.
        changes: those of the public scores since the year before, by unit.
        before: the digest of the year before as it stood then, or empty.
        engine: the `ENGINE` that appraised the year.
        not_appraised: units that were not appraised, and their leaders, with the reason.
        left_out: which closed campaigns gave no scores, and why.
        record: how many rows each table had when the year was sealed, and their digests.
        salt: 32 hexadecimal digits, drawn for this seal; empty: it was sealed before there were.
    """

    year: int
    releases: tuple[SealedRelease, ...]
    inputs: AppraisalInputs
    result: AppraisalResult
    inside: tuple[InnerBody, ...]
    changes: Mapping[str, ScoreChange]
    before: str = ""
    engine: int = ENGINE
    not_appraised: tuple[LeftOut, ...] = ()
    left_out: tuple[Message, ...] = ()
    record: Record = field(default_factory=Record)
    salt: str = ""

    @property
    def bodies(self) -> tuple[AppraisalResult, ...]:
        """The city's result and those inside its units."""
        return (self.result, *(body.result for body in self.inside if body.result is not None))


def write_content(content: SealedContent) -> str:
    """Returns the canonical JSON of a seal."""
    return canonical(
        {
            "form": FORM,
            "year": content.year,
            "engine": content.engine,
            "before": content.before,
            "releases": write_plain(content.releases, tuple[SealedRelease, ...]),
            "rules": write_rules(content.inputs.scheme),
            "inputs": write_plain(content.inputs, AppraisalInputs),
            "result": write_plain(content.result, AppraisalResult),
            "inside": write_plain(_lean(content.inside), Bodies),
            "changes": write_plain(content.changes, Changes),
            "not_appraised": write_plain(content.not_appraised, tuple[LeftOut, ...]),
            "left_out": write_plain(content.left_out, tuple[Message, ...]),
            "record": write_plain(content.record, Record),
            "salt": content.salt,
        }
    )


def _lean(inside: Sequence[InnerBody]) -> Bodies:
    """Leaves out what bodies only repeat of the city's inputs, and what never concerns parts."""
    return tuple(
        replace(
            body,
            inputs=replace(
                body.inputs, disclosed={}, invited={}, posts=(), absences=(), endings=()
            ),
        )
        for body in inside
    )


def read_content(text: str) -> SealedContent:
    """Returns what a seal says.

    Raises:
        BadInput: it has another form, which this version does not read.
    """
    said = json.loads(text)
    if said["form"] != FORM:
        raise BadInput(Message("appraisal-seal-form", form=said["form"], known=FORM))
    scheme = parse_scheme(said["rules"])
    result = read_plain(said["result"], AppraisalResult)
    inside: Bodies = read_plain(said["inside"], Bodies)
    return SealedContent(
        said["year"],
        read_plain(said["releases"], tuple[SealedRelease, ...]),
        replace(read_plain(said["inputs"], AppraisalInputs), scheme=scheme),
        result,
        _with_schemes(inside, scheme, result),
        read_plain(said["changes"], Changes),
        said["before"],
        said["engine"],
        read_plain(said["not_appraised"], tuple[LeftOut, ...]),
        read_plain(said["left_out"], tuple[Message, ...]),
        # Seals of older versions have neither.
        read_plain(said["record"], Record) if "record" in said else Record(),
        said.get("salt", ""),
    )


def write_rules(scheme: Scheme) -> Any:
    """Returns the scheme in JSON, whose digest stays the same when it is read again."""
    return _plain(scheme.model_dump(mode="json"))


def _plain(value: Any) -> Any:
    """Decimals are text already; a float among the fields becomes text too."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return repr(value) if isinstance(value, float) else value


def _with_schemes(bodies: Sequence[InnerBody], scheme: Scheme, city: AppraisalResult) -> Bodies:
    """Gives each body the rules of its level, which follow from the scheme and its unit's grade."""
    levels = scheme_levels(scheme)
    standing = {unit.unit: unit.standing for unit in city.units}
    found: list[InnerBody] = []
    for body in bodies:
        grade, rules = standing.get(body.unit), scheme
        if body.result is not None and grade is not None:
            rules = inner_scheme(levels[body.level - 1], scheme, grade, len(body.inputs.units))
            standing |= {unit.unit: unit.standing for unit in body.result.units}
        found.append(replace(body, inputs=replace(body.inputs, scheme=rules)))
    return tuple(found)
