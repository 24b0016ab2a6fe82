"""Choices by number: the one list for the engine that reads a number and for the channel that writes it down."""

from __future__ import annotations

from survey_flows.effects import Button, Input, Screen

COUNTED = frozenset("aucl")
"""Verbs of what is counted first: options, units, items of the review, languages."""
WORDED = frozenset("yxesbp")
"""Verbs of what has no number: what submits, stops or deletes is done on purpose only; others are short."""
UNANSWERED = frozenset("g")
"""Verbs of what a channel without buttons does not offer: a follow-up's answers come with buttons of their own."""
START = "start"
"""What the data of a button begins with that begins a conversation: its verb."""


def verb(button: Button) -> str:
    """What a button does: the part of its data that stands for the move."""
    key, _, rest = button.data.partition(":")
    return START if key == START else rest.partition(":")[0]


def numbered_buttons(screen: Screen) -> tuple[Button, ...]:
    """The choices that have a number on every channel, the first being 1. Where words are asked for there are none."""
    if screen.input in (Input.TEXT, Input.NUMBER):
        return ()
    return tuple(button for row in screen.rows for button in row if verb(button) in COUNTED)


def by_number(screen: Screen) -> tuple[Button, ...]:
    """The choices that have a number on a channel without buttons: what is counted, then what has no short word."""
    if screen.input in (Input.TEXT, Input.NUMBER):
        return ()
    known = COUNTED | WORDED | UNANSWERED | {START}
    return (
        *numbered_buttons(screen),
        *(button for row in screen.rows for button in row if verb(button) not in known),
    )


def by_word(screen: Screen) -> tuple[Button, ...]:
    """What is left: to be done by the words on the button."""
    rest = {button.data for button in by_number(screen)}
    return tuple(
        b
        for row in screen.rows
        for b in row
        if b.data not in rest and verb(b) not in {START, *UNANSWERED}
    )


def command_words(button: Button) -> str:
    """What to write for a button."""
    return button.label.strip("‹› ")
