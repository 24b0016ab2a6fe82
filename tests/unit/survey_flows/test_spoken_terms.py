"""A year calls its grades as its scheme does, in its own task and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from aggregation.model.facts import Grade
from aggregation.model.reason_lines import worded
from aggregation.model.standings import AppraisalState
from bot.core.labels import name
from survey_flows.messages import Message
from survey_flows.spoken_terms import speak, spoken

CALLED = (("grade-first", "优秀", "excellent grade"), ("no-grade", "暂不定等", "grade pending"))


@pytest.fixture(autouse=True)
def _usual() -> Iterator[None]:
    yield
    speak(())


def test_a_term_is_called_as_was_said_and_the_others_as_usual() -> None:
    usual = [name(code, "zh-Hans") for code in (*Grade, AppraisalState.NO_GRADE)]
    assert usual == ["一等", "二等", "三等", "四等", "不定等次"]
    speak(CALLED)
    called = [name(code, "zh-Hans") for code in (*Grade, AppraisalState.NO_GRADE)]
    assert called == ["优秀", "二等", "三等", "四等", "暂不定等"]
    assert name(Grade.FIRST, "en") == "excellent grade"
    barred = Message("label-consequence-bar-first")
    assert worded(barred, "zh-Hans") == "不得评为优秀"
    speak(())
    assert worded(barred, "zh-Hans") == "不得评为一等", "what was worded before is not kept"


@pytest.mark.parametrize("words", ['"', "\\", "{ -grade-first }", "{ $x }", "a\\u0041", "*", " x"])
def test_no_sign_in_a_name_is_read_as_fluent(words: str) -> None:
    speak((("grade-first", words, words),))
    assert name(Grade.FIRST, "zh-Hans") == words
    assert name(Grade.SECOND, "zh-Hans") == "二等"


async def test_another_task_calls_them_as_usual() -> None:
    said: dict[str, str] = {}
    both = asyncio.Barrier(2)

    async def page(called: tuple[tuple[str, str, str], ...], key: str) -> None:
        speak(called)
        await both.wait()
        said[key] = name(Grade.FIRST, "zh-Hans")
        said[f"{key} in a thread"] = await asyncio.to_thread(name, Grade.FIRST, "zh-Hans")

    await asyncio.gather(page(CALLED, "city"), page((), "usual"))
    assert said == {
        "city": "优秀",
        "city in a thread": "优秀",
        "usual": "一等",
        "usual in a thread": "一等",
    }
    assert spoken() == ()
