"""A small campaign to talk about, and conversations with it written down as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.core.shipped_files import shipped_questionnaires, shipped_scales, shipped_words
from survey_flows.campaign_definition import CampaignDefinition, Link, Unit
from survey_flows.effects import (
    CountPressure,
    Effect,
    EndConversation,
    ErasePerson,
    HoldRequest,
    QuotaFull,
    Screen,
    ShowNotice,
    ShowScreen,
    StoreBallot,
)
from survey_flows.engine import step
from survey_flows.events import Event, Pressed, Returned, Started, TimedOut, TopicRequested, Typed
from survey_flows.load import load_questionnaire
from survey_flows.quota import QuotaCell
from survey_flows.session import Session, read_session

CITY_TIME = timezone(timedelta(hours=8))
MORNING = datetime(2026, 11, 5, 9, 0, tzinfo=CITY_TIME)

MIXED = """
id: mixed
version: "1"
title: {zh-Hans: 混合题型, en: All kinds}
questions:
  - id: hello
    kind: note
    label: {zh-Hans: "下面请您谈谈{unit}。", en: "Now about {unit}."}
  - id: visited
    kind: yes_no
    label: {zh-Hans: "今年您去过{unit}吗？", en: "Have you been to {unit} this year?"}
  - id: times
    kind: integer
    minimum: 1
    maximum: 99
    show_if: visited = yes
    label: {zh-Hans: 去过几次？, en: "How many times?"}
  - id: why
    kind: text
    max_length: 10
    show_if: times >= 5
    label: {zh-Hans: 为什么要去这么多次？, en: "Why so many times?"}
  - id: overall
    kind: rating
    scale: three_dk
    weight: 100
    overall: true
    label: {zh-Hans: 总体满意吗？, en: "Are you satisfied overall?"}
  - id: more
    kind: text
    optional: true
    label: {zh-Hans: 还有什么要说的？, en: "Anything else?"}
"""

_UNITS = (
    ("TRA", "市交通运输局", "Transport Bureau", "livelihood", "shijiaotongyunshuju jtj"),
    ("HUD", "市住房和城乡建设局", "Housing Bureau", "window", "zhujianju zjj"),
    ("FIN", "市财政局", "Finance Bureau", "econ", "shicaizhengju czj"),
    ("POL", "市公安局", "Public Security Bureau", "enforce", "shigonganju gaj"),
    ("ARC", "市档案馆", "City Archives", "general", "shidanganguan dag"),
    ("MIX", "市图书馆", "City Library", "mixed", "shitushuguan tsg"),
    ("430102", "芙蓉区", "Furong District", "district", "furongqu frq"),
    ("430103", "天心区", "Tianxin District", "district", "tianxinqu txq"),
    ("430104", "岳麓区", "Yuelu District", "district", "yueluqu ylq"),
    ("OLD", "没有问卷的单位", "Unit without a questionnaire", "missing", ""),
)


def build_definition(**changes: Any) -> CampaignDefinition:
    """A campaign of nine units that can be rated, with one open and one invited link."""
    mixed = load_questionnaire(MIXED, "mixed.yaml", shipped_scales())
    definition = CampaignDefinition(
        campaign="c2026",
        title={"zh-Hans": "2026年民评", "en": "The people's evaluation of 2026"},
        units={
            code: Unit(code, {"zh-Hans": zh, "en": en}, form, "B", words)
            for code, zh, en, form, words in _UNITS
        },
        questionnaires={**shipped_questionnaires(), "mixed": mixed},
        links={
            "poster": Link("poster"),
            "deputy": Link("deputy", group="deputy", source="invited", stratum="430102"),
            "staff": Link("staff", group="resident", source="invited"),
        },
        wording=shipped_words(),
        opens_at=datetime(2026, 11, 1, tzinfo=CITY_TIME),
        closes_at=datetime(2026, 12, 1, tzinfo=CITY_TIME),
    )
    return replace(definition, **changes)


class Talk:
    """One citizen's conversation; its session is stored and loaded between every two steps."""

    def __init__(self, definition: CampaignDefinition, now: datetime = MORNING) -> None:
        self.definition = definition
        self.now = now
        self.session: Session | None = None
        self.screen: Screen | None = None
        self.effects: tuple[Effect, ...] = ()
        self._count = 0

    def token(self) -> str:
        """A new token on each call: 16 characters."""
        self._count += 1
        return f"{self._count:06d}RECEIPT{self._count:03d}"

    def take(self, event: Event) -> tuple[Effect, ...]:
        """Step the engine."""
        self.session, self.effects = step(self.definition, self.session, event, self.now)
        if self.session is not None:
            written = read_session(self.session.to_json())
            assert written == self.session
            self.session = written
        self.screen = next(
            (e.screen for e in self.effects if isinstance(e, ShowScreen)), self.screen
        )
        return self.effects

    def start(self, unit: str = "", link: str = "", lang: str = "zh-CN") -> tuple[Effect, ...]:
        """Open the chat."""
        return self.take(Started(link=link, unit=unit, lang=lang, token=self.token()))

    def press(self, label: str) -> tuple[Effect, ...]:
        """Press the button with this label on the present screen."""
        return self.press_data(self.data(label))

    def press_data(self, data: str) -> tuple[Effect, ...]:
        """Press a button that carries this data, on any screen."""
        return self.take(Pressed(data, token=self.token()))

    def data(self, label: str) -> str:
        """The data of the button with this label on the present screen."""
        assert self.screen is not None
        found = [b.data for row in self.screen.rows for b in row if b.label == label]
        assert len(found) == 1, f"{label} is not on {self.screen}"
        return found[0]

    def write(self, text: str) -> tuple[Effect, ...]:
        """Type a text."""
        return self.take(Typed(text, token=self.token()))

    @property
    def notices(self) -> tuple[str, ...]:
        """Return the notices beside the screen in the last step."""
        return tuple(e.text for e in self.effects if isinstance(e, ShowNotice))


