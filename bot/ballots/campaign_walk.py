"""One walk through a campaign's rows and then through the whole log, comparing both.

What ballots say is counted on the way, so that counts are those of rows whose commitments agreed.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bot.ballots.logged_weights import FULL_WEIGHT, Weights
from bot.ballots.proven_acts import ProvenActs
from bot.ballots.stored_bodies import ballot_text
from bot.ballots.stored_entries import BodyMaker, withdrawn_text
from bot.campaigns.log_loss import LOSS
from bot.transparency.guard import leaf_line, read_leaf_line
from bot.transparency.log_entry import LogEntry, entry_of_row, is_committed
from survey_flows.errors import Message
from survey_flows.log_entries import LOG_ITSELF, commit
from survey_flows.merkle import Frontier, leaf_hash
from survey_flows.quota import QuotaCell
from survey_flows.signed_notes import Checkpoint

TOLD = 3
"""The positions that are named of each finding."""

ROWS, MISSING, LOG = "close-check-rows", "close-check-missing", "close-check-log"
WEIGHTS, CASES, QUOTAS = "close-check-weights", "close-check-cases", "close-check-quotas"
"""Checks, by the messages that say what each found."""


class Answer(NamedTuple):
    """What scores, quotas and kept sums need of a ballot, apart from its weight."""

    unit: str
    questionnaire: str
    grp: str
    stratum: str
    source: str
    ratings: str
    cluster: int | None
    reminders: int | None


@dataclass(slots=True)
class Found:
    """The positions that a check found, of which the first are kept."""

    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, position: int) -> None:
        """Notes a position."""
        self.count += 1
        if len(self.first) < TOLD or position < self.first[-1]:
            self.first = sorted([*self.first, position])[:TOLD]

    def messages(self, check: str) -> list[Message]:
        """Returns what the check found; nothing when it found none."""
        return [self.message(check)] if self.count else []

    def message(self, check: str) -> Message:
        """Returns the message of what it found, also of none."""
        return Message(check, count=self.count, positions=tuple(map(str, self.first)))


class Walk:
    """Compares and counts.

    Args:
        campaign: its id.
        signed: the newest checkpoint; None if no note proves anything.
        cased: positions of ballots in fraud cases, whose answers are kept one by one.
    """

    def __init__(self, campaign: str, signed: Checkpoint | None, cased: Set[int]) -> None:
        self._campaign = campaign
        self._signed = signed
        self._size = signed.size if signed else 0
        self._cased = cased
        self._opened = bytearray(self._size)
        self._withdrawn: set[int] = set()
        self._missing = array("q")
        self._lighter: dict[int, int] = {}
        self._rows, self._log = Found(), Found()
        self._frontier = Frontier()
        self.lost: set[int] = set()
        self.acts = ProvenActs(campaign)
        self.counts: Counter[Answer] = Counter()
        """How often each answer was given by ballots in no case."""
        self.answers: dict[int, Answer] = {}
        """The answers of ballots in cases, by position."""

    @property
    def size(self) -> int:
        """The number of entries that are walked through."""
        return self._size

    def expect_withdrawals(self, positions: Iterable[int]) -> None:
        """Notes entries that the close will withdraw, whose texts are gone already."""
        self._withdrawn.update(positions)

    def take_rows(self, body: BodyMaker, rows: Sequence[Any]) -> None:
        """Compares rows with the commitments of their entries, and counts ballots."""
        for row in rows:
            position = row.position
            inside = 0 <= position < self._size
            if not inside or self._opened[position] or not self._agrees(row, body):
                self._rows.add(position)
            elif body is ballot_text:
                self._count(row)
            if inside:
                self._opened[position] = 1

    def _count(self, row: Any) -> None:
        answer = Answer(*(getattr(row, name) for name in Answer._fields))
        if row.position in self._cased:
            self.answers[row.position] = answer
        else:
            self.counts[answer] += 1
        if row.weight != FULL_WEIGHT:
            self._lighter[row.position] = row.weight

    def _agrees(self, row: Any, body: BodyMaker) -> bool:
        """Returns whether the log commits to this row as a sealed entry of the campaign."""
        try:
            text = body(row._mapping)
            if commit(row.salt, text) != row.commitment:
                return False
            if body is withdrawn_text:
                self._withdrawn.add(json.loads(text)["position"])
        except (ValueError, TypeError, KeyError):
            return False
        return row.logged_body is None and row.logged_for == self._campaign

    def take_entries(self, known: Iterator[bytes] | None, rows: Sequence[Any]) -> None:
        """Goes on through the log.

        Args:
            known: the guard's lines from here on; None without a guard.
            rows: of the log, in its order.
        """
        for row in rows:
            entry, position = entry_of_row(row._mapping), row.position
            said = entry
            if known is not None:
                line = next(known, b"")
                if line != leaf_line(entry):
                    said = self._note_other(position, entry, line)
            self._frontier.append(leaf_hash(said.line))
            self.acts.take(position, said)
            if entry.campaign not in (self._campaign, LOG_ITSELF):
                continue
            if entry.body is not None and not is_committed(entry):
                self._log.add(position)
            if entry.is_sealed and not self._opened[position]:
                self._missing.append(position)
            elif entry.body is not None and entry.kind == LOSS:
                self.lost.update(json.loads(entry.body)["positions"])

    def _note_other(self, position: int, entry: LogEntry, line: bytes) -> LogEntry:
        """Notes an entry that is not the guard's, if either says that it is this campaign's.

        Another campaign's entries are not this campaign's matter. Returns the entry of the guard,
        which leads to the signed root all the same.
        """
        known = read_leaf_line(line) if line else entry
        if self._campaign in (entry.campaign, known.campaign):
            self._log.add(position)
        return known

    def note_withdrawn(self) -> None:
        """Notes entries that are withdrawn and stored all the same, after the whole walk."""
        for position in self._withdrawn:
            if 0 <= position < self._size and self._opened[position]:
                self._rows.add(position)

    def of_the_log(self) -> list[Message]:
        """Returns whether the entries are those that were signed."""
        ends = (self._frontier.size, self._frontier.root())
        whole = self._signed and ends == (self._signed.size, self._signed.root)
        return self._log.messages(LOG) or ([] if whole else [Found().message(LOG)])

    def of_the_rows(self) -> list[Message]:
        """Returns what does not agree between rows and entries."""
        missing = Found()
        for position in self._missing:
            if position not in self._withdrawn and position not in self.lost:
                missing.add(position)
        return self._rows.messages(ROWS) + missing.messages(MISSING)

    def of_the_weights(self, logged: Weights, contradicted: int) -> list[Message]:
        """Returns what ballots weigh otherwise than the log's decisions say.

        Args:
            logged: the weights below a full one that follow from the decisions.
            contradicted: the cases that are not what a decision committed to.
        """
        wrong = Found()
        for position in sorted(self._lighter.keys() | logged.keys()):
            if self._lighter.get(position) != logged.get(position):
                wrong.add(position)
        cases = [Message(CASES, count=contradicted)] if contradicted else []
        return wrong.messages(WEIGHTS) + cases

    def of_the_quotas(self, capacities: Mapping[QuotaCell, int]) -> list[Message]:
        """Returns how many registered quotas have more ballots than places."""
        cells: dict[str, list[QuotaCell]] = {}
        for cell in capacities:
            cells.setdefault(cell.unit, []).append(cell)
        taken: Counter[QuotaCell] = Counter()
        for answer, count in (*self.counts.items(), *((one, 1) for one in self.answers.values())):
            for cell in cells.get(answer.unit, ()):
                if cell.takes(answer.grp, answer.stratum, answer.source):
                    taken[cell] += count
        over = sum(taken[cell] > most for cell, most in capacities.items())
        return [Message(QUOTAS, count=over)] if over else []
