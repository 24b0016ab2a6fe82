"""Themes of comments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aggregation.disclosure.themes import CommentTheme, count_themes, themes_of
from bot.publication.reports.material import shipped_themes

SLOW = CommentTheme("speed", "办事效率", "Speed", ("太慢", "slow"))
RUDE = CommentTheme("attitude", "服务态度", "Manner", ("态度", "rude"))


def test_a_comment_belongs_to_each_theme_of_which_it_has_a_word() -> None:
    assert themes_of("窗口太慢，态度也差", [SLOW, RUDE]) == ["speed", "attitude"]
    assert themes_of("Rude and SLOW", [SLOW, RUDE]) == ["speed", "attitude"]
    assert themes_of("很好", [SLOW, RUDE]) == []


def test_themes_are_told_from_the_floor_on_and_in_whole_tens() -> None:
    comments = (
        [("FIN", "太慢")] * 27
        + [("FIN", "态度差")] * 9
        + [("TAX", "rude")] * 10
        + [("TAX", "slow")] * 31
    )
    assert count_themes(comments, [SLOW, RUDE], 10) == {
        "FIN": {"speed": 20},
        "TAX": {"speed": 30, "attitude": 10},
    }


@given(
    st.lists(st.sampled_from(["太慢", "态度", "", "slow rude"]), max_size=60), st.integers(1, 30)
)
def test_no_count_below_the_floor_is_told_and_none_exactly(comments: list[str], floor: int) -> None:
    told = count_themes([("FIN", text) for text in comments], [SLOW, RUDE], floor).get("FIN", {})
    for theme, count in told.items():
        real = sum(theme in themes_of(text, [SLOW, RUDE]) for text in comments)
        assert count >= max(floor, 10)
        assert 0 <= real - count < max(floor, 10)


def test_the_shipped_themes_have_words_in_both_languages_and_no_word_twice_in_one() -> None:
    for theme in shipped_themes():
        assert len(set(theme.words)) == len(theme.words) > 4, theme.id
        assert any(word.isascii() for word in theme.words), theme.id
        assert any(not word.isascii() for word in theme.words), theme.id
        assert all(word == word.casefold() for word in theme.words), theme.id
