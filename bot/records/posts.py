"""Reads and stores dated posts: who held which post in which unit from when until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from aggregation.model.dated import Held, Period, Post
from aggregation.model.facts import Role
from bot.records import code_lists as choices
from bot.records.context import ImportResult, YearContext
from bot.records.dated_store import read_posts, replace_people
from bot.records.leaders import ROLES
from bot.spreadsheets.columns import Field, InputCell, cell_reader, match_columns, refuse_duplicates
from bot.spreadsheets.reader import Cells, Problems, Row, Sheet, normalise_width
from bot.storage.schema import all as tables
from survey_flows.messages import Message

HELD = {Held.HELD: ("任职",), Held.ACTING: ("主持工作", "代理"), Held.SECONDED: ("挂职",)}
SECONDARY = ("secondary", "兼任")
"""Say in words that a post is not the main one."""
YES, NO = ("yes", "true", "1", "是"), ("no", "false", "0", "否")
FIELDS = (
    Field("person", ("编号", "干部编号")),
    Field("unit", ("单位代码", "单位"), choices=choices.units),
    Field("role", ("正副职", "职级"), choices=choices.enum_names(ROLES), named=True),
    Field("title", ("职务",), optional=True, longest=120),
    Field("begins", ("任职日期", "起")),
    Field("until", ("免职日期", "止"), optional=True),
    Field("held", ("任职方式",), optional=True, choices=choices.enum_names(HELD), named=True),
    Field("main", ("主要职务",), optional=True),
    Field("elected", ("选举产生",), optional=True),
)


async def store_table(
    connection: AsyncConnection, known: YearContext, sheet: Sheet
) -> ImportResult:
    """Replace all posts of the people in the table; posts of other people stay."""
    posts = read_posts_table(sheet, known)
    people = {post.person for post in posts}
    before = sum(post.person in people for post in await read_posts(connection))
    await replace_people(connection, tables.posts, people, [_row(post) for post in posts])
    return ImportResult(len(posts), (Message("records-replaced", count=before),))


async def current_table(connection: AsyncConnection, _known: YearContext) -> list[Cells]:
    """Return every post as a table."""
    return [
        (
            it.person,
            it.unit,
            it.role,
            it.title,
            it.period.begins.isoformat(),
            it.period.until.isoformat() if it.period.until else "",
            it.held,
            "yes" if it.main else "no",
            "yes" if it.elected else "no",
        )
        for it in await read_posts(connection)
    ]


def _row(post: Post) -> dict[str, object]:
    until = post.period.until
    return {
        "person": post.person,
        "unit": post.unit,
        "role": post.role.value,
        "title": post.title,
        "begins": post.period.begins.isoformat(),
        "until": until.isoformat() if until else "",
        "held": post.held.value,
        "main": post.main,
        "elected": post.elected,
    }


def read_posts_table(sheet: Sheet, known: YearContext) -> list[Post]:
    """Read the posts of a table: nobody has two main posts on one day.

    Raises:
        BadInput: all problems, by row and column.
    """
    problems = Problems(sheet.file)
    rows = match_columns(sheet, FIELDS, problems)
    refuse_duplicates(rows, ["person", "unit", "begins"], problems)
    posts = [_post(row, known, problems) for row in rows]
    _refuse_two_main_posts(rows, posts, problems)
    problems.settle()
    return posts


def _post(row: Row, known: YearContext, problems: Problems) -> Post:
    cell = cell_reader(problems, row)
    unit = cell("unit").one_of(known.units, Message("spreadsheets-kind-unit"))
    held = cell("held").member(Held, HELD) if row.cells["held"] else Held.HELD
    return Post(
        cell("person").code(),
        unit,
        cell("role").member(Role, ROLES),
        cell("title").text,
        read_period(row, problems),
        held,
        _flag(cell("main"), True),
        _flag(cell("elected"), False),
    )


def read_period(row: Row, problems: Problems) -> Period:
    """Read the columns ``begins`` and ``until``; an empty end means «still»."""
    cell = cell_reader(problems, row)
    begins = cell("begins").day() or "2000-01-01"
    until = cell("until").day() if row.cells["until"] else ""
    if until and until < begins:
        cell("until").complain(Message("records-ends-before-it-begins", day=begins))
    return Period(date.fromisoformat(begins), date.fromisoformat(until) if until else None)


def _flag(cell: InputCell, default: bool) -> bool:
    text = normalise_width(cell.text).lower()
    if text and text not in (*YES, *NO):
        cell.complain(Message("records-neither-yes-nor-no", text=text))
    return text in YES if text else default


def _refuse_two_main_posts(rows: Sequence[Row], posts: Sequence[Post], problems: Problems) -> None:
    for number, (row, post) in enumerate(zip(rows, posts, strict=True)):
        earlier = (it for it in posts[:number] if it.person == post.person and it.main)
        if post.main and any(it.period.overlaps(post.period) for it in earlier):
            problems.add(Message("records-two-main-posts", person=post.person), row.number, "main")
