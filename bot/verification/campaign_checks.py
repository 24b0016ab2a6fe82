"""Checks of a campaign in the log: registration, batches, the gate's count, closing and result."""

from __future__ import annotations

from hashlib import sha256

from bot.verification.acts import Act
from bot.verification.bounded_totals import FORMAT as BOUNDED_FORMAT
from bot.verification.bundle_format import TOTALS
from bot.verification.bundle_reader import GROWN, NEW, OLD, UNSIGNED, Bundle, CheckFailed
from bot.verification.public_totals import contradicted_units, recomputed_scores
from bot.verification.told_scores import disagreeing_units
from survey_flows.log_entries import RECEIPT, older_act_label
from survey_flows.messages import Message


def number(act: Act, name: str, otherwise: int | None = None) -> int:
    """Return a whole number from 0 that an act says.

    Raises:
        CheckFailed: it says none.
    """
    value = act.body.get(name, otherwise)
    if type(value) is not int or value < 0:
        raise CheckFailed(Message("verification-act-number", position=act.position, name=name))
    return value


def check_registration(bundle: Bundle) -> Message:
    """Check that the campaign was registered before its first entry."""
    terms = bundle.registered
    _require_older_label(bundle, bundle.registration, "verification-registration-name-differs")
    lines = bundle.lines.all()
    early = [position for position in lines if position < terms.position]
    if early:
        raise CheckFailed(Message("verification-entry-before-registration", position=min(early)))
    position, entries, quotas = terms.position, len(lines), len(terms.quotas)
    registered = Message("verification-registered", position=position, entries=entries)
    if quotas:
        registered = Message(
            "verification-registered-with-quotas",
            quotas=quotas,
            position=position,
            entries=entries,
        )
    if terms.aim.pilot:
        return Message("verification-registered-pilot", registered=registered)
    return registered


def _require_older_label(bundle: Bundle, act: Act, message: str) -> None:
    """Compare an older act with its label; a line of form 2 was compared with all others."""
    label = older_act_label(act.kind, bundle.campaign)
    if act.signatures is None and bundle.log.label(act.position) != label:
        raise CheckFailed(Message(message, position=act.position))


def check_batches(bundle: Bundle) -> Message:
    """Check that receipts stand in the order of their labels, each run before as many ballots."""
    lines = bundle.lines
    if bundle.state == OLD:
        if late := [*lines.receipts, *lines.sealed]:
            raise CheckFailed(Message("verification-entry-after-closing", position=min(late)))
        return Message("verification-batches-form-1")
    if bundle.state == UNSIGNED:
        return Message("verification-gate-not-in-log")
    turns: list[list[int]] = []
    sealed, last = True, b""
    for position in sorted([*lines.receipts, *lines.sealed[: bundle.sealed_before_intake]]):
        if bundle.log.kinds[position] != RECEIPT:
            if not turns:
                raise CheckFailed(Message("verification-batch-uneven", position=position))
            turns[-1][2] += 1
            sealed = True
            continue
        if sealed:
            turns.append([position, 0, 0])
            sealed, last = False, b""
        label = bundle.log.label(position)
        if label <= last:
            raise CheckFailed(Message("verification-batch-order", position=position))
        last = label
        turns[-1][1] += 1
    for first, receipts, ballots in turns:
        if receipts != ballots:
            raise CheckFailed(Message("verification-batch-uneven", position=first))
    count = len(lines.receipts)
    return Message("verification-batches-whole", receipts=count, batches=len(turns))


def check_intake(bundle: Bundle) -> Message:
    """Check that the log has as many receipts as the gate accepted ballots."""
    if bundle.state == OLD:
        if bundle.acts("intake"):
            raise CheckFailed(Message("verification-intake-in-form-1"))
        return Message("verification-intake-form-1")
    if bundle.state == UNSIGNED:
        return Message("verification-gate-not-in-log")
    act, receipts = bundle.intake, bundle.lines.receipts
    accepted, closing = number(act, "accepted"), bundle.closing
    if receipts and receipts[-1] > act.position:
        raise CheckFailed(Message("verification-receipt-after-intake", position=receipts[-1]))
    if act.position > closing.position:
        raise CheckFailed(Message("verification-intake-after-closing", position=act.position))
    gone, unended = accepted - len(receipts), number(closing, "unended", 0)
    # What a restored database lacks is no longer in the gate's sealed counts either.
    before = set(bundle.lines.sealed[: bundle.sealed_before_intake])
    lost = len(bundle.lost_until(closing.position) & before)
    more_than_accepted = gone + lost < 0 and not unended and bundle.state == NEW
    if gone > number(closing, "missing", 0) or more_than_accepted:
        count = len(receipts)
        raise CheckFailed(Message("verification-intake-differs", accepted=accepted, receipts=count))
    agrees = Message("verification-intake-agrees", accepted=accepted)
    if gone > 0:
        return Message("verification-intake-missing", agrees=agrees, count=gone)
    if gone < 0:
        return Message("verification-intake-uncounted", agrees=agrees, count=-gone)
    return agrees


