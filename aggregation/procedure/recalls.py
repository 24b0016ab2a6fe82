"""Who was elected to a post loses it by whoever elected them (罢免), before a sanction is executed.

公职人员政务处分法 50: who holds an elected post is first removed from it by those who elected.
"""

from __future__ import annotations

from collections.abc import Iterable

from aggregation.model.dated import Period, Post
from aggregation.model.results import ConsequenceKind

ENDS_POSTS = frozenset({ConsequenceKind.DISMISSAL, ConsequenceKind.REMOVAL_FROM_POSTS})
"""What ends the posts of a person, and so needs a recall from elected ones."""


def elected_posts(posts: Iterable[Post], person: str, period: Period) -> tuple[Post, ...]:
    """Return the elected posts that a person holds on a day of a period.

    The period begins with the decision, so that an end which is entered after it changes nothing.
    """
    return tuple(
        it for it in posts if it.person == person and it.elected and it.period.overlaps(period)
    )
