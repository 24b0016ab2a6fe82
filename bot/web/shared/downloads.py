"""Downloads: exports and pictures, made in a thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from bot.publication.charts.ranking import Ranking

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
    ranking: Ranking, title: str, lang: str, form: str, name: str
) -> web.Response:
    """Returns a ranking as ``png``, ``svg`` or ``pdf``."""
    from bot.publication.charts.canvas import FORMATS, ranking_picture

    body = await asyncio.to_thread(ranking_picture, ranking, title, lang, form)
    return download(body, FORMATS[form], f"{name}.{form}")


def report_file(body: bytes, form: str, name: str) -> web.Response:
    """Returns a report as ``pdf`` or ``html``.

    It is a download: its style stands inside it, which the policy of our pages forbids.
    """
    return download(body, {"pdf": "application/pdf", "html": "text/html"}[form], f"{name}.{form}")


def download(body: bytes, kind: str, name: str) -> web.Response:
    """Returns a file that a browser stores and does not show."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    charset = "utf-8" if kind.startswith("text/") or kind.endswith("xml") else None
    return web.Response(body=body, content_type=kind, charset=charset, headers=headers)