def check_closing(bundle: Bundle) -> Message:
    """Check that the campaign was closed after its last entry, and that the numbers agree."""
    act = bundle.closing
    late = [at for at in bundle.lines.all() if at > act.position]
    if late:
        raise CheckFailed(Message("verification-entry-after-closing", position=max(late)))
    _require_older_label(bundle, act, "verification-closing-name-differs")
    counted, superseded, withdrawn = (
        number(act, name) for name in ("counted", "superseded", "withdrawn")
    )
    closed = Message(
        "verification-closed",
        position=act.position,
        counted=counted,
        superseded=superseded,
        withdrawn=withdrawn,
    )
    if bundle.state == NEW:
        closed = _new_closing(bundle, closed)
    else:
        # A withdrawal is an entry of its own, beside the one that it names.
        named, found = counted + superseded + 2 * withdrawn, len(bundle.own)
        if found < named:
            raise CheckFailed(Message("verification-closing-names-more", named=named, found=found))
        if bundle.state == GROWN:
            closed = Message("verification-closed-grown", closed=closed)
    missing, unended = number(act, "missing", 0), number(act, "unended", 0)
    if missing or unended:
        return Message(
            "verification-closed-with-gap", closed=closed, missing=missing, unended=unended
        )
    return closed


def _new_closing(bundle: Bundle, closed: Message) -> Message:
    """Compare the closing with the lines and with what the gate signed."""
    act, intake, lines = bundle.closing, bundle.intake, bundle.lines
    counted, superseded, withdrawn, comments = (
        number(act, name) for name in ("counted", "superseded", "withdrawn", "comments")
    )
    before = bundle.sealed_before_intake
    lost = len(bundle.lost_until(act.position) & set(lines.sealed[:before]))
    named, receipts = counted + superseded + withdrawn + lost, len(lines.receipts)
    if named != receipts:
        raise CheckFailed(Message("verification-closing-receipts", named=named, receipts=receipts))
    named, after = withdrawn + comments, len(lines.sealed) - before
    if named != after:
        raise CheckFailed(Message("verification-closing-sealed", named=named, found=after))
    erased, texts = number(intake, "erased"), number(intake, "comments")
    if not number(act, "unended", 0):
        short = withdrawn < erased and bool(number(act, "missing", 0) or lost)
        if withdrawn != erased and not short:
            raise CheckFailed(
                Message("verification-closing-erased", closing=withdrawn, accepted=erased)
            )
        if comments > texts:
            raise CheckFailed(
                Message("verification-closing-comments", closing=comments, accepted=texts)
            )
    closed = Message("verification-closed-comments", closed=closed, count=comments, texts=texts)
    return Message("verification-closed-lost", closed=closed, count=lost) if lost else closed


def check_result(bundle: Bundle) -> Message:
    """Check that the log commits to the totals, after the closing."""
    found = bundle.acts("result")
    if not found:
        raise CheckFailed(Message("verification-result-missing"))
    last = found[-1]
    if last.body.get("totals") != sha256(bundle.files[TOTALS]).hexdigest():
        raise CheckFailed(Message("verification-totals-differ", position=last.position))
    if found[0].position < bundle.closing.position:
        raise CheckFailed(Message("verification-result-before-closing"))
    _require_older_label(bundle, last, "verification-result-name-differs")
    return Message("verification-totals-committed", position=last.position)


def _check_bounded(bundle: Bundle) -> Message:
    terms = bundle.registered
    wrong, known = disagreeing_units(bundle.totals, terms.categories, terms.scheme)
    if wrong:
        raise CheckFailed(Message("verification-scores-contradicted", units=tuple(wrong)))
    return Message("verification-scores-agree", known=known, rest=len(terms.categories) - known)


def check_published_scores(bundle: Bundle) -> Message:
    """Check that the published scores follow from the totals."""
    if bundle.totals["campaign"] != bundle.campaign:
        raise CheckFailed(Message("verification-totals-other-campaign"))
    terms = bundle.registered
    bounded = terms.scheme.evidence is not None
    if bounded != (bundle.totals["format"] == BOUNDED_FORMAT):
        raise CheckFailed(Message("verification-totals-other-method"))
    if bounded:
        return _check_bounded(bundle)
    again = recomputed_scores(bundle.totals, terms.categories, terms.scheme)
    wrong = contradicted_units(bundle.totals, again)
    if wrong:
        raise CheckFailed(Message("verification-scores-contradicted", units=tuple(wrong)))
    known = sum(value is not None for value in again.values())
    rest = len(again) - known
    if rest:
        return Message("verification-scores-follow-in-part", known=known, rest=rest)
    return Message("verification-scores-follow", known=known)
