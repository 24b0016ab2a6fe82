"""The box for words at the end of a rating: where they go, and what looks like personal data.

Words that are only counted are the ballot's comment. Words for an office are no comment and no
entry of the log: they leave the rating when it is submitted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from survey_flows.questionnaire import Question, QuestionKind, Questionnaire
from survey_flows.route import Answers, visible_questions

GOES = "goes"
"""The place at which a citizen chooses where the words go."""
COUNTED, TO_OFFICE, TO_UNIT = DESTINATIONS = ("count", "office", "unit")
KEPT = "kept"
"""In place of a destination: the citizen keeps what looks like personal data."""
BOX_LENGTH = 300
"""Most characters: sealed, they fit one `PAD_BYTES` of the sealed envelopes."""
HIDDEN = "■"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def box_of(questionnaire: Questionnaire, answers: Answers) -> Question | None:
    """The box: the last question that these answers show, where it asks for words and is optional.

    Other questions for words ask for something of their own.
    """
    last = visible_questions(questionnaire, answers)[-1:]
    fits = last and last[0].kind is QuestionKind.TEXT and last[0].optional
    return last[0] if fits else None


def most_characters(questionnaire: Questionnaire, question: Question) -> int:
    """The most characters of an answer in words; the box has room for a request."""
    is_box = question.optional and question is questionnaire.questions[-1]
    return min(question.max_length, BOX_LENGTH) if is_box else question.max_length


def undecided(questionnaire: Questionnaire, answers: Answers, goes: str) -> bool:
    """Whether the box holds words and nobody has said where they go."""
    box = box_of(questionnaire, answers)
    return box is not None and bool(answers.get(box.id)) and goes not in DESTINATIONS


def _is_identity_number(digits: str) -> bool:
    """Whether 18 signs are an identity number with its check sign (GB 11643)."""
    total = sum(int(d) * w for d, w in zip(digits, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == digits[17].upper()


def _is_card(text: str) -> bool:
    """Whether digits are the number of a card by its check digit (ISO/IEC 7812-1)."""
    digits = [int(d) for d in re.sub(r"\D", "", text)][::-1]
    total = sum(d if n % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for n, d in enumerate(digits))
    return len(digits) >= 15 and total % 10 == 0


_ALWAYS: Callable[[str], bool] = bool
_PATTERNS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("email", r"[\w.+-]+@[\w-]+(\.[\w-]+)+", _ALWAYS),
    ("identity", r"(?<!\d)\d{17}[\dXx](?!\d)", _is_identity_number),
    ("phone", r"(?<!\d)(\+?86[- ]?)?1[3-9]\d([- ]?\d{4}){2}(?!\d)", _ALWAYS),
    ("phone", r"(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)", _ALWAYS),
    ("card", r"(?<!\d)\d([- ]?\d){14,18}(?!\d)", _is_card),
    ("plate", rf"[{_PROVINCES}][A-Z][·• ]?[A-Z0-9]{{5,6}}(?![A-Z0-9])", _ALWAYS),
)


def personal_data(text: str) -> list[tuple[int, int, str]]:
    """What looks like personal data, as (begin, end, kind); nothing overlaps."""
    folded = "".join(map(_folded, text))
    found: list[tuple[int, int, str]] = []
    for kind, pattern, fits in _PATTERNS:
        for match in re.finditer(pattern, folded, re.ASCII):
            free = all(match.end() <= begin or end <= match.start() for begin, end, _ in found)
            if free and fits(match[0]):
                found.append((match.start(), match.end(), kind))
    return sorted(found)


def without_personal_data(text: str) -> str:
    """The text with a mark in place of each sign of what looks like personal data."""
    for begin, end, _ in personal_data(text):
        text = text[:begin] + HIDDEN * (end - begin) + text[end:]
    return text


def _folded(sign: str) -> str:
    """A sign in its narrow form, so that places stay what they are."""
    narrow = unicodedata.normalize("NFKC", sign)
    return narrow if len(narrow) == 1 else sign
