"""The keys of running campaigns in a backup: each under the escrow key of its campaign.

Linking keys are sealed to their own campaign's escrow key. A mixer key opens what waited in every
campaign that ran while it was in use, so that it is sealed to the escrow keys of all of them, one
inside the other: once one of them is destroyed, nobody opens it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.ballots.mixer_keys import key_name
from bot.ballots.public_acts import CAMPAIGN
from bot.core.settings import Settings
from bot.crypto.age_files import open_nested, seal_nested
from bot.crypto.keyrings import KeyMissing, Keyring
from bot.keeping.facts import DatabaseFacts
from bot.keeping.key_files import FOLDER, MIXER, VOTERS

CAMPAIGNS, BOXES = "campaigns", "boxes"
SEALED = ".age"


class KeyGone(Exception):
    """A mixer key was destroyed after the database was copied; its argument is the path."""


@dataclass(frozen=True, slots=True)
class Escrowed:
    """Sealed keys by the names of their parts, and the running campaigns whose keys are in none."""

    parts: Mapping[str, bytes]
    left_out: tuple[str, ...]


def escrowed_keys(settings: Settings, facts: DatabaseFacts) -> Escrowed:
    """Returns the keys of running campaigns, as far as each has an escrow key.

    Raises:
        KeyMissing: a campaign has an escrow key, and a linking key of it is missing.
        KeyGone: a mixer key was destroyed meanwhile.
    """
    parts = {}
    for campaign in facts.running:
        if campaign in facts.escrows:
            keys = {name: _key(path) for name, path in campaign_files(settings, campaign).items()}
            parts[_part(CAMPAIGNS, campaign)] = _sealed(keys, [facts.escrows[campaign]])
    for box, campaigns in facts.boxes_of.items():
        # Of no campaign: one that opens on the same day would be sealed to the same key.
        known = bool(campaigns) and all(one in facts.escrows for one in campaigns)
        if settings.log_key or not known:
            continue
        path = box_path(settings, box)
        if not path.exists():
            raise KeyGone(path)
        keys = {_name(settings, path): path.read_bytes()}
        parts[_part(BOXES, box)] = _sealed(keys, [facts.escrows[one] for one in campaigns])
    return Escrowed(parts, tuple(one for one in facts.running if one not in facts.escrows))


def open_escrowed(
    settings: Settings, parts: Mapping[str, Path], secrets: Sequence[str]
) -> dict[Path, bytes]:
    """Returns the keys that these secret escrow keys open, by their places."""
    found = {}
    for name, path in parts.items():
        folder, _, rest = name.partition("/")
        if folder not in (CAMPAIGNS, BOXES):
            continue
        opened = open_nested(path.read_bytes(), secrets)
        if opened is None:
            continue
        one = rest.removesuffix(SEALED)
        known = (
            {_name(settings, box_path(settings, one)): box_path(settings, one)}
            if folder == BOXES
            else campaign_files(settings, one)
        )
        for key, content in json.loads(opened).items():
            if key in known:
                found[known[key]] = bytes.fromhex(content)
    return found


def campaign_files(settings: Settings, campaign: str) -> dict[str, Path]:
    """Returns the files of a campaign's two linking keys by their names, there or not."""
    keys = settings.data / FOLDER
    found = [Keyring(keys / VOTERS).path(campaign)]
    if not settings.log_key:
        found.append(Keyring(keys / MIXER).path(CAMPAIGN + campaign))
    return {_name(settings, path): path for path in found}


def box_path(settings: Settings, box: str) -> Path:
    """Returns the file of a mixer key, there or not."""
    return Keyring(settings.data / FOLDER / MIXER).path(key_name(box))


def _name(settings: Settings, path: Path) -> str:
    return str(path.relative_to(settings.data))


def _part(folder: str, name: str) -> str:
    return f"{folder}/{name}{SEALED}"


def _key(path: Path) -> bytes:
    if not path.exists():
        raise KeyMissing(path)
    return path.read_bytes()


def _sealed(keys: Mapping[str, bytes], recipients: Iterable[str]) -> bytes:
    raw = json.dumps({name: key.hex() for name, key in keys.items()}).encode()
    return seal_nested(raw, list(recipients))
