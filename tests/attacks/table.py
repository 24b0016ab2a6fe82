"""The table of attacks: the rows that once succeeded, and tamperings with what found each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.verification.minping_verify import Asked, read_key, verify
from tests.attacks.rows import OPEN, ROWS, outcomes
from tests.verifying.synthetic_log import Files, Keys
from tests.verifying.tamperings import EVERYBODY, NOBODY, TAMPERINGS, Tampering, public_part

NOTHING = "nothing"
"""What found a tampering that no check found."""


@dataclass
class Findings:
    """How often each check was the first to find a tampering, by the reader of the bundle."""

    case: Tampering
    tries: int = 0
    everybody: Counter[str] = field(default_factory=Counter)
    auditors: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> bool:
        """Whether everybody found it each time who has to."""
        missed = self.everybody[NOTHING], self.auditors[NOTHING]
        if self.case.found == NOBODY:
            return missed == (self.tries, self.tries)
        return missed[1] == 0 and (self.case.found != EVERYBODY or missed[0] == 0)

    def line(self) -> str:
        readers = (told(self.everybody, self.tries), told(self.auditors, self.tries))
        cells = (f"{self.case.kind} ({self.case.holder})", *readers, "yes" if self.good else "NO")
        return f"| {' | '.join(cells)} |"


def told(found: Counter[str], tries: int) -> str:
    names = ", ".join(name for name, _ in found.most_common() if name != NOTHING)
    return f"{tries - found[NOTHING]} of {tries}" + (f": {names}" if names else "")


def first_failure(files: Files, seed: int) -> str:
    key = read_key(Keys.by_seed(f"drawn/{seed}").log.written())
    failed = (outcome.name for outcome in verify(files, Asked([key])) if not outcome.ok)
    return next(failed, NOTHING)


def play(case: Tampering, tries: int) -> Findings:
    """Try a tampering with many campaigns."""
    found = Findings(case, tries)
    for seed in range(tries):
        files = case.make(seed, None)
        found.everybody[first_failure(public_part(files), seed)] += 1
        found.auditors[first_failure(files, seed)] += 1
    return found


def tampering_lines(tries: int, cases: Iterable[Tampering] = TAMPERINGS) -> Iterator[str]:
    """The lines of the tamperings' table; it ends with the words «as it must be», or not."""
    yield "| Tampering | found by everybody: by which check | by auditors | as it must be |"
    yield "|---|---|---|---|"
    for case in cases:
        yield play(case, tries).line()


def row_lines() -> Iterator[str]:
    """The lines of the attacks that once succeeded."""
    said = outcomes()
    yield "| # | Attack | What finds or stops it | Outcome |"
    yield "|---|---|---|---|"
    for row in ROWS:
        yield f"| {row.number} | {row.attack} | {row.finds} | {said.get(row.number, OPEN)} |"
