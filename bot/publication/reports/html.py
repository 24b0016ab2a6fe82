"""Reports as one self-contained HTML file, with style and pictures inside."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib.resources import files

import jinja2

from bot.publication.reports.document_model import Document, as_template_data


def to_html(document: Document) -> bytes:
    """Return the document as one file in UTF-8."""
    return _template().render(as_template_data(document), style=_read("document.css")).encode()


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    environment.filters["data_address"] = _data_address
    return environment.from_string(_read("document.html"))


def _data_address(svg: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _read(name: str) -> str:
    return files("bot.publication.reports").joinpath(name).read_text("utf-8")
