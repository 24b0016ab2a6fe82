"""Checking a published bundle. Needs nothing but its files: no database, no network, no trust in who runs the service.

Each check is one sentence that holds or does not. A check that cannot be made because an earlier one failed says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from aggregation.counts.ratings import PatternReader
from aggregation.counts.scan import PatternCount, tally
from aggregation.estimation.scores import score_tally
from bot.crypto.note_signatures import VerifiedNote, open_note
from bot.verification.bundle_format import FULL_WEIGHT, TOTALS
from bot.verification.bundle_reader import (
    BallotAnswer,
    Bundle,
    CheckFailed,
    VerificationRequest,
    read_json,
)
from bot.verification.public_totals import (
    contradicted_units,
    public_totals,
    recomputed_scores,
    write_totals,
)
from bot.verification.weight_check import check_weights
from survey_flows.errors import BadInput
from survey_flows.log_entries import PROOF, public_label, read_code, receipt_label
from survey_flows.merkle import leaf_hash, root, verify_inclusion

QUARTER = 900
LIGHTER = {0, 1, 2}
ONCE = ("registration", "closing", "result")
"""Public entries that stand under the campaign's name."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One sentence, and whether it holds."""

    ok: bool
    what: str


def verify(files: Mapping[str, bytes], wanted: VerificationRequest) -> list[CheckResult]:
    """Every check of a bundle, in the order in which they rest on each other."""
    try:
        case = Bundle(files, wanted)
    except BadInput as error:
        return [CheckResult(False, str(error))]
    checks = [_signed, _witnessed, _rooted, _public_entries, _registered, _closed, _result, _retold]
    if wanted.since:
        checks.append(_grown)
    if wanted.receipt:
        checks.append(_included)
    if wanted.inclusion:
        checks.append(_proven)
    if case.opened is not None:
        checks += [
            _openings_match,
            _all_opened,
            _ballots_fit,
            _counted,
            _within_quotas,
            _weighted,
            check_weights,
            _totals_again,
        ]
    return [_run(check, case) for check in checks]


def _run(check: Callable[[Bundle], str], case: Bundle) -> CheckResult:
    try:
        return CheckResult(True, check(case))
    except (CheckFailed, BadInput) as error:
        return CheckResult(False, str(error))
    except (KeyError, TypeError, ValueError, AttributeError):
        return CheckResult(
            False,
            f"{(check.__doc__ or '').splitlines()[0].rstrip('.')}: the bundle lacks what is needed",
        )


def _signed(case: Bundle) -> str:
    """The checkpoint is signed by the log."""
    keys = [key for key in case.wanted.keys if key.name == case.origin]
    if not keys:
        raise CheckFailed(
            f"nothing is proven without the log's key: give it with --key, as {case.origin} publishes it"
        )
    case.opening_note = opened = open_note(case.note, keys)
    if opened.checkpoint.origin != case.origin:
        raise CheckFailed("the checkpoint is that of another log")
    return f"the checkpoint of {opened.checkpoint.size} entries is signed by {case.origin}"


def _witnessed(case: Bundle) -> str:
    """The checkpoint is signed by every witness that was named."""
    if not case.wanted.witnesses:
        return "no witness was named: a log that shows others another history would not be noticed (--witness)"
    for witness in case.wanted.witnesses:
        open_note(case.note, [witness])
    return f"it is signed by {', '.join(key.name for key in case.wanted.witnesses)}, who saw the log only grow"


def _rooted(case: Bundle) -> str:
    """The entries are those of the checkpoint."""
    checkpoint = _note_of(case).checkpoint
    if checkpoint.size != len(case.data):
        raise CheckFailed(
            f"the checkpoint has {checkpoint.size} entries, and the bundle lists {len(case.data)}"
        )
    if checkpoint.root != case.root:
        raise CheckFailed(
            "the entries in the bundle are not those of the checkpoint: some were changed"
        )
    return f"the {len(case.data)} entries in the bundle are those of the checkpoint"


