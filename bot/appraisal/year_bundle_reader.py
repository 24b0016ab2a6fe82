"""Reads a year's bundle, and derives what follows from its files alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from aggregation.appraisal.told_units import ToldUnit
from aggregation.model.facts import AppraisedUnit, Grade, Membership
from aggregation.scheme.scheme import Scheme, parse_scheme
from bot.appraisal.commitments import FORM as PUBLIC_FORM
from bot.appraisal.plain_form import read_plain
from bot.appraisal.sealed_content import SealedContent, read_content
from bot.appraisal.year_bundle_format import (
    AMENDED,
    AMENDMENTS,
    FILINGS,
    FORMAT,
    HEADS,
    ROWS,
    SEAL,
    STANDING,
    YEAR,
    year_name,
)
from bot.verification.acts import Act
from bot.verification.bundle_format import CHECKPOINT, MANIFEST, PUBLIC
from bot.verification.bundle_reader import Bundle, CheckFailed, VerificationRequest
from bot.verification.log_file import read_log
from bot.verification.public_acts import read_acts
from bot.verification.strict_files import read_lines, read_strict_json, read_text
from survey_flows.errors import BadInput, Message, Place

SEALED, AMENDMENT, NOTICED = "year-seal", "year-amendment", "year-notice"
"""Kinds of acts."""
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublicYear:
    """What everybody may read of a seal: its text, the rules, and its units by code."""

    said: Plain
    scheme: Scheme
    units: Mapping[str, ToldUnit]
    rows: Mapping[str, Plain]


class YearBundle(Bundle):
    """A year's bundle.

    Raises:
        BadInput: a file cannot be read.
    """

    def __init__(self, files: Mapping[str, bytes], wanted: VerificationRequest) -> None:
        self.files, self.wanted, self.is_older = files, wanted, False
        place = Place(file=MANIFEST)
        manifest = read_strict_json(files[MANIFEST], place)
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise BadInput(Message("verification-unknown-format", format=FORMAT), place)
        self.year, self.origin = manifest.get("year"), str(manifest.get("origin"))
        self.for_auditors = SEAL in files
        if type(self.year) is not int or manifest.get("auditors") is not self.for_auditors:
            raise BadInput(Message("appraisal-bundle-year"), place)
        self.campaign = year_name(self.year)
        self.note = read_text(files[CHECKPOINT], Place(file=CHECKPOINT))
        self.log = read_log(files)
        self.public = read_acts(files[PUBLIC], self.log, False)
        self.has_openings = False
        self.verified_note = None

    @cached_property
    def registration(self) -> Act:
        """The log's first registration: keys that change after it must be handed over."""
        found = [act for _, act in sorted(self.public.items()) if act.kind == "registration"]
        if not found:
            raise CheckFailed(Message("verification-registrations-not-one", count=0))
        return found[0]

    def year_acts(self, kind: str) -> list[Act]:
        """Return the acts of a kind about this year, in the order of the log."""
        acts = (act for _, act in sorted(self.public.items()) if act.kind == kind)
        return [act for act in acts if act.body.get("year") == self.year]

    @cached_property
    def seal_act(self) -> Act:
        """The act of the seal that holds.

        Raises:
            CheckFailed: the year is not sealed, or the last act lifts its seal.
        """
        acts = self.year_acts(SEALED)
        if not acts or "sha256" not in acts[-1].body:
            raise CheckFailed(Message("appraisal-check-not-sealed"))
        return acts[-1]

    @cached_property
    def amendment_acts(self) -> list[Act]:
        """The acts of amendments of the seal that holds."""
        acts = self.year_acts(AMENDMENT)
        return [act for act in acts if act.position > self.seal_act.position]

    @cached_property
    def public_year(self) -> PublicYear:
        """What everybody may read of the seal."""
        place = Place(file=YEAR)
        said = read_strict_json(self.files[YEAR], place, ascii_keys=False)
        if not isinstance(said, dict) or said.get("form") != PUBLIC_FORM:
            raise BadInput(Message("appraisal-bundle-form", known=PUBLIC_FORM), place)
        rows = {row["unit"]: row for row in said["units"]}
        units = {code: told_unit(row) for code, row in rows.items()}
        return PublicYear(said, parse_scheme(said["rules"]), units, rows)

    @cached_property
    def amendments(self) -> list[Plain]:
        """What everybody may read of each amendment, in order."""
        return self._lines(AMENDMENTS)

    @cached_property
    def standing(self) -> Plain | None:
        """The public table; None before the first day of the notice."""
        raw = self.files.get(STANDING)
        if raw is None:
            return None
        said: Plain = read_strict_json(raw, Place(file=STANDING), ascii_keys=False)
        return said

    @cached_property
    def content(self) -> SealedContent:
        """The seal's content."""
        return read_content(self.seal_text)

    @property
    def seal_text(self) -> str:
        """The text of the seal."""
        return read_text(self.files[SEAL], Place(file=SEAL))

    @cached_property
    def amended(self) -> list[Plain]:
        """Each amendment as it was hashed, in order, as `number` and `body`."""
        return self._lines(AMENDED)

    @cached_property
    def heads(self) -> list[Plain]:
        """What rows of seals, amendments and notices say: `of`, `text`, and `sha256` of a seal."""
        return self._lines(HEADS)

    @cached_property
    def rows(self) -> dict[str, list[str]]:
        """The rows of each table as they are now."""
        return {it["table"]: it["rows"] for it in self._lines(ROWS)}

    @cached_property
    def filings(self) -> list[Plain]:
        """All that was ever handed in."""
        return self._lines(FILINGS)

    def _lines(self, name: str) -> list[Plain]:
        found = []
        for number, line in enumerate(read_lines(self.files[name], name), 1):
            found.append(read_strict_json(line, Place(file=name, line=number), ascii_keys=False))
        return found


def told_unit(row: Mapping[str, Any]) -> ToldUnit:
    """Return a unit as a public text of a seal says it."""
    memberships = read_plain(row["memberships"], tuple[Membership, ...])
    name = row["name"]
    unit = AppraisedUnit(row["unit"], name["zh"], name["en"], row["category"], memberships)
    return ToldUnit(
        unit,
        {indicator: Decimal(points) for indicator, points in row["indicators"].items()},
        tuple(Decimal(points) for points in row["adjustments"]),
        _number(row["public_score"]),
        _number(row["total"]),
        row["tentative"],
        row["barred"],
        Grade(row["given"]) if row["given"] else None,
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
