"""Files of accounts: one YAML file each in the folder ``messengers`` of the data, for its owner's
eyes alone, because it holds the provider's secrets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

from bot.core.private_files import read_private_text
from bot.fieldwork.outreach.messenger import FREE, Account
from survey_flows.errors import BadInput, Message, Place, gathered
from survey_flows.yaml_tree import Branch, parse_yaml

FOLDER = "messengers"
SUFFIX = ".yaml"
NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
SHORTEST_HOOK = 22
"""Characters of a hook's secret: 128 bits in base 64."""
HOOK = re.compile(r"[0-9A-Za-z_-]+")
PIN = re.compile(r"[0-9a-f]{64}")
LOCAL = ("http://127.0.0.1:", "http://[::1]:")


@dataclass(frozen=True, slots=True)
class AccountFile:
    """What stands in an account's file.

    Attributes:
        name: the file's name without its ending.
        provider: one of `bot.messengers.registry.PROVIDERS`.
        url: where the provider listens; empty for the provider's own.
        secrets: by name, as the provider calls them.
        settings: other texts by name.
        hook: the secret part of our address for receipts; empty for none.
        tls_pin: SHA-256 of the provider's certificate, hexadecimal; empty to trust the system's.
        rate: messages a second.
        hours: local times within which it may send.
    """

    name: str
    provider: str
    url: str
    secrets: dict[str, str] = field(repr=False)
    settings: dict[str, str]
    hook: str = field(repr=False)
    tls_pin: str
    rate: float
    hours: tuple[time, time]

    def secret(self, name: str) -> str:
        """Return a secret; raises `BadInput` when it is missing."""
        return _demanded(self, "secrets", self.secrets, name)

    def agent(self) -> int:
        """Return the number of the application that writes, the setting ``agent_id``.

        Raises:
            BadInput: it is missing, or no number.
        """
        agent = self.setting("agent_id")
        if not (agent.isascii() and agent.isdigit()):
            raise BadInput(Message("messengers-agent"), self.place("settings.agent_id"))
        return int(agent)

    def setting(self, name: str) -> str:
        """Return a setting; raises `BadInput` when it is missing."""
        return _demanded(self, "settings", self.settings, name)

    def demand_url(self) -> str:
        """Return the address of a provider that has none of its own; raises `BadInput`."""
        if not self.url:
            raise BadInput(Message("messengers-missing"), self.place("url"))
        return self.url

    def place(self, field: str = "") -> Place:
        """Return where a complaint of a field belongs."""
        return Place(file=_path_of(self.name), field=field)

    def declare(self, kind: str, longest: int, link: str = FREE) -> Account:
        """Return what a messenger of this account declares."""
        head = (self.name, kind, self.provider, link, longest)
        return Account(*head, self.rate, self.hours)


def _path_of(name: str) -> str:
    return f"{FOLDER}/{name}{SUFFIX}"


def _demanded(file: AccountFile, part: str, values: dict[str, str], name: str) -> str:
    if not values.get(name):
        raise BadInput(Message("messengers-missing"), file.place(f"{part}.{name}"))
    return values[name]


def read_account_files(data: Path) -> list[AccountFile]:
    """Return the accounts in a data folder in the order of their names.

    Raises:
        BadInput: a file can be read by others than its owner, or is not as `AccountFile` says.
    """
    folder = data / FOLDER
    if not folder.is_dir():
        return []
    return [_read(path) for path in sorted(folder.glob(f"*{SUFFIX}"))]


def _read(path: Path) -> AccountFile:
    place = Place(file=f"{FOLDER}/{path.name}")
    if not NAME.fullmatch(path.stem):
        raise BadInput(Message("messengers-name"), place)
    return read_account(read_private_text(path, place), path.stem)


def read_account(text: str, name: str) -> AccountFile:
    """Return the account of a file's text; raises `BadInput` as `read_account_files`."""
    file = _path_of(name)
    branch = parse_yaml(text, file)
    found = AccountFile(
        name=name,
        provider=branch.text("provider"),
        url=branch.text("url", ""),
        secrets=branch.texts("secrets", needed=False),
        settings=branch.texts("settings", needed=False),
        hook=branch.text("hook", ""),
        tls_pin=branch.text("tls_pin", "").replace(":", "").lower(),
        rate=_rate(branch),
        hours=_hours(branch),
    )
    if found.url and not found.url.startswith(("https://", *LOCAL)):
        branch.complain(Message("messengers-bad-url"))
    if found.hook and not _is_hook(found.hook):
        branch.complain(Message("messengers-bad-hook", least=SHORTEST_HOOK))
    if found.tls_pin and not PIN.fullmatch(found.tls_pin):
        branch.complain(Message("messengers-bad-tls-pin"))
    branch.finish()
    if branch.problems:
        raise gathered(branch.problems, file)
    return found


def _is_hook(text: str) -> bool:
    return len(text) >= SHORTEST_HOOK and bool(HOOK.fullmatch(text))


def _rate(branch: Branch) -> float:
    text = branch.text("rate", "10")
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1000:
        branch.complain(Message("messengers-bad-rate"))
        return 1.0
    return rate


def _hours(branch: Branch) -> tuple[time, time]:
    text = branch.text("hours", "00:00-23:59")
    try:
        begin, end = (time.fromisoformat(part) for part in text.split("-"))
    except ValueError:
        begin = end = time.min
    if begin >= end:
        branch.complain(Message("messengers-bad-hours"))
    return begin, end
