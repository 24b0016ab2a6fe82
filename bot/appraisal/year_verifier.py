"""Checks a sealed year by a bundle alone: no database, no network, no trust in the city.

Each check is a sentence that holds or does not. What the bundle cannot show is said, with why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.appraisal import year_audit_checks as audit
from bot.appraisal import year_checks as year
from bot.appraisal.year_bundle_reader import YearBundle
from bot.appraisal.year_checks import Differs, Found
from bot.verification.act_checks import check_acts, check_labels, check_signatures
from bot.verification.bundle_reader import Bundle, CheckFailed, VerificationRequest
from bot.verification.claims import check_growth
from bot.verification.log_checks import check_form, check_root, check_signature, check_witnesses
from bot.verification.profile_check import check_profile
from survey_flows.errors import BadInput, Problem
from survey_flows.messages import Message

SHOWN = 20
"""So many differences of a check are printed; the others are counted."""


class State(StrEnum):
    """What a line says."""

    OK = "ok"
    FAIL = "FAIL"
    DIFFERS = ""
    OPEN = "--"


@dataclass(frozen=True, slots=True)
class YearLine:
    """One line: a check that holds or not, a difference, or what this bundle cannot show."""

    state: State
    finding: Problem

    def render(self, lang: str) -> str:
        """Return the sentence in a language."""
        return self.finding.render(lang)


LogCheck = Callable[[Bundle], Message]
YearCheck = Callable[[YearBundle], Found]

OF_LOG: Mapping[str, LogCheck] = {
    "verification-check-profile": check_profile,
    "verification-check-signature": check_signature,
    "verification-check-witnesses": check_witnesses,
    "verification-check-root": check_root,
    "verification-check-form": check_form,
    "verification-check-public-entries": check_acts,
    "verification-check-signatures": check_signatures,
    "verification-check-labels": check_labels,
}
"""The checks of the log, as of a campaign's bundle."""
OF_YEAR: Mapping[str, YearCheck] = {
    "appraisal-check-name-log": year.check_log_of_year,
    "appraisal-check-name-seal": year.check_seal,
    "appraisal-check-name-rules": year.check_rules,
    "appraisal-check-name-totals": year.check_totals,
    "appraisal-check-name-grades": year.check_grades,
    "appraisal-check-name-amendments": year.check_amendments,
    "appraisal-check-name-kinder": year.check_kinder,
    "appraisal-check-name-standing": year.check_standing,
}
OF_AUDITORS: Mapping[str, YearCheck] = {
    "appraisal-check-name-whole-seal": audit.check_whole_seal,
    "appraisal-check-name-whole-amendments": audit.check_whole_amendments,
    "appraisal-check-name-heads": audit.check_heads,
    "appraisal-check-name-material": audit.check_material,
    "appraisal-check-name-whole-result": audit.check_whole_result,
    "appraisal-check-name-whole-standing": audit.check_whole_standing,
}
NEVER = (Message("appraisal-open-ballots"),)
"""What no bundle of a year shows."""
FOR_EVERYBODY = (
    Message("appraisal-open-people"),
    Message("appraisal-open-certainty"),
    Message("appraisal-open-moved"),
    Message("appraisal-open-tables"),
)
"""What a public bundle does not show."""


def verify_year(files: Mapping[str, bytes], wanted: VerificationRequest) -> list[YearLine]:
    """Run every check of a year's bundle; then say what it cannot show."""
    try:
        bundle = YearBundle(files, wanted)
    except BadInput as error:
        return [YearLine(State.FAIL, error.problems[0])]
    of_log = dict(OF_LOG) | ({"verification-check-growth": check_growth} if wanted.since else {})
    lines: list[YearLine] = []
    unseen: list[Message] = []
    of_year = dict(OF_YEAR) | dict(OF_AUDITORS if bundle.for_auditors else {})
    checks: dict[str, YearCheck] = {name: _plain(check) for name, check in of_log.items()}
    for name, check in (checks | of_year).items():
        made, open_ = _run(name, check, bundle)
        lines += made
        unseen += open_
    unseen += [*NEVER, *(() if bundle.for_auditors else FOR_EVERYBODY)]
    return [*lines, *(YearLine(State.OPEN, Problem(it)) for it in dict.fromkeys(unseen))]


def _plain(check: LogCheck) -> YearCheck:
    return lambda bundle: Found(check(bundle))


def _run(name: str, check: YearCheck, bundle: YearBundle) -> tuple[list[YearLine], list[Message]]:
    try:
        found = check(bundle)
    except Differs as error:
        return [*_line(State.FAIL, error.message), *_differences(error.differences)], []
    except CheckFailed as error:
        return _line(State.FAIL, error.message), []
    except BadInput as error:
        return [YearLine(State.FAIL, error.problems[0])], []
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        return _line(State.FAIL, Message("verification-check-lacks-data", check=Message(name))), []
    return [*_line(State.OK, found.message), *_differences(found.differences)], list(found.open)


def _line(state: State, message: Message) -> list[YearLine]:
    return [YearLine(state, Problem(message))]


def _differences(found: Iterable[Message]) -> list[YearLine]:
    all_ = list(found)
    lines = [YearLine(State.DIFFERS, Problem(it)) for it in all_[:SHOWN]]
    if len(all_) > SHOWN:
        more = Message("appraisal-more-differences", count=len(all_) - SHOWN)
        lines.append(YearLine(State.DIFFERS, Problem(more)))
    return lines
