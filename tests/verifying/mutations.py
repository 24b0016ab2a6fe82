"""Random changes to a log by whoever holds every key, to see whether two verifiers agree.

Acts are signed anew by their signers, so that no signature hides what other checks say.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any

from tests.verifying.synthetic_campaign import SyntheticCampaign
from tests.verifying.synthetic_log import Act, Item, Sealed, canonical

VALUES: tuple[Any, ...] = (
    *(None, "", "x", 0, -1, 1, True, False, 2**53 - 1, "0" * 32, "0" * 64),
    *([], {}),
)
LOG_KINDS = ("closing", "keys", "format", "loss")
KEPT = ("paper", "scheme", "year")
"""Parts of a registration that only one verifier reads, as they make the scores."""


def mutate(campaign: SyntheticCampaign, chance: Random) -> str:
    """Change one thing of a log; return in a word what, for whoever reads a failure."""
    items = campaign.log.items
    at = chance.randrange(len(items))
    how = chance.choice((_remove, _swap, _double, _give_away, _resign, _hide, _part, _part, _part))
    return f"{how.__name__} {at}: {how(campaign, items[at], chance)}"


def _remove(campaign: SyntheticCampaign, item: Item, chance: Random) -> str:
    campaign.log.items.remove(item)
    return type(item).__name__


def _swap(campaign: SyntheticCampaign, item: Item, chance: Random) -> str:
    items = campaign.log.items
    one, other = items.index(item), chance.randrange(len(items))
    items[one], items[other] = items[other], items[one]
    return f"with {other}"


def _double(campaign: SyntheticCampaign, item: Item, chance: Random) -> str:
    campaign.log.items.insert(chance.randrange(len(campaign.log.items)), item)
    return type(item).__name__


def _give_away(campaign: SyntheticCampaign, item: Item, chance: Random) -> str:
    item.campaign = chance.choice(("city-2026", "city-2025", "other", "-"))
    return item.campaign


def _resign(campaign: SyntheticCampaign, item: Item, chance: Random) -> str:
    keys = campaign.keys
    if isinstance(item, Act) and item.signatures is not None:
        chosen = [key for key in (keys.log, keys.desk, keys.gate) if chance.random() < 0.5]
        item.signatures = campaign.log.signed(item.body, *chosen)
    return ", ".join(str(part) for part in getattr(item, "signatures", None) or ())[:80]


def _hide(campaign: SyntheticCampaign, item: Item, chance: Random) -> str:
    if isinstance(item, Act | Sealed):
        item.shown = False
    return type(item).__name__


def _part(campaign: SyntheticCampaign, item: Item, chance: Random) -> str:
    """Change a part of a body, or take it out."""
    if isinstance(item, Sealed):
        name = chance.choice(sorted(item.content))
        content = {key: part for key, part in item.content.items() if key != name}
        item.content = content | ({name: chance.choice(VALUES)} if chance.random() < 0.8 else {})
        return f"{name} of a {content.get('kind')}"
    if not isinstance(item, Act) or item.signatures is None:
        return "nothing"
    content = json.loads(item.body)
    name = chance.choice([key for key in sorted(content) if key not in KEPT])
    near = [content[name] + 1, content[name] - 1] if type(content[name]) is int else []
    content[name] = chance.choice((*VALUES, *near))
    item.body = canonical(content)
    keys = campaign.keys
    signer = keys.log if item.kind in LOG_KINDS else keys.desk
    signer = keys.gate if item.kind == "intake" else signer
    item.signatures = campaign.log.signed(item.body, signer)
    return f"{name} of {item.kind}"
