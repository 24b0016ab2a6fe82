"""Random walks through the engine: nothing is raised, and a receipt always stays in reach."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from survey_flows.campaign_definition import CampaignDefinition, RatedBefore
from survey_flows.effects import EndConversation, ErasePerson, Screen, ShowScreen, StoreBallot
from survey_flows.events import Event, Pressed, Returned, Started, TimedOut, TopicRequested, Typed
from survey_flows.halves import HALVES, Split
from survey_flows.identity_kinds import IDENTITY_KINDS
from survey_flows.session import (
    LEAVE,
    MOST_WAITING,
    OTHER,
    PROMISE,
    PROMISED,
    STOP,
    WHOSE,
    Session,
)
from survey_flows.typed_commands import TOPICS
from tests.conversations import MORNING, Talk, build_definition

MOST_ACTS = 40
MOST_TAPS = 40
LONGEST_DATA = 64
PLACES = ("unit", "review", "receipt", "mend", "send", "goes")
OVERLAYS = ("", *TOPICS, STOP, OTHER, LEAVE, WHOSE, PROMISE, PROMISED)
STATES = ("open", "open", "open", "closed", "paused", "closing")
WORDS = (
    *(
        "1",
        "2",
        "3",
        "9",
        "12",
        "-1",
        "0",
        "",
        " ",
        "是",
        "yes",
        "不了解",
        "提交",
        "Submit",
        "跳过",
        "skip",
        "VS",
    ),
    *(
        "全部删除",
        "停止",
        "返回",
        "芙蓉",
        "jtj",
        "局",
        "\x00",
        "\ud800",
        "🙂" * 600,
        "a" * 5000,
        "\u202eabc",
        "{unit}",
        "%s",
    ),
)
HOURS = (0,) * 20 + (1, 24)
JUMPS = (-24 * 40, -24, -2, 2, 24, 73, 24 * 40)
"""Hours by which a clock is wrong for one step."""
LANGUAGES = ("", "zh-CN", "en", "fr", "zh-Hant-TW", "xx" * 50, "\ud800")
UNITS = ("", "NOPE", "TRA", "HUD", "FIN", "MIX", "430102", "OLD")
FORWARD = (
    "先评市财政局",
    "Rate Finance",
    "改我的评价",
    "Change my",
    "提交",
    "Submit",
    "跳过",
    "Skip",
)
SIDEWAYS = (
    "更改",
    "未提交",
    "Not submitted",
    "先不评",
    "Not now",
    "返回",
    "上一",
    "语言",
    "停止",
    "Change",
    "Back",
    "Language",
    "Stop",
    "Delete",
    "删除",
)


@dataclass(slots=True)
class Walked:
    """Counts over many walks: steps, ballots, where they ended, and faults with the walk's seed."""

    walks: int = 0
    steps: int = 0
    ballots: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def walk_often(conversations: int, seed: int = 0) -> Walked:
    """Walk that many conversations, each with a seed of its own."""
    result, definition = Walked(), build_definition()
    # Units that were rated from this browser, or by this account, ask and tell something more.
    rated = RatedBefore(frozenset({"FIN", "HUD"}), browser=True)
    definitions = {state: build_definition(state=state) for state in STATES} | {
        "open": definition,
        "rated": build_definition(rated=rated),
        "halves": build_definition(split=Split(frozenset(HALVES))),
        "identity": build_definition(identity=IDENTITY_KINDS),
    }
    for number in range(seed, seed + conversations):
        result.walks += 1
        try:
            _walk(random.Random(number), definitions, result)
        except Exception as error:
            result.faults.append(f"walk {number}: {type(error).__name__}: {error}")
    return result


def _walk(
    chance: random.Random, definitions: dict[str, CampaignDefinition], result: Walked
) -> None:
    talk, known, past = Talk(definitions["open"]), list[str](), list[Event]()
    talk.take(_start(chance, talk))
    for _ in range(chance.randint(1, MOST_ACTS)):
        talk.definition = (
            definitions[chance.choice((*STATES, "rated", "halves", "identity"))]
            if chance.random() < 0.1
            else definitions["open"]
        )
        right = talk.now = talk.now + timedelta(hours=chance.choice(HOURS))
        if chance.random() < 0.04:
            talk.now += timedelta(hours=chance.choice(JUMPS))
        event = _next_event(chance, talk, known, past)
        past.append(event)
        before = talk.session
        talk.take(event)
        result.steps += 1
        result.ballots += sum(isinstance(effect, StoreBallot) for effect in talk.effects)
        known += _check(talk, before)
        talk.now = right
    result.ended[talk.session.place.partition(":")[0] if talk.session else "nothing kept"] += 1
    _reach_a_receipt(talk, definitions["open"])


