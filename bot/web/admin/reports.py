"""The year's circular and the evidence pages of its units, as PDF and HTML, on demand.

A process of its own makes them (`bot.service.children`), by the command that a person would type.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from bot.publication.exports import Audience
from bot.web.admin.page import Visit, staff_page, year_of
from bot.web.shared.app_keys import CHILDREN
from bot.web.shared.downloads import report_file


@staff_page
async def send_circular(visit: Visit) -> web.Response:
    """Sends the year's circular; with ``?audience=internal`` it names leaders."""
    body = await _made(visit, "circular")
    return report_file(body, visit.path_param("form"), f"minping-circular-{_tail(visit)}")


@staff_page
async def send_evidence(visit: Visit) -> web.Response:
    """Sends a unit's evidence page."""
    unit = visit.path_param("unit")
    body = await _made(visit, "evidence", f"--unit={unit}")
    return report_file(body, visit.path_param("form"), f"minping-evidence-{unit}-{_tail(visit)}")


async def _made(visit: Visit, kind: str, *options: str) -> bytes:
    """Returns the one file that the command writes.

    Raises:
        NotNow: as `Children.run`.
    """
    with TemporaryDirectory(prefix="minping-report-") as folder:
        words = (
            f"--out={folder}",
            f"--format={visit.path_param('form')}",
            f"--lang={visit.lang}",
            f"--audience={_audience(visit)}",
        )
        await visit.request.app[CHILDREN].run(
            ["report", kind, str(year_of(visit)), *options, *words], visit.lang
        )
        return await asyncio.to_thread(_only_file, Path(folder))


def _only_file(folder: Path) -> bytes:
    (file,) = folder.iterdir()
    return file.read_bytes()


def _audience(visit: Visit) -> Audience:
    return Audience.INTERNAL if visit.query("audience") == Audience.INTERNAL else Audience.PUBLIC


def _tail(visit: Visit) -> str:
    return f"{year_of(visit)}-{visit.lang[:2]}-{_audience(visit)}"
