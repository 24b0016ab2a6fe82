"""Checks of a bundle with openings, for auditors: its ballots, their counting and the totals.

Each check returns the message of what it found, or raises `CheckFailed`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, Tally, tally
from aggregation.disclosure.precision import units_alone
from aggregation.disclosure.suppression import disclose
from aggregation.estimation.method2.kept_sums import KeptSums, PlacedCount, kept_sums
from aggregation.estimation.scores import score_contrasts, score_tally
from bot.verification.bounded_totals import bounded_files, read_sums
from bot.verification.bundle_format import FULL_WEIGHT, SUMS, TOTALS
from bot.verification.bundle_reader import GROWN, NEW, OLD, UNSIGNED, Bundle, CheckFailed
from bot.verification.campaign_checks import number
from bot.verification.gate_checks import require_gate_parts, require_own_ids
from bot.verification.log_file import OLDER
from bot.verification.opened_entries import (
    BALLOT,
    COMMENT,
    WITHDRAWAL,
    BallotAnswer,
    Opening,
)
from bot.verification.public_totals import ballots_by_weight, public_totals, write_totals
from survey_flows.log_entries import SEALED
from survey_flows.messages import Message

QUARTER = 900
"""Seconds of a quarter of an hour, in which a ballot's time is kept."""
LIGHTER_WEIGHTS = {0, 1, 2}
"""Fraud weights below a full one, in quarters."""


def check_openings(bundle: Bundle) -> Message:
    """Check that every opening is what the log commits to."""
    log = bundle.log
    for position, opening in bundle.opened.items():
        inside = 0 <= position < len(log) and log.kinds[position] in (SEALED, OLDER)
        if not inside or position in bundle.public:
            raise CheckFailed(Message("verification-opened-not-sealed", position=position))
        if opening.commitment != log.commitment(position):
            raise CheckFailed(Message("verification-opening-differs", position=position))
        if opening.campaign != bundle.campaign or position not in bundle.own:
            raise CheckFailed(Message("verification-opened-other-campaign", position=position))
    return Message("verification-openings-agree", count=len(bundle.opened))


def check_completeness(bundle: Bundle) -> Message:
    """Check that every sealed entry of the campaign is opened, withdrawn or lost."""
    opened, withdrawn = set(bundle.opened), bundle.withdrawn
    for position, opening in bundle.opened.items():
        if opening.kind == WITHDRAWAL and opening.names >= position:
            raise CheckFailed(Message("verification-withdrawal-of-later", position=position))
    twice = [position for position, count in Counter(withdrawn).items() if count > 1]
    if twice:
        raise CheckFailed(Message("verification-withdrawn-twice", position=twice[0]))
    if stray := set(withdrawn) - _withdrawable(bundle):
        raise CheckFailed(Message("verification-withdrawn-not-sealed", position=min(stray)))
    if both := opened & set(withdrawn):
        raise CheckFailed(Message("verification-withdrawn-and-opened", position=min(both)))
    lost = bundle.lost - opened - set(withdrawn)
    if missing := bundle.own - opened - set(withdrawn) - lost:
        count, first = len(missing), min(missing)
        raise CheckFailed(Message("verification-entries-not-opened", count=count, position=first))
    if lost:
        count = len(lost)
        return Message("verification-opened-or-lost", withdrawn=len(withdrawn), lost=count)
    return Message("verification-all-opened", withdrawn=len(withdrawn))


def _withdrawable(bundle: Bundle) -> set[int]:
    """Return the entries that a withdrawal may name: ballots, and of form 1 comments, too."""
    lines = bundle.lines
    ballots = lines.sealed[: bundle.sealed_before_intake]
    return {*ballots, *lines.older}


