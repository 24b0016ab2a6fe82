"""Replies without buttons: one text, in which each choice has a number or a word. Pure."""

from __future__ import annotations

import re

from bot.channels.channel_wording import channel_words, page_label
from bot.conversations.contract import Reply
from bot.core.shipped_files import shipped_words
from survey_flows.choice_numbers import START, by_number, by_word, command_words, verb
from survey_flows.effects import Button, Input, Screen
from survey_flows.outside_window import DELETED, DELETED_NOTE
from survey_flows.overlays import CHOOSE, COMMANDS, DELETE_NOTE
from survey_flows.screens import NOTE
from survey_flows.typed_commands import FOLLOW
from survey_flows.wording import DEFAULT

MOST_BYTES = 2048
"""The most bytes of UTF-8 in a text message."""
CHOSEN = "✓ "
CHANGE = "c"
"""Verb of the review's items, whose numbers stand in the screen's text."""
SHORTEST = 8
SAFE = re.compile(r"[\w.:-]+", re.ASCII)


def write_reply(reply: Reply, taps: bool, *notes: str) -> str:
    """Returns a reply's text with the channel's notes below; at most `MOST_BYTES`.

    ``taps``: whether a choice can be a link that sends itself (`_tap`).
    Too long a text is shortened line by line.
    """
    whole = _parts(reply, taps, notes)
    if _size(whole) > MOST_BYTES and taps:
        whole = _parts(reply, False, notes)
    if _size(whole) <= MOST_BYTES:
        return "\n\n".join(whole)
    said = channel_words().say(_lang(reply), "text-more")
    longest = max(map(len, whole[0].split("\n")))
    while (
        longest > SHORTEST and _size([_shortened(whole[0], longest), said, *whole[1:]]) > MOST_BYTES
    ):
        longest -= 1
    text = "\n\n".join([_shortened(whole[0], longest), said, *whole[1:]])
    return text.encode()[:MOST_BYTES].decode("utf-8", "ignore")


def _parts(reply: Reply, taps: bool, notes: tuple[str, ...]) -> list[str]:
    """Returns the part that may be shortened, then the parts that may not."""
    if reply.screen is not None and reply.screen.step == FOLLOW:
        return [_no_requests(reply.screen)]
    asked = reply.screen.in_words if reply.screen else ""
    said = "\n\n".join(filter(None, ["\n".join(reply.notices), asked]))
    said = _without_commands(said)
    if reply.screen is not None and reply.screen.step == DELETED:
        said += "\n" + channel_words().say(reply.screen.lang, "deleted-wechat")
    choices = _choices(reply.screen, taps) if reply.screen else []
    kept = _kept(reply.screen) if reply.screen else ""
    said = _disarmed(said) if taps else said
    return [part for part in (said, kept, *choices, "\n".join(notes)) if part]


def _no_requests(screen: Screen) -> str:
    """Returns that words for an office cannot be left here, in the languages of the screen."""
    words = shipped_words()
    spoken = [one for one in words.languages if words.say(one, "follow-waiting") in screen.text]
    return "\n".join(channel_words().say(one, "text-no-requests") for one in spoken)


def _kept(screen: Screen) -> str:
    """Returns the address of what the citizen may keep; without an address, what it is."""
    if not screen.address.startswith("https://"):
        return screen.keep
    return f"{channel_words().say(screen.lang, page_label(screen))}\n{screen.address}"


def _without_commands(text: str) -> str:
    """Returns the text with words in place of commands, which nobody types here.

    Words for an office cannot be left here, and are not spoken of.
    """
    theirs, ours = shipped_words(), channel_words()
    for lang in theirs.languages:
        text = text.replace(theirs.say(lang, COMMANDS), ours.say(lang, "text-commands"))
        text = text.replace(theirs.say(lang, CHOOSE), ours.say(lang, "text-choose"))
        for key in (NOTE, DELETE_NOTE, DELETED_NOTE):
            text = text.replace("\n" + theirs.say(lang, key), "")
    return text


def _size(parts: list[str]) -> int:
    return len("\n\n".join(parts).encode("utf-8", "replace"))


def _shortened(text: str, longest: int) -> str:
    return "\n".join(
        line if len(line) <= longest else line[: longest - 1] + "…" for line in text.split("\n")
    )


def _lang(reply: Reply) -> str:
    return reply.screen.lang if reply.screen else DEFAULT


def _choices(screen: Screen, taps: bool) -> list[str]:
    """Returns the numbered choices, one a line, then the words that can be replied."""
    lines = [
        _tap(
            f"{number} {CHOSEN if button.data == screen.selected else ''}{button.label}",
            str(number),
            button,
            taps,
        )
        for number, button in enumerate(by_number(screen), 1)
        if verb(button) != CHANGE
    ]
    return [
        "\n".join(lines),
        _review(screen, taps) if screen.step == "review" else _hint(screen, taps),
    ]


def _hint(screen: Screen, taps: bool) -> str:
    say, others = channel_words().say, by_word(screen)
    spoken = say(screen.lang, "text-between").join(_word(button, taps) for button in others)
    if starts := [button for row in screen.rows for button in row if verb(button) == START]:
        first = [say(screen.lang, "text-search")] if by_number(screen) else []
        return "\n".join([*first, *(_start(button, taps) for button in starts)])
    if not by_number(screen):
        return _filled("text-words", screen.lang, words=spoken) if others else ""
    key = "text-search" if screen.input is Input.SEARCH else "text-number"
    both = "text-search-both" if screen.input is Input.SEARCH else "text-both"
    return _filled(both, screen.lang, words=spoken) if others else say(screen.lang, key)


def _review(screen: Screen, taps: bool) -> str:
    """Returns the review's instructions; submitting comes first, as nearly everybody wants it."""
    submit, stop = (next(b for b in by_word(screen) if verb(b) == wanted) for wanted in "yx")
    text = _filled("text-review", screen.lang, submit=_word(submit, taps))
    return text + "\n" + _filled("text-change", screen.lang, stop=_word(stop, taps))


def _start(button: Button, taps: bool) -> str:
    """Returns a start button's line, in the language that it starts."""
    lang = button.data.partition(":")[2]
    text = channel_words().say(lang, "text-start")
    return _tap(text, command_words(button), button, taps)


def _filled(key: str, lang: str, **links: str) -> str:
    # Links hold data of one conversation, which the wording's cache must not keep.
    text = channel_words().say(lang, key, **{name: f"«{name}»" for name in links})
    for name, link in links.items():
        text = text.replace(f"«{name}»", link)
    return text


def _word(button: Button, taps: bool) -> str:
    return _tap(command_words(button), command_words(button), button, taps)


def _tap(shown: str, sent: str, button: Button, taps: bool) -> str:
    """Returns a link that sends ``sent`` as the citizen's message with the button's data.

    It is the link of WeChat's «msgmenu» messages. A client that lacks it shows the text, and a
    message without the data is read like a typed one. Where ``taps`` is false it is plain text.
    """
    shown, sent = (_disarmed(shown), _disarmed(sent)) if taps else (shown, sent)
    if not (taps and SAFE.fullmatch(button.data)):
        return shown
    return (
        f'<a href="weixin://bizmsgmenu?msgmenucontent={sent}&msgmenuid={button.data}">{shown}</a>'
    )


def _disarmed(text: str) -> str:
    """Returns text in which nothing is taken for one of our links."""
    return re.sub(r'[<>"]', lambda found: chr(ord(found[0]) + 0xFEE0), text)
