"""Themes of comments by key words, counted for each unit and disclosed from the floor on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

STEP = 10
"""Comments are disclosed in whole tens, so that no count reveals a single person."""


@dataclass(frozen=True, slots=True)
class CommentTheme:
    """A subject of comments.

    A comment matches if it contains one of ``words`` in lower case; English words have spaces
    around them.
    """

    id: str
    zh: str
    en: str
    words: tuple[str, ...]


def themes_of(comment: str, themes: Iterable[CommentTheme]) -> list[str]:
    """The ids of the themes that a comment touches; none for one that no key word fits."""
    text = f" {comment.casefold()} "
    return [theme.id for theme in themes if any(word in text for word in theme.words)]


def count_themes(
    comments: Iterable[tuple[str, str]], themes: Iterable[CommentTheme], floor: int
) -> dict[str, Mapping[str, int]]:
    """The themes of each unit with at least ``floor`` comments, most frequent first, in whole tens.

    Args:
        comments: pairs of a unit's code and a comment.
        themes: the themes to look for.
        floor: the smallest disclosed count.
    """
    listed = list(themes)
    counts: dict[str, Counter[str]] = {}
    for unit, comment in comments:
        counts.setdefault(unit, Counter()).update(themes_of(comment, listed))
    step = max(STEP, floor)
    return {
        unit: {theme: count - count % step for theme, count in found.most_common() if count >= step}
        for unit, found in counts.items()
    }
