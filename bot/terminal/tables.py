"""Tables for a terminal; Chinese characters count as two columns."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from aggregation.numbers import half_up
from bot.terminal.words import worded
from survey_flows.messages import Message

WIDE = 200
"""Width in columns of output to a file or pipe, which must not get broken lines."""


def print_table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()
) -> None:
    """Prints a table; columns whose numbers are in ``right`` are aligned to the right."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    console = Console(
        markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else WIDE
    )
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE)
    for column, head in enumerate(heads):
        table.add_column(head, justify="right" if column in right else "left")
    for row in rows:
        table.add_row(*row)
    with console.capture() as printed:
        console.print(table)
    print("\n".join(line.rstrip() for line in printed.get().splitlines()))


def number(value: Fraction | Decimal | float | int | None, places: int = 2) -> str:
    """Returns a number rounded half up to ``places`` decimals, or a dash."""
    return "—" if value is None else str(half_up(Fraction(value), places))


def percent(share: Fraction | None) -> str:
    """Returns a share as a percentage with one decimal, or a dash."""
    return "—" if share is None else f"{half_up(share * 100, 1)}%"


def print_check(ok: bool, finding: Message | str) -> None:
    """Prints one check: ``ok`` or ``FAIL``, and what it found."""
    print_line("ok" if ok else "FAIL", finding)


def print_line(state: str, finding: Message | str) -> None:
    """Prints a state of at most four letters, and what was found."""
    print(f"{state:4}  {worded(finding)}")
