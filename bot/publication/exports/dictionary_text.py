"""The data dictionary as a document: tables, columns, units and codes in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from aggregation.model.names import FLAGS
from aggregation.model.results import ConsequenceKind, ProposalStatus
from aggregation.scheme.scheme import Scheme
from bot.core.labels import NAMES, both
from bot.publication.exclusions import REASONS
from bot.publication.exports.book import Book, Column, Page
from bot.publication.exports.dictionary import unit_of_measure
from bot.publication.exports.labelled_data import AT_LEAST, DONT_KNOW, MISSING
from survey_flows.messages import Message

ARCHIVE: Mapping[str, Message] = {
    "unit": Message("publication-archive-unit"),
    "questionnaire": Message("publication-archive-questionnaire"),
    "grp": Message("publication-archive-group"),
    "stratum": Message("publication-archive-stratum"),
    "source": Message("publication-archive-source"),
    "weight": Message("publication-archive-weight"),
    "ratings": Message("publication-archive-ratings"),
    "count": Message("publication-archive-count"),
}
"""The columns of an archive's counts."""
FORMATS = (
    Message("publication-dictionary-xlsx"),
    Message("publication-dictionary-parquet"),
    Message("publication-dictionary-spss"),
)
COLUMN = Message("publication-dictionary-column")
CODE = Message("publication-dictionary-code")
MEANING = Message("publication-dictionary-meaning")
UNIT = Message("publication-dictionary-unit")
POINTS = Message("publication-dictionary-points")


def dictionary_text(books: Iterable[Book], scheme: Scheme) -> str:
    """Return the document.

    Args:
        books: they have between them every page that is published.
        scheme: its scales and groups are listed.
    """
    parts = [_head(), *(_page(page) for page in _pages(books)), _answers(), _archive()]
    return "\n".join(part.strip("\n") + "\n" for part in (*parts, *_codes(scheme)))


def _head() -> str:
    title = "# " + _both(Message("publication-dictionary-title")) + "\n"
    files = "## " + _both(Message("publication-dictionary-files"))
    parts = [title, *_paragraphs(Message("publication-dictionary-lead")), files]
    for side in (0, 1):
        parts += ["".join(_item(both(message)[side]) for message in FORMATS)]
    parts += _paragraphs(Message("publication-dictionary-no-ballots"))
    return "\n".join(parts)


def _both(message: Message) -> str:
    """Return a message in both languages, once where they agree."""
    return " ".join(dict.fromkeys(both(message)))


def _paragraphs(message: Message) -> list[str]:
    return [f"{text}\n" for text in both(message)]


def _item(text: str) -> str:
    return "- " + text.replace("\n", "\n  ") + "\n"


def _pages(books: Iterable[Book]) -> list[Page]:
    """Return every page once, with the columns of all pages of its name."""
    found: dict[str, Page] = {}
    for page in (page for book in books for page in book.pages):
        known = found.setdefault(page.name, page)
        more = [column for column in page.columns if column not in known.columns]
        found[page.name] = Page(known.name, known.title, (*known.columns, *more), ())
    return list(found.values())


def _heads() -> tuple[str, ...]:
    return (_both(COLUMN), *both(MEANING), _both(UNIT))


def _page(page: Page) -> str:
    return _table(f"`{page.name}`: {page.zh}", _heads(), map(_row, page.columns))


def _row(column: Column) -> tuple[str, ...]:
    units = " ".join(dict.fromkeys(unit_of_measure(column)))
    return f"`{column.name}`", column.zh, column.en, units


def _answers() -> str:
    questions = (
        _both(Message("publication-dictionary-each-question")),
        *both(Message("publication-dictionary-the-question")),
        _both(Message("publication-dictionary-see-scale")),
    )
    title = _both(Message("publication-dictionary-answers"))
    return _table(f"`answers-…`: {title}", _heads(), [questions, _row(AT_LEAST)])


def _archive() -> str:
    title = _both(Message("publication-dictionary-archive"))
    return _table(f"`counts/*.parquet`: {title}", _heads()[:3], _named(ARCHIVE))


def _codes(scheme: Scheme) -> Iterator[str]:
    head = (_both(CODE), *both(MEANING))
    yield "## " + _both(Message("publication-dictionary-codes")) + "\n"
    missing = _both(Message("publication-dictionary-missing"))
    yield _table(f"{missing} (SPSS)", head, _named(MISSING), 3)
    yield from _scales(scheme)
    groups = [(f"`{g}`", it["zh"], it["en"]) for g, it in scheme.groups.items()]
    yield _table(_both(Message("publication-dictionary-groups")), head, groups, 3)
    yield _table(_both(Message("publication-dictionary-flags")), head, _named(FLAGS), 3)
    yield _table(_both(Message("publication-dictionary-reasons")), head, _named(REASONS), 3)
    for kind, names in NAMES.items():
        coded = {str(code): message for code, message in names.items()}
        yield _table(_title(kind), head, _named(coded), 3)


def _scales(scheme: Scheme) -> Iterator[str]:
    head = (_both(CODE), "SPSS", *both(MEANING), _both(POINTS))
    title = _both(Message("publication-dictionary-scale"))
    for name, scale in scheme.scales.items():
        numbers = _numbers([option.points is None for option in scale.options])
        rows = [
            (f"`{o.code}`", f"{number}", o.zh, o.en, "—" if o.points is None else str(o.points))
            for o, number in zip(scale.options, numbers, strict=True)
        ]
        yield _table(f"{title} `{name}`", head, rows, 3)
    yield "\n".join(_paragraphs(Message("publication-dictionary-no-points")))


def _numbers(silent: Sequence[bool]) -> list[int]:
    points = [at for at, none in enumerate(silent) if not none]
    quiet = [at for at, none in enumerate(silent) if none]
    return [
        quiet.index(at) + DONT_KNOW if none else points.index(at) + 1
        for at, none in enumerate(silent)
    ]


def _named(names: Mapping[int, Message] | Mapping[str, Message]) -> list[tuple[str, ...]]:
    return [(f"`{code}`", *both(message)) for code, message in names.items()]


COLUMN_OF_KIND: Mapping[type[StrEnum], str] = {ConsequenceKind: "kind", ProposalStatus: "status"}
"""The columns that hold codes of these enumerations, where a column is not called as they are."""


def _title(kind: type[StrEnum]) -> str:
    return f"`{COLUMN_OF_KIND.get(kind, kind.__name__.lower())}`"


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], level: int = 2) -> str:
    lines = [" | ".join(cells) for cells in (head, ["---"] * len(head), *rows)]
    return f"{'#' * level} {title}\n" + "".join(f"| {line} |\n" for line in lines)
