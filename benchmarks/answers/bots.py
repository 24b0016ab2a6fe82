"""The two bots that are measured, and how to start each of them."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

UNITS = tuple(f"U{n:02}" for n in range(1, 100))
"""As many units as the founding document's city has; citizens are spread evenly over them."""

PAYLOAD = re.compile(r"/r/([A-Z2-7]+)")
"""Finds the open link's token in the output of `campaign open`."""

SETTINGS = ("MINPING_", "DATABASE_URL", "REDIS_URL")


@dataclass(frozen=True, slots=True)
class Bot:
    """How to run one bot.

    ``starts`` are deep-link payloads.
    ``counted`` is a SELECT that returns the number of its finished ballots.
    """

    name: str
    command: Sequence[str]
    port: int
    starts: tuple[str, ...]
    database: Path | None = None
    counted: str = ""
    environment: dict[str, str] = field(default_factory=lambda: {**os.environ})

    def finished(self) -> int | None:
        """Finished ballots in its database, if it has one."""
        if self.database is None:
            return None
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            return int(connection.execute(self.counted).fetchone()[0])


Maker = Callable[[Path, str], Bot]
"""(an empty folder, the Bot API's base address) → a bot that can be started."""


def peer(folder: Path, api: str) -> Bot:
    """The textbook bot."""
    port, database = free_port(), folder / "peer.sqlite3"
    module = [sys.executable, "-m", "benchmarks.answers.peer"]
    return Bot(
        name="peer",
        command=[*module, "--port", str(port), "--api", api, "--database", str(database)],
        port=port,
        database=database,
        counted="SELECT count(*) FROM ballots WHERE receipt IS NOT NULL",
        starts=UNITS,
    )


def idle(folder: Path, api: str) -> Bot:
    """The bot that does nothing: the crowd's own limit."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.answers.idle", "--port", str(port), "--api", api]
    return Bot(name="idle", command=command, port=port, starts=(folder.name,))


def minping(folder: Path, api: str) -> Bot:
    """Build the service as an operator starts it, with an open campaign.

    It is `minping serve` on its embedded default.
    """
    port, data = free_port(), folder / "data"
    environment = clean_environment() | {
        "MINPING_DATA": str(data),
        "MINPING_PORT": str(port),
        "MINPING_PUBLIC_URL": "https://minping.invalid",
        "MINPING_TELEGRAM_API": api,
        "MINPING_TELEGRAM_NAME": "bench_bot",
        "MINPING_TELEGRAM_TOKEN": "42:minping",
        "MINPING_TELEGRAM_SECRET": "benchmark",
    }
    return Bot(
        name="minping",
        command=[sys.executable, "-m", "bot", "serve"],
        port=port,
        database=data / "minping.sqlite3",
        counted="SELECT (SELECT count(*) FROM staging)"
        " + (SELECT count(*) FROM log_entries WHERE kind = 'receipt')",
        starts=open_campaign(folder, environment),
        environment=environment,
    )


ORGANISER = (
    *("--name-zh", "清水市考评办", "--phone", "0731-12345678", "--privacy", "0731-12345679"),
    *("--icp", "湘ICP备12345678号", "--police", "湘公网安备43010202000123号"),
)
"""Nothing is opened before somebody has said who asks."""
FORM = ("--questionnaire", str(Path("survey_flows/catalog/window.yaml").resolve()))
"""Version 1, whose four rated items the peer has, too."""


def unsealed(folder: Path, api: str) -> Bot:
    """Build the same service without sealing and logging."""
    command = [sys.executable, "-m", "benchmarks.answers.unsealed", "serve"]
    return replace(
        minping(folder, api),
        name="unsealed",
        command=command,
        counted="SELECT count(*) FROM staging",
    )


def open_campaign(folder: Path, environment: dict[str, str]) -> tuple[str, ...]:
    """Create and open a campaign by the command line; gives the deep-link payload to each unit."""
    units = folder / "units.csv"
    rows = [f"{code},市第{code[1:]}局,Department {code[1:]},C_social,window" for code in UNITS]
    units.write_text(
        "\n".join(["code,name_zh,name_en,category,questionnaire", *rows]) + "\n", encoding="utf-8"
    )
    command_line(environment, "import", "units", str(units))
    today = datetime.now(UTC)
    window = [
        "--opens",
        (today - timedelta(days=1)).isoformat(),
        "--closes",
        (today + timedelta(days=30)).isoformat(),
    ]
    titles = ["--title-zh", "群众满意度评价", "--title-en", "Public evaluation"]
    command_line(
        environment,
        "campaign",
        "create",
        "bench",
        "--year",
        str(today.year),
        *titles,
        *window,
        *FORM,
    )
    command_line(environment, "organiser", "set", *ORGANISER)
    listed = command_line(environment, "campaign", "open", "bench")
    shown = command_line(environment, *listed.split("minping ")[-1].split())
    token = PAYLOAD.findall(shown)[0]
    return tuple(f"{token}-{code}" for code in UNITS)


def command_line(environment: dict[str, str], *arguments: str) -> str:
    """Run `minping` with these arguments and return its output.

    Raises:
        RuntimeError: it failed; the message is what it said.
    """
    command = [sys.executable, "-m", "bot", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"minping {' '.join(arguments)}: {done.stderr or done.stdout}")
    return done.stdout


def clean_environment() -> dict[str, str]:
    """The environment without any setting of the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}


def free_port() -> int:
    """Return a free loopback port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
