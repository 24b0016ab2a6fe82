"""Commands that a service runs as processes of their own."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from bot.core.faults import NotNow
from bot.core.settings import Settings, environment_of, read_settings
from bot.service import children
from bot.service.children import MEMORY, SECONDS, Children
from tests import quicker

SECRET = "123456:marked-token-of-a-bot"
ENDED = {
    "en": (
        "the document could not be made: the program that makes it ended before it was done"
        " (it may use {limit} MB of memory). Nothing was changed; try again in a minute,"
        " and tell whoever runs the machine if it fails again"
    ),
    "zh-Hans": (
        "文件未能生成：生成程序中途退出（内存上限 {limit} MB）。数据没有变化；"
        "请一分钟后再试，仍不行时请联系运维人员"
    ),
}


@pytest.fixture(autouse=True)
def own_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Children, "run", quicker.RUN_CHILD)


def made(folder: Path, memory: int = MEMORY, seconds: float = SECONDS) -> Children:
    settings = Settings(data=folder / "data", telegram_token=SECRET)
    return Children(settings, memory, seconds)


async def refused(runner: Children, words: list[str], lang: str) -> str:
    with pytest.raises(NotNow) as error:
        await runner.run(words, lang)
    return error.value.render(lang)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("zh-Hans", "该年度没有已截止且评价在册单位的活动，请先截止该活动"),
        ("en", "no closed campaign of that year rates a stored unit; close one first"),
    ],
)
async def test_its_own_sentence_comes_back_in_the_reader_s_language(
    tmp_path: Path, lang: str, sentence: str
) -> None:
    words = ["report", "circular", "2010", f"--out={tmp_path}"]
    found = await refused(made(tmp_path), words, lang)
    assert sentence in found
    assert "minping" not in found


@pytest.mark.slow
async def test_without_memory_it_ends_alone(tmp_path: Path) -> None:
    limit = 24
    runner = made(tmp_path, limit << 20)
    for lang, sentence in ENDED.items():
        found = await refused(runner, ["report", "circular", "2010", f"--out={tmp_path}"], lang)
        assert found == sentence.format(limit=limit)


async def test_it_is_given_up_and_killed_after_its_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runner = made(tmp_path, seconds=0.01)
    found = await refused(runner, ["witness", "--help"], "en")
    assert found == ENDED["en"].format(limit=MEMORY >> 20)
    assert caplog.messages == [f"witness ended with -{signal.SIGKILL}"]


async def test_one_runs_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0

    async def ended(runner: Children, words: list[str], lang: str) -> tuple[int, str]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return 0, ""

    monkeypatch.setattr(Children, "_ended", ended)
    runner = made(tmp_path)
    await asyncio.gather(*(runner.run(["report"], "en") for _ in range(5)))
    assert most == 1


def test_it_gets_no_token_of_a_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINPING_TELEGRAM_TOKEN", SECRET)
    monkeypatch.setenv("REDIS_URL", f"redis://:{SECRET}@localhost")
    settings = Settings(
        data=Path("/srv/minping"),
        telegram_token=SECRET,
        wecom_aes_key=SECRET,
        timezone="Asia/Urumqi",
    )
    given = children._environment(settings, "zh-Hans")
    assert SECRET not in str(given)
    ours = {name: text for name, text in given.items() if name.startswith("MINPING_")}
    assert ours == {
        "MINPING_DATA": "/srv/minping",
        "MINPING_TIMEZONE": "Asia/Urumqi",
        "MINPING_LANGUAGE": "zh-Hans",
    }
    assert read_settings(ours).timezone == "Asia/Urumqi"


def test_the_variables_of_settings_give_the_settings_again() -> None:
    settings = Settings(
        data=Path("x"), port=9000, trusted_proxies=2, log_level="DEBUG", migrate="yes"
    )
    assert read_settings(environment_of(settings)) == settings
    assert environment_of(Settings()) == {}
