"""Laws of every conversation, for any behaviour of a citizen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from survey_flows.box import box_of
from survey_flows.effects import (
    CountPressure,
    Effect,
    EndConversation,
    ErasePerson,
    HoldRequest,
    ShowScreen,
    StoreBallot,
)
from survey_flows.engine import step
from survey_flows.events import Event, Pressed, Returned, Started, TimedOut, TopicRequested, Typed
from survey_flows.questionnaire import QuestionKind, Questionnaire
from survey_flows.route import answers_that_count
from survey_flows.session import Session, WaitingRating
from tests.conversations import MORNING, Talk, build_definition

DEFINITION = build_definition()
UNITS = sorted(DEFINITION.units)
QUESTIONS = sorted({q.id for form in DEFINITION.questionnaires.values() for q in form.questions})

garbage = st.text(st.characters(exclude_categories=()), max_size=70)
labels = st.sampled_from(
    [
        "1",
        "2",
        "3",
        "是",
        "不了解",
        "提交",
        "Submit",
        "跳过",
        "VS",
        "12",
        "全部删除",
        "停止",
        "芙蓉",
    ]
)
data = st.builds(
    "{}.{}:{}:{}:{}".format,
    st.sampled_from(["000001", "000002"]),
    st.integers(0, 3),
    st.sampled_from([*"aksbxfghwcyupnrloeizjvgq", "all", "zz"]),
    st.sampled_from([*QUESTIONS, *UNITS, "delete", "help", "office", "unit", "9", ""]),
    st.sampled_from(["VS", "DK", "yes", "dk", "used", ""]),
)
started = st.builds(
    Started,
    link=st.sampled_from(["", "poster", "deputy", "gone"]),
    unit=st.sampled_from(["", "NOPE", *UNITS]),
    lang=st.sampled_from(["", "zh-CN", "en", "fr"]),
    token=st.sampled_from(["", "000002AAAAAAAAAA"]),
)
events = st.one_of(
    started,
    st.builds(
        Typed,
        labels | garbage,
        token=st.just("TYPEDTOKEN000000"),
        sent=st.sampled_from([0, 0, 1, 2**33]),
    ),
    st.builds(Pressed, data | garbage, token=st.sampled_from(["", "PRESSTOKEN000000"])),
    st.builds(
        TopicRequested, st.sampled_from(["language", "help", "privacy", "delete", "weather"])
    ),
    st.just(Returned()),
    st.just(TimedOut()),
)
# An index stands for «the n-th button on the present screen», which is what people mostly do.
acts = st.lists(
    st.tuples(st.integers(0, 9) | events, st.sampled_from([0, 0, 0, 0, 0, 1, 40, 80])), max_size=40
)


def play(talk: Talk, act: int | Event) -> Event:
    buttons = [button for row in talk.screen.rows for button in row] if talk.screen else []
    event: Event = Returned()
    if not isinstance(act, int):
        event = act
    elif buttons:
        event = Pressed(buttons[act % len(buttons)].data, token=talk.token())
    talk.take(event)
    return event


@settings(max_examples=150, deadline=None)
@given(acts)
def test_every_step_can_be_seen_and_every_button_fits(
    script: list[tuple[int | Event, int]],
) -> None:
    talk = Talk(DEFINITION)
    talk.start(unit="MIX")
    for act, hours in script:
        talk.now += timedelta(hours=hours)
        play(talk, act)
        screens = [effect.screen for effect in talk.effects if isinstance(effect, ShowScreen)]
        assert len(screens) == 1
        assert screens[0].text
        assert all(
            0 < len(b.data.encode()) <= 64 and b.label for row in screens[0].rows for b in row
        )
        assert all(
            DEFINITION.opens_at <= talk.now < DEFINITION.closes_at
            for e in talk.effects
            if isinstance(e, StoreBallot)
        )
        assert (talk.session is None) >= any(
            isinstance(e, ErasePerson | EndConversation) for e in talk.effects
        )


@settings(max_examples=150, deadline=None)
@given(acts, st.sampled_from(["MIX", "FIN", "430102"]))
def test_no_answer_is_lost_without_an_event_that_says_so(
    script: list[tuple[int | Event, int]], unit: str
) -> None:
    talk = Talk(DEFINITION)
    talk.start(unit=unit)
    for act, hours in script:
        before = talk.session
        talk.now += timedelta(hours=hours)
        play(talk, act)
        if before is None or not before.answers:
            continue
        after = talk.session.answers if talk.session else {}
        if before.answers.items() <= after.items():
            continue
        # A given answer is gone or different: it was submitted, the citizen was told,
        # or changed that very answer.
        submitted = any(isinstance(e, StoreBallot | HoldRequest) for e in talk.effects)
        erased = any(isinstance(e, ErasePerson) for e in talk.effects)
        changed = {k for k in before.answers if after.get(k) != before.answers[k]} == {
            before.place[2:]
        }
        assert submitted or erased or changed or talk.notices


@settings(max_examples=100, deadline=None)
@given(acts)
def test_a_ballot_says_what_was_on_the_review(script: list[tuple[int | Event, int]]) -> None:
    talk = Talk(DEFINITION)
    talk.start(unit="FIN")
    for act, _ in script:
        before = talk.session
        play(talk, act)
        for effect in talk.effects:
            if isinstance(effect, StoreBallot):
                assert before is not None
                ballot = effect.ballot
                form = DEFINITION.questionnaires[ballot.questionnaire]
                assert ballot.unit == before.unit
                assert ballot.ratings.split(" ") == [
                    before.answers.get(q.id) or "-" for q in form.rated
                ]
                assert answers_that_count(form, before.answers) == before.answers
                assert ballot.receipt
                assert talk.session is not None
                assert (talk.session.place, talk.session.answers) == ("receipt", {})


@settings(max_examples=100, deadline=None)
@given(acts, st.integers(1, 3))
def test_coming_back_changes_nothing(script: list[tuple[int | Event, int]], times: int) -> None:
    talk = Talk(DEFINITION)
    talk.start(unit="MIX")
    for act, _ in script:
        play(talk, act)
    session, screen = talk.session, talk.screen
    for _ in range(times):
        talk.take(Returned())
        assert talk.session == session
        assert len(talk.effects) == 1
        if session is not None:
            assert talk.screen == screen


@settings(max_examples=100, deadline=None)
@given(acts)
def test_a_press_repeated_changes_nothing_more(script: list[tuple[int | Event, int]]) -> None:
    talk = Talk(DEFINITION)
    talk.start(unit="MIX")
    for act, _ in script:
        event = play(talk, act)
        if isinstance(event, Pressed) and talk.session is not None:
            once = talk.session
            talk.take(event)
            assert talk.session is not None
            assert (talk.session.answers, talk.session.place, talk.session.unit) == (
                once.answers,
                once.place,
                once.unit,
            )
            assert not any(isinstance(e, StoreBallot) for e in talk.effects)


sessions = st.builds(
    Session,
    nonce=st.text(max_size=6),
    seen=st.integers(0, 4_000_000_000),
    lang=st.sampled_from(["zh-Hans", "en", "xx"]),
    round=st.integers(0, 9999),
    link=st.sampled_from(["", "deputy", "gone"]),
    unit=st.sampled_from(["", "NOPE", *UNITS]),
    answers=st.dictionaries(
        st.sampled_from(QUESTIONS),
        st.sampled_from(["", "VS", "B", "yes", "7", "used", "dk"]) | garbage,
    ),
    place=st.sampled_from(
        [
            "unit",
            "review",
            "receipt",
            "mend",
            "send",
            "goes",
            "nowhere",
            "q:",
            *(f"q:{q}" for q in QUESTIONS),
        ]
    ),
    overlay=st.sampled_from(["", "", "language", "help", "delete", "odd"]),
    goes=st.sampled_from(["", "", "count", "office", "unit", "kept", "odd"]),
    query=garbage,
    page=st.integers(-5, 500),
    receipt=garbage,
    order=st.sampled_from(["", "A", "D", "odd"]),
    waiting=st.lists(
        st.builds(
            WaitingRating,
            key=st.builds("{}.{}".format, st.sampled_from(["000001", "n"]), st.integers(0, 9999)),
            unit=st.sampled_from(["", "NOPE", *UNITS]),
            answers=st.dictionaries(st.sampled_from(QUESTIONS), st.sampled_from(["VS", "used"])),
            place=st.sampled_from(["review", "goes", "nowhere", "q:overall"]),
            goes=st.sampled_from(["", "office", "odd"]),
            seen=st.integers(0, 4_000_000_000),
            began=st.integers(0, 4_000_000_000),
            stale=st.integers(0, 99),
            redo=st.booleans(),
            order=st.sampled_from(["", "B", "odd"]),
        ),
        max_size=3,
    ).map(tuple),
)


@settings(max_examples=300, deadline=None)
@given(sessions, events, st.sampled_from(["", "FIN", "MIX"]))
def test_any_stored_session_is_taken_on(session: Session, event: Event, removed: str) -> None:
    units = {code: unit for code, unit in DEFINITION.units.items() if code != removed}
    definition = replace(DEFINITION, units=units)
    after, effects = step(definition, session, event, MORNING)
    assert sum(isinstance(effect, ShowScreen) for effect in effects) == 1
    assert after is None or step(definition, after, Returned(), MORNING)[0] == after


@settings(max_examples=50, deadline=None)
@given(st.lists(events, max_size=10), st.sampled_from(["closed", "paused", "draft"]))
def test_nothing_is_cast_while_the_campaign_is_not_open(script: list[Event], state: str) -> None:
    talk = Talk(DEFINITION)
    talk.start(unit="FIN")
    talk.press("不了解")
    talk.press("跳过")
    submit = talk.data("提交")
    talk.definition = build_definition(state=state)
    for event in [Pressed(submit, token="X" * 16), *script]:
        talk.take(event)
        assert not any(isinstance(e, StoreBallot | ErasePerson) for e in talk.effects)


def rated(unit: str, lang: str, place: int) -> list[tuple[Effect, ...]]:
    """Return all messages to a citizen who always takes this option, up to the list of units."""
    talk, said = Talk(DEFINITION), []
    said.append(talk.start(unit=unit, lang=lang))
    for _ in range(20):
        if talk.session is None or not talk.session.place.startswith("q:"):
            break
        question = DEFINITION.questionnaires[DEFINITION.units[unit].questionnaire].by_id[
            talk.session.place[2:]
        ]
        codes = [code for code in question.choices if code != "DK"]
        data = [b.data for row in talk.screen.rows for b in row] if talk.screen else []
        chosen = codes[place if question.kind is QuestionKind.RATING else 0] if codes else ""
        wanted = (f":a:{question.id}:{chosen}", f":s:{question.id}", f":k:{question.id}")
        if box_of(definition_of(unit), talk.session.answers) is question:
            said.append(talk.write("The doors open late"))
            continue
        pressed = next((d for d in data if d.endswith(wanted)), None)
        said.append(talk.press_data(pressed) if pressed else talk.write("1"))
    for verb in ("w:office", "y", "f", "r", "n"):
        assert talk.session is not None
        said.append(talk.press_data(f"{talk.session.key}:{verb}"))
    return said


def definition_of(unit: str) -> Questionnaire:
    return DEFINITION.questionnaires[DEFINITION.units[unit].questionnaire]


def heard(effects: tuple[Effect, ...]) -> list[Effect]:
    """Return the readable effects, without the answers that the review repeats."""
    shown: list[Effect] = []
    for effect in effects:
        if isinstance(effect, ShowScreen) and effect.screen.step == "review":
            text = effect.screen.text
            for line in effect.screen.review:
                assert f"{line.answer}\n" in text
                text = text.replace(f"{line.answer}\n", "…\n", 1)
            review = tuple(replace(line, answer="…") for line in effect.screen.review)
            shown.append(ShowScreen(replace(effect.screen, text=text, review=review)))
        elif not isinstance(effect, StoreBallot):
            shown.append(effect)
    return shown


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([unit for unit in UNITS if unit != "OLD"]), st.sampled_from(["zh-CN", "en"]))
def test_nothing_that_is_said_depends_on_how_good_the_rating_is(unit: str, lang: str) -> None:
    best, worst = rated(unit, lang, 0), rated(unit, lang, -1)
    casts = [
        [e.ballot.ratings for e in effects if isinstance(e, StoreBallot)]
        for told in (best, worst)
        for effects in told
    ]
    assert len({str(ballots) for ballots in casts if ballots}) == 2, "both rated, and differently"
    assert [heard(effects) for effects in best] == [heard(effects) for effects in worst]
    left = [
        effect
        for effects in (*best, *worst)
        for effect in effects
        if isinstance(effect, HoldRequest)
    ]
    assert [one.text for one in left] == ["The doors open late"] * 2


@settings(max_examples=100, deadline=None)
@given(acts, st.sampled_from(["help", "privacy", "language", "delete", ""]))
def test_who_says_to_have_been_told_sees_the_same_screen_as_before(
    script: list[tuple[int | Event, int]], topic: str
) -> None:
    talk = Talk(DEFINITION)
    talk.start(unit="MIX")
    for act, _ in script:
        play(talk, act)
    talk.take(TopicRequested(topic) if topic else Returned())
    before, screen = talk.session, talk.screen
    assume(before is not None)
    assert before is not None
    assert screen is not None
    data = f"{before.key}:f"
    offered = any(button.data == data for row in screen.rows for button in row)
    assert offered == ((bool(before.unit) and before.overlay == "help") or screen.step == "receipt")
    effects = talk.press_data(data)
    told = [effect for effect in effects if isinstance(effect, CountPressure)]
    assert told == [CountPressure(DEFINITION.campaign, before.unit)] * offered
    assert talk.screen == screen
    assert not offered or talk.session == before
