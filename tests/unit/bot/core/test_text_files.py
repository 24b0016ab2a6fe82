"""Small text files are read within bounds, and a refusal names the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.ballots.imported.mapping import read_mapping
from bot.campaigns.questionnaire_files import read_questionnaire
from bot.campaigns.scheme_files import load_scheme_file
from bot.core.text_files import MAX_BYTES
from survey_flows.errors import BadInput

READERS = (read_mapping, read_questionnaire, load_scheme_file)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a: 1\nb: \xe5\xb8\n", "line 2: the file is not UTF-8 text"),
        (b"a: 1\nb: 2\nc: \x0b\n", "line 3: "),
        (b"a: 1\nb: [\n", "line 3: "),
        (b"#" * (MAX_BYTES + 1), "the file is larger than 5 MB"),
    ],
)
def test_a_refusal_names_the_line_in_every_file_of_fields(
    tmp_path: Path, read: object, data: bytes, said: str
) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(data)
    with pytest.raises(BadInput) as error:
        read(path)  # type: ignore[operator]
    assert said in str(error.value)


def test_a_day_that_is_none_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_text("a: 1\nb: 2026-02-30\n", "utf-8")
    with pytest.raises(BadInput, match="line 2: "):
        load_scheme_file(path)