def _public_entries(case: Bundle) -> str:
    """The public entries are what the log commits to."""
    labels = {public_label(kind, case.campaign): kind for kind in ONCE}
    for position, data in enumerate(case.data):
        if data[:32] in labels and position not in case.public:
            raise CheckFailed(
                f"the log holds a {labels[data[:32]]} at entry {position}, and the bundle keeps it back"
            )
    for position, (text, _) in case.public.items():
        if sha256(text.encode()).digest() != case.data[position][32:]:
            raise CheckFailed(
                f"the text of the public entry {position} is not what the log commits to"
            )
    return f"the texts of the {len(case.public)} public entries are what the log commits to"


def _registered(case: Bundle) -> str:
    """The campaign was registered before its first ballot."""
    position = case.registered.position
    if case.data[position][:32] != public_label("registration", case.campaign):
        raise CheckFailed("the registration stands under a name that is not the campaign's")
    early = [at for at in case.own if at < position]
    if early:
        raise CheckFailed(f"the entry {min(early)} of the campaign is older than its registration")
    quotas = f", {len(case.registered.quotas)} quotas" if case.registered.quotas else ""
    trial = "; it is a trial and counts in no appraisal" if case.registered.pilot else ""
    return (
        f"questions and weights{quotas} were registered at entry {position},"
        f" before the campaign's {len(case.own)} entries{trial}"
    )


def _closed(case: Bundle) -> str:
    """The campaign was closed after its last ballot."""
    position, body = case.closing
    late = [at for at in case.own if at > position]
    if late:
        raise CheckFailed(f"the entry {max(late)} of the campaign is younger than its closing")
    least = body["counted"] + body["superseded"] + 2 * body["withdrawn"]
    if len(case.own) < least:
        raise CheckFailed(
            f"the closing tells of {least} entries, and the log has {len(case.own)} of the campaign"
        )
    return (
        f"it was closed at entry {position}: {body['counted']} ballots count, {body['superseded']} were replaced by"
        f" their voters, {body['withdrawn']} entries withdrawn"
    )


def _result(case: Bundle) -> str:
    """The log commits to the totals."""
    found = case.entries("result")
    if not found:
        raise CheckFailed(
            "the log does not commit to the totals in the bundle: it holds no result of the campaign"
        )
    position, body = found[-1]
    if body.get("totals") != sha256(case.files[TOTALS]).hexdigest():
        raise CheckFailed(
            f"the totals in the bundle are not those that the log commits to at entry {position}"
        )
    if position < case.closing[0]:
        raise CheckFailed("the result is older than the closing")
    return f"the log commits to the totals at entry {position}"


def _retold(case: Bundle) -> str:
    """The published scores follow from the totals."""
    if case.totals["campaign"] != case.campaign:
        raise CheckFailed("the totals are those of another campaign")
    again = recomputed_scores(case.totals, case.registered.categories, case.registered.scheme)
    wrong = contradicted_units(case.totals, again)
    if wrong:
        raise CheckFailed(
            f"the published score does not follow from the totals: {', '.join(wrong)}"
        )
    known = sum(value is not None for value in again.values())
    rest = len(again) - known
    return f"the published scores of {known} units follow from the totals" + (
        f"; those of {rest} rest on few people and cannot be recomputed from the public totals"
        if rest
        else ""
    )


def _grown(case: Bundle) -> str:
    """The log only grew since the older checkpoint."""
    keys = [key for key in case.wanted.keys if key.name == case.origin]
    older = open_note(case.wanted.since, [*keys, *case.wanted.witnesses]).checkpoint
    if older.origin != case.origin:
        raise CheckFailed("the older checkpoint is that of another log")
    if older.size > len(case.data):
        raise CheckFailed(
            f"the log was rolled back: it had {older.size} entries, and now it has {len(case.data)}"
        )
    if root(case.leaves(older.size)) != older.root:
        raise CheckFailed(
            f"the log was rewritten: its first {older.size} entries are not what they were"
        )
    return f"the log only grew since it had {older.size} entries"


