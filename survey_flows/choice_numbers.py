"""Numbers of choices: one list for the engine that reads and the channel that writes them."""

from __future__ import annotations

from survey_flows.effects import Button, Input, Screen

COUNTED = frozenset("aucldiw")
"""Verbs that are numbered first: options, units, items of the review, languages, campaigns, and
where words go."""
WORDED = frozenset("yxesbp")
"""Verbs without a number: submitting, stopping and deleting need words; others are short."""
UNANSWERED = frozenset("w")
"""Verbs that a channel without buttons does not offer: an office's answers have their own buttons.
"""
START = "start"
"""The verb of a button that begins a conversation."""


def verb(button: Button) -> str:
    """The verb of a button: the part of its data that names the action."""
    key, _, rest = button.data.partition(":")
    return START if key == START else rest.partition(":")[0]


def numbered_buttons(screen: Screen) -> tuple[Button, ...]:
    """The choices that have a number on every channel, from 1; none where words are asked for."""
    if screen.input in (Input.TEXT, Input.NUMBER):
        return ()
    return tuple(button for row in screen.rows for button in row if verb(button) in COUNTED)


def by_number(screen: Screen) -> tuple[Button, ...]:
    """The choices that have a number on a channel without buttons: counted ones first.

    The others have no short word.
    """
    if screen.input in (Input.TEXT, Input.NUMBER):
        return ()
    known = COUNTED | WORDED | UNANSWERED | {START}
    return (
        *(button for button in numbered_buttons(screen) if verb(button) not in UNANSWERED),
        *(button for row in screen.rows for button in row if verb(button) not in known),
    )


def by_word(screen: Screen) -> tuple[Button, ...]:
    """The remaining choices, which are made by the words on the button."""
    rest = {button.data for button in by_number(screen)}
    return tuple(
        b
        for row in screen.rows
        for b in row
        if b.data not in rest and verb(b) not in {START, *UNANSWERED}
    )


def command_words(button: Button) -> str:
    """The words to type for a button."""
    return button.label.strip("‹› ")