def check_ballots_fit(bundle: Bundle) -> Message:
    """Check that every body is one that the registered campaign could take, in its place."""
    terms = bundle.registered
    first, last = terms.opens_at // QUARTER, terms.closes_at // QUARTER
    kept = 0
    for position, opening in bundle.opened.items():
        if opening.kind not in (BALLOT, COMMENT, WITHDRAWAL):
            kind = opening.kind
            raise CheckFailed(
                Message("verification-entry-unknown-kind", position=position, kind=kind)
            )
        if not opening.is_canonical:
            raise CheckFailed(Message("verification-entry-not-canonical", position=position))
        if opening.is_signed:
            require_gate_parts(bundle, position, opening)
        if opening.kind != BALLOT:
            continue
        unit, questionnaire, *_ = opening.answer
        if terms.used.get(unit) != questionnaire:
            raise CheckFailed(Message("verification-ballot-wrong-unit", position=position))
        bucket = _bucket(opening)
        kept += opening.aside is not None
        if bucket is not None and not first <= bucket <= last:
            raise CheckFailed(Message("verification-ballot-outside-time", position=position))
    require_own_ids(bundle)
    if bundle.state in (NEW, GROWN):
        return Message("verification-ballots-fit-asides", count=kept)
    return Message("verification-ballots-fit")


def _bucket(opening: Opening) -> int | None:
    """Return the quarter of an hour of a ballot; None once its aside was erased."""
    if not opening.is_signed:
        return opening.bucket
    return opening.aside.bucket if opening.aside is not None else None


def check_counted(bundle: Bundle) -> Message:
    """Check that the last ballot of each voter and unit counts, by the closing's numbers."""
    closing, ballots = bundle.closing, bundle.ballots
    counted, superseded = len(ballots.counted), ballots.superseded
    # What was lost after the closing was counted by it, and nobody can count it again.
    late = len(bundle.lost - bundle.lost_until(closing.position)) if not bundle.is_older else 0
    for message, name, opened in (
        ("verification-counted-differs", "counted", counted),
        ("verification-superseded-differs", "superseded", superseded),
        ("verification-withdrawn-differs", "withdrawn", len(bundle.withdrawn)),
    ):
        said = number(closing, name)
        if abs(said - opened) > late:
            raise CheckFailed(Message(message, closing=said, opened=opened))
    # A pseudonym of the newer kind is one for each unit.
    by_unit = max(ballots.by_unit.values(), default=0)
    voters = len(ballots.voters) if bundle.state in (OLD, UNSIGNED) else by_unit
    said = number(closing, "voters")
    if said < voters:
        raise CheckFailed(Message("verification-voters-differ", closing=said, opened=voters))
    return Message("verification-last-ballots-count", counted=counted, superseded=superseded)


def check_quotas(bundle: Bundle) -> Message:
    """Check that no registered quota was exceeded."""
    quotas = bundle.registered.quotas
    if not quotas:
        return Message("verification-no-quotas")
    found: Counter[object] = Counter()
    for answer, count in Counter(bundle.ballots.counted.values()).items():
        unit, _, group, stratum, source, _ = answer
        for cell in quotas:
            if cell.unit == unit and cell.takes(group, stratum, source):
                found[cell] += count
    for cell, capacity in quotas.items():
        if found[cell] > capacity:
            name = "/".join(filter(None, (cell.unit, cell.group, cell.stratum, cell.source)))
            count = found[cell]
            raise CheckFailed(
                Message("verification-quota-exceeded", count=count, cell=name, capacity=capacity)
            )
    return Message("verification-quotas-kept", count=len(quotas))


def check_weights_of_ballots(bundle: Bundle) -> Message:
    """Check that fraud weights are given only to ballots that count."""
    for position, weight in bundle.weights.items():
        if position not in bundle.ballots.counted or weight not in LIGHTER_WEIGHTS:
            raise CheckFailed(
                Message("verification-weight-impossible", weight=weight, position=position)
            )
    excluded = sum(not weight for weight in bundle.weights.values())
    lighter = len(bundle.weights) - excluded
    return Message("verification-weights-given", excluded=excluded, lighter=lighter)