def _included(case: Bundle) -> str:
    """The receipt's ballot is included."""
    label = receipt_label(read_code(case.wanted.receipt))
    found = [at for at, data in enumerate(case.data) if data[:32] == label]
    if not found:
        raise CheckFailed("the receipt is not included in this bundle's log")
    if case.campaigns[found[0]] != case.campaign:
        raise CheckFailed(
            f"the receipt is included, but for another campaign: {case.campaigns[found[0]]}"
        )
    if case.opened is not None and found[0] not in case.opened and found[0] not in case.withdrawn:
        raise CheckFailed("the receipt is included, but its entry is neither opened nor withdrawn")
    return f"the receipt is included, as entry {found[0]}"


def _proven(case: Bundle) -> str:
    """The proof of inclusion holds for this log."""
    value = read_json(case.wanted.inclusion.encode(), "the proof")
    if not isinstance(value, dict) or value.get("format") != PROOF:
        raise CheckFailed(f"the proof is not of the format {PROOF}")
    keys = [key for key in case.wanted.keys if key.name == case.origin]
    checkpoint = open_note(value["checkpoint"], keys).checkpoint
    position, proof = value["position"], [bytes.fromhex(hash_) for hash_ in value["proof"]]
    data = bytes.fromhex(value["label"]) + bytes.fromhex(value["commitment"])
    if not verify_inclusion(leaf_hash(data), position, checkpoint.size, proof, checkpoint.root):
        raise CheckFailed("the proof of inclusion does not hold")
    if checkpoint.size > len(case.data) or root(case.leaves(checkpoint.size)) != checkpoint.root:
        raise CheckFailed(
            "the proof is for another history of the log than the bundle's: keep both and tell others"
        )
    return f"the proof of inclusion holds, for entry {position} of this log"


def _openings_match(case: Bundle) -> str:
    """Every opening is what the log commits to."""
    opened = case.opened or {}
    for position, opening in opened.items():
        if not 0 <= position < len(case.data) or position in case.public:
            raise CheckFailed(f"entry {position} is opened, and it is no sealed entry of the log")
        if opening.commitment != case.data[position][32:]:
            raise CheckFailed(f"the opening of entry {position} is not what the log commits to")
        if opening.campaign != case.campaign or position not in case.own:
            raise CheckFailed(f"entry {position} is opened, and it is not of the campaign")
    return f"the {len(opened)} openings are what the log commits to"


def _all_opened(case: Bundle) -> str:
    """Every entry of the campaign is opened or withdrawn."""
    opened, withdrawn = set(case.opened or {}), case.withdrawn
    for position, opening in (case.opened or {}).items():
        if opening.kind == "withdrawal" and opening.names >= position:
            raise CheckFailed(
                f"the withdrawal at entry {position} names an entry that is not older"
            )
    twice = [position for position, count in Counter(withdrawn).items() if count > 1]
    if twice:
        raise CheckFailed(f"entry {twice[0]} was withdrawn twice")
    stray = set(withdrawn) - case.own
    if stray:
        raise CheckFailed(
            f"entry {min(stray)} was withdrawn, and it is no sealed entry of the campaign"
        )
    if opened & set(withdrawn):
        raise CheckFailed(
            f"entry {min(opened & set(withdrawn))} was withdrawn, and it is opened all the same"
        )
    missing = case.own - opened - set(withdrawn)
    if missing:
        raise CheckFailed(
            f"{len(missing)} entries of the campaign are neither opened nor withdrawn, first {min(missing)}"
        )
    return f"every sealed entry of the campaign is opened, or withdrawn ({len(withdrawn)})"


