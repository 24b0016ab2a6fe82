"""A conversation as a value that can be written down between any two steps."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field, replace

from survey_flows.box import GOES
from survey_flows.errors import BadSession, Message

VERSION = 2
NONCE_LENGTH = 6
STOP = "stop"
"""The overlay that asks whether words are an opt-out, the end of the rating or an opinion; `query`
holds them."""
OTHER = "other"
"""The overlay that asks whether to put an unfinished rating aside for the unit in `query`."""
LEAVE = "leave"
"""The overlay that asks whether to leave unfinished ratings for the campaign in `query`."""
LEAD = "door:d:"
"""The beginning of the data of a button that chooses a campaign; the campaign's id follows."""
WHOSE = "whose"
"""The overlay that asks who rates the unit in `query`, which this browser has rated before."""
PROMISE, PROMISED = "promise", "promised"
"""The overlays that say what the gate's promise about the receipt proves, and that show it."""
REDO = "d"
"""The key of `redo`, which is written only where it is true: older sessions lack it."""
WHERE = "w"
"""The key of `goes`, likewise."""
ORDER = "h"
"""The key of `order`, likewise."""
WAITING = "f"
"""The key of `waiting`, likewise."""
WHO = "i"
"""The key of `identity`, likewise."""
IDENTITY = "identity"
"""The overlay that says what an identity is for, and leads to the page on which it is shown."""
MOST_WAITING = 3
"""Ratings that wait, at most, while another goes on."""
ROUNDS = 10_000
_KEYS = {"v", "n", "r", "t", "l", "k", "u", "a", "p", "o", "q", "g", "c", "b", "s"}


@dataclass(frozen=True, slots=True)
class WaitingRating:
    """An unfinished rating that waits while another goes on; the fields are those of `Session`.

    ``key`` is `Session.key` as it was, so that the buttons of a page that still shows it work.
    """

    key: str
    unit: str
    answers: Mapping[str, str]
    place: str
    goes: str
    seen: int
    began: int
    stale: int
    redo: bool
    order: str

    @property
    def round(self) -> int:
        """The number of the rating."""
        return int(self.key.rpartition(".")[2])