def check_totals(bundle: Bundle) -> Message:
    """Check that the totals follow from the ballots."""
    terms = bundle.registered
    counts = Counter(
        (answer, bundle.weights.get(position, FULL_WEIGHT))
        for position, answer in bundle.ballots.counted.items()
    )
    rows = [_pattern(answer, weight, count) for (answer, weight), count in sorted(counts.items())]
    counted = tally(rows, PatternReader(terms.questionnaires, terms.scheme))
    if terms.scheme.evidence is not None:
        return _check_bounded(bundle, counted)
    scores = score_tally(counted, terms.categories, terms.scheme)
    alone = units_alone(counted, terms.used, terms.questionnaires, terms.scheme)
    disclosed = disclose(
        scores, ballots_by_weight(counted), terms.scheme, alone, staff=counted.staff
    )
    totals = write_totals(public_totals(bundle.campaign, counted, scores, terms.scheme, disclosed))
    if totals != bundle.files[TOTALS]:
        raise CheckFailed(Message("verification-totals-do-not-follow"))
    scored = sum(score.score is not None for score in scores.values())
    return Message("verification-totals-follow", scored=scored)


def _check_bounded(bundle: Bundle, counted: Tally) -> Message:
    """Check that totals and full sums of method 2 follow from the ballots.

    Contrasts are those of the first release; the sums commit to them, and the scores follow from
    them.
    """
    terms = bundle.registered
    if SUMS not in bundle.files:
        raise CheckFailed(Message("verification-sums-missing"))
    given = read_sums(bundle.files[SUMS])
    if set(given.salts) != set(terms.categories) or not _kept_agree(bundle, given.kept):
        raise CheckFailed(Message("verification-totals-do-not-follow"))
    scores = score_tally(counted, terms.categories, terms.scheme, given.contrasts)
    alone = units_alone(counted, terms.used, terms.questionnaires, terms.scheme)
    disclosed = disclose(
        scores, ballots_by_weight(counted), terms.scheme, alone, staff=counted.staff
    )
    files = bounded_files(bundle.campaign, counted, scores, disclosed, given.salts, given.kept)
    if (files.totals, files.sums) != (bundle.files[TOTALS], bundle.files[SUMS]):
        raise CheckFailed(Message("verification-totals-do-not-follow"))
    scored = sum(score.score is not None for score in scores.values())
    own = score_contrasts(counted, terms.categories, terms.scheme) or {}
    if any(own[unit] != found for unit, found in given.contrasts.items() if found):
        return Message("verification-totals-follow-older-contrasts", scored=scored)
    return Message("verification-totals-follow", scored=scored)


def _kept_agree(bundle: Bundle, kept: Mapping[str, KeptSums]) -> bool:
    """Return whether the sums by key follow from the ballots, while these still have their keys.

    Once the keys are erased nothing but the digest of the sums vouches for them.
    """
    counts: Counter[tuple[BallotAnswer, int, int, int]] = Counter()
    for position, answer in bundle.ballots.counted.items():
        aside = bundle.opened[position].aside
        if aside is None:
            return True
        if aside.cluster is not None and aside.reminders is not None:
            weight = bundle.weights.get(position, FULL_WEIGHT)
            counts[answer, weight, aside.cluster, aside.reminders] += 1
    terms = bundle.registered
    rows = [
        PlacedCount(*_keys(answer), weight, answer[-1], cluster, reminders, ballots)
        for (answer, weight, cluster, reminders), ballots in counts.items()
    ]
    reader = PatternReader(terms.questionnaires, terms.scheme)
    # A result of before few answers joined others is signed with them apart.
    return kept in (kept_sums(rows, reader), kept_sums(rows, reader, older=True))


def _keys(answer: BallotAnswer) -> tuple[str, str, str, str, str]:
    unit, questionnaire, group, stratum, source, _ = answer
    return unit, questionnaire, group, stratum, source


def _pattern(answer: BallotAnswer, weight: int, count: int) -> PatternCount:
    return PatternCount(*_keys(answer), weight, answer[-1], count)
