"""Downloads: exports and pictures, made in a thread."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web_request import BaseRequest

from bot.publication.charts.ranking import Ranking
from bot.web.shared.attachments import attachment

if TYPE_CHECKING:
    from bot.publication.exports import Book

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def book_file(book: Book, form: str, name: str) -> web.Response:
    """Returns a book as ``xlsx``, or an archive of CSV (``zip``), ``sav`` or ``parquet`` files."""
    from bot.publication.exports import csv_files, statistical_files, workbook, zip_archive

    if form == "xlsx":
        return download(await asyncio.to_thread(workbook, book), XLSX, f"{name}.xlsx")
    files = await (
        asyncio.to_thread(csv_files, book)
        if form == "zip"
        else asyncio.to_thread(statistical_files, book, form)
    )
    kept = name if form == "zip" else f"{name}-{form}"
    return download(await asyncio.to_thread(zip_archive, files), "application/zip", f"{kept}.zip")


async def picture_file(
    ranking: Ranking, title: str, lang: str, form: str, name: str, note: str = ""
) -> web.Response:
    """Returns a ranking as ``png``, ``svg`` or ``pdf``, with a note below its title."""
    from bot.publication.charts.canvas import FORMATS, ranking_picture

    body = await asyncio.to_thread(ranking_picture, ranking, title, lang, form, note)
    return download(body, FORMATS[form], f"{name}.{form}")


def report_file(body: bytes, form: str, name: str) -> web.Response:
    """Returns a report as ``pdf`` or ``html``.

    It is a download: its style stands inside it, which the policy of our pages forbids.
    """
    return download(body, {"pdf": "application/pdf", "html": "text/html"}[form], f"{name}.{form}")


class StoredFile(web.FileResponse):
    """A file of ours, written piece by piece.

    The system's own way of sending a file (sendfile) tells nobody that its reader takes nothing
    (`bot.web.connections`).
    """

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, headers=attachment(name))

    async def _sendfile(
        self, request: BaseRequest, fobj: IO[Any], offset: int, count: int
    ) -> AbstractStreamWriter:
        writer = await web.StreamResponse.prepare(self, request)
        if writer is None:
            raise ConnectionResetError  # only an answer that was given already has none
        await self._sendfile_fallback(writer, fobj, offset, count)
        await web.StreamResponse.write_eof(self)
        return writer


def download(body: bytes, kind: str, name: str) -> web.Response:
    """Returns a file that a browser stores and does not show."""
    charset = "utf-8" if kind.startswith("text/") or kind.endswith("xml") else None
    return web.Response(body=body, content_type=kind, charset=charset, headers=attachment(name))