def _ballots_fit(case: Bundle) -> str:
    """Every ballot is one that the registered campaign could take."""
    known = case.registered
    first, last = known.opens_at // QUARTER, known.closes_at // QUARTER
    for position, opening in (case.opened or {}).items():
        if not opening.strict:
            raise CheckFailed(f"entry {position} is not written as entries are")
        if opening.kind != "ballot":
            if opening.kind not in ("comment", "withdrawal"):
                raise CheckFailed(f"entry {position} is of the unknown kind «{opening.kind}»")
            continue
        unit, questionnaire, *_ = opening.answer
        if known.used.get(unit) != questionnaire:
            raise CheckFailed(
                f"the ballot at entry {position} is for no unit of the campaign, or with another questionnaire"
            )
        if not first <= opening.bucket <= last:
            raise CheckFailed(
                f"the ballot at entry {position} was cast outside the campaign's time"
            )
    return "every ballot is for a unit of the campaign, with its questionnaire and in its time"


def _counted(case: Bundle) -> str:
    """The last ballot of each voter and unit counts."""
    _, body = case.closing
    found = {
        "counted": len(case.ballots.counted),
        "superseded": case.ballots.superseded,
        "withdrawn": len(case.withdrawn),
    }
    for name, number in found.items():
        if body[name] != number:
            raise CheckFailed(
                f"the closing tells of {body[name]} {name}, and the openings of {number}"
            )
    if body["voters"] < len(case.ballots.voters):
        raise CheckFailed(
            f"the closing tells of {body['voters']} voters, and the openings of {len(case.ballots.voters)}"
        )
    return f"the last ballot of each voter and unit counts: {found['counted']}; {found['superseded']} were replaced"


def _within_quotas(case: Bundle) -> str:
    """No quota was exceeded."""
    quotas = case.registered.quotas
    found = Counter(
        cell
        for (unit, _, group, stratum, source, _), count in Counter(
            case.ballots.counted.values()
        ).items()
        for cell in quotas
        if cell.unit == unit and cell.takes(group, stratum, source)
        for _ in range(count)
    )
    for cell, most in quotas.items():
        if found[cell] > most:
            named = "/".join(filter(None, (cell.unit, cell.group, cell.stratum, cell.source)))
            raise CheckFailed(f"{found[cell]} ballots count for {named}, and its quota is {most}")
    return (
        f"none of the {len(quotas)} registered quotas is exceeded"
        if quotas
        else "the campaign registered no quotas"
    )


def _weighted(case: Bundle) -> str:
    """Fraud weights are given to ballots that count."""
    for position, weight in case.weights.items():
        if position not in case.ballots.counted or weight not in LIGHTER:
            raise CheckFailed(
                f"a weight of {weight} quarters is given to entry {position}, and it cannot have it"
            )
    excluded = sum(not weight for weight in case.weights.values())
    return f"{excluded} ballots are excluded and {len(case.weights) - excluded} weigh less, all others count in full"


def _totals_again(case: Bundle) -> str:
    """The totals follow from the ballots."""
    known = case.registered
    counts = Counter(
        (said, case.weights.get(position, FULL_WEIGHT))
        for position, said in case.ballots.counted.items()
    )
    rows = [_pattern(said, weight, count) for (said, weight), count in sorted(counts.items())]
    counted = tally(rows, PatternReader(known.questionnaires, known.scheme))
    scores = score_tally(counted, known.categories, known.scheme)
    if (
        write_totals(public_totals(case.campaign, counted, scores, known.scheme))
        != case.files[TOTALS]
    ):
        raise CheckFailed("the totals in the bundle do not follow from the opened ballots")
    scored = sum(score.score is not None for score in scores.values())
    return f"totals and scores follow from the opened ballots ({scored} units with a score)"


def _pattern(said: BallotAnswer, weight: int, count: int) -> PatternCount:
    unit, questionnaire, group, stratum, source, ratings = said
    return PatternCount(unit, questionnaire, group, stratum, source, weight, ratings, count)


def _note_of(case: Bundle) -> VerifiedNote:
    if case.opening_note is None:
        raise CheckFailed("without the log's good signature the entries cannot be checked")
    return case.opening_note
