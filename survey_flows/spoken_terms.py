"""Terms of messages that a city may call otherwise, such as the names of its grades.

Messages name a term as Fluent does, ``{ -grade-first }``. Its usual words stand in a file
``terms.LANGUAGE.ftl``. Whoever reads a year says by `speak` how that year calls them; it holds for
the page, the command or the file that is made in the same task, and for nothing beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar

Terms = tuple[tuple[str, str, str], ...]
"""Name of the term, Chinese words, English words."""

_spoken: ContextVar[Terms] = ContextVar("spoken_terms", default=())


def speak(terms: Terms) -> None:
    """Calls these terms by these words from now on, and all others by their usual words."""
    _spoken.set(terms)


def spoken() -> Terms:
    """Returns the terms that are called otherwise than usual."""
    return _spoken.get()


def as_fluent(terms: Iterable[tuple[str, str, str]], lang: str) -> str:
    """Returns the terms as Fluent text, whatever signs their words have."""
    lines = []
    for name, zh, en in terms:
        words = (zh if lang.startswith("zh") else en).replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'-{name} = {{ "{words}" }}\n')
    return "".join(lines)