def transcript(steps: list[Any], definition: dict[str, Any]) -> str:
    """Play the steps of a golden file and write down all that happens."""
    talk = Talk(build_definition(**definition))
    lines = []
    for number, item in enumerate(steps, 1):
        what, value = next(iter(item.items())) if isinstance(item, dict) else (item, None)
        lines.append(
            f"> {number} {what} {'' if value is None else value}".replace("\0", "␀").rstrip()
        )
        lines += [line for effect in _play(talk, what, value) for line in _written(effect)]
    return "\n".join(lines) + "\n"


def _play(talk: Talk, what: str, value: Any) -> tuple[Effect, ...]:
    if what == "wait":
        talk.now += timedelta(hours=value)
        return ()
    if what == "remove":
        talk.definition = replace(
            talk.definition, units={k: v for k, v in talk.definition.units.items() if k != value}
        )
        return ()
    if what == "fill":
        full = talk.definition.quotas.full | {QuotaCell(**cell) for cell in value}
        talk.definition = replace(
            talk.definition, quotas=replace(talk.definition.quotas, full=full)
        )
        return ()
    if what == "start":
        return talk.start(**(value or {}))
    if what == "remember":
        talk.remembered = talk.data(value)  # type: ignore[attr-defined]
        return ()
    if what == "press remembered":
        return talk.press_data(talk.remembered)  # type: ignore[attr-defined]
    moves = {
        "press": talk.press,
        "data": talk.press_data,
        "type": talk.write,
        "ask": lambda topic: talk.take(TopicRequested(topic)),
    }
    return (
        moves[what](value)
        if what in moves
        else talk.take({"return": Returned(), "time out": TimedOut()}[what])
    )


def _written(effect: Effect) -> Iterator[str]:
    if isinstance(effect, ShowNotice):
        yield from (f"! {line}" for line in effect.text.splitlines())
    elif isinstance(effect, ShowScreen):
        yield from _screen(effect.screen)
    elif isinstance(effect, StoreBallot):
        yield f"* cast {effect.ballot.canonical().decode()}"
    elif isinstance(effect, ErasePerson):
        yield f"* erase {effect.campaign}"
    elif isinstance(effect, CountPressure):
        yield f"* told how to rate {effect.unit}"
    elif isinstance(effect, QuotaFull):
        yield from (
            f"* no place left {cell.unit}/{cell.group or 'any'}" for cell in sorted(effect.cells)
        )
    elif isinstance(effect, HoldRequest):
        shared = "shared" if effect.shared else "not shared"
        yield f"* request to {effect.unit}, left on {effect.day}, {shared}"
        yield from (f"*   {line}" for line in effect.text.splitlines())
    elif isinstance(effect, EndConversation):
        yield "* close"


def _screen(screen: Screen) -> Iterator[str]:
    progress = f" {screen.progress[0]}/{screen.progress[1]}" if screen.progress else ""
    unit = f" {screen.unit}" if screen.unit else ""
    yield f"[{screen.step}{progress} {screen.lang} {screen.input}]{unit}"
    yield from (f"  {line}".rstrip() for line in screen.text.splitlines())
    for row in screen.rows:
        yield "  " + " ".join(f"({'*' if b.data == screen.selected else ''}{b.label})" for b in row)
