"""The table of attacks: the rows that once succeeded, and tamperings with what found each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.verification.minping_verify import Asked, read_key, verify
from tests.attacks.rows import ROWS, played
from tests.verifying.product import product_failures
from tests.verifying.real_terms import real_terms
from tests.verifying.synthetic_campaign import Terms, drawn_campaign
from tests.verifying.synthetic_log import Files, Keys
from tests.verifying.tamperings import EVERYBODY, NOBODY, TAMPERINGS, Tampering, public_part

NOTHING = "nothing"
"""What found a tampering that no check found."""


def honest(seed: int, terms: Terms | None) -> Files:
    return drawn_campaign(seed, terms).bundle(openings=True)


HONEST = Tampering("none, an honest campaign", "–", NOBODY, honest)


@dataclass
class Findings:
    """How often each check was the first to find a tampering, by the reader of the bundle."""

    case: Tampering
    tries: int = 0
    disagreed: int = 0
    """Bundles of which `minping verify` says another thing than the stand-alone verifier."""
    everybody: Counter[str] = field(default_factory=Counter)
    auditors: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> bool:
        """Whether everybody found it each time who has to, with either verifier."""
        if self.disagreed:
            return False
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
    failed = (o.name for o in verify(files, Asked([read_key(key_of(seed))])) if not o.ok)
    return next(failed, NOTHING)


def key_of(seed: int) -> str:
    return Keys.by_seed(f"drawn/{seed}").log.written()


def play(case: Tampering, tries: int, both: int = 0) -> Findings:
    """Try a tampering with many campaigns; the product's verifier reads ``both`` of them, too."""
    found = Findings(case, tries)
    for seed in range(tries):
        files = case.make(seed, real_terms() if seed < both else None)
        for readers, read in ((found.everybody, public_part(files)), (found.auditors, files)):
            first = first_failure(read, seed)
            readers[first] += 1
            if seed < both:
                found.disagreed += bool(product_failures(read, key_of(seed))) != (first != NOTHING)
    return found


def tampering_lines(
    tries: int, cases: Iterable[Tampering] = TAMPERINGS, both: int = 0
) -> Iterator[str]:
    """The lines of the tamperings' table, each with whether it is as it must be."""
    yield "| Tampering | found by everybody: by which check | by auditors | as it must be |"
    yield "|---|---|---|---|"
    for case in (HONEST, *cases):
        yield play(case, tries, both).line()


def row_lines() -> Iterator[str]:
    """The lines of the attacks that once succeeded."""
    yield "| # | Attack | What finds or stops it | Outcome |"
    yield "|---|---|---|---|"
    for row in ROWS:
        yield f"| {row.number} | {row.attack} | {row.finds} | {played(row)} |"