def _next_event(chance: random.Random, talk: Talk, known: list[str], past: list[Event]) -> Event:
    """Draw mostly a shown button, else anything that a person or a network may do."""
    buttons = [button.data for row in talk.screen.rows for button in row] if talk.screen else []
    act = chance.random()
    if act < 0.65 and buttons:
        return Pressed(chance.choice(buttons), talk.token())
    if act < 0.72 and known:
        return Pressed(chance.choice(known), talk.token())
    if act < 0.84:
        return Typed(chance.choice(WORDS), talk.token())
    if act < 0.90:
        return TopicRequested(chance.choice((*TOPICS, "weather")))
    if act < 0.94:
        return _start(chance, talk)
    if act < 0.97 and past:
        return chance.choice(past[-3:])
    return chance.choice((Returned(), TimedOut(), Pressed(_garbled(chance, known), talk.token())))


def _garbled(chance: random.Random, known: list[str]) -> str:
    """A button's data with one character changed, or something else altogether."""
    data = list(chance.choice(known)) if known else ["x"]
    data[chance.randrange(len(data))] = chr(chance.choice((0, 46, 58, 57, 97, 0xD800, 0x1F600)))
    return "".join(data) * chance.choice((1, 1, 1, 9))


def _start(chance: random.Random, talk: Talk) -> Started:
    link, lang = chance.choice(("", "poster", "deputy", "gone")), chance.choice(LANGUAGES)
    return Started(link=link, unit=chance.choice(UNITS), lang=lang, token=talk.token())


def _check(talk: Talk, before: Session | None) -> list[str]:
    """Assert that a step led to a legal state; returns the data of the buttons that are offered."""
    screens = [effect.screen for effect in talk.effects if isinstance(effect, ShowScreen)]
    assert len(screens) == 1, f"{len(screens)} screens"
    offered = _check_screen(screens[0])
    if talk.session is None:
        ended = any(isinstance(effect, ErasePerson | EndConversation) for effect in talk.effects)
        assert before is None or ended or not _takes_ballots(talk), "the conversation was forgotten"
        return offered
    _check_session(talk.session, talk.definition)
    for effect in talk.effects:
        assert not isinstance(effect, StoreBallot) or _takes_ballots(talk), (
            "a ballot outside the campaign"
        )
    return offered


def _takes_ballots(talk: Talk) -> bool:
    return (
        talk.definition.state == "open"
        and talk.definition.opens_at <= talk.now < talk.definition.closes_at
    )


def _check_screen(screen: Screen) -> list[str]:
    assert screen.text.strip(), "a screen without words"
    buttons = [button for row in screen.rows for button in row]
    for button in buttons:
        assert button.label, "a button without words"
        assert 0 < len(button.data.encode("utf-8", "surrogatepass")) <= LONGEST_DATA, (
            "a button that does not fit"
        )
    return [button.data for button in buttons]


def _check_session(session: Session, definition: CampaignDefinition) -> None:
    assert session.place in PLACES or session.place.startswith("q:"), (
        f"an unknown place {session.place}"
    )
    assert session.overlay in OVERLAYS, f"an unknown overlay {session.overlay}"
    assert len(session.waiting) <= MOST_WAITING, "too many ratings wait"
    waiting = [one.unit for one in session.waiting]
    assert len({*waiting, session.unit if session.rating else ""}) == len(waiting) + 1, (
        "a unit has two unfinished ratings"
    )
    keys = {session.key, *(one.key for one in session.waiting)}
    assert len(keys) == len(waiting) + 1, "two ratings have one key"
    if session.rating:
        questions = {
            q.id
            for q in definition.questionnaires[
                definition.units[session.unit].questionnaire
            ].questions
        }
        assert set(session.answers) <= questions, "answers to questions that are not asked"


def _reach_a_receipt(talk: Talk, definition: CampaignDefinition) -> None:
    """Walk straight on from the end of the walk to a receipt."""
    talk.definition, talk.now = definition, MORNING
    talk.take(Started(unit="FIN", lang="zh-CN", token=talk.token()))
    for _ in range(MOST_TAPS):
        if any(isinstance(effect, StoreBallot) for effect in talk.effects):
            return
        assert talk.screen is not None
        before = talk.session
        talk.take(Pressed(_straight_on(talk.screen), talk.token()))
        _check(talk, before)
    raise AssertionError(f"no way to a receipt from: {talk.screen}")


def _straight_on(screen: Screen) -> str:
    buttons = [button for row in screen.rows for button in row]
    answers = [b for b in buttons if not any(word in b.label for word in SIDEWAYS)]
    ahead = [b for b in buttons if b in answers or b.label.startswith(FORWARD)]
    forward = [b for b in ahead if any(word in b.label for word in FORWARD)]
    return (forward or answers or buttons)[0].data