@dataclass(frozen=True, slots=True)
class Session:
    """One citizen's place in the conversation, with the answers that are not yet submitted.

    ``nonce`` and ``round`` (one more for each rating begun) bind buttons to this rating. ``seen``
    is the time of the last event in seconds since 1970. ``place`` is ``unit``, ``q:<id>``,
    ``goes`` (`survey_flows.box`), ``review`` or ``receipt``. ``overlay`` is the screen over it
    (``language``, ``help``, ``privacy``, ``delete``, ``promise``, ``promised``, `STOP`, `OTHER`,
    `LEAVE`, `WHOSE`, `IDENTITY`) or empty.
    ``answers`` has option codes and typed text by question id, empty for a skipped question or a
    note that was read. ``query`` and ``page`` belong to the list of units. ``began`` is the start
    of this rating, and ``stale`` the number of pressed buttons of other steps since. ``redo``: it
    would replace one that was submitted. ``goes`` says where the words of the box go, once chosen.
    ``order`` is the order in which questions are asked (`survey_flows.halves`), empty where all are
    asked alike. ``waiting`` are other unfinished ratings, of one unit each. ``identity`` is the
    pseudonym under which they have shown to be one person in this campaign, empty for none.
    """

    nonce: str
    seen: int
    lang: str
    round: int = 0
    link: str = ""
    unit: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    place: str = "unit"
    overlay: str = ""
    query: str = ""
    page: int = 0
    receipt: str = ""
    began: int = 0
    stale: int = 0
    redo: bool = False
    goes: str = ""
    order: str = ""
    waiting: tuple[WaitingRating, ...] = ()
    identity: str = ""

    @property
    def key(self) -> str:
        """The prefix of every button of this rating."""
        return f"{self.nonce}.{self.round}"

    @property
    def rating(self) -> bool:
        """Whether a rating has been begun and not submitted."""
        return self.place in ("review", GOES) or self.place.startswith("q:")

    def to_json(self) -> str:
        """Compact JSON that `read_session` reads back as an equal value."""
        return _encode(
            {
                "v": VERSION,
                "n": self.nonce,
                "r": self.round,
                "t": self.seen,
                "l": self.lang,
                "k": self.link,
                "u": self.unit,
                "a": self.answers,
                "p": self.place,
                "o": self.overlay,
                "q": self.query,
                "g": self.page,
                "c": self.receipt,
                "b": self.began,
                "s": self.stale,
            }
            | ({REDO: 1} if self.redo else {})
            | ({WHERE: self.goes} if self.goes else {})
            | ({ORDER: self.order} if self.order else {})
            | ({WAITING: [astuple(one) for one in self.waiting]} if self.waiting else {})
            | ({WHO: self.identity} if self.identity else {})
        )


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def read_session(text: str) -> Session:
    """The session that `Session.to_json` wrote.

    Raises:
        BadSession: another text, or one of another version.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadSession(Message("session-not-json")) from None
    _check(data)
    return Session(
        nonce=data["n"],
        round=data["r"],
        seen=data["t"],
        lang=data["l"],
        link=data["k"],
        unit=data["u"],
        answers=data["a"],
        place=data["p"],
        overlay=data["o"],
        query=data["q"],
        page=data["g"],
        receipt=data["c"],
        began=data["b"],
        stale=data["s"],
        redo=data.get(REDO) == 1,
        goes=data.get(WHERE, ""),
        order=data.get(ORDER, ""),
        waiting=tuple(WaitingRating(*one) for one in data.get(WAITING, ())),
        identity=data.get(WHO, ""),
    )


def _check(data: object) -> None:
    known = _KEYS | {REDO, WHERE, ORDER, WAITING, WHO}
    if not isinstance(data, dict) or not _KEYS <= data.keys() <= known or data["v"] != VERSION:
        raise BadSession(Message("session-version", version=VERSION))
    numbers = all(type(data[name]) is int for name in "rtgbs")
    texts = all(type(data[name]) is str for name in "nlkupoqc")
    if not (
        numbers
        and texts
        and _answers(data["a"])
        and type(data.get(WHERE, "")) is str
        and type(data.get(ORDER, "")) is str
        and type(data.get(WHO, "")) is str
        and type(data.get(WAITING, [])) is list
        and all(map(_is_waiting, data.get(WAITING, ())))
        and len(data["n"]) <= NONCE_LENGTH
        and 0 <= data["r"] < ROUNDS
    ):
        raise BadSession(Message("session-field-type"))


def _answers(data: object) -> bool:
    return isinstance(data, dict) and all(type(value) is str for value in data.values())


def is_full(session: Session, unit: str = "") -> bool:
    """Whether no further rating can wait; that of ``unit`` would go on and make room."""
    return len([one for one in begun(session) if one.unit != unit]) >= MOST_WAITING


def is_unfinished(session: Session) -> bool:
    """Whether answers would be lost if the conversation ended now."""
    return bool(session.answers) or bool(begun(session))


def begun(session: Session) -> list[WaitingRating]:
    """The ratings that wait and have an answer; others wait for a page that may show them."""
    return [one for one in session.waiting if one.answers]


def _is_waiting(data: object) -> bool:
    """Whether this is a list of the fields of `WaitingRating`, with a readable key."""
    kinds = (str, str, dict, str, str, int, int, int, bool, str)
    if not isinstance(data, list) or len(data) != len(kinds):
        return False
    if not all(type(value) is kind for value, kind in zip(data, kinds, strict=True)):
        return False
    number = str(data[0]).rpartition(".")[2]
    return _answers(data[2]) and number.isascii() and number.isdigit() and int(number) < ROUNDS


RECEIPT_SECONDS = 3600
"""Seconds for which a receipt is shown again: it leads from a citizen to an entry of the log."""


def without_expired(session: Session, now: int, idle_seconds: float) -> Session:
    """The session without an expired receipt and without answers older than the limit."""
    waiting = tuple(one for one in session.waiting if now - one.seen <= idle_seconds)
    if waiting != session.waiting:
        session = replace(session, waiting=waiting)
    left = now - session.seen
    if session.receipt and left > RECEIPT_SECONDS:
        return replace(session, place="unit", unit="", answers={}, goes="", receipt="", overlay="")
    if session.answers and left > idle_seconds:
        return replace(session, place="unit", unit="", answers={}, goes="", overlay="")
    return session


def free_round(session: Session) -> int:
    """The next number of a rating that none of those that wait has."""
    taken = [one.round for one in session.waiting if one.key.startswith(f"{session.nonce}.")]
    numbers = ((session.round + step) % ROUNDS for step in range(1, MOST_WAITING + 2))
    return next(number for number in numbers if number not in taken)


WEAR_SECONDS = 3600
"""Seconds after which a conversation at rest loses what dates and counts its ratings."""


def worn(session: Session, now: int, nonce: str, link: str) -> Session:
    """The session without its moment, ``round`` and list; a rating in the making stays as it is.

    Buttons of ended ratings are stale under the new ``nonce``. ``link`` takes the place of the
    link by which the citizen came: one of many that vouch for the same. The order goes too: two
    bits that a ballot has would stay with a citizen. Ratings put aside keep theirs.
    """
    if now - session.seen <= WEAR_SECONDS or session.rating or session.answers:
        return session
    session = replace(session, seen=0, began=0, stale=0, link=link, query="", page=0, order="")
    if not session.round:
        return session
    return replace(session, nonce=nonce, round=0, place="unit", unit="", receipt="", overlay="")
