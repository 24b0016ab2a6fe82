"""Templates of public clouds: what an account may send, once the cloud has approved it in writing.

Aliyun, Tencent (2025-06-17) and Huawei (2025-09-04) forbid surveys in templates and personal links
in variables. So a template has a fixed link, and the code as one variable or several.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bot.fieldwork.outreach.messenger import OutgoingMessage
from bot.messengers.account_files import AccountFile
from survey_flows.errors import BadInput, Message

MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class Templates:
    """The approved templates of an account: ids by kind of message, and names of variables."""

    ids: dict[str, str]
    variables: tuple[str, ...]

    def id_for(self, message: OutgoingMessage) -> str:
        """Return the template of a message."""
        return self.ids[message.kind]

    def values_for(self, message: OutgoingMessage) -> list[str]:
        """Return the code in as many parts as there are variables, the first ones longer."""
        code, parts = message.token, len(self.variables)
        size, more = divmod(len(code), parts)
        ends = [0]
        for place in range(parts):
            ends.append(ends[-1] + size + (place < more))
        return [code[begin:end] for begin, end in pairwise(ends)]


def read_templates(file: AccountFile) -> Templates:
    """Return the templates of an account.

    Raises:
        BadInput: the cloud's approval is not named, a template is missing, or there are no
            variables or too many.
    """
    if not file.settings.get("approval"):
        # Who would try it reads here why it is forbidden.
        raise BadInput(Message("messengers-cloud-forbids"), file.place("settings.approval"))
    names = tuple(part.strip() for part in file.settings.get("variables", "code").split(","))
    if not all(names) or len(names) > MOST_PARTS:
        message = Message("messengers-variables", most=MOST_PARTS)
        raise BadInput(message, file.place("settings.variables"))
    ids = {kind: file.setting(kind) for kind in ("invitation", "reminder")}
    return Templates(ids, names)
