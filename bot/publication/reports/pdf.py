"""Reports as PDF (PDF/UA-1, for screen readers) or as pictures of its pages, by typst."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from bot.core.printed_signs import data_as_printed, font_folders
from bot.publication.reports.document_model import Document, as_template_data

if TYPE_CHECKING:
    import typst

TEMPLATE = "document.typ"


def to_pdf(document: Document) -> bytes:
    """Return one PDF file; the same bytes for the same document.

    It takes a second or more: call it in a thread.
    """
    return bytes(_compile(document, "pdf"))


def to_png(document: Document, ppi: float = 100) -> list[bytes]:
    """Return a picture of each page with ``ppi`` pixels by inch."""
    drawn = _compile(document, "png", ppi)
    return drawn if isinstance(drawn, list) else [bytes(drawn)]


def _compile(document: Document, form: Literal["pdf", "png"], ppi: float = 144) -> Any:
    import typst

    return typst.compile(
        files("bot.publication.reports").joinpath(TEMPLATE).read_bytes(),
        format=form,
        ppi=ppi,
        sys_inputs={"data": _printed(document)},
        font_paths=bundled_fonts(),
        pdf_standards="ua-1" if form == "pdf" else None,
    )


def _printed(document: Document) -> str:
    return json.dumps(data_as_printed(as_template_data(document)), ensure_ascii=False)


def bundled_fonts() -> typst.Fonts:
    """Return the bundled font, and Debian's for rare characters where it is installed.

    Other fonts of a machine never change a page.
    """
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=list(font_folders())
    )
