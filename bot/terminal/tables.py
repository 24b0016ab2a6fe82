"""Tables on a terminal, with columns that stand straight under Chinese text."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from aggregation.numbers import half_up

WIDE = 200
"""Width of output that does not go to a terminal: a pipe should not get broken lines."""
MORE = "…"


def print_table(
    title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()
) -> None:
    """Print a table; the columns numbered in ``right`` are set to the right."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    console = Console(
        markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else WIDE
    )
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE)
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place in right else "left")
    for row in rows:
        table.add_row(*row)
    with console.capture() as printed:
        console.print(table)
    print("\n".join(line.rstrip() for line in printed.get().splitlines()))


def number(value: Fraction | Decimal | float | int | None, places: int = 2) -> str:
    """A number rounded half up, or a dash."""
    return "—" if value is None else str(half_up(Fraction(value), places))


def percent(share: Fraction | None) -> str:
    """A share as a percentage with one decimal, or a dash."""
    return "—" if share is None else f"{half_up(share * 100, 1)}%"
