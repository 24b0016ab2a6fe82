"""A log that began in form 1: an old campaign, and one that was open when form 2 came."""

from __future__ import annotations

from base64 import b32encode
from random import Random
from typing import Any

from tests.verifying.synthetic_campaign import (
    CLOSES,
    OPENS,
    Ballot,
    SyntheticCampaign,
    Terms,
)
from tests.verifying.synthetic_log import Files, Keys, Sealed, SyntheticLog, digest


class OlderCampaign(SyntheticCampaign):
    """A campaign that was registered in form 1."""

    def register(self) -> None:
        content = {
            "year": 2026,
            "opens_at": OPENS,
            "closes_at": CLOSES,
            "paper": self.terms.paper,
            "scheme": self.terms.scheme,
        }
        self.log.older_act("registration", self.name, content, self.name)

    def older_content(self, unit: str) -> dict[str, Any]:
        return {
            "kind": "ballot",
            "campaign": self.name,
            "unit": unit,
            "questionnaire": self.terms.questionnaire,
            "group": "resident",
            "stratum": "",
            "source": "link",
            "ratings": self.terms.rate(self.chance),
            "facts": [],
            "bucket": self.chance.randrange(OPENS // 900, CLOSES // 900),
            "risk": 0,
        }

    def older_vote(self, person: str, unit: str) -> Ballot:
        """A ballot in an entry of form 1."""
        content = self.older_content(unit) | {"voter": self.voter(person, unit)}
        code = b32encode(self.chance.randbytes(10)).decode()
        sealed = Sealed(
            self.name, self.chance.randbytes(16), content, older_label=digest(code)
        )  # fmt: skip
        self.log.items.append(sealed)
        self.rated.add((person, unit))
        ballot = Ballot(person, content | {"again": False}, (b"", ""), code, sealed)
        self.ballots.append(ballot)
        return ballot

    def staged_vote(self, person: str, unit: str) -> Ballot:
        """A ballot that was accepted before form 2 and is mixed after it."""
        code = b32encode(self.chance.randbytes(10)).decode()
        self.rated.add((person, unit))
        ballot = Ballot(person, self.older_content(unit), (b"", ""), code)
        self.pending.append(ballot)
        return ballot

    def older_entry(self, content: dict[str, Any], target: Sealed | None = None) -> Sealed:
        """A comment or a withdrawal of form 1."""
        sealed = self.seal({"campaign": self.name, **content})
        sealed.older_label, sealed.target = self.chance.randbytes(32), target
        self.log.items.append(sealed)
        return sealed

    def older_close(self) -> None:
        content = self.closing_numbers()
        del content["comments"]
        self.log.older_act("closing", self.name, content, self.name)
        self.log.older_act("result", self.name, {"totals": digest(self.totals()).hex()}, self.name)

    def bundle(self, openings: bool) -> Files:
        files = super().bundle(openings)
        if not self.intake:
            files.pop("intake.json", None)
        return files


def older_log(seed: int = 1, terms: Terms | None = None) -> tuple[OlderCampaign, OlderCampaign]:
    """An old campaign and a grown one, the latter closed."""
    log = SyntheticLog(Keys.by_seed(f"older/{seed}"), Random(seed))
    old, grown = (OlderCampaign(log, name, terms) for name in ("city-2025", "city-2026"))
    old.register()
    grown.register()
    units = old.terms.units
    for number in range(12):
        old.older_vote(f"person {number}", units[number % 2])
        grown.older_vote(f"person {number}", units[number % 2])
    log.older_act("pause", grown.name, {"state": "open", "at": OPENS}, f"{grown.name}/x")
    old.older_vote("person 3", units[1])
    for campaign in (old, grown):
        gone = campaign.older_vote("nobody", units[0])
        gone.erasure = None
        campaign.older_entry({"kind": "withdrawal", "position": 0}, gone.entry)
        campaign.ballots.remove(gone)
        campaign.older_entry({"kind": "comment", "unit": units[0], "text": "很好"})
    old.older_close()
    log.name_format()
    log.name_keys()
    for number in range(12, 15):
        grown.staged_vote(f"person {number}", units[0])
    for number in range(4, 9):
        grown.vote(f"person {number}", units[number % 2])
    grown.mix()
    grown.vote("person 20", units[0])
    grown.vote("person 21", units[1])
    grown.erase("person 20")
    grown.comment("person 21", units[1], "好")
    grown.close()
    grown.publish()
    old.publish()
    return old, grown
