"""What can be put right in the material about one unit or person, and how it is written.

Points are written as a number. A bonus or deduction is written as its points, a post as its first
and last day (``2026-03-01..2026-05-31``, the last one open where it still runs), and ``0`` takes
either away. Console, command and answers to appeals read the same texts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from aggregation.appraisal.corrections import (
    PERSONAL,
    CorrectionKind,
    bonus_mark,
    bonus_text,
    post_mark,
    post_text,
)
from aggregation.appraisal.inputs import AppraisalInputs
from aggregation.appraisal.presence import last_day, main_post
from aggregation.model.dated import Held, Period, Post
from aggregation.model.facts import Adjustment
from bot.records.leaders import ROLES
from bot.records.posts import HELD, SECONDARY
from survey_flows.errors import BadInput, Message, Place

NEW, AWAY = "new", "0"
"""The mark of what is missing, and the text that takes something away."""
BONUS, POST = f"{CorrectionKind.BONUS}/", f"{CorrectionKind.POST}/"
"""Begin what a correction is about, before its mark; an indicator stands by its own name."""
NUMBER = re.compile(r"\d{1,3}(\.\d{1,6})?", re.ASCII)
SIGNED = re.compile(r"[+-]?\d{1,3}(\.\d{1,6})?", re.ASCII)
DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})?", re.ASCII)
MOST = Decimal(100)
Said = tuple[CorrectionKind, str, str, str, str]
"""Kind, subject, what, before and after of a correction."""


@dataclass(frozen=True, slots=True)
class Correctable:
    """One thing that stands about a subject, or that may be missing.

    Args:
        kind: points, a bonus or deduction, or a post.
        what: names it among those of its subject.
        stands: what stands, in the signs in which it is put right; empty: it may be missing.
        about: the reason of a bonus, the title of a post.
    """

    kind: CorrectionKind
    what: str
    stands: str
    about: str = ""


def correctables(material: AppraisalInputs, subject: str) -> tuple[Correctable, ...]:
    """Return all that can be put right about a unit or a person."""
    values = points_of(material, subject)
    found = [Correctable(CorrectionKind.VALUE, i, f"{it:f}") for i, it in values.items()]
    for bonus in (it for it in material.adjustments if it.unit == subject):
        named = (BONUS + bonus_mark(bonus), f"{bonus.points:+f}", bonus.reason)
        found.append(Correctable(CorrectionKind.BONUS, *named))
    if any(unit.code == subject for unit in material.units):
        found.append(Correctable(CorrectionKind.BONUS, BONUS + NEW, ""))
    posts = _posts_of(material, subject)
    for post in posts:
        named = (POST + post_mark(post), days_text(post.period), post.title)
        found.append(Correctable(CorrectionKind.POST, *named))
    if posts:
        found.append(Correctable(CorrectionKind.POST, POST + NEW, ""))
    return tuple(found)


def points_of(material: AppraisalInputs, subject: str) -> dict[str, Decimal]:
    """Return the points of a unit or a person, 0–100, by indicator."""
    values = {i: points for (s, i), points in material.indicators.items() if s == subject}
    if subject in material.personal:
        values[PERSONAL] = material.personal[subject]
    return values


def _posts_of(material: AppraisalInputs, person: str) -> list[Post]:
    return [post for post in material.held_posts if post.person == person]


def days_text(period: Period) -> str:
    """Return the days of a post, such as ``2026-03-01..2026-05-31``."""
    until = period.until.isoformat() if period.until else ""
    return f"{period.begins.isoformat()}..{until}"


def read_correction(
    material: AppraisalInputs, subject: str, what: str, text: str, reason: str, document: str
) -> Said:
    """Return what a correction puts right.

    Args:
        material: the material as it stands.
        subject: whom it is about.
        what: one of `correctables`.
        text: what is right.
        reason: why a bonus that was missing is given.
        document: the document that it rests on.

    Raises:
        BadInput: there is no such thing, the text cannot be read, or it stands already.
    """
    known = {it.what: it for it in correctables(material, subject)}
    if what not in known:
        raise BadInput(Message("appraisal-no-value"), Place(subject=subject[:32]))
    text = text.strip()
    if text and text.lstrip("+") == known[what].stands.lstrip("+"):
        raise BadInput(Message("appraisal-same-value"), Place(field="value"))
    if known[what].kind is CorrectionKind.BONUS:
        return _bonus(material, subject, what, text, Adjustment(subject, MOST, reason, document))
    if known[what].kind is CorrectionKind.POST:
        return _post(material, subject, what, text)
    before = points_of(material, subject)[what]
    if not NUMBER.fullmatch(text) or Decimal(text) > MOST:
        raise BadInput(Message("appraisal-remedy-value", text=text[:20]), Place(field="value"))
    if Decimal(text) == before:
        raise BadInput(Message("appraisal-same-value"), Place(field="value"))
    return CorrectionKind.VALUE, subject, what, f"{before:f}", text


def _bonus(
    material: AppraisalInputs, subject: str, what: str, text: str, missing: Adjustment
) -> Said:
    mark = what.removeprefix(BONUS)
    stands = next((it for it in material.adjustments if _is_bonus(it, subject, mark)), None)
    if not SIGNED.fullmatch(text) or abs(Decimal(text)) > MOST:
        raise BadInput(Message("appraisal-bonus-value", text=text[:20]), Place(field="value"))
    points = Decimal(text)
    if points == (stands.points if stands else 0):
        raise BadInput(Message("appraisal-same-value"), Place(field="value"))
    after = replace(stands or missing, points=points)
    if points and after in material.adjustments:
        raise BadInput(Message("appraisal-bonus-twice"), Place(field="value"))
    now = bonus_text(after) if points else ""
    return CorrectionKind.BONUS, subject, mark, bonus_text(stands) if stands else "", now


def _is_bonus(bonus: Adjustment, subject: str, mark: str) -> bool:
    return bonus.unit == subject and bonus_mark(bonus) == mark


def _post(material: AppraisalInputs, person: str, what: str, text: str) -> Said:
    mark = what.removeprefix(POST)
    posts = _posts_of(material, person)
    stands = next((post for post in posts if post_mark(post) == mark), None)
    rest = [post for post in posts if post is not stands]
    after: Post | None = None
    if stands is None:
        after = _missing_post(material, person, text)
    elif text != AWAY:
        after = replace(stands, period=_period(text))
    if after is not None:
        _check_beside(after, rest)
        rest.append(after)
    if not any(post.period.days_in(material.year) for post in rest):
        raise BadInput(Message("appraisal-post-none-left"), Place(field="value"))
    _check_same_body(material, person, rest)
    before, now = (post_text(it) if it else "" for it in (stands, after))
    return CorrectionKind.POST, person, mark, before, now


def _period(text: str) -> Period:
    wrong = BadInput(Message("appraisal-post-days", text=text[:40]), Place(field="value"))
    found = DAYS.fullmatch(text)
    if found is None:
        raise wrong
    try:
        begins = date.fromisoformat(found[1])
        until = date.fromisoformat(found[2]) if found[2] else None
    except ValueError as error:
        raise wrong from error
    if until is not None and until < begins:
        raise wrong
    return Period(begins, until)


def _missing_post(material: AppraisalInputs, person: str, text: str) -> Post:
    """Read a post such as ``U05 principal 2026-06-01..2026-11-30 acting``."""
    units = {unit.code for unit in material.units} | {post.unit for post in material.held_posts}
    unit = role = period = None
    held, main = Held.HELD, True
    for word in text.split():
        if ".." in word:
            period = _period(word)
        elif word in units:
            unit = word
        elif found := [it for it, names in ROLES.items() if word in (it.value, *names)]:
            role = found[0]
        elif ways := [it for it, names in HELD.items() if word in (it.value, *names)]:
            held = ways[0]
        elif word in SECONDARY:
            main = False
        else:
            raise _no_post(word)
    if unit is None or role is None or period is None:
        raise _no_post(text)
    return Post(person, unit, role, "", period, held, main)


def _no_post(text: str) -> BadInput:
    example = "U05 principal 2026-06-01..2026-11-30"
    message = Message("appraisal-post-missing", text=text[:40], example=example)
    return BadInput(message, Place(field="value"))


def _check_beside(post: Post, others: Sequence[Post]) -> None:
    """Refuse two main posts on a day, and two beginnings in a unit on one day."""
    twice = any(post.main and it.main and it.period.overlaps(post.period) for it in others)
    if twice or post_mark(post) in {post_mark(it) for it in others}:
        raise BadInput(Message("records-two-main-posts", person=post.person), Place(field="value"))


def _check_same_body(material: AppraisalInputs, person: str, posts: Sequence[Post]) -> None:
    """Refuse a move out of what the person is appraised in: grades of two bodies would mix."""
    leader = next((it for it in material.leaders if it.id == person), None)
    main = main_post(posts, last_day(material.year))
    if leader is None or main is None:
        return
    above = {unit.code: unit.parent for unit in material.units}
    gone = main.unit not in above
    if gone or above[main.unit] != above.get(leader.unit, ""):
        message = Message("appraisal-post-other-body", unit=main.unit)
        raise BadInput(message, Place(subject=person))
