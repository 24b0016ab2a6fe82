"""``python -m benchmarks.console URL LOGIN``: each page of the console, looked at twice.

The service runs with the synthetic city (`minping demo`); the password is the first line of the
standard input. Printed are the milliseconds of the second look and the bytes as sent, with those of
the style sheets, the script and the drawings that a first look fetches besides.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Sequence

import aiohttp

GOAL_MS, GOAL_BYTES = 300.0, 150_000
YEAR, CAMPAIGN = "/admin/years/2010", "/admin/campaigns/city-2010"
PAGES = (
    YEAR,
    *(f"{YEAR}/{name}" for name in ("ranking", "leaders", "inner-units", "proposals")),
    *(f"{YEAR}/{name}" for name in ("sensitivity", "seal", "notice", "amendments", "import")),
    *(f"{YEAR}/data/{name}" for name in ("units", "leaders", "indicators", "findings")),
    f"{YEAR}/explain/TAX",
    CAMPAIGN,
    f"{CAMPAIGN}/scores",
    f"{CAMPAIGN}/responses",
    *(f"/admin/{name}" for name in ("campaigns", "approvals", "exports", "contacts", "appeals")),
    *(f"/admin/{name}" for name in ("themes", "cases", "calendar", "audit", "tokens", "people")),
    "/admin/settings",
)


async def fetched(session: aiohttp.ClientSession, address: str) -> tuple[int, str, float, int]:
    """Fetches a page; returns status, text, milliseconds and bytes as sent."""
    began = time.perf_counter()
    async with session.get(address) as response:
        body = await response.read()
        text = body.decode(errors="replace")
    return response.status, text, 1000 * (time.perf_counter() - began), len(body)


async def measured(url: str, login: str, password: str) -> list[tuple[str, int, float, int]]:
    """Signs in and returns address, status, milliseconds of the second look, and bytes."""
    # Bytes are counted as they came: nothing is unpacked.
    found = []
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(url, cookie_jar=jar, auto_decompress=False) as session:
        form = {"login": login, "password": password}
        await session.post("/admin/sign-in", data=form, headers={"Origin": url.rstrip("/")})
        heavy: dict[str, int] = {}
        for page in PAGES:
            await fetched(session, page)
            status, text, took, size = await fetched(session, page)
            for part in sorted(set(re.findall(r'(?:href|src)="(/static/[^"#]+)', text))):
                if part not in heavy:
                    heavy[part] = (await fetched(session, part))[3]
                size += heavy[part]
            found.append((page, status, took, size))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.console", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("login")
    chosen = parser.parse_args(arguments)
    rows = asyncio.run(measured(chosen.url, chosen.login, sys.stdin.readline().rstrip("\n")))
    for page, status, took, size in rows:
        missed = "" if took <= GOAL_MS and size <= GOAL_BYTES and status < 400 else "  goal missed"
        print(f"{status} {took:7.0f} ms {size / 1000:7.1f} kB  {page}{missed}")
    worst, largest = max(row[2] for row in rows), max(row[3] for row in rows)
    print(f"slowest {worst:.0f} ms (goal {GOAL_MS:.0f}), heaviest {largest / 1000:.1f} kB")
    return int(worst > GOAL_MS or largest > GOAL_BYTES)


if __name__ == "__main__":
    sys.exit(main())
