"""A report as a value: headings, sentences, figures, tables and pictures in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: ``level`` 1 begins a part, 2 a section of it; ``page``: on a new page."""

    text: str
    level: int = 1
    page: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``quiet``: a remark in smaller letters."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Names with their values, side by side, the most important first.

    ``code`` is a QR code in SVG that stands beside them, or empty; ``alt`` says where it leads.
    """

    pairs: tuple[tuple[str, str], ...]
    code: str = field(default="", repr=False)
    alt: str = ""


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Rows of text; every row has a cell for each head.

    ``right``: the right-aligned columns; ``wide``: the columns that take the room that is left.
    ``note`` explains the signs.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    wide: tuple[int, ...] = (0,)
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReportImage:
    """A chart as SVG; ``alt`` describes it for people who cannot see it."""

    svg: bytes = field(repr=False)
    alt: str = ""
    caption: str = ""


Block = Heading | Paragraph | KeyFigures | ReportTable | ReportImage
_TEMPLATE_KINDS: dict[type[Block], str] = {
    Heading: "heading",
    Paragraph: "paragraph",
    KeyFigures: "facts",
    ReportTable: "table",
    ReportImage: "picture",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A report in one language.

    ``mark`` names its readers, ``foot`` stands on every page.
    ``compact``: small headings and narrow gaps, for a report that has to fit on one page.
    """

    lang: str
    title: str
    subtitle: str
    mark: str
    foot: str
    blocks: tuple[Block, ...]
    compact: bool = False

    def tables(self) -> Sequence[ReportTable]:
        """Return its tables, in order."""
        return [block for block in self.blocks if isinstance(block, ReportTable)]


def as_template_data(document: Document) -> dict[str, Any]:
    """Return the document as JSON-like data for templates, each block with its ``kind``."""
    head = {
        name: getattr(document, name)
        for name in ("lang", "title", "subtitle", "mark", "foot", "compact")
    }
    return head | {"blocks": [_block(block) for block in document.blocks]}


def _block(block: Block) -> dict[str, Any]:
    data: dict[str, Any] = {name: getattr(block, name) for name in block.__slots__}
    if isinstance(block, ReportImage):
        data["svg"] = block.svg.decode()
    return {"kind": _TEMPLATE_KINDS[type(block)]} | data
