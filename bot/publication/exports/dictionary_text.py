"""The data dictionary as a document: every table that leaves Minping, its columns, units and codes, bilingual."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from aggregation.model.results import ConsequenceKind, ProposalStatus
from aggregation.scheme.scheme import Scheme
from bot.core.labels import FLAGS, NAMES, Pair
from bot.publication.exports.book import Book, Column, Page
from bot.publication.exports.dictionary import english_label, unit_of_measure
from bot.publication.exports.labelled_data import AT_LEAST, DONT_KNOW, MISSING
from bot.publication.exports.score_pages import REASONS

HEAD = """# 数据字典 Data dictionary

Every table that `minping export` and `minping archive write` make, with its columns, their units and codes. This page
is made from the code (`python -m tests.dictionary`), and a test compares the two. Each workbook has the part that
concerns it as its last sheet. Columns that a scheme makes (one for each indicator, code or grade) are those of the
shipped scheme.
"""
FORMATS = """
## 文件 Files
- **XLSX, CSV**: the tables below; a count that is not told is `*`, a share of which only a bound is told `<20%`.
- **Parquet**: the same tables. Numbers that are not told are null, and the column `hidden` names them; labels and codes
  stand as JSON in each column's metadata `minping`.
- **SPSS** (`.sav`): the same tables, a file for each language, with variable labels, value labels and user-missing
  codes. Names that SPSS keeps for itself get a line (`by_`).

No file holds a ballot. `answers-<campaign>-<questionnaire>` (Parquet and SPSS) has a row for each set of answers that
enough ballots gave, with its count rounded down ([decisions](decisions/README.md)); weight cases by `ballots`.
"""
ARCHIVE: Mapping[str, Pair] = {
    "unit": ("单位代码", "code of the unit"),
    "questionnaire": ("问卷", "questionnaire"),
    "grp": ("评价主体", "evaluator group; `staff` are the unit's own people"),
    "stratum": ("层（区县等）", "stratum, such as a district; empty: none"),
    "source": ("来源；open 为公开链接", "source; `open` is an open link"),
    "weight": ("核验权重，四分之一为单位：0、1、2、4", "fraud weight in quarters: 0, 1, 2, 4"),
    "ratings": (
        "逐题选项代码，以空格分隔，- 为未作答",
        "option codes of the rated questions, `-` where there is none",
    ),
    "count": ("评价票数", "ballots"),
}
"""The columns of an archive's counts."""
HEADS = ("列 Column", "含义", "Meaning", "单位 Unit")


def dictionary_text(books: Iterable[Book], scheme: Scheme) -> str:
    """The document.

    Args:
        books: they have between them every page that is published.
        scheme: its scales and groups are listed.
    """
    parts = [HEAD, FORMATS, *(_page(page) for page in _pages(books))]
    answers = [
        ("每题一列 one for each rated question", "题目", "the question", "见量表 see the scale"),
        _row(AT_LEAST),
    ]
    parts.append(_table("`answers-…`: 作答组合 Counted answers", HEADS, answers))
    counts = [(f"`{name}`", zh, en) for name, (zh, en) in ARCHIVE.items()]
    parts.append(_table("`counts/*.parquet`: 存档 Archive", HEADS[:3], counts))
    return "\n".join(part.strip("\n") + "\n" for part in (*parts, *_codes(scheme)))


def _pages(books: Iterable[Book]) -> list[Page]:
    """Every page once; of pages of one name those columns too that only a later one has."""
    found: dict[str, Page] = {}
    for page in (page for book in books for page in book.pages):
        known = found.setdefault(page.name, page)
        more = [column for column in page.columns if column not in known.columns]
        found[page.name] = Page(known.name, known.zh, (*known.columns, *more), ())
    return list(found.values())


def _page(page: Page) -> str:
    return _table(f"`{page.name}`: {page.zh}", HEADS, map(_row, page.columns))


def _row(column: Column) -> tuple[str, ...]:
    units = dict.fromkeys((unit_of_measure(column, "zh"), unit_of_measure(column, "en")))
    return f"`{column.name}`", column.zh, english_label(column), " ".join(units)


def _codes(scheme: Scheme) -> Iterator[str]:
    yield "## 代码 Codes\n"
    head = ("代码 Code", "含义", "Meaning")
    yield _table("缺失 Missing (SPSS)", head, _pairs(MISSING), 3)
    for name, scale in scheme.scales.items():
        numbers = _numbers([option.points is None for option in scale.options])
        rows = [
            (f"`{o.code}`", f"{number}", o.zh, o.en, "—" if o.points is None else str(o.points))
            for o, number in zip(scale.options, numbers, strict=True)
        ]
        yield _table(
            f"量表 Scale `{name}`", ("代码 Code", "SPSS", "含义", "Meaning", "分值 Points"), rows, 3
        )
    yield "Codes without points are user-missing in SPSS; no answer (`-`) is system-missing.\n"
    yield _table(
        "评价主体 Groups",
        head,
        [(f"`{g}`", it["zh"], it["en"]) for g, it in scheme.groups.items()],
        3,
    )
    yield _table("标记 Flags", head, _pairs(FLAGS), 3)
    yield _table("计入与剔除 Reasons", head, _pairs(REASONS), 3)
    for kind, names in NAMES.items():
        yield _table(
            _title(kind), head, _pairs({str(code): pair for code, pair in names.items()}), 3
        )


def _numbers(silent: Sequence[bool]) -> list[int]:
    points = [at for at, none in enumerate(silent) if not none]
    quiet = [at for at, none in enumerate(silent) if none]
    return [
        quiet.index(at) + DONT_KNOW if none else points.index(at) + 1
        for at, none in enumerate(silent)
    ]


def _pairs(names: Mapping[int, Pair] | Mapping[str, Pair]) -> list[tuple[str, ...]]:
    return [(f"`{code}`", zh, en) for code, (zh, en) in names.items()]


COLUMN_OF_KIND: Mapping[type[StrEnum], str] = {ConsequenceKind: "kind", ProposalStatus: "status"}
"""The columns that hold codes of these enumerations, where a column is not called as they are."""


def _title(kind: type[StrEnum]) -> str:
    return f"`{COLUMN_OF_KIND.get(kind, kind.__name__.lower())}`"


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]], level: int = 2) -> str:
    lines = [" | ".join(cells) for cells in (head, ["---"] * len(head), *rows)]
    return f"{'#' * level} {title}\n" + "".join(f"| {line} |\n" for line in lines)
