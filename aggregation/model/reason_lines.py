"""Lines of a reason trail: figures and findings with their inputs, worded when they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from survey_flows.messages import ENGLISH, Message, Named, render
from survey_flows.readers import Reader, reader
from survey_flows.spoken_terms import Terms, spoken
from survey_flows.wording import DEFAULT

CACHED = 4096
"""A city's trails repeat their labels and many values for every unit."""
Label = str | Message | Named
"""A message, a name from the data, or text that is the same in every language."""


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One line of a reason trail.

    Args:
        label: the figure or finding that the line states.
        value: the figure or finding itself.
        inputs: the names of the data that the value follows from, and what they say.
        scheme: the field of the scheme that it follows (``categories.B_econ.weights.public``).
    """

    label: Label
    value: Label
    inputs: tuple[Label, ...] = ()
    scheme: Label = ""

    def pair(self, lang: str) -> tuple[str, str]:
        """The label and the value in ``lang``; any language but Chinese is English."""
        return worded(self.label, lang), worded(self.value, lang)

    def inputs_text(self, lang: str) -> str:
        """The inputs in ``lang``, joined as the language joins sentences."""
        joint = worded(Message("joint-sentences"), lang)
        return joint.join(worded(one, lang) for one in self.inputs)

    def scheme_text(self, lang: str) -> str:
        """The field of the scheme in ``lang``; empty when the line follows none."""
        return worded(self.scheme, lang)

    def text(self, lang: str = DEFAULT) -> str:
        """The line as one printed sentence in ``lang``; any language but Chinese is English."""
        label, value = self.pair(lang)
        parts = [Message("reason-says", label=label, value=value)]
        if self.inputs:
            parts.append(Message("reason-inputs", inputs=self.inputs_text(lang)))
        if self.scheme:
            parts.append(Message("reason-scheme", field=self.scheme))
        return " | ".join(worded(part, lang) for part in parts)


def worded(words: Label, lang: str) -> str:
    """The label in ``lang``; any language but Chinese is English."""
    lang = DEFAULT if lang.startswith("zh") else ENGLISH
    if isinstance(words, Named):
        return words.text(lang)
    return words if isinstance(words, str) else _rendered(words, lang, spoken(), reader())


@lru_cache(maxsize=CACHED)
def _rendered(message: Message, lang: str, _called: Terms, _reader: Reader) -> str:
    """Return a message; it differs by how grades are called in the caller's task, and for whom."""
    return render(message, lang)
